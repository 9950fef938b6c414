//! Writes entities, relations and merges as the records that a document has.
//!
//! Guarantees that reading a record back gives the same fact. What is not stated is left out.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::Document;
use crate::{
    Attribute, Difficulty, Entity, EntryNeeds, Fact, GivenLabel, Merge, Relation, Share, Tier,
    Validity, Volume,
};

impl Document {
    /// Writes the facts as a document of the same schema, without what was refused.
    ///
    /// # Errors
    /// What the writer says; [`io::ErrorKind::InvalidInput`] for facts that no document states:
    /// that something changed or ended.
    pub fn write_json(&self, mut writer: impl Write) -> io::Result<()> {
        write!(writer, "{{\"network\": {}", json!(self.network.as_str()))?;
        for list in ["entities", "relations", "merges"] {
            write!(writer, ",\n\"{list}\": [")?;
            let mut separator = "\n";
            for fact in &self.facts {
                let (its_list, record) = record(fact)?;
                if its_list == list {
                    writer.write_all(separator.as_bytes())?;
                    serde_json::to_writer(&mut writer, &record)?;
                    separator = ",\n";
                }
            }
            writer.write_all(b"]")?;
        }
        writer.write_all(b"}\n")
    }
}

/// The list and the record of a fact.
pub(super) fn record(fact: &Fact) -> io::Result<(&'static str, Value)> {
    match fact {
        Fact::EntityAsserted(one) => Ok(("entities", entity(one))),
        Fact::RelationAsserted(one) => Ok(("relations", relation(one))),
        Fact::EntitiesMerged(one) => Ok(("merges", merge(one))),
        Fact::MergeUndone { merged, effective, source, evidence } => {
            let mut fields = Fields::default();
            fields.put("merged", merged);
            fields.0.insert("undone".to_owned(), Value::Bool(true));
            fields.maybe("effective", effective.as_ref());
            fields.put("source", source);
            fields.put("evidence", evidence);
            Ok(("merges", Value::Object(fields.0)))
        }
        Fact::EntityChanged { .. }
        | Fact::EntityEnded { .. }
        | Fact::RelationChanged { .. }
        | Fact::RelationEnded { .. } => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "no document states a change or end"))
        }
    }
}

/// An entity as a record.
pub(crate) fn entity(entity: &Entity) -> Value {
    let mut fields = Fields::default();
    fields.put("kind", entity.id().kind());
    fields.put("id", entity.id().as_str());
    fields.put("name", entity.name());
    let (source, note) = match entity {
        Entity::Firm(firm) => {
            fields.maybe("home", firm.home);
            fields.put("size", firm.size);
            fields.put("identity", firm.identity);
            fields.list("labels", firm.labels.iter().map(label).collect());
            (&firm.source, &firm.note)
        }
        Entity::Actor(actor) => {
            fields.put("type", actor.kind);
            fields.maybe("home", actor.home);
            (&actor.source, &actor.note)
        }
        Entity::Place(place) => {
            fields.put("type", place.kind);
            fields.put("code", &place.code);
            fields.maybe("within", place.within.as_ref());
            (&place.source, &place.note)
        }
        Entity::Programme(programme) => {
            fields.put("type", programme.kind);
            fields.maybe("operator", programme.operator.as_ref());
            fields.list("rules", programme.rules.iter().map(|rule| json!(rule)).collect());
            fields.volume("budget", programme.budget.as_ref());
            (&programme.source, &programme.note)
        }
        Entity::Product(product) => {
            fields.put("type", product.kind);
            (&product.source, &product.note)
        }
        Entity::Segment(segment) => {
            fields.maybe("isic", segment.isic);
            fields.number("difficulty", segment.difficulty.map(Difficulty::as_f64));
            fields.needs(&segment.needs);
            (&segment.source, &segment.note)
        }
    };
    fields.list("attributes", entity.attributes().iter().map(attribute).collect());
    let ends = if matches!(entity, Entity::Firm(_)) {
        ["founded", "closed"]
    } else {
        ["valid_from", "valid_to"]
    };
    fields.validity(ends, entity.validity());
    fields.tier(entity.tier());
    fields.put("source", source);
    if !note.is_empty() {
        fields.put("note", note);
    }
    Value::Object(fields.0)
}

/// A relation as a record.
pub(crate) fn relation(relation: &Relation) -> Value {
    let mut fields = Fields::default();
    fields.put("id", &relation.id);
    fields.put("kind", relation.kind);
    fields.put("from", &relation.from);
    fields.put("to", &relation.to);
    fields.maybe("industry", relation.industry.as_ref());
    fields.maybe("product", relation.product.as_ref());
    fields.maybe("segment", relation.segment.as_ref());
    fields.maybe("certificate", relation.certificate.as_ref());
    fields.maybe("specification", relation.specification);
    fields.number("share", relation.share.map(Share::as_f64));
    let share_of_purchases = relation.share_of_purchases.map(Share::as_f64);
    fields.number("share_of_purchases", share_of_purchases);
    fields.volume("volume", relation.volume.as_ref());
    if let Some(tenure) = relation.tenure {
        let mut inner = Fields::default();
        inner.put("years", tenure.years());
        inner.maybe("at", tenure.at());
        fields.0.insert("tenure".to_owned(), Value::Object(inner.0));
    }
    fields.validity(["valid_from", "valid_to"], relation.validity);
    fields.tier(relation.tier);
    fields.put("source", &relation.source);
    fields.put("evidence", &relation.evidence);
    fields.number("confidence", Some(relation.confidence.as_f64()));
    Value::Object(fields.0)
}

fn merge(merge: &Merge) -> Value {
    let mut fields = Fields::default();
    fields.put("merged", &merge.merged);
    fields.put("into", &merge.survivor);
    fields.maybe("effective", merge.effective);
    fields.put("source", &merge.source);
    fields.put("evidence", &merge.evidence);
    Value::Object(fields.0)
}

fn label(label: &GivenLabel) -> Value {
    let mut fields = Fields::default();
    fields.put("industry", &label.industry);
    fields.put("role", label.role);
    fields.put("source", &label.source);
    Value::Object(fields.0)
}

fn attribute(attribute: &Attribute) -> Value {
    let mut fields = Fields::default();
    fields.put("id", &attribute.id);
    fields.put("value", attribute.value.as_str());
    fields.maybe("unit", attribute.unit.as_ref());
    fields.validity(["valid_from", "valid_to"], attribute.validity);
    fields.put("source", &attribute.source);
    Value::Object(fields.0)
}

/// The fields of a record; what is not there is left out.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl ToString) {
        self.0.insert(name.to_owned(), Value::String(value.to_string()));
    }

    fn maybe(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn number(&mut self, name: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), json!(value));
        }
    }

    fn list(&mut self, name: &str, values: Vec<Value>) {
        if !values.is_empty() {
            self.0.insert(name.to_owned(), Value::Array(values));
        }
    }

    fn needs(&mut self, needs: &EntryNeeds) {
        let capabilities: Vec<&str> = needs.capabilities.iter().map(|id| id.as_str()).collect();
        let certificates: Vec<&str> = needs.certificates.iter().map(|id| id.as_str()).collect();
        if !capabilities.is_empty() || !certificates.is_empty() {
            let needs = json!({"capabilities": capabilities, "certificates": certificates});
            self.0.insert("needs".to_owned(), needs);
        }
    }

    fn volume(&mut self, name: &str, volume: Option<&Volume>) {
        if let Some(volume) = volume {
            let volume = json!({"amount": volume.amount.as_str(), "unit": volume.unit});
            self.0.insert(name.to_owned(), volume);
        }
    }

    fn validity(&mut self, ends: [&str; 2], validity: Validity) {
        let [from, to] = ends;
        self.maybe(from, validity.from());
        self.maybe(to, validity.to());
    }

    fn tier(&mut self, tier: Tier) {
        if tier != Tier::Public {
            self.put("tier", tier);
        }
    }
}
