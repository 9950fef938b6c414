//! Writes GraphML: entities as nodes, relations as directed edges, each field under a key.
//!
//! Guarantees that [`Mapping::of_graphml`](crate::Mapping::of_graphml) reads the same facts back. A
//! field that is not stated has no data element.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::xml_text::escaped;
use super::{ENTITY_COLUMNS, NUMBERS, RELATION_COLUMNS, fields, text};
use crate::Snapshot;
use crate::document::{entity_record, relation_record};

/// Writes the picture as GraphML (Brandes and others, 2002).
///
/// # Errors
/// What the writer says; [`io::ErrorKind::InvalidData`] for a character that XML cannot hold.
pub fn write_graphml(snapshot: &Snapshot, mut writer: impl Write) -> io::Result<()> {
    writer.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    writer.write_all(b"<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n")?;
    let keys = [("node", &ENTITY_COLUMNS[..]), ("edge", &RELATION_COLUMNS[..])];
    for (domain, columns) in keys {
        for column in columns {
            let kind = if NUMBERS.contains(column) { "double" } else { "string" };
            writeln!(
                writer,
                "<key id=\"{domain}-{column}\" for=\"{domain}\" attr.name=\"{column}\" \
                 attr.type=\"{kind}\"/>"
            )?;
        }
    }
    writer.write_all(b"<graph edgedefault=\"directed\">\n")?;
    for entity in snapshot.entities() {
        writeln!(writer, "<node id=\"{}\">", entity.id())?;
        write_data(&mut writer, "node", &ENTITY_COLUMNS, &fields(entity_record(entity)))?;
        writer.write_all(b"</node>\n")?;
    }
    for relation in snapshot.relations() {
        let (id, from, to) = (&relation.id, &relation.from, &relation.to);
        writeln!(writer, "<edge id=\"{id}\" source=\"{from}\" target=\"{to}\">")?;
        write_data(&mut writer, "edge", &RELATION_COLUMNS, &fields(relation_record(relation)))?;
        writer.write_all(b"</edge>\n")?;
    }
    writer.write_all(b"</graph>\n</graphml>\n")
}

fn write_data(
    writer: &mut impl Write,
    domain: &str,
    columns: &[&str],
    record: &Map<String, Value>,
) -> io::Result<()> {
    for column in columns {
        let value = text(record, column);
        if !value.is_empty() {
            writeln!(writer, "<data key=\"{domain}-{column}\">{}</data>", escaped(&value)?)?;
        }
    }
    Ok(())
}
