//! Numbers, fast: nearly all are a sign, up to 18 digits and a point.
//!
//! What the loop does not know (exponents, more digits, `.5`) goes to [`Cell::parse`], so that
//! both accept the same numbers. Digits are kept as printed.

use crate::{Cell, Decimal};

/// Digits that fit an `i64` whatever they are.
const DIGITS_MAX: u32 = 18;

/// The number in these bytes, if it is one.
pub(super) fn parse(bytes: &[u8]) -> Option<Cell> {
    if let Some(cell) = parse_short(bytes) {
        return Some(cell);
    }
    let text = std::str::from_utf8(bytes).ok()?;
    Cell::parse(text).ok()
}

/// The number with a decimal comma in these bytes, as files with another separator have it.
pub(super) fn parse_with_comma(bytes: &[u8]) -> Option<Cell> {
    let point_twice = bytes.contains(&b'.') && bytes.contains(&b',');
    if point_twice {
        return None;
    }
    let pointed: Vec<u8> = bytes.iter().map(|&b| if b == b',' { b'.' } else { b }).collect();
    parse(&pointed)
}

fn parse_short(bytes: &[u8]) -> Option<Cell> {
    let (negative, digits) = match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, bytes),
    };
    let mut mantissa: i64 = 0;
    let mut count = 0;
    let mut point_at = None;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            if count == DIGITS_MAX {
                return None;
            }
            mantissa = mantissa * 10 + i64::from(digit);
            count += 1;
        } else if byte == b'.' && point_at.is_none() && count > 0 {
            point_at = Some(count);
        } else {
            return None;
        }
    }
    let scale = count - point_at.unwrap_or(count);
    let unusual = count == 0 || point_at == Some(count);
    if unusual {
        return None;
    }
    let signed = if negative { -mantissa } else { mantissa };
    Some(Cell::Number(Decimal::new(signed, scale)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_keep_their_printed_digits() {
        for text in ["0", "82.0", "-1234.50", "14206.490766", "123456789012345678", "0.00"] {
            assert_eq!(parse(text.as_bytes()).expect(text).to_string(), text);
        }
        assert_eq!(parse(b"1.5E+3"), Cell::parse("1500").ok());
        assert_eq!(parse(b"1e999999999"), None);
        assert_eq!(parse(b"1e-999999999"), None);
        for text in ["", "-", ".", "--1", "1.2.3", "1,000", "1 000", "1_000", "12p", "n.a.", "0x1"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse_with_comma(b"12,4"), parse(b"12.4"));
        assert_eq!(parse_with_comma(b"1.234,5"), None);
    }

    proptest! {
        #[test]
        fn the_loop_agrees_with_the_general_parser(text in "[-+]?[0-9]{0,20}[.]?[0-9]{0,12}") {
            if let Some(short) = parse_short(text.as_bytes()) {
                let general = Cell::parse(&text).expect("accepted by the loop");
                prop_assert_eq!(short, general);
                let digits = |cell: Cell| cell.number().map(|number| number.scale());
                prop_assert_eq!(digits(short), digits(general));
            }
        }
    }
}
