//! The two clocks of a fact, and what a record is against the vintage before it.
//!
//! Nothing is overwritten: a later release adds versions, and a question names the day that it is
//! asked for. The clocks are separate types so that they cannot be compared with each other.

use jiff::Timestamp;

/// When its publisher published it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ReleasedAt(pub Timestamp);

/// When it entered the log.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RecordedAt(pub Timestamp);

/// The moment, on one of the clocks, that a question is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AsOf {
    /// All that is known.
    Latest,
    /// What had been published by then.
    Released(ReleasedAt),
    /// What had been recorded by then.
    Recorded(RecordedAt),
}

/// What a record is against the vintage before it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum RecordKind {
    /// No earlier value.
    First,
    /// The same value and the same attributes.
    Unchanged,
    /// Another value, or another status, in the same unit and definition.
    Revision,
    /// The unit, the multiplier or the definition changed, so that the two do not compare.
    Restatement,
    /// The earlier value is withdrawn.
    Deletion,
}

impl AsOf {
    /// Whether a release with these clocks is visible.
    #[must_use]
    pub fn shows(self, released_at: ReleasedAt, recorded_at: RecordedAt) -> bool {
        match self {
            Self::Latest => true,
            Self::Released(bound) => released_at <= bound,
            Self::Recorded(bound) => recorded_at <= bound,
        }
    }
}
