//! What ends a request or the service.

use api::{Explain, Explanation, Kind, Violation};

/// Why metrics could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The frame: log, store, units.
    #[error(transparent)]
    Service(#[from] ::service::Error),
    /// Stored rows that cannot be read.
    #[error(transparent)]
    Apply(#[from] ::service::ApplyError),
    /// A field of a request that holds no value of its type.
    #[error(transparent)]
    Field(#[from] api::ConvertError),
    /// No such indicator.
    #[error("there is no indicator `{found}`")]
    UnknownIndicator {
        /// What was asked for.
        found: String,
        /// Those with a similar name, or all.
        near: Vec<&'static str>,
    },
    /// No such domain, or several and none was named.
    #[error("domain `{found}` is not there, or must be named")]
    Domain {
        /// What was asked for; may be empty.
        found: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// Nothing that the indicator reads is visible at the moment asked for.
    #[error("nothing that `{subject}` reads had been released at that moment")]
    AsOf {
        /// What was asked for.
        subject: String,
        /// The earliest moment on that clock that can be served, if there is any.
        earliest: Option<jiff::Timestamp>,
    },
    /// A preview of more series than one answer takes.
    #[error("a preview takes {max} series at most")]
    PreviewTooLarge {
        /// The limit.
        max: usize,
    },
    /// A task of ours ended without an answer.
    #[error("a task of the service ended without an answer")]
    Panicked,
}

impl Explain for Error {
    fn explain(&self) -> Explanation {
        let plain = |kind, rule, remedy: String| Explanation {
            kind,
            rule,
            message: self.to_string(),
            remedy,
            violations: Vec::new(),
        };
        match self {
            Self::Service(error) => error.explain(),
            Self::Field(error) => error.explain(),
            Self::Apply(_) | Self::Panicked => plain(Kind::Internal, "internal", String::new()),
            Self::UnknownIndicator { near, .. } => {
                plain(Kind::Absent, "indicator.unknown", format!("there are {}", near.join(", ")))
            }
            Self::Domain { known, .. } if known.is_empty() => plain(
                Kind::Absent,
                "domain.unknown",
                "nothing is registered yet: `entrepot register structures FILE`".to_owned(),
            ),
            Self::Domain { known, .. } => {
                plain(Kind::Absent, "domain.unknown", format!("name one of {}", known.join(", ")))
            }
            Self::AsOf { subject, earliest } => {
                let (description, remedy) = match earliest {
                    Some(time) => (
                        format!("the earliest that can be served is {time}"),
                        format!("ask for {time} or later"),
                    ),
                    None => ("there is no release".to_owned(), "ingest one first".to_owned()),
                };
                Explanation {
                    violations: vec![Violation { field: subject.clone(), description }],
                    ..plain(Kind::Precondition, "as-of.before-first-release", remedy)
                }
            }
            Self::PreviewTooLarge { .. } => plain(
                Kind::Exhausted,
                "preview.too-large",
                "preview a part of the release".to_owned(),
            ),
        }
    }
}
