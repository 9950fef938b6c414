//! Writes a picture of a network for other tools: tables, GraphML, GEXF.
//!
//! Guarantees that each is written as a stream, in the order of ids, with everything escaped, and
//! that tables and GraphML are read back as the same facts by [`Mapping::of_tables`] and
//! [`Mapping::of_graphml`](crate::Mapping::of_graphml). A field is a column as in a document; lists
//! and objects are JSON text. What a picture names without having it on its day, such as a product
//! that ended, is named still. Never writes what a reader may not see: narrow the picture first by
//! [`Snapshot::visible_to`](crate::Snapshot::visible_to).
//!
//! [`Mapping::of_tables`]: crate::Mapping::of_tables

mod table;
mod xml_text;
mod graphml;
mod gexf;

use serde_json::{Map, Value};

pub use gexf::write_gexf;
pub use graphml::write_graphml;
pub use table::{write_entities_csv, write_relations_csv};

/// The fields of entities, in the order of columns.
pub(crate) const ENTITY_COLUMNS: [&str; 24] = [
    "kind",
    "id",
    "name",
    "type",
    "home",
    "code",
    "within",
    "operator",
    "isic",
    "difficulty",
    "size",
    "identity",
    "founded",
    "closed",
    "valid_from",
    "valid_to",
    "tier",
    "labels",
    "attributes",
    "rules",
    "budget",
    "needs",
    "source",
    "note",
];
/// The fields of relations, in the order of columns.
pub(crate) const RELATION_COLUMNS: [&str; 19] = [
    "id",
    "kind",
    "from",
    "to",
    "industry",
    "product",
    "segment",
    "certificate",
    "specification",
    "share",
    "share_of_purchases",
    "volume",
    "tenure",
    "valid_from",
    "valid_to",
    "tier",
    "source",
    "evidence",
    "confidence",
];
/// Columns that hold numbers.
pub(crate) const NUMBERS: [&str; 4] = ["difficulty", "share", "share_of_purchases", "confidence"];
/// Columns that hold JSON.
pub(crate) const NESTED: [&str; 7] =
    ["labels", "attributes", "rules", "budget", "needs", "volume", "tenure"];

/// A field of a record as the text of its column; empty if it has none.
fn text(record: &Map<String, Value>, column: &str) -> String {
    match record.get(column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => {
            value.to_string()
        }
    }
}

fn fields(record: Value) -> Map<String, Value> {
    match record {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}
