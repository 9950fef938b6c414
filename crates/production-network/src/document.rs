//! Reads a document of network facts (`network.json`).
//!
//! Guarantees that a bad entity or edge is refused alone, with its rule, a reason and a remedy, and
//! that the rest goes on; reads at most what [`Limits`] allow. Never looks anything up: what a
//! document may refer to beside itself is given by the caller.
//!
//! # Schema
//! ```json
//! {"network": "asean",
//!  "entities": [
//!   {"kind": "firm", "id": "atc", "name": "ATC", "home": "SG", "size": "sme",
//!    "identity": "named", "founded": "2004", "closed": null,
//!    "labels": [{"industry": "ict", "role": "lead_firm", "source": "table 5"}],
//!    "source": "section 3.2", "note": ""},
//!   {"kind": "actor", "id": "ie-singapore", "name": "…", "type": "state_agency", "home": "SG",
//!    "source": "…"},
//!   {"kind": "place", "id": "penang", "name": "Penang", "type": "subdivision", "code": "MY-07",
//!    "source": "…"},
//!   {"kind": "programme", "id": "gcp", "name": "…", "type": "internationalization",
//!    "operator": "actor:ie-singapore", "source": "…"},
//!   {"kind": "product", "id": "coating", "name": "…", "type": "service", "source": "…"}],
//!  "relations": [
//!   {"id": "r1", "kind": "supplies", "from": "firm:atc", "to": "firm:customer",
//!    "industry": "aerospace", "product": "coating", "specification": "customer", "share": 0.4,
//!    "volume": {"amount": "5000000", "unit": "AUD"}, "valid_from": "2004", "valid_to": "2009-06",
//!    "source": "section 3.2", "evidence": "…", "confidence": 0.9}]}
//! ```
//! Required are `kind`, `id`, `name`, `source` of an entity, `type` of all but firms, `code` of a
//! place; and `id`, `kind`, `from`, `to`, `source`, `evidence`, `confidence` of a relation. Dates
//! are a year, a month or a day. `founded`, `closed` belong to firms; the others have `valid_from`
//! and `valid_to`. The codes are those of the closed sets of this crate.

mod entity;
mod relation;
mod rule;

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

pub use rule::{Rejection, Rule};

use crate::{EntityId, Error, Fact, NetworkId, RelationId};

/// What a document said, and what of it was refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Document {
    /// The network that the facts belong to.
    pub network: NetworkId,
    /// The facts: entities first, then relations, each in the order of the document.
    pub facts: Vec<Fact>,
    /// What was refused, in the order of the document.
    pub rejections: Vec<Rejection>,
}

/// How much of a document is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Longest document in bytes. Its tree needs about ten times as much memory.
    pub bytes_max: usize,
    /// Most entities.
    pub entities_max: usize,
    /// Most relations.
    pub relations_max: usize,
}

impl Default for Limits {
    /// 64 MiB, 200,000 entities and 1,000,000 relations.
    fn default() -> Self {
        Self { bytes_max: 64 << 20, entities_max: 200_000, relations_max: 1_000_000 }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outer {
    network: String,
    #[serde(default)]
    entities: Vec<Value>,
    #[serde(default)]
    relations: Vec<Value>,
}

impl Document {
    /// Reads a document that refers to nothing but its own entities.
    ///
    /// # Errors
    /// [`Error::DocumentBytes`], [`Error::DocumentCount`] over a limit; [`Error::DocumentSyntax`]
    /// if it is no JSON object of `network`, `entities` and `relations`; [`Error::Id`] if the
    /// network has no well-formed identifier.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        Self::parse_beside(bytes, limits, |_| false)
    }

    /// Reads a document that may also refer to entities for which `is_known` holds.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn parse_beside(
        bytes: &[u8],
        limits: &Limits,
        is_known: impl Fn(&EntityId) -> bool,
    ) -> Result<Self, Error> {
        if bytes.len() > limits.bytes_max {
            return Err(Error::DocumentBytes { found: bytes.len(), limit: limits.bytes_max });
        }
        let outer: Outer = serde_json::from_slice(bytes).map_err(|source| {
            Error::DocumentSyntax { line: source.line(), column: source.column(), source }
        })?;
        check_count("entities", outer.entities.len(), limits.entities_max)?;
        check_count("relations", outer.relations.len(), limits.relations_max)?;
        let network = NetworkId::try_new(outer.network)?;
        let mut document = Self { network, facts: Vec::new(), rejections: Vec::new() };
        let own = document.read_entities(&outer.entities);
        document.read_relations(&outer.relations, |id| own.contains(id) || is_known(id));
        Ok(document)
    }

    fn read_entities(&mut self, values: &[Value]) -> BTreeSet<EntityId> {
        let mut own = BTreeSet::new();
        for (index, value) in values.iter().enumerate() {
            let read = entity::read(value).and_then(|entity| {
                if own.contains(&entity.id()) {
                    return Err((Rule::Duplicate, format!("`{}` was given before", entity.id())));
                }
                Ok(entity)
            });
            match read {
                Ok(entity) => {
                    own.insert(entity.id());
                    self.facts.push(Fact::EntityAsserted(entity));
                }
                Err((rule, reason)) => self.reject("entities", index, value, rule, reason),
            }
        }
        own
    }

    fn read_relations(&mut self, values: &[Value], is_known: impl Fn(&EntityId) -> bool) {
        let mut own: BTreeSet<RelationId> = BTreeSet::new();
        for (index, value) in values.iter().enumerate() {
            let read = relation::read(value, &is_known).and_then(|relation| {
                if own.contains(&relation.id) {
                    return Err((Rule::Duplicate, format!("`{}` was given before", relation.id)));
                }
                Ok(relation)
            });
            match read {
                Ok(relation) => {
                    own.insert(relation.id.clone());
                    self.facts.push(Fact::RelationAsserted(relation));
                }
                Err((rule, reason)) => self.reject("relations", index, value, rule, reason),
            }
        }
    }

    fn reject(&mut self, list: &str, index: usize, value: &Value, rule: Rule, reason: String) {
        self.rejections.push(Rejection::new(list, index, value, rule, reason));
    }
}

fn check_count(what: &'static str, found: usize, limit: usize) -> Result<(), Error> {
    if found > limit { Err(Error::DocumentCount { what, found, limit }) } else { Ok(()) }
}
