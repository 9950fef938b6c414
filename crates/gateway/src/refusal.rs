//! Why a call is not relayed, or breaks off: in one enum, each with its status and what to do.

use std::time::Duration;

use api::{Explanation, Kind, Violation};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::deadline;
use crate::meter::TooLarge;
use crate::route::Upstream;

/// Why a call is not relayed, or breaks off.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    UnknownService { path: String },
    MalformedTimeout,
    Busy { limit: usize },
    TooLarge(TooLarge),
    Late { granted: Duration },
    Away { upstream: Upstream },
    BrokenOff { upstream: Upstream },
    OwnersUnknown { upstream: Upstream },
    DomainNeeded { known: Vec<String> },
    Unreadable,
    Stopping,
    Slow,
}

impl Refusal {
    pub(crate) fn status(&self) -> Status {
        match self {
            // The kinds of `api` are those of the services; only a router knows no such service.
            Self::UnknownService { path } => unknown_service(path),
            other => api::status_from(&other.explanation()),
        }
    }

    /// All of [`Self::reason`], and what the door says to callers without the right token.
    pub(crate) const REASONS: [&'static str; 13] = [
        "denied",
        "slow",
        "unknown_service",
        "malformed_timeout",
        "busy",
        "too_large",
        "late",
        "away",
        "broken_off",
        "owners_unknown",
        "domain_needed",
        "unreadable",
        "stopping",
    ];

    /// Why, in a word, for metrics.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::UnknownService { .. } => "unknown_service",
            Self::MalformedTimeout => "malformed_timeout",
            Self::Busy { .. } => "busy",
            Self::TooLarge(_) => "too_large",
            Self::Late { .. } => "late",
            Self::Away { .. } => "away",
            Self::BrokenOff { .. } => "broken_off",
            Self::OwnersUnknown { .. } => "owners_unknown",
            Self::DomainNeeded { .. } => "domain_needed",
            Self::Unreadable => "unreadable",
            Self::Slow => "slow",
            Self::Stopping => "stopping",
        }
    }

    fn explanation(&self) -> Explanation {
        let (kind, rule, message, remedy) = match self {
            Self::UnknownService { path } => (
                Kind::Absent,
                "gateway.unknown-service",
                format!("`{path}` is no method of this gateway"),
                "list what there is by server reflection".to_owned(),
            ),
            Self::MalformedTimeout => (
                Kind::Refused,
                "gateway.malformed-timeout",
                "the header `grpc-timeout` is no timeout".to_owned(),
                "write one to eight digits and one of H, M, S, m, u, n, such as 1500m".to_owned(),
            ),
            Self::Busy { limit } => (
                Kind::Exhausted,
                "gateway.busy",
                format!("{limit} calls are under way, and the gateway takes no more at once"),
                "try again in a second".to_owned(),
            ),
            Self::TooLarge(TooLarge { found_bytes, limit_bytes }) => (
                Kind::Exhausted,
                "gateway.message-too-large",
                format!("a message has {found_bytes} bytes; at most {limit_bytes} are relayed"),
                "send smaller chunks, or ask for smaller pages".to_owned(),
            ),
            Self::Late { granted } => (
                Kind::NotYet,
                "gateway.deadline",
                format!("no answer within {} ms", granted.as_millis()),
                "ask for less, or allow more time".to_owned(),
            ),
            Self::Away { upstream } => (
                Kind::Unavailable,
                "gateway.upstream-away",
                format!("the service `{}` cannot be reached", upstream.name()),
                "try again in a second; `entrepot status` shows what runs".to_owned(),
            ),
            Self::BrokenOff { upstream } => (
                Kind::Unavailable,
                "gateway.upstream-broke-off",
                format!("the service `{}` broke off the answer", upstream.name()),
                "try again; a watch goes on from its last token".to_owned(),
            ),
            Self::OwnersUnknown { upstream } => (
                Kind::Unavailable,
                "gateway.owners-unknown",
                format!("not all of `{}` has said yet what it owns", upstream.name()),
                "try again in a second; `entrepot status` shows what runs".to_owned(),
            ),
            Self::DomainNeeded { known } => (
                Kind::Refused,
                "gateway.domain-needed",
                format!("there are several domains: {}", known.join(", ")),
                "name the one that is meant".to_owned(),
            ),
            Self::Unreadable => (
                Kind::Refused,
                "gateway.unreadable",
                "the request cannot be read as what its method takes".to_owned(),
                "list what it takes by server reflection".to_owned(),
            ),
            Self::Slow => (
                Kind::Exhausted,
                "gateway.slow-client",
                "the request came too slowly, and its place was given to another".to_owned(),
                "send each message in one go; try again over a better line".to_owned(),
            ),
            Self::Stopping => (
                Kind::Unavailable,
                "gateway.stopping",
                "the gateway is stopping".to_owned(),
                "connect again; a watch goes on from its last token".to_owned(),
            ),
        };
        Explanation { kind, rule, message, remedy, violations: self.violations() }
    }

    fn violations(&self) -> Vec<Violation> {
        if *self != Self::MalformedTimeout {
            return Vec::new();
        }
        let description = "is no timeout".to_owned();
        vec![Violation { field: deadline::HEADER.to_owned(), description }]
    }
}

fn unknown_service(path: &str) -> Status {
    let known: Vec<&str> = Upstream::ALL.into_iter().map(Upstream::service).collect();
    let facts = [
        ("remedy".to_owned(), "list what there is by server reflection".to_owned()),
        ("services".to_owned(), known.join(", ")),
    ];
    let mut details = ErrorDetails::new();
    details.set_error_info("gateway.unknown-service", "entrepot", facts);
    details.set_resource_info("grpc method", path, "", "no service of this name is behind it");
    let message = format!("`{path}` is no method of this gateway; it serves {}", known.join(", "));
    Status::with_error_details(Code::Unimplemented, message, details)
}
