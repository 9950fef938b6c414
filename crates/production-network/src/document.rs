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
//!   {"kind": "product", "id": "coating", "name": "…", "type": "service", "source": "…"},
//!   {"kind": "segment", "id": "electronics.assembly", "name": "…", "isic": "26",
//!    "difficulty": 0.3, "needs": {"capabilities": ["capability.smt"],
//!    "certificates": ["iso-9001"]}, "source": "…"}],
//!  "relations": [
//!   {"id": "r1", "kind": "supplies", "from": "firm:atc", "to": "firm:customer",
//!    "industry": "aerospace", "product": "coating", "specification": "customer", "share": 0.4,
//!    "volume": {"amount": "5000000", "unit": "AUD"}, "valid_from": "2004", "valid_to": "2009-06",
//!    "source": "section 3.2", "evidence": "…", "confidence": 0.9}],
//!  "merges": [
//!   {"merged": "firm:atc-ltd", "into": "firm:atc", "effective": null, "source": "…",
//!    "evidence": "…"},
//!   {"merged": "firm:other", "undone": true, "source": "…", "evidence": "…"}]}
//! ```
//! Required are `kind`, `id`, `name`, `source` of an entity, `type` of all but firms, `code` of a
//! place; and `id`, `kind`, `from`, `to`, `source`, `evidence`, `confidence` of a relation. Dates
//! are a year, a month or a day. `founded`, `closed` belong to firms; the others have `valid_from`
//! and `valid_to`. The codes are those of the closed sets of this crate.

mod entity;
mod relation;
mod merge;
mod tree;
mod sums;
mod peaks;
mod ownership;
mod personal;
mod value;
mod rule;
mod position;
mod encode;
mod parts;
mod builder;

use serde::Deserialize;
use serde_json::Value;

pub use rule::{Rejection, Rule, Warning};

pub(crate) use builder::Entities;
pub(crate) use encode::{entity as entity_record, relation as relation_record};
pub(crate) use position::{Counted, Origin, Position};
pub(crate) use rule::Refusal;

use crate::{EntityId, Error, Fact, NetworkId};

/// What a document said, and what of it was refused.
///
/// Every record may have a `tier` (public, agency, restricted; public if not given). Firms, places
/// and programmes may have `attributes` (id, value, unit, source, `valid_from`, `valid_to`); a
/// place `within`; a programme `rules` and `budget`; a root segment must have `isic`. A relation
/// may have `segment`, `certificate`, `share_of_sales` (of a sale: another name of `share`),
/// `share_of_purchases` and `tenure` (`years`, `at`). No record has fields about persons.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Document {
    /// The network that the facts belong to.
    pub network: NetworkId,
    /// The facts: entities first, then relations, then merges, each in the order of the document.
    pub facts: Vec<Fact>,
    /// What was refused: entities, then relations, then merges, each in the order of the document.
    pub rejections: Vec<Rejection>,
    /// What holds together badly without being refused.
    pub warnings: Vec<Warning>,
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
    #[serde(default)]
    merges: Vec<Value>,
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
        check_count("merges", outer.merges.len(), limits.relations_max)?;
        let network = NetworkId::try_new(outer.network)?;
        let mut entities = Entities::new(network, limits.entities_max);
        for (index, value) in outer.entities.iter().enumerate() {
            entities.take(Position::Listed { list: "entities", index }, Ok(value))?;
        }
        let mut relations = entities.end(is_known, limits.relations_max);
        for (index, value) in outer.relations.iter().enumerate() {
            relations.take(Position::Listed { list: "relations", index }, Ok(value))?;
        }
        for (index, value) in outer.merges.iter().enumerate() {
            relations.take_merge(&Position::Listed { list: "merges", index }, Ok(value))?;
        }
        Ok(relations.end())
    }

    /// True if a record speaks of a person. Who takes documents in refuses such a one whole: the
    /// log keeps for good what it is given.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.rejections.iter().any(|rejection| rejection.rule == Rule::Personal)
    }
}

fn check_count(what: &'static str, found: usize, limit: usize) -> Result<(), Error> {
    if found > limit { Err(Error::DocumentCount { what, found, limit }) } else { Ok(()) }
}
