//! Reads comma-separated values by RFC 4180, with a header, as a stream.
//!
//! Guarantees that quoted fields keep line ends and quotes, that a row has as many fields as the
//! header or is refused alone, and that no row needs more memory than its limit. Line ends may be
//! LF, CRLF or CR; a byte order mark is passed over. Text that is no UTF-8 makes its row a bad one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use super::row::{BadRow, Row, Rows};
use crate::Error;

/// Longest row: far above any table of firms, and small enough to hold.
pub(crate) const ROW_BYTES_MAX: usize = 1 << 20;
/// Most columns of a row.
pub(crate) const COLUMNS_MAX: usize = 4_096;

/// Reads one file.
#[derive(Debug)]
pub(crate) struct CsvRows<R> {
    bytes: BufReader<R>,
    file: String,
    delimiter: u8,
    line: u64,
    columns: Arc<BTreeMap<String, usize>>,
    width: usize,
    /// The last line end was a CR, so that a LF that follows belongs to it.
    after_return: bool,
}

/// Where the reader stands within a row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// Behind a quote inside a quoted field: its end, or the first of two.
    QuoteInQuoted,
}

/// The fields of a row and where it began.
#[derive(Debug, Default)]
struct Fields {
    line: u64,
    ends: Vec<usize>,
    bytes: Vec<u8>,
    is_malformed: bool,
}

impl<R: Read> CsvRows<R> {
    /// Begins with the header.
    pub(crate) fn try_new(bytes: R, file: &str, delimiter: u8) -> Result<Self, Error> {
        let mut rows = Self {
            bytes: BufReader::new(bytes),
            file: file.to_owned(),
            delimiter,
            line: 1,
            columns: Arc::default(),
            width: 0,
            after_return: false,
        };
        let header = rows.next_fields()?.ok_or_else(|| rows.broken("it has no header"))?;
        let names = header.texts().map_err(|_| rows.broken("the header is no UTF-8"))?;
        let mut columns = BTreeMap::new();
        for (index, name) in names.iter().enumerate() {
            let name = if index == 0 { name.trim_start_matches('\u{feff}') } else { name };
            if columns.insert(name.to_owned(), index).is_some() {
                return Err(rows.broken("two columns have one name"));
            }
        }
        rows.width = names.len();
        rows.columns = Arc::new(columns);
        Ok(rows)
    }

    fn broken(&self, problem: &'static str) -> Error {
        Error::Source { file: self.file.clone(), line: self.line, problem, source: None }
    }

    fn next_byte(&mut self) -> Result<Option<u8>, Error> {
        loop {
            let (file, line) = (&self.file, self.line);
            let buffer = self.bytes.fill_buf().map_err(|source| Error::Source {
                file: file.clone(),
                line,
                problem: "it cannot be read",
                source: Some(source),
            })?;
            let Some(byte) = buffer.first().copied() else { return Ok(None) };
            self.bytes.consume(1);
            if byte == b'\n' && std::mem::take(&mut self.after_return) {
                continue;
            }
            self.after_return = byte == b'\r';
            if self.after_return || byte == b'\n' {
                self.line += 1;
                return Ok(Some(b'\n'));
            }
            return Ok(Some(byte));
        }
    }

    fn next_fields(&mut self) -> Result<Option<Fields>, Error> {
        let mut fields = Fields { line: self.line, ..Fields::default() };
        let mut state = State::FieldStart;
        loop {
            let Some(byte) = self.next_byte()? else {
                if state == State::Quoted {
                    self.line = fields.line;
                    return Err(self.broken("a quoted field of this row does not end"));
                }
                if fields.is_blank(state) {
                    return Ok(None);
                }
                fields.end_field();
                return Ok(Some(fields));
            };
            match (state, byte) {
                (State::FieldStart, b'"') => state = State::Quoted,
                (State::Quoted, b'"') => state = State::QuoteInQuoted,
                (State::QuoteInQuoted, b'"') => {
                    fields.bytes.push(b'"');
                    state = State::Quoted;
                }
                (State::Quoted, _) => fields.bytes.push(byte),
                (State::FieldStart | State::Plain | State::QuoteInQuoted, b'\n') => {
                    if fields.is_blank(state) {
                        // A blank line is no row.
                        fields.line = self.line;
                        continue;
                    }
                    fields.end_field();
                    return Ok(Some(fields));
                }
                (_, _) if byte == self.delimiter => {
                    fields.end_field();
                    state = State::FieldStart;
                }
                (State::FieldStart | State::Plain, _) => {
                    fields.is_malformed |= byte == b'"';
                    fields.bytes.push(byte);
                    state = State::Plain;
                }
                (State::QuoteInQuoted, _) => {
                    fields.is_malformed = true;
                    fields.bytes.push(byte);
                    state = State::Plain;
                }
            }
            if fields.bytes.len() > ROW_BYTES_MAX || fields.ends.len() > COLUMNS_MAX {
                return Err(self.broken("a row is longer than 1 MiB or 4,096 columns"));
            }
        }
    }
}

impl<R: Read> Rows for CsvRows<R> {
    fn next_row(&mut self) -> Result<Option<Result<Row, BadRow>>, Error> {
        let Some(fields) = self.next_fields()? else { return Ok(None) };
        let line = fields.line;
        let bad = |reason: String| {
            let original = String::from_utf8_lossy(&fields.bytes).into_owned();
            Ok(Some(Err(BadRow { line, reason, original })))
        };
        if fields.is_malformed {
            return bad("a quote stands inside a field that is not quoted".to_owned());
        }
        if fields.ends.len() != self.width {
            let (found, expected) = (fields.ends.len(), self.width);
            return bad(format!("the row has {found} fields, the header {expected}"));
        }
        match fields.texts() {
            Ok(values) => Ok(Some(Ok(Row::new(line, Arc::clone(&self.columns), values)))),
            Err(_) => bad("the row is no UTF-8".to_owned()),
        }
    }

    fn columns(&self) -> Option<&BTreeMap<String, usize>> {
        Some(&self.columns)
    }
}

impl Fields {
    fn is_blank(&self, state: State) -> bool {
        state == State::FieldStart && self.ends.is_empty() && self.bytes.is_empty()
    }

    fn end_field(&mut self) {
        self.ends.push(self.bytes.len());
    }

    fn texts(&self) -> Result<Vec<String>, std::str::Utf8Error> {
        let mut texts = Vec::new();
        let mut start = 0;
        for end in &self.ends {
            let bytes = self.bytes.get(start..*end).unwrap_or_default();
            texts.push(std::str::from_utf8(bytes)?.to_owned());
            start = *end;
        }
        Ok(texts)
    }
}

#[cfg(test)]
mod tests;
