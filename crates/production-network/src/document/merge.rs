//! Reads that two entities of a document are one, or are two after all.
//!
//! Guarantees that both exist and are of one kind. Nothing is rewritten: a merge is a fact beside
//! the others, so that it can be undone.

use serde::Deserialize;
use serde_json::Value;

use super::rule::{Refusal, Rule};
use super::value::{at, maybe, shape};
use crate::{EntityId, Fact, Merge, PartialDate};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MergeRecord {
    merged: String,
    into: Option<String>,
    #[serde(default)]
    undone: bool,
    effective: Option<String>,
    source: String,
    evidence: String,
}

pub(crate) fn read(value: &Value, is_known: &impl Fn(&EntityId) -> bool) -> Result<Fact, Refusal> {
    let record: MergeRecord = shape(value)?;
    let merged = at("merged", EntityId::parse(&record.merged))?;
    let survivor = maybe("into", record.into.as_deref(), EntityId::parse)?;
    for (field, id) in [("merged", Some(&merged)), ("into", survivor.as_ref())] {
        if let Some(id) = id
            && !is_known(id)
        {
            let reason = format!("`{id}` is neither here nor known");
            return Err(Refusal::new(Rule::UnknownEntity, reason).at(field));
        }
    }
    for (field, text) in [("source", &record.source), ("evidence", &record.evidence)] {
        if text.trim().is_empty() {
            return Err(Refusal::new(Rule::Unsourced, format!("the {field} is empty")).at(field));
        }
    }
    let effective = maybe("effective", record.effective.as_deref(), PartialDate::parse)?;
    let (source, evidence) = (record.source, record.evidence);
    match (survivor, record.undone) {
        (Some(survivor), false) => {
            let merge = Merge { merged, survivor, effective, source, evidence };
            at("into", merge.check())?;
            Ok(Fact::EntitiesMerged(merge))
        }
        (None, true) => Ok(Fact::MergeUndone { merged, effective, source, evidence }),
        (Some(_), true) => {
            let reason = "an undone merge has no field `into`".to_owned();
            Err(Refusal::new(Rule::Shape, reason).at("into"))
        }
        (None, false) => Err(Refusal::new(Rule::Shape, "missing field `into`".to_owned())),
    }
}
