//! What ends the service, and what it refuses to answer.

use api::{Explanation, Kind, Violation};

/// Why the service ended or a question was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Units, log, store or server.
    #[error(transparent)]
    Service(#[from] service::Error),
    /// The name of a unit.
    #[error(transparent)]
    Unit(#[from] event_log::InvalidUnit),
    /// The knowledge base, or an input that it cannot take.
    #[error("knowledge base")]
    Policy(#[from] policy::Error),
    /// A field of a request.
    #[error("`{field}`: found `{found}`, expected {accepted}")]
    Field {
        /// Its path.
        field: &'static str,
        /// What was found.
        found: String,
        /// What is accepted.
        accepted: String,
    },
}

impl api::Explain for Error {
    fn explain(&self) -> Explanation {
        let (kind, rule, violations) = match self {
            Self::Service(error) => return error.explain(),
            Self::Unit(_) | Self::Policy(_) => (Kind::Internal, "internal", Vec::new()),
            Self::Field { field, found, accepted } => {
                let description = format!("found `{found}`, expected {accepted}");
                let violation = Violation { field: (*field).to_owned(), description };
                (Kind::Refused, "subject.field", vec![violation])
            }
        };
        let message = self.to_string();
        Explanation { kind, rule, message, remedy: String::new(), violations }
    }
}
