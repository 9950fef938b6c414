//! Facts: what is told to a network, and when it was recorded.
//!
//! A fact asserts, changes or ends an entity or a relation, or says that two entities are one. It
//! never carries its own recorded time: the caller gives it, so that the same facts give the same
//! network.

use std::fmt;

use jiff::Timestamp;

use crate::{Entity, EntityId, Error, Merge, PartialDate, Relation, RelationId};

/// One thing that is told to a network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fact {
    /// The entity is so, over its whole validity. Told again, it corrects.
    EntityAsserted(Entity),
    /// The entity is so from a day on; before, it is as it was.
    EntityChanged {
        /// The entity from then on.
        entity: Entity,
        /// From when.
        effective: PartialDate,
    },
    /// The entity ended.
    EntityEnded {
        /// Which.
        id: EntityId,
        /// Its last day.
        on: PartialDate,
    },
    /// The relation is so, over its whole validity. Told again, it corrects.
    RelationAsserted(Relation),
    /// The relation is so from a day on; before, it is as it was.
    RelationChanged {
        /// The relation from then on.
        relation: Relation,
        /// From when.
        effective: PartialDate,
    },
    /// The relation ended.
    RelationEnded {
        /// Which.
        id: RelationId,
        /// Its last day.
        on: PartialDate,
    },
    /// Two entities are one. Nothing is rewritten.
    EntitiesMerged(Merge),
    /// An entity is one of its own after all.
    MergeUndone {
        /// The one that was merged.
        merged: EntityId,
        /// From when; `None` for all days.
        effective: Option<PartialDate>,
        /// Where it is said.
        source: String,
        /// What is said there.
        evidence: String,
    },
}

/// When a fact entered the log. Does not compare with days of validity.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RecordedAt(Timestamp);

/// What a fact did to a network.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Applied {
    /// It is the first about its subject.
    First,
    /// It supersedes what was known.
    Superseded,
    /// It says what was known already; nothing is kept.
    Unchanged,
}

impl RecordedAt {
    /// Takes an instant.
    #[must_use]
    pub fn new(instant: Timestamp) -> Self {
        Self(instant)
    }

    /// Reads an instant as in RFC 3339.
    ///
    /// # Errors
    /// [`Error::Time`] if it is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_| Error::Time { found: text.to_owned() })
    }

    /// The instant.
    #[must_use]
    pub fn instant(self) -> Timestamp {
        self.0
    }
}

impl fmt::Display for RecordedAt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}
