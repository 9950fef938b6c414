//! What ends a command early, its exit code, and how it is told: what happened, where, and what
//! to do. Details that a service sends along (fields, rule, remedy) are shown, never swallowed.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use tonic::{Code, Status};
use tonic_types::StatusExt;

const INTERNAL: u8 = 1;
const USAGE: u8 = 2;
const REFUSED: u8 = 3;
const UNREACHABLE: u8 = 4;

/// What ends a command early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A service, or the gateway, said no.
    #[error("{doing}: {}", message_of(status))]
    Status { doing: String, gateway: String, status: Box<Status> },
    /// No gateway answers.
    #[error("no gateway answers at {gateway}")]
    Unreachable { gateway: String, reason: String },
    /// No broker answers.
    #[cfg(feature = "kafka")]
    #[error("no broker answers at {brokers}")]
    Brokers { brokers: String, reason: String },
    /// The user asked for something that is not there or makes no sense.
    #[error("{message}")]
    Usage { message: String, remedy: String },
    /// A local file cannot be read.
    #[error("`{}` cannot be read", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// A local file cannot be written.
    #[error("`{}` cannot be written", path.display())]
    Unwritten {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// The command ran to its end; its answer says what was refused.
    #[error("{message}")]
    Refused { message: String, remedy: String },
    /// What a service answered makes no sense to this build.
    #[error("{message}")]
    Answer { message: String },
    /// The services of `up` did not start, or broke off.
    #[error("{service}: {message}")]
    Service { service: String, message: String },
    /// Nobody reads our output any more, or the disk is full.
    #[error("the output cannot be written")]
    Output(#[source] std::io::Error),
}

impl Error {
    pub(crate) fn exit_code(&self) -> ExitCode {
        let code = match self {
            Self::Status { status, .. } => code_of(status.code()),
            Self::Unreachable { .. } => UNREACHABLE,
            #[cfg(feature = "kafka")]
            Self::Brokers { .. } => UNREACHABLE,
            Self::Usage { .. } | Self::File { .. } | Self::Unwritten { .. } => USAGE,
            Self::Refused { .. } => REFUSED,
            Self::Answer { .. } | Self::Service { .. } => INTERNAL,
            // `entrepot … | head` is no failure.
            Self::Output(source) if source.kind() == std::io::ErrorKind::BrokenPipe => 0,
            Self::Output(_) => INTERNAL,
        };
        ExitCode::from(code)
    }

    /// Tells it on stderr.
    pub(crate) fn report(&self) {
        if let Self::Output(source) = self
            && source.kind() == std::io::ErrorKind::BrokenPipe
        {
            return;
        }
        eprint!("{}", self.text());
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let remedy = self.remedy();
        // A service says the remedy within its message too; once is enough.
        let message = self.to_string();
        let message = message.strip_suffix(&format!(" ({remedy})")).unwrap_or(&message);
        let _ = writeln!(text, "error: {message}");
        for (name, value) in self.facts() {
            let _ = writeln!(text, "  {name}: {value}");
        }
        if !remedy.is_empty() {
            let _ = writeln!(text, "  what to do: {remedy}");
        }
        text
    }

    fn facts(&self) -> Vec<(String, String)> {
        let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        match self {
            Self::Status { gateway, status, .. } => {
                let mut facts = vec![fact("where", gateway)];
                facts.extend(details(status));
                facts.push(fact("status", &code_name(status.code())));
                facts
            }
            Self::Unreachable { reason, .. } => vec![fact("reason", reason)],
            #[cfg(feature = "kafka")]
            Self::Brokers { reason, .. } => vec![fact("reason", reason)],
            Self::File { source, .. } | Self::Unwritten { source, .. } | Self::Output(source) => {
                vec![fact("reason", &source.to_string())]
            }
            Self::Usage { .. }
            | Self::Refused { .. }
            | Self::Answer { .. }
            | Self::Service { .. } => Vec::new(),
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Status { status, .. } => {
                let said = status.get_details_error_info();
                let said = said.and_then(|info| info.metadata.get("remedy").cloned());
                said.unwrap_or_else(|| remedy_of(status.code()).to_owned())
            }
            Self::Unreachable { .. } => "start one with `entrepot up`, or name another with \
                                         --gateway or ENTREPOT_GATEWAY"
                .to_owned(),
            #[cfg(feature = "kafka")]
            Self::Brokers { .. } => "start them, or name others with --kafka".to_owned(),
            Self::Usage { remedy, .. } | Self::Refused { remedy, .. } => remedy.clone(),
            Self::File { .. } | Self::Unwritten { .. } => {
                "check the path, its permissions and the space on the disk".to_owned()
            }
            Self::Answer { .. } => {
                "compare `entrepot --version` with the versions in `entrepot status`".to_owned()
            }
            Self::Service { .. } | Self::Output(_) => String::new(),
        }
    }
}

/// Some servers give a code and no words.
fn message_of(status: &Status) -> &str {
    match status.message() {
        "" => status.code().description(),
        message => message,
    }
}

fn details(status: &Status) -> Vec<(String, String)> {
    let details = status.get_error_details();
    let mut facts = Vec::new();
    if let Some(info) = details.error_info() {
        facts.push(("rule".to_owned(), info.reason.clone()));
        let known = ["remedy", "violations"];
        let mut others: Vec<_> =
            info.metadata.iter().filter(|(name, _)| !known.contains(&name.as_str())).collect();
        others.sort();
        facts.extend(others.into_iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    if let Some(request) = details.bad_request() {
        for field in &request.field_violations {
            facts.push((format!("field `{}`", field.field), field.description.clone()));
        }
    }
    if let Some(failure) = details.precondition_failure() {
        for condition in &failure.violations {
            facts.push((condition.subject.clone(), condition.description.clone()));
        }
    }
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        facts.push(("try again in".to_owned(), format!("{} s", delay.as_secs_f32())));
    }
    facts
}

fn code_of(code: Code) -> u8 {
    match code {
        Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::Unauthenticated
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unimplemented => REFUSED,
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => UNREACHABLE,
        Code::Ok | Code::Unknown | Code::Internal | Code::DataLoss => INTERNAL,
    }
}

fn remedy_of(code: Code) -> &'static str {
    match code {
        Code::Unavailable => "try again in a moment; `entrepot status` shows what runs",
        Code::DeadlineExceeded | Code::Cancelled => "ask for less, or allow more with --timeout",
        Code::Unimplemented => {
            "the services are older than this command; see `entrepot status` for their versions"
        }
        _ => "",
    }
}

/// The code as the gRPC documents write it.
fn code_name(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_decides_the_exit_code() {
        let cases = [
            (Code::InvalidArgument, 3),
            (Code::NotFound, 3),
            (Code::FailedPrecondition, 3),
            (Code::ResourceExhausted, 3),
            (Code::Unavailable, 4),
            (Code::DeadlineExceeded, 4),
            (Code::Internal, 1),
            (Code::Unknown, 1),
        ];
        for (code, expected) in cases {
            assert_eq!(code_of(code), expected, "{code:?}");
        }
        assert_eq!(code_name(Code::DeadlineExceeded), "DEADLINE_EXCEEDED");
    }

    #[test]
    fn a_refusal_shows_field_rule_and_remedy_once() {
        let status = api::status_from(&api::Explanation {
            kind: api::Kind::Refused,
            rule: "row.code",
            message: "the code is unknown".to_owned(),
            remedy: "use a code of CL_AREA".to_owned(),
            violations: vec![api::Violation {
                field: "REF_AREA".to_owned(),
                description: "`VNM` is not in CL_AREA".to_owned(),
            }],
        });
        let doing = "reading observations".to_owned();
        let gateway = "http://127.0.0.1:1".to_owned();
        let text = Error::Status { doing, gateway, status: Box::new(status) }.text();
        let expected = "\
error: reading observations: the code is unknown
  where: http://127.0.0.1:1
  rule: row.code
  field `REF_AREA`: `VNM` is not in CL_AREA
  status: INVALID_ARGUMENT
  what to do: use a code of CL_AREA
";
        assert_eq!(text, expected);
    }
}
