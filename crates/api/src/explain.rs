//! From an error to a gRPC status, in one place.
//!
//! An error says its kind and what to do; the kind decides the code, and the details follow
//! google.rpc: which field, which rule, which resource, when to try again. What is our own fault
//! never shows its cause to a client; the cause goes to the log.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt};

/// Detail trailers are capped by many clients and proxies at 8 KiB.
const VIOLATIONS_MAX: usize = 16;
const DOMAIN: &str = "entrepot";

/// The kinds of trouble that a caller treats differently.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Wrong input; other input would do.
    Refused,
    /// What was asked for is not there.
    Absent,
    /// What was to be made is there already.
    Exists,
    /// The moment asked for cannot be served, or the base is stale.
    Precondition,
    /// A limit was passed.
    Exhausted,
    /// Not applied in time.
    NotYet,
    /// Starting, stopping, or a dependency is away.
    Unavailable,
    /// Our fault.
    Internal,
}

/// One field that is to blame.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
    /// Path of the field, or `line 7, column OBS_VALUE`.
    pub field: String,
    /// What is wrong with it.
    pub description: String,
}

/// What an error tells the one who has to act.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explanation {
    /// The kind, which decides the code.
    pub kind: Kind,
    /// A stable id, such as `as-of.before-first-release`.
    pub rule: &'static str,
    /// What happened, in one sentence.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// The fields to blame; the first sixteen are sent.
    pub violations: Vec<Violation>,
}

/// An error that can be explained to a client.
pub trait Explain: std::error::Error {
    /// What to tell.
    fn explain(&self) -> Explanation;
}

/// The status of an error. What is our own fault is logged here with its causes, since the client
/// is told nothing of them.
#[must_use]
pub fn status_of(error: &impl Explain) -> Status {
    let explanation = error.explain();
    if explanation.kind == Kind::Internal {
        tracing::error!(rule = explanation.rule, error = with_causes(error), "a request failed");
    }
    status_from(&explanation)
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(one) = cause {
        text = format!("{text}: {one}");
        cause = one.source();
    }
    text
}

/// The status of an explanation.
#[must_use]
pub fn status_from(explanation: &Explanation) -> Status {
    let mut details = ErrorDetails::new();
    let mut facts = std::collections::HashMap::new();
    if !explanation.remedy.is_empty() {
        facts.insert("remedy".to_owned(), explanation.remedy.clone());
    }
    facts.insert("violations".to_owned(), explanation.violations.len().to_string());
    details.set_error_info(explanation.rule, DOMAIN, facts);
    let few = explanation.violations.iter().take(VIOLATIONS_MAX);
    match explanation.kind {
        Kind::Refused => {
            let fields: Vec<FieldViolation> =
                few.map(|one| FieldViolation::new(&one.field, &one.description)).collect();
            details.set_bad_request(fields);
        }
        Kind::Precondition => {
            let conditions: Vec<PreconditionViolation> = few
                .map(|one| {
                    PreconditionViolation::new(explanation.rule, &one.field, &one.description)
                })
                .collect();
            details.set_precondition_failure(conditions);
        }
        Kind::Unavailable | Kind::Exhausted => {
            details.set_retry_info(Some(Duration::from_secs(1)));
        }
        Kind::Absent | Kind::Exists | Kind::NotYet | Kind::Internal => {}
    }
    let message = if explanation.kind == Kind::Internal {
        "an error of ours; the log of the service has the cause".to_owned()
    } else if explanation.remedy.is_empty() {
        explanation.message.clone()
    } else {
        format!("{} ({})", explanation.message, explanation.remedy)
    };
    Status::with_error_details(code(explanation.kind), message, details)
}

fn code(kind: Kind) -> Code {
    match kind {
        Kind::Refused => Code::InvalidArgument,
        Kind::Absent => Code::NotFound,
        Kind::Exists => Code::AlreadyExists,
        Kind::Precondition => Code::FailedPrecondition,
        Kind::Exhausted => Code::ResourceExhausted,
        Kind::NotYet => Code::DeadlineExceeded,
        Kind::Unavailable => Code::Unavailable,
        Kind::Internal => Code::Internal,
    }
}

impl Explain for crate::ConvertError {
    fn explain(&self) -> Explanation {
        Explanation {
            kind: Kind::Refused,
            rule: "message.field",
            message: self.to_string(),
            remedy: String::new(),
            violations: vec![Violation {
                field: self.field.to_owned(),
                description: self.problem.clone(),
            }],
        }
    }
}

impl Explain for statistics::Error {
    fn explain(&self) -> Explanation {
        let (kind, rule) = match self.kind() {
            statistics::ErrorKind::Refused => (Kind::Refused, "statistics.malformed"),
            statistics::ErrorKind::Damaged => (Kind::Internal, "statistics.damaged"),
        };
        Explanation {
            kind,
            rule,
            message: self.to_string(),
            remedy: String::new(),
            violations: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("store")]
    struct Ours(#[source] std::io::Error);

    impl Explain for Ours {
        fn explain(&self) -> Explanation {
            Explanation {
                kind: Kind::Internal,
                rule: "internal",
                message: self.to_string(),
                remedy: String::new(),
                violations: Vec::new(),
            }
        }
    }

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("one thread").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_cause_of_our_own_fault_goes_to_the_log_and_not_to_the_client() {
        let lines = Lines::default();
        let writer = lines.clone();
        let log = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let error = Ours(std::io::Error::other("the disk is gone"));
        let status = tracing::subscriber::with_default(log, || status_of(&error));
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("disk"), "{}", status.message());
        let logged = String::from_utf8(lines.0.lock().expect("one thread").clone());
        let logged = logged.expect("text");
        assert!(logged.contains("store: the disk is gone"), "{logged}");
    }
}
