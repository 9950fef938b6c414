//! One row of a file, whatever its format: columns by name, and the line that it begins on, or its
//! number where a file has no lines.
//!
//! An empty column and one that is not there are the same: nothing is stated.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::Error;

/// A row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The line that it begins on, or its number; from 1.
    pub(crate) line: u64,
    columns: Arc<BTreeMap<String, usize>>,
    values: Vec<String>,
}

/// A row that cannot be read; those after it can.
#[derive(Clone, Debug)]
pub(crate) struct BadRow {
    pub(crate) line: u64,
    pub(crate) reason: String,
    /// What of it can be shown.
    pub(crate) original: String,
}

/// Gives the rows of a file, one after the other.
pub(crate) trait Rows {
    /// The next row.
    fn next_row(&mut self) -> Result<Option<Result<Row, BadRow>>, Error>;

    /// The columns, if all rows have the same.
    fn columns(&self) -> Option<&BTreeMap<String, usize>>;
}

impl Row {
    pub(crate) fn new(
        line: u64,
        columns: Arc<BTreeMap<String, usize>>,
        values: Vec<String>,
    ) -> Self {
        Self { line, columns, values }
    }

    /// A row with columns of its own.
    pub(crate) fn of(line: u64, fields: BTreeMap<String, String>) -> Self {
        let mut columns = BTreeMap::new();
        let mut values = Vec::new();
        for (column, value) in fields {
            columns.insert(column, values.len());
            values.push(value);
        }
        Self::new(line, Arc::new(columns), values)
    }

    /// What stands in a column; empty if nothing does.
    pub(crate) fn get(&self, column: &str) -> &str {
        let value = self.columns.get(column).and_then(|index| self.values.get(*index));
        value.map_or("", String::as_str)
    }

    /// The row as it is shown in a rejection.
    pub(crate) fn to_value(&self) -> Value {
        let mut fields = Map::new();
        for (column, index) in self.columns.iter() {
            if let Some(value) = self.values.get(*index).filter(|value| !value.is_empty()) {
                fields.insert(column.clone(), Value::String(value.clone()));
            }
        }
        Value::Object(fields)
    }
}
