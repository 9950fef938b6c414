//! What ends the service, and what it refuses to answer.

use api::{Explanation, Kind, Violation};
use jiff::Timestamp;

/// Why the service ended or a question was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Units, log, store or server.
    #[error(transparent)]
    Service(#[from] service::Error),
    /// The name of a unit.
    #[error(transparent)]
    Unit(#[from] event_log::InvalidUnit),
    /// A field of a request.
    #[error("`{field}`: {problem}")]
    Field {
        /// Its path.
        field: &'static str,
        /// What was found and what is accepted.
        problem: String,
    },
    /// Something named is not there.
    #[error("{what} `{id}` is not in {place}")]
    Unknown {
        /// `network`, `entity`, `firm`, `industry`.
        what: &'static str,
        /// Its id as asked for.
        id: String,
        /// Where it was looked for.
        place: String,
        /// Ids that are near to it.
        near: Vec<String>,
    },
    /// It is known, but not on that day as known at that moment.
    #[error("{id} is known, but not on {day} as recorded by {recorded_at}")]
    NotThen {
        /// Its id.
        id: String,
        /// The day asked for.
        day: jiff::civil::Date,
        /// The moment asked for.
        recorded_at: Timestamp,
    },
    /// A moment before anything was recorded.
    #[error("nothing of network `{network}` was recorded by {asked}")]
    BeforeFirst {
        /// The network.
        network: String,
        /// The moment asked for.
        asked: Timestamp,
        /// The earliest that can be answered.
        earliest: Timestamp,
    },
    /// A moment that is yet to come: the answer could still change.
    #[error("{asked} is in the future")]
    Future {
        /// The moment asked for.
        asked: Timestamp,
    },
}

impl api::Explain for Error {
    fn explain(&self) -> Explanation {
        let violation = |field: &str, description: String| {
            vec![Violation { field: field.to_owned(), description }]
        };
        let (kind, rule, remedy, violations) = match self {
            Self::Service(error) => return error.explain(),
            Self::Unit(_) => (Kind::Internal, "internal", String::new(), Vec::new()),
            Self::Field { field, problem } => {
                (Kind::Refused, "request.field", String::new(), violation(field, problem.clone()))
            }
            Self::Unknown { near, .. } if near.is_empty() => {
                (Kind::Absent, "network.unknown", String::new(), Vec::new())
            }
            Self::Unknown { near, .. } => {
                let remedy = format!("near it: {}", near.join(", "));
                (Kind::Absent, "network.unknown", remedy, Vec::new())
            }
            Self::NotThen { .. } => {
                let remedy = "ask without a day, or for another one".to_owned();
                (Kind::Absent, "network.not-then", remedy, Vec::new())
            }
            Self::BeforeFirst { earliest, .. } => {
                let remedy = format!("the earliest that can be answered is {earliest}");
                let violations = violation("as_of.recorded", remedy.clone());
                (Kind::Precondition, "as-of.before-first-document", remedy, violations)
            }
            Self::Future { .. } => {
                let remedy = "ask for a moment up to now".to_owned();
                let violations = violation("as_of.recorded", remedy.clone());
                (Kind::Precondition, "as-of.in-the-future", remedy, violations)
            }
        };
        Explanation { kind, rule, message: self.to_string(), remedy, violations }
    }
}
