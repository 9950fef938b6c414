//! Rows of a table of activities as they come from outside, with a question or in a file.
//!
//! Guarantees that a withheld value stays apart from zero, and that a row which cannot be one is
//! refused with its reason, in a file with its line.

use std::io::Read;

use super::Cell;
use crate::Error;
use crate::mapping::csv::CsvRows;
use crate::mapping::row::Rows;

/// Most rows: as many as a question over the network carries, some 2 MB.
pub const ROWS_MAX: usize = 50_000;
/// Bytes of a label: the ways to niches repeat them.
pub const LABEL_BYTES_MAX: usize = 256;

/// An actor, a product, and how much.
pub type ActivityRow = (String, String, Cell);

/// Which columns of a file say what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ActivityColumns {
    /// The actor, such as a place.
    pub actor: String,
    /// The product or other activity.
    pub product: String,
    /// How much, in the one unit of the table; withheld where it is empty.
    pub value: String,
}

/// Takes one row; `None` is withheld. Says what is wrong with it by itself.
///
/// # Errors
/// A reason in words, for a label that is empty or over 256 bytes, or a value that is negative or not
/// finite.
pub fn activity_row(
    actor: String,
    product: String,
    value: Option<f64>,
) -> Result<ActivityRow, String> {
    for (what, label) in [("actor", &actor), ("activity", &product)] {
        if label.is_empty() || label.len() > LABEL_BYTES_MAX {
            let length = label.len();
            return Err(format!("the {what} has {length} bytes: 1 to {LABEL_BYTES_MAX}"));
        }
    }
    match value {
        Some(value) if !(value.is_finite() && value >= 0.0) => {
            Err(format!("`{actor}` and `{product}` have {value}: a number from 0 on"))
        }
        Some(value) => Ok((actor, product, Cell::Value(value))),
        None => Ok((actor, product, Cell::Withheld)),
    }
}

/// Reads comma-separated values (RFC 4180) with a header; other columns are passed over.
///
/// # Errors
/// [`Error::Source`] if it is no such file; [`Error::Mapping`] for a column that it lacks;
/// [`Error::ActivityRow`] for a row that cannot be one, or one beyond 50,000.
pub fn read_activity_rows(
    bytes: impl Read,
    file: &str,
    columns: &ActivityColumns,
) -> Result<Vec<ActivityRow>, Error> {
    let mut rows = CsvRows::try_new(bytes, file, b',')?;
    let known = rows.columns().cloned().unwrap_or_default();
    for column in [&columns.actor, &columns.product, &columns.value] {
        if !known.contains_key(column) {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            let problem = format!("there is no column `{column}`, but {}", names.join(", "));
            return Err(Error::Mapping { file: file.to_owned(), problem });
        }
    }
    let mut found = Vec::new();
    while let Some(row) = rows.next_row()? {
        let refused = |line, problem| Error::ActivityRow { file: file.to_owned(), line, problem };
        let row = row.map_err(|bad| refused(bad.line, bad.reason))?;
        if found.len() == ROWS_MAX {
            let problem = format!("there are more than {ROWS_MAX} rows; put activities together");
            return Err(refused(row.line, problem));
        }
        let field = |column: &str| row.get(column).trim();
        let value = match field(&columns.value) {
            "" => None,
            text => Some(
                text.parse().map_err(|_| refused(row.line, format!("`{text}` is no number")))?,
            ),
        };
        let (actor, product) = (field(&columns.actor), field(&columns.product));
        let taken = activity_row(actor.to_owned(), product.to_owned(), value);
        found.push(taken.map_err(|problem| refused(row.line, problem))?);
    }
    Ok(found)
}
