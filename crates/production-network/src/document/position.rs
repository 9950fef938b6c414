//! Where a record stands in what somebody gave: an index of a list, or a line of a file.
//!
//! Guarantees that a rejection can be found again with an editor. A file's records share what is
//! known of its columns, so a position costs a few bytes a record.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Where a record stands.
#[derive(Clone, Debug)]
pub(crate) enum Position {
    /// In a list of a JSON document, from 0.
    Listed { list: &'static str, index: usize },
    /// In a file, on a line from 1, or a row where the file has no lines.
    Line { origin: Arc<Origin>, line: u64 },
}

/// What the records of one rule of a mapping share.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(crate) file: String,
    pub(crate) counted: Counted,
    /// The columns that a field is made from.
    pub(crate) columns: BTreeMap<String, Vec<String>>,
}

/// What is counted in a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Counted {
    Lines,
    Rows,
}

impl Position {
    /// The position with the column that a field comes from.
    pub(crate) fn of_field(&self, field: Option<&str>) -> String {
        let Self::Line { origin, .. } = self else { return self.to_string() };
        let columns = field.and_then(|field| origin.columns.get(field));
        match columns.map(|columns| columns.join("`, `")) {
            Some(columns) if !columns.is_empty() => format!("{self}, column `{columns}`"),
            Some(_) | None => self.to_string(),
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed { list, index } => write!(formatter, "{list}[{index}]"),
            Self::Line { origin, line } => {
                let counted = match origin.counted {
                    Counted::Lines => "line",
                    Counted::Rows => "row",
                };
                write!(formatter, "{} {counted} {line}", origin.file)
            }
        }
    }
}
