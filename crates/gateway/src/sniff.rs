//! The dataflow of a file in SDMX-CSV, from its first bytes: in the column `STRUCTURE_ID` (2.0), or
//! in the first one (1.0).
//!
//! Finds an owner and nothing else: whoever gets the file reads it properly. Looks at a bounded part
//! of it and never refuses anything.

/// Two lines of a file that anybody would take in are shorter than this.
const BYTES_MAX: usize = 64 * 1024;
const COLUMN: &str = "STRUCTURE_ID";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What the first bytes of a file tell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Found {
    /// Its first row is of this dataflow.
    Dataflow(String),
    /// Its first row is not there yet.
    NotYet,
    /// It has no such row where it should be.
    Nothing,
}

/// The dataflow of the first row.
pub(crate) fn dataflow(start: &[u8]) -> Found {
    let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    let mut lines = text.splitn(3, |byte| *byte == b'\n');
    let (Some(header), Some(row), Some(_)) = (lines.next(), lines.next(), lines.next()) else {
        return if start.len() < BYTES_MAX { Found::NotYet } else { Found::Nothing };
    };
    let (Ok(header), Ok(row)) = (std::str::from_utf8(header), std::str::from_utf8(row)) else {
        return Found::Nothing;
    };
    let delimiter = header.find([',', ';', '\t']).and_then(|at| header[at..].chars().next());
    let Some(delimiter) = delimiter else { return Found::Nothing };
    let column = fields(header, delimiter).iter().position(|name| name == COLUMN).unwrap_or(0);
    match fields(row, delimiter).into_iter().nth(column) {
        // A label behind the id is no part of it.
        Some(id) if !id.is_empty() => {
            Found::Dataflow(id.split(": ").next().unwrap_or_default().to_owned())
        }
        Some(_) | None => Found::Nothing,
    }
}

/// The fields of a line, without their quotes.
fn fields(line: &str, delimiter: char) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.trim_end_matches('\r').chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            letter if letter == delimiter && !is_quoted => fields.push(String::new()),
            letter => {
                if let Some(last) = fields.last_mut() {
                    last.push(letter);
                }
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dataflow_is_found_in_each_version_and_however_it_is_written() {
        let check = |text: &str, expected: &str| {
            assert_eq!(dataflow(text.as_bytes()), Found::Dataflow(expected.to_owned()), "{text}");
        };
        check("DATAFLOW,K,OBS_VALUE\nA:D(1.0),k,1\n", "A:D(1.0)");
        check("DATAFLOW;K\r\nA:D(1.0): Flows;k\r\n", "A:D(1.0)");
        check("STRUCTURE,STRUCTURE_ID,K\ndataflow,A:D(1.0),k\nrest", "A:D(1.0)");
        check("\u{feff}STRUCTURE,STRUCTURE_ID\n\"dataflow\",\"A:D(1.0)\"\n", "A:D(1.0)");
    }

    #[test]
    fn what_is_no_row_yet_is_waited_for_within_bounds() {
        assert_eq!(dataflow(b""), Found::NotYet);
        assert_eq!(dataflow(b"DATAFLOW,K\nA:D(1.0),k"), Found::NotYet);
        assert_eq!(dataflow(&vec![b'x'; BYTES_MAX]), Found::Nothing);
        assert_eq!(dataflow(b"nothing\nof the kind\n"), Found::Nothing);
        assert_eq!(dataflow(b"\xff,\xfe\n,\n"), Found::Nothing);
    }
}
