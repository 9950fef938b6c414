//! What ends a request or the service.

use api::{Explain, Explanation, Kind, Violation};

/// Why metrics could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The frame: log, store, units.
    #[error(transparent)]
    Service(#[from] service::Error),
    /// Stored rows that cannot be read.
    #[error(transparent)]
    Apply(#[from] service::ApplyError),
    /// A field of a request that holds no value of its type.
    #[error(transparent)]
    Field(#[from] api::ConvertError),
    /// No such indicator is declared.
    #[error("there is no indicator `{found}`")]
    UnknownIndicator {
        /// What was asked for.
        found: String,
        /// Those with a name like it; all, if none is.
        near: Vec<&'static str>,
    },
    /// No dataflow of such a domain is registered.
    #[error("there is no domain `{found}`")]
    UnknownDomain {
        /// What was asked for.
        found: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// There are several domains, and the request names none.
    #[error("the request names no domain, and there are {}", known.len())]
    DomainNeeded {
        /// Those that there are.
        known: Vec<String>,
    },
    /// No such dataflow is registered in the domain.
    #[error("dataflow `{found}` is not registered in domain `{domain}`")]
    UnknownDataflow {
        /// What was asked for.
        found: String,
        /// The domain.
        domain: String,
    },
    /// Nothing of the inputs was released at the moment asked for.
    #[error("nothing that `{what}` is computed from had been released at that moment")]
    AsOf {
        /// An indicator or a domain.
        what: String,
        /// The earliest moment on that clock that can be served, if there is any.
        earliest: Option<jiff::Timestamp>,
    },
    /// The store is being rebuilt from the log and does not know all releases yet.
    #[error("the store of domain `{domain}` is being rebuilt from the log")]
    Rebuilding {
        /// The domain.
        domain: String,
    },
    /// A preview of more than fits in memory.
    #[error("the preview has more than {max} observations")]
    PreviewTooLarge {
        /// The limit.
        max: usize,
    },
    /// A task of ours ended without an answer.
    #[error("a task of the service ended without an answer")]
    Panicked,
}

impl Error {
    pub(crate) fn field(field: &'static str, problem: impl ToString) -> Self {
        Self::Field(api::ConvertError { field, problem: problem.to_string() })
    }
}

impl Explain for Error {
    fn explain(&self) -> Explanation {
        let plain = |kind, rule, remedy: &str| Explanation {
            kind,
            rule,
            message: self.to_string(),
            remedy: remedy.to_owned(),
            violations: Vec::new(),
        };
        let violation = |field: &str, description: String| {
            vec![Violation { field: field.to_owned(), description }]
        };
        match self {
            Self::Service(error) => error.explain(),
            Self::Field(error) => error.explain(),
            Self::Apply(_) | Self::Panicked => plain(Kind::Internal, "internal", ""),
            Self::UnknownIndicator { near, .. } => {
                let remedy = format!("there are {}", near.join(", "));
                plain(Kind::Absent, "indicator.unknown", &remedy)
            }
            Self::UnknownDomain { known, .. } if known.is_empty() => plain(
                Kind::Absent,
                "domain.unknown",
                "register its structures first: `entrepot register structures FILE`",
            ),
            Self::UnknownDomain { known, .. } => {
                let remedy = format!("registered are {}", known.join(", "));
                plain(Kind::Absent, "domain.unknown", &remedy)
            }
            Self::DomainNeeded { known } => {
                let remedy = format!("name one of {}", known.join(", "));
                Explanation {
                    violations: violation("domain", remedy.clone()),
                    ..plain(Kind::Refused, "domain.needed", &remedy)
                }
            }
            Self::UnknownDataflow { .. } => {
                plain(Kind::Absent, "dataflow.unknown", "register its structures first")
            }
            Self::AsOf { what, earliest } => {
                let (description, remedy) = match earliest {
                    Some(time) => (
                        format!("the earliest that can be served is {time}"),
                        format!("ask for {time} or later"),
                    ),
                    None => ("there is no release".to_owned(), "ingest one first".to_owned()),
                };
                Explanation {
                    violations: violation(what, description),
                    ..plain(Kind::Precondition, "as-of.before-first-release", &remedy)
                }
            }
            Self::Rebuilding { .. } => plain(Kind::Unavailable, "store.rebuilding", "try again"),
            Self::PreviewTooLarge { .. } => plain(
                Kind::Exhausted,
                "preview.too-large",
                "split the release by dataflow or by series",
            ),
        }
    }
}
