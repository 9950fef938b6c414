//! The rules by which entities and edges are refused, and what a refusal says.
//!
//! Each rule has a stable id and a remedy that the author of a document can act on. Never changes a
//! record to make it fit.

use serde_json::Value;

use crate::Error;
use crate::closed_set::closed_set;

/// How much of a refused record is kept.
const ORIGINAL_BYTES_MAX: usize = 4_096;

/// An entity or relation that was refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rejection {
    /// Where it stands: `relations[3]`, counted from 0.
    pub position: String,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What is wrong with it.
    pub reason: String,
    /// The record, at most its first 4 KiB.
    pub original: String,
}

closed_set! {
    /// Rules of documents of network facts.
    pub enum Rule: "rules" {
        /// The record has not the fields or types of the schema.
        Shape = "network.shape",
        /// An identifier, reference or code has a wrong form, or is not in its set.
        Code = "network.code",
        /// A date has a wrong form or does not exist.
        Date = "network.date",
        /// The validity ends before it starts.
        EndBeforeStart = "network.end-before-start",
        /// A share or confidence is outside 0 to 1.
        UnitInterval = "network.unit-interval",
        /// A volume is no decimal number.
        Amount = "network.amount",
        /// A relation joins an entity that nobody gave.
        UnknownEntity = "network.unknown-entity",
        /// A relation joins an entity with itself.
        SelfLoop = "network.self-loop",
        /// A relation joins kinds of entities that it cannot join.
        EndKind = "network.end-kind",
        /// The id was given before in the same document.
        Duplicate = "network.duplicate",
        /// The source or the evidence is empty.
        Unsourced = "network.unsourced",
    }
}

impl Rule {
    /// What the author of the document can do.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Shape => "give the fields of the schema, spelled as there, and no others",
            Self::Code => "use an id of a-z, 0-9, `-`, `_`, `.` and a code of the closed set",
            Self::Date => "write the date as 2001, 2001-05 or 2001-05-17",
            Self::EndBeforeStart => "correct valid_from or valid_to (founded or closed of a firm)",
            Self::UnitInterval => "give a part of 1: 0.25 for 25 per cent",
            Self::Amount => "write the amount as digits with a point, without separators",
            Self::UnknownEntity => "add the entity to the document, or correct the reference",
            Self::SelfLoop => "name two different entities, or leave the relation out",
            Self::EndKind => "turn the relation round, or choose a kind that joins these entities",
            Self::Duplicate => "give each record an id of its own, or remove the second",
            Self::Unsourced => "say where the fact stands, and what is said there",
        }
    }

    /// The rule that an error of a value breaks.
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::Date { .. } | Error::Time { .. } => Self::Date,
            Error::EndBeforeStart { .. } => Self::EndBeforeStart,
            Error::OutsideUnitInterval { .. } => Self::UnitInterval,
            Error::Amount { .. } => Self::Amount,
            Error::UnknownEntity { .. } | Error::UnknownRelation { .. } => Self::UnknownEntity,
            Error::Id { .. }
            | Error::Reference { .. }
            | Error::Code { .. }
            | Error::Area { .. } => Self::Code,
            Error::DocumentBytes { .. }
            | Error::DocumentCount { .. }
            | Error::DocumentSyntax { .. }
            | Error::RecordedBackwards { .. } => Self::Shape,
        }
    }
}

impl Rejection {
    pub(crate) fn new(list: &str, index: usize, value: &Value, rule: Rule, reason: String) -> Self {
        let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
        let mut original = value.to_string();
        if original.len() > ORIGINAL_BYTES_MAX {
            original.truncate(original.floor_char_boundary(ORIGINAL_BYTES_MAX));
        }
        Self { position: format!("{list}[{index}]"), id, rule, reason, original }
    }
}

/// Why a record is refused: the rule and the reason.
pub(crate) type Refusal = (Rule, String);

pub(crate) fn refuse(error: Error) -> Refusal {
    (Rule::of(&error), error.to_string())
}
