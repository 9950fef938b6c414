//! Reads one JSON object a line; a column is a path, as `address.city` or `codes.0`.
//!
//! Guarantees that a line that is no object is refused alone, and that no line needs more memory
//! than its limit. A null is an empty column.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use super::csv::ROW_BYTES_MAX;
use super::row::{BadRow, Row, Rows};
use crate::Error;

/// How deep objects may lie in each other.
const DEPTH_MAX: usize = 8;

/// Reads one file.
#[derive(Debug)]
pub(crate) struct JsonRows<R> {
    bytes: BufReader<R>,
    file: String,
    line: u64,
}

impl<R: Read> JsonRows<R> {
    pub(crate) fn new(bytes: R, file: &str) -> Self {
        Self { bytes: BufReader::new(bytes), file: file.to_owned(), line: 0 }
    }

    /// The next line that is not blank.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        loop {
            let mut text = Vec::new();
            let most = ROW_BYTES_MAX as u64 + 1;
            let limited = &mut self.bytes;
            self.line += 1;
            let fault = |problem, source| Error::Source {
                file: self.file.clone(),
                line: self.line,
                problem,
                source,
            };
            let read = limited.take(most).read_until(b'\n', &mut text);
            if read.map_err(|source| fault("it cannot be read", Some(source)))? == 0 {
                return Ok(None);
            }
            if text.len() > ROW_BYTES_MAX {
                return Err(fault("a line is longer than 1 MiB", None));
            }
            if !text.trim_ascii().is_empty() {
                return Ok(Some(text));
            }
        }
    }
}

impl<R: Read> Rows for JsonRows<R> {
    fn next_row(&mut self) -> Result<Option<Result<Row, BadRow>>, Error> {
        let Some(text) = self.next_line()? else { return Ok(None) };
        let line = self.line;
        let bad = |reason: String| {
            let original = String::from_utf8_lossy(&text).into_owned();
            Ok(Some(Err(BadRow { line, reason, original })))
        };
        let value = match serde_json::from_slice(&text) {
            Ok(value @ Value::Object(_)) => value,
            Ok(_) => return bad("the line is no JSON object".to_owned()),
            Err(error) => return bad(format!("the line is no JSON: {error}")),
        };
        let mut fields = BTreeMap::new();
        if flatten(&value, String::new(), 0, &mut fields).is_err() {
            return bad(format!("objects lie more than {DEPTH_MAX} deep"));
        }
        Ok(Some(Ok(Row::of(line, fields))))
    }

    fn columns(&self) -> Option<&BTreeMap<String, usize>> {
        None
    }
}

struct TooDeep;

fn flatten(
    value: &Value,
    path: String,
    depth: usize,
    fields: &mut BTreeMap<String, String>,
) -> Result<(), TooDeep> {
    if depth > DEPTH_MAX {
        return Err(TooDeep);
    }
    let below =
        |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Null => {}
        Value::Bool(truth) => {
            fields.insert(path, truth.to_string());
        }
        Value::Number(number) => {
            fields.insert(path, number.to_string());
        }
        Value::String(text) => {
            fields.insert(path, text.clone());
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                flatten(value, below(&index.to_string()), depth + 1, fields)?;
            }
        }
        Value::Object(inner) => {
            for (name, value) in inner {
                flatten(value, below(name), depth + 1, fields)?;
            }
        }
    }
    Ok(())
}
