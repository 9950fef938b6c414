//! Relations, as tables and as JSON.

use api::network::Relation;
use serde_json::{Value, json};

use crate::output::Table;

pub(super) fn document(relation: &Relation) -> Value {
    json!({
        "id": relation.id,
        "kind": relation.kind,
        "from": relation.from,
        "to": relation.to,
        "from_name": relation.from_name,
        "to_name": relation.to_name,
        "industry": relation.industry,
        "valid_from": relation.valid_from,
        "valid_to": relation.valid_to,
        "source": relation.source,
        "evidence": relation.evidence,
        "confidence": relation.confidence,
        "share": relation.share,
    })
}

pub(super) fn table(relations: &[Relation]) -> Table {
    let headers = ["relation", "from", "to", "industry", "from day", "to day", "source"];
    let mut table = Table::new(&headers);
    for relation in relations {
        table.row([
            &relation.kind,
            or_id(&relation.from_name, &relation.from),
            or_id(&relation.to_name, &relation.to),
            &relation.industry,
            &relation.valid_from,
            &relation.valid_to,
            &relation.source,
        ]);
    }
    table
}

fn or_id<'a>(name: &'a String, id: &'a String) -> &'a String {
    if name.is_empty() { id } else { name }
}
