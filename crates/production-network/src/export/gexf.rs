//! Writes GEXF 1.3: entities as nodes, relations as directed edges, each field as an attribute.
//!
//! For drawing tools: the kind of a relation is its label, and parallel relations stay apart by
//! their ids. Nothing reads it back; for that there is GraphML.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::xml_text::escaped;
use super::{ENTITY_COLUMNS, NUMBERS, RELATION_COLUMNS, fields, text};
use crate::Snapshot;
use crate::document::{entity_record, relation_record};

/// Writes the picture as GEXF 1.3, for Gephi and its like.
///
/// # Errors
/// What the writer says; [`io::ErrorKind::InvalidData`] for a character that XML cannot hold.
pub fn write_gexf(snapshot: &Snapshot, mut writer: impl Write) -> io::Result<()> {
    writer.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
    writer.write_all(b"<gexf xmlns=\"http://gexf.net/1.3\" version=\"1.3\">\n")?;
    writer.write_all(b"<graph mode=\"static\" defaultedgetype=\"directed\">\n")?;
    for (class, columns) in [("node", &ENTITY_COLUMNS[..]), ("edge", &RELATION_COLUMNS[..])] {
        writeln!(writer, "<attributes class=\"{class}\">")?;
        for column in columns {
            let kind = if NUMBERS.contains(column) { "double" } else { "string" };
            writeln!(writer, "<attribute id=\"{column}\" title=\"{column}\" type=\"{kind}\"/>")?;
        }
        writer.write_all(b"</attributes>\n")?;
    }
    writer.write_all(b"<nodes>\n")?;
    for entity in snapshot.entities() {
        writeln!(writer, "<node id=\"{}\" label=\"{}\">", entity.id(), escaped(entity.name())?)?;
        write_values(&mut writer, &ENTITY_COLUMNS, &fields(entity_record(entity)))?;
        writer.write_all(b"</node>\n")?;
    }
    writer.write_all(b"</nodes>\n<edges>\n")?;
    for relation in snapshot.relations() {
        let (id, from, to, kind) = (&relation.id, &relation.from, &relation.to, relation.kind);
        writeln!(
            writer,
            "<edge id=\"{id}\" source=\"{from}\" target=\"{to}\" kind=\"{kind}\" label=\"{kind}\">"
        )?;
        write_values(&mut writer, &RELATION_COLUMNS, &fields(relation_record(relation)))?;
        writer.write_all(b"</edge>\n")?;
    }
    writer.write_all(b"</edges>\n</graph>\n</gexf>\n")
}

fn write_values(
    writer: &mut impl Write,
    columns: &[&str],
    record: &Map<String, Value>,
) -> io::Result<()> {
    writer.write_all(b"<attvalues>\n")?;
    for column in columns {
        let value = text(record, column);
        if !value.is_empty() {
            writeln!(writer, "<attvalue for=\"{column}\" value=\"{}\"/>", escaped(&value)?)?;
        }
    }
    writer.write_all(b"</attvalues>\n")
}
