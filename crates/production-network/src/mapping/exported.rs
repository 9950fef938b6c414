//! Mappings for what [`export`](crate::export) writes.
//!
//! Guarantees that the columns are those of the export, since both take them from one list. A name
//! that is empty does not come back: an empty column states nothing.

use serde_json::{Map, Value, json};

use super::Mapping;
use crate::export::{ENTITY_COLUMNS, NESTED, NUMBERS, RELATION_COLUMNS};
use crate::{Error, NetworkId};

impl Mapping {
    /// The mapping that reads `entities.csv` and `relations.csv` back.
    ///
    /// # Errors
    /// Those of [`Mapping::parse`]; none that an id of a network could cause.
    pub fn of_tables(network: &NetworkId) -> Result<Self, Error> {
        let source = |list: &str, columns: &[&str]| {
            json!({"file": format!("{list}.csv"), "format": "csv",
                "records": [{"list": list, "fields": same(columns)}]})
        };
        let entities = source("entities", &ENTITY_COLUMNS);
        let relations = source("relations", &RELATION_COLUMNS);
        let mapping = json!({"network": network.as_str(), "sources": [entities, relations]});
        Self::parse(mapping.to_string().as_bytes())
    }

    /// The mapping that reads a GraphML file back.
    ///
    /// # Errors
    /// As [`Mapping::of_tables`].
    pub fn of_graphml(network: &NetworkId, file: &str) -> Result<Self, Error> {
        let record = |list: &str, element: &str, columns: &[&str]| {
            json!({"list": list, "where": [{"column": "@element", "is": [element]}],
                "fields": same(columns)})
        };
        let entities = record("entities", "node", &ENTITY_COLUMNS);
        let relations = record("relations", "edge", &RELATION_COLUMNS);
        let source = json!({"file": file, "format": "graphml", "records": [entities, relations]});
        let mapping = json!({"network": network.as_str(), "sources": [source]});
        Self::parse(mapping.to_string().as_bytes())
    }
}

/// Each field from the column of its name.
fn same(columns: &[&str]) -> Map<String, Value> {
    let mut fields = Map::new();
    for column in columns {
        let template = format!("{{{column}}}");
        let rule = if NUMBERS.contains(column) {
            json!({"$": template, "number": true})
        } else if NESTED.contains(column) {
            json!({"$": template, "json": true})
        } else {
            json!(template)
        };
        fields.insert((*column).to_owned(), rule);
    }
    fields
}
