//! Writes entities and relations as comma-separated values by RFC 4180, with a header.
//!
//! Guarantees that [`Mapping::of_tables`](crate::Mapping::of_tables) reads the same facts back. A
//! field that is not stated is an empty column.

use std::io::{self, Write};

use serde_json::Value;

use super::{ENTITY_COLUMNS, RELATION_COLUMNS, fields, text};
use crate::Snapshot;
use crate::document::{entity_record, relation_record};

/// Writes `entities.csv`: a row an entity.
///
/// # Errors
/// What the writer says.
pub fn write_entities_csv(snapshot: &Snapshot, writer: impl Write) -> io::Result<()> {
    write_table(writer, &ENTITY_COLUMNS, snapshot.entities().map(entity_record))
}

/// Writes `relations.csv`: a row a relation.
///
/// # Errors
/// What the writer says.
pub fn write_relations_csv(snapshot: &Snapshot, writer: impl Write) -> io::Result<()> {
    write_table(writer, &RELATION_COLUMNS, snapshot.relations().map(relation_record))
}

fn write_table(
    mut writer: impl Write,
    columns: &[&str],
    records: impl Iterator<Item = Value>,
) -> io::Result<()> {
    writeln!(writer, "{}", columns.join(","))?;
    for record in records {
        let record = fields(record);
        let mut row = Vec::new();
        for column in columns {
            row.push(quoted(&text(&record, column)));
        }
        writeln!(writer, "{}", row.join(","))?;
    }
    Ok(())
}

/// In quotes where a reader would stumble otherwise.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
