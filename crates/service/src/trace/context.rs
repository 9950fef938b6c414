//! One position in a trace: its id, the span to be followed, and whether it is collected.

use std::fmt;
use std::str::FromStr;

/// A position in a trace, as W3C's Trace Context writes it (version 00).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TraceContext {
    pub(crate) trace_id: [u8; 16],
    pub(crate) span_id: [u8; 8],
    pub(crate) flags: u8,
}

/// A text that is no trace context.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no trace context")]
pub struct NoContext;

impl FromStr for TraceContext {
    type Err = NoContext;

    /// Reads `00-<32 hexadecimal digits>-<16>-<2>`; of a later version only these parts.
    fn from_str(text: &str) -> Result<Self, NoContext> {
        let mut parts = text.split('-');
        let mut next = || parts.next().ok_or(NoContext);
        let (version, trace_id, span_id, flags) = (next()?, next()?, next()?, next()?);
        let [version] = bytes(version)?;
        let context = Self {
            trace_id: bytes(trace_id)?,
            span_id: bytes(span_id)?,
            flags: bytes::<1>(flags)?[0],
        };
        let is_later = version > 0;
        let is_valid = version != u8::MAX
            && (is_later || parts.next().is_none())
            && context.trace_id != [0; 16]
            && context.span_id != [0; 8];
        if is_valid { Ok(context) } else { Err(NoContext) }
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("00-")?;
        for byte in self.trace_id {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("-")?;
        for byte in self.span_id {
            write!(f, "{byte:02x}")?;
        }
        write!(f, "-{:02x}", self.flags)
    }
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], NoContext> {
    let digits = text.as_bytes();
    let is_lower = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 2 * N || !digits.iter().all(is_lower) {
        return Err(NoContext);
    }
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        let pair = text.get(2 * index..2 * index + 2).ok_or(NoContext)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| NoContext)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_read_and_written_as_w3c_has_it() {
        let check = |text: &str, is_one: bool| {
            let read = text.parse::<TraceContext>();
            assert_eq!(read.is_ok(), is_one, "{text}");
            if let (Ok(context), true) = (read, text.starts_with("00")) {
                assert_eq!(context.to_string(), text);
            }
        };
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        check(&format!("00-{trace}-{span}-01"), true);
        check(&format!("00-{trace}-{span}-00"), true);
        check(&format!("cc-{trace}-{span}-01-what-comes-later"), true);
        check(&format!("00-{trace}-{span}-01-more"), false);
        check(&format!("ff-{trace}-{span}-01"), false);
        check(&format!("00-{}-{span}-01", trace.to_uppercase()), false);
        check(&format!("00-{}-{span}-01", "0".repeat(32)), false);
        check(&format!("00-{trace}-{}-01", "0".repeat(16)), false);
        check(&format!("00-{trace}-{span}"), false);
        check(&format!("00-{trace}é-{span}-01"), false);
        check("", false);
    }
}
