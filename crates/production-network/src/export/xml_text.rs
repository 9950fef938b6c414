//! Text as XML wants it.
//!
//! Guarantees that a reader gets the same characters back: line ends and tabs of attributes and
//! returns are written as numbers, since readers would change them. XML 1.0 has no way to write
//! other control characters; they are an error, not a gap.

use std::io;

/// The text, escaped for an element or a quoted attribute.
pub(super) fn escaped(text: &str) -> io::Result<String> {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
                let what = format!("XML cannot hold the character U+{:04X}", u32::from(letter));
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
            _ => escaped.push(letter),
        }
    }
    Ok(escaped)
}
