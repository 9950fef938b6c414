//! What ends a request or the service.

use api::{Explain, Explanation, Kind, Violation};

/// Why ingestion could not do what was asked.
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
    /// A document that is refused, with each fault.
    #[error("`{name}` is refused: {} faults, the first: {}", faults.len(), first(faults))]
    Document {
        /// The document.
        name: String,
        /// Field (or line) and what is wrong.
        faults: Vec<(String, String)>,
        /// What to do.
        remedy: String,
    },
    /// No such dataflow is registered.
    #[error("dataflow `{found}` is not registered")]
    UnknownDataflow {
        /// What was asked for.
        found: String,
        /// Those that are.
        known: Vec<String>,
    },
    /// The release was made on another base than the latest.
    #[error("the latest release of `{dataflow}` is `{latest}`, not `{expected}`")]
    StaleBase {
        /// The dataflow.
        dataflow: String,
        /// The latest, or `none`.
        latest: String,
        /// The base that the producer expected.
        expected: String,
    },
    /// No release of the dataflow is visible at the moment asked for.
    #[error("nothing of `{dataflow}` had been released at that moment")]
    AsOf {
        /// The dataflow.
        dataflow: String,
        /// The earliest moment on that clock that can be served, if there is any.
        earliest: Option<jiff::Timestamp>,
    },
    /// The client's stream ended or broke before its last message.
    #[error("the file broke off after {bytes} bytes")]
    BrokenOff {
        /// How much had come.
        bytes: u64,
    },
    /// A message of the stream holds no chunk: what it holds would be missing from the file.
    #[error("a message behind the first holds no chunk")]
    NoChunk,
    /// The client sent nothing for too long.
    #[error("nothing came for {} seconds", limit.as_secs())]
    StoodStill {
        /// The limit.
        limit: std::time::Duration,
    },
    /// As many files as are taken at once are on their way.
    #[error("{max} files are on their way, and no more are taken at once")]
    UploadsBusy {
        /// The limit.
        max: usize,
    },
    /// A file with another dataflow than the one that was named.
    #[error("the file holds dataflow `{found}`, and only `{wanted}` was to be in it")]
    OtherDataflow {
        /// What the file holds.
        found: String,
        /// What the request names.
        wanted: String,
    },
    /// The file is larger than allowed.
    #[error("the file has more than {max} bytes")]
    FileTooLarge {
        /// The limit.
        max: u64,
    },
    /// A task of ours ended without an answer.
    #[error("a task of the service ended without an answer")]
    Panicked,
}

impl Error {
    /// As what ends the service.
    pub(crate) fn into_service(self) -> service::Error {
        match self {
            Self::Service(error) => error,
            other => {
                tracing::error!(error = %other, "ingestion ends");
                service::Error::Panicked
            }
        }
    }
}

fn first(faults: &[(String, String)]) -> String {
    faults.first().map(|(field, problem)| format!("{field}: {problem}")).unwrap_or_default()
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
        match self {
            Self::Service(error) => error.explain(),
            Self::Field(error) => error.explain(),
            Self::Apply(_) | Self::Panicked => plain(Kind::Internal, "internal", ""),
            Self::Document { faults, remedy, .. } => Explanation {
                violations: faults
                    .iter()
                    .map(|(field, description)| Violation {
                        field: field.clone(),
                        description: description.clone(),
                    })
                    .collect(),
                ..plain(Kind::Refused, "document.refused", remedy)
            },
            Self::UnknownDataflow { known, .. } => {
                let remedy = if known.is_empty() {
                    "register its structures first: `entrepot register structures FILE`".to_owned()
                } else {
                    format!("registered are {}", known.join(", "))
                };
                plain(Kind::Absent, "dataflow.unknown", &remedy)
            }
            Self::StaleBase { dataflow, latest, .. } => Explanation {
                violations: vec![Violation {
                    field: dataflow.clone(),
                    description: format!("the latest release is `{latest}`"),
                }],
                ..plain(Kind::Precondition, "release.stale-base", "read the latest and send again")
            },
            Self::AsOf { dataflow, earliest } => {
                let (description, remedy) = match earliest {
                    Some(time) => (
                        format!("the earliest that can be served is {time}"),
                        format!("ask for {time} or later"),
                    ),
                    None => ("there is no release".to_owned(), "ingest one first".to_owned()),
                };
                Explanation {
                    violations: vec![Violation { field: dataflow.clone(), description }],
                    ..plain(Kind::Precondition, "as-of.before-first-release", &remedy)
                }
            }
            Self::BrokenOff { .. } => {
                plain(Kind::Refused, "file.broken-off", "nothing was published; send it again")
            }
            Self::NoChunk => Explanation {
                violations: vec![Violation {
                    field: "part".to_owned(),
                    description: "found no chunk; the options come first and once".to_owned(),
                }],
                ..plain(Kind::Refused, "file.no-chunk", "nothing was published; send it again")
            },
            Self::StoodStill { .. } => {
                plain(Kind::Exhausted, "file.stood-still", "nothing was published; send it again")
            }
            Self::UploadsBusy { .. } => {
                plain(Kind::Exhausted, "ingest.busy", "try again in a second")
            }
            Self::OtherDataflow { found, .. } => Explanation {
                violations: vec![Violation {
                    field: "options.dataflow".to_owned(),
                    description: format!("the file holds `{found}`"),
                }],
                ..plain(
                    Kind::Refused,
                    "file.other-dataflow",
                    "nothing was published; name that one, or none",
                )
            },
            Self::FileTooLarge { .. } => {
                plain(Kind::Exhausted, "file.too-large", "split the release by dataflow")
            }
        }
    }
}
