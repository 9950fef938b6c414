//! The one piece of DER that is read here: an element, its content and what follows it.
//!
//! Enough to find two dates in a certificate and the bits of a public key; certificates are judged
//! by rustls alone.

/// The longest length that a file of a MiB can hold.
const LENGTH_DIGITS_MAX: usize = 4;

/// The content of the element that the bytes begin with, if it has this tag, and what follows it.
#[must_use]
pub fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let rest = bytes.strip_prefix(&[tag])?;
    let (&first, rest) = rest.split_first()?;
    if first < 0x80 {
        return rest.split_at_checked(usize::from(first));
    }
    let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    if digits.is_empty() || digits.len() > LENGTH_DIGITS_MAX {
        return None;
    }
    let length = digits.iter().fold(0, |sum, &digit| sum << 8 | usize::from(digit));
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_found_by_its_tag_and_length_or_not_at_all() {
        let check = |bytes: &[u8], expected: Option<(&[u8], &[u8])>| {
            assert_eq!(element(bytes, 0x30), expected, "{bytes:?}");
        };
        check(&[0x30, 1, 7, 8], Some((&[7], &[8])));
        check(&[0x30, 0x81, 1, 7], Some((&[7], &[])));
        check(&[0x30, 0], Some((&[], &[])));
        check(&[0x31, 0], None);
        check(&[0x30, 2, 7], None);
        check(&[0x30, 0x80, 0, 0], None);
        check(&[0x30, 0x85, 0, 0, 0, 0, 1, 7], None);
        check(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], None);
        check(&[0x30], None);
        check(&[], None);
    }
}
