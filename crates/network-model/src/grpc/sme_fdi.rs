//! Investment by small and medium firms, as it may be published.
//!
//! Never sends a number that is withheld, nor by which rules.

use std::collections::BTreeMap;

use api::network as message;
use api::network::{GetSmeFdiRequest, GetSmeFdiResponse};
use production_network::{
    Coverage, DisclosureRules, FdiCell, FdiDimension, PublishedCell, PublishedTable, ValueRange,
    contributions, fdi_records, publishable,
};
use tonic::Status;

use super::{Asked, ask, decode};

pub(super) fn get(
    asked: &Asked<'_>,
    question: &GetSmeFdiRequest,
) -> Result<GetSmeFdiResponse, Status> {
    let row = decode::closed("row", &question.row, FdiDimension::parse)?;
    let column = match question.column.as_str() {
        "" => None,
        column => Some(decode::closed("column", column, FdiDimension::parse)?),
    };
    if column == Some(row) {
        return Err(decode::refused("column", "is that of the rows".to_owned()));
    }
    let unit = decode::required("unit", &question.unit)?;
    let picture = asked.picture(question)?;
    let records = fdi_records(&picture.snapshot, picture.roles(), unit);
    let (contributions, left_out) = contributions(&records, row, column);
    let table = publishable(&contributions, &DisclosureRules::default());
    let table = table.map_err(|error| decode::refused("row", error.to_string()))?;
    // Nothing is known whole of any: that is no table of zeros.
    let is_unknown = contributions.is_empty() && left_out > 0;
    let cells = if is_unknown { vec![message::SmeFdiCell::default()] } else { cells(&table) };
    let official = question.official.map(|official| [official.at_least, official.at_most]);
    Ok(GetSmeFdiResponse {
        cells,
        is_too_few: is_unknown || (table.is_too_few() && !table.rows.is_empty()),
        left_out: left_out as u64,
        coverage: official
            .filter(|_| !is_unknown)
            .and_then(|official| coverage(table.total, official)),
        unit: unit.to_owned(),
        moment: Some(ask::moment(&picture, asked.partition)),
        frontier: None,
    })
}

fn cells(table: &PublishedTable) -> Vec<message::SmeFdiCell> {
    let mut by_code: BTreeMap<(&str, &str), PublishedCell> = BTreeMap::new();
    for ((row, column), cell) in &table.cells {
        if let (Some(row), Some(column)) = (table.rows.get(*row), table.columns.get(*column)) {
            by_code.insert((row, column), *cell);
        }
    }
    let rows = table.rows.iter().zip(&table.row_totals);
    by_code.extend(rows.map(|(row, cell)| ((row.as_str(), ""), *cell)));
    let columns = table.columns.iter().zip(&table.column_totals);
    by_code.extend(columns.map(|(column, cell)| (("", column.as_str()), *cell)));
    by_code.insert(("", ""), table.total);
    let cell = |((row, column), cell): ((&str, &str), PublishedCell)| message::SmeFdiCell {
        row: row.to_owned(),
        column: column.to_owned(),
        numbers: match cell {
            PublishedCell::Withheld => None,
            PublishedCell::Shown { count, value } => {
                Some(message::SmeFdiNumbers { count, value: value.to_string() })
            }
        },
    };
    by_code.into_iter().map(cell).collect()
}

/// Of what is published only.
fn coverage(total: PublishedCell, official: [i64; 2]) -> Option<message::SmeFdiCoverage> {
    let PublishedCell::Shown { count, value } = total else { return None };
    let value = i128::try_from(value).ok();
    let cell = FdiCell { count: [count, count], value: ValueRange { low: value, high: value } };
    match cell.coverage(official) {
        Coverage::Undefined => None,
        Coverage::Between(low, high) => {
            let part = |[of, whole]: [i128; 2]| of as f64 / whole as f64;
            Some(message::SmeFdiCoverage { at_least: part(low), at_most: part(high) })
        }
    }
}
