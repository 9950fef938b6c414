//! The rules by which entities and edges are refused, and what a refusal says.
//!
//! Each rule has a stable id and a remedy that the author of a document can act on. Never changes a
//! record to make it fit.

use serde_json::Value;

use super::position::Position;
use crate::closed_set::closed_set;
use crate::{Error, RelationId};

/// How much of a refused record is kept.
const ORIGINAL_BYTES_MAX: usize = 4_096;
/// What stands for a record that must not be kept.
const WITHHELD: &str = "(withheld: the record speaks of a person)";

/// An entity or relation that was refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rejection {
    /// Where it stands: `relations[3]`, counted from 0; or the file, line (of Parquet: row) and
    /// column of a bulk load.
    pub position: String,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// The field that it is about, where it is about one.
    pub field: Option<String>,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What is wrong with it.
    pub reason: String,
    /// The record, at most its first 4 KiB; withheld if it speaks of a person.
    pub original: String,
}

/// What holds together badly without being surely wrong. Nothing is refused for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Warning {
    /// The rule that is broken if each record is taken as it stands.
    pub rule: Rule,
    /// What is wrong.
    pub reason: String,
    /// The relations that are wrong together, in order.
    pub relations: Vec<RelationId>,
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
        /// A field is about a person; networks are of organisations and groups.
        Personal = "network.personal",
        /// A segment's place in the tree contradicts its id, or it has no division.
        SegmentTree = "network.segment-tree",
        /// A place lies in itself, through others or not.
        PlaceCycle = "network.place-cycle",
        /// Owners hold more than all of a firm at one time.
        EquitySum = "network.equity-above-one",
        /// Firms hold each other wholly, so that nobody outside owns them.
        OwnershipCycle = "network.ownership-cycle",
        /// A firm sells more than all that it sells at one time. A warning.
        SalesSum = "network.sales-above-one",
        /// A merge joins an entity with itself or with one of another kind.
        Merge = "network.merge",
        /// A mapping finds no column, or no code for what stands there.
        Mapping = "network.mapping",
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
            Self::Personal => "remove what is about persons; describe the group as a whole",
            Self::SegmentTree => "name the segment by its path; give each root a division of ISIC",
            Self::PlaceCycle => "correct `within`, so that the larger place lies in no smaller one",
            Self::EquitySum => "compare all owners of the firm, and correct shares or dates",
            Self::OwnershipCycle => "correct a share or a date, or name the owner outside",
            Self::SalesSum => "compare all sales of the firm, and correct shares or dates",
            Self::Merge => "name two different entities of one kind",
            Self::Mapping => "add the column, or the code to the value map, or filter the row out",
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
            Error::Merge { .. } => Self::Merge,
            Error::DocumentBytes { .. }
            | Error::DocumentCount { .. }
            | Error::DocumentSyntax { .. }
            | Error::Anchors { .. }
            | Error::Mapping { .. }
            | Error::Source { .. }
            | Error::SourceRow { .. }
            | Error::ActivityRow { .. }
            | Error::RecordedBackwards { .. }
            | Error::Sale { .. }
            | Error::SupplyFirm { .. }
            | Error::Volumes { .. }
            | Error::NoSales
            | Error::TableShape { .. }
            | Error::TableRepeats { .. }
            | Error::TableCell { .. }
            | Error::Parameter { .. }
            | Error::Vertex { .. }
            | Error::TooMany { .. }
            | Error::NotConverged { .. }
            | Error::EssentialityShape { .. }
            | Error::ShockOptions { .. }
            | Error::Shock { .. } => Self::Shape,
        }
    }
}

impl Rejection {
    pub(crate) fn new(position: &Position, value: &Value, refusal: Refusal) -> Self {
        let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
        let mut original = value.to_string();
        if refusal.rule == Rule::Personal {
            original = WITHHELD.to_owned();
        }
        if original.len() > ORIGINAL_BYTES_MAX {
            original.truncate(original.floor_char_boundary(ORIGINAL_BYTES_MAX));
        }
        let Refusal { rule, reason, field } = refusal;
        let position = position.of_field(field.as_deref());
        Self { position, id, field, rule, reason, original }
    }
}

/// Why a record is refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) rule: Rule,
    pub(crate) reason: String,
    /// The field that it is about.
    pub(crate) field: Option<String>,
}

impl Refusal {
    pub(crate) fn new(rule: Rule, reason: String) -> Self {
        Self { rule, reason, field: None }
    }

    pub(crate) fn of(error: &Error) -> Self {
        Self::new(Rule::of(error), error.to_string())
    }

    pub(crate) fn at(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }
}
