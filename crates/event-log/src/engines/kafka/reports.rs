//! What a client of librdkafka reports between calls, and what its errors mean to a caller.
//!
//! A call to a cluster that refuses the client's credentials only says, at its end, that time was
//! up: the reason comes beside it, as a report. It is kept here, so that a wrong password is refused
//! within a second and an outage names its cause. Never holds or passes on the value of a property.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::Error;

/// What a caller waits before it tries again: about a leader's election.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How often all brokers have to drop a connection that they have taken, without an answer, before
/// it counts as their not speaking TLS or wanting it: about six seconds of reconnecting. One that is
/// stopping drops some as well, but soon takes none.
const DROPPED_CONNECTIONS: u32 = 10;

/// The last report of a client.
#[derive(Clone, Debug, Default)]
pub(super) struct Reports(Arc<Mutex<Reported>>);

#[derive(Debug, Default)]
struct Reported {
    /// The cluster has taken this client: a refusal is trouble from now on, such as credentials
    /// that are renewed, and may pass.
    accepted: bool,
    /// The last trouble, as librdkafka tells it.
    last: Option<String>,
    /// Why the cluster will not have this client, however often it asks.
    refusal: Option<String>,
    /// Times that all were down while none has said why, or only that the handshake failed.
    dropped_connections: u32,
    /// Brokers are away for a plain reason, such as a refused connection.
    away: bool,
}

impl Reports {
    /// Why the cluster will not have this client, if it has said so.
    pub(super) fn refusal(&self) -> Option<String> {
        self.lock().refusal.clone()
    }

    /// What the failure of an action without effect means to a caller.
    pub(super) fn failed(&self, action: &'static str, error: &KafkaError) -> Error {
        match failed(action, error) {
            Error::Unavailable { action, detail, retry_after } => {
                let reported = self.lock();
                if let Some(detail) = reported.refusal.clone() {
                    return Error::Refused { action, detail };
                }
                let detail = match &reported.last {
                    Some(last) => format!("{detail}; last report: {last}"),
                    None => detail,
                };
                Error::Unavailable { action, detail, retry_after }
            }
            error => error,
        }
    }

    /// The cluster has taken this client: forgets the trouble before.
    pub(super) fn accept(&self) {
        *self.lock() = Reported { accepted: true, ..Reported::default() };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Reported> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Reports {
    fn error(&self, error: KafkaError, reason: &str) {
        let Some(code) = error.rdkafka_error_code() else { return };
        if code == RDKafkaErrorCode::PartitionEOF {
            return;
        }
        tracing::debug!(%error, reason, "librdkafka");
        let mut reported = self.lock();
        // That all are down says less than why the last one is.
        if code != RDKafkaErrorCode::AllBrokersDown {
            reported.last = Some(reason.to_owned());
        }
        if reported.accepted {
            return;
        }
        match code {
            RDKafkaErrorCode::Authentication
            | RDKafkaErrorCode::SaslAuthenticationFailed
            | RDKafkaErrorCode::SSL => reported.refusal = Some(reason.to_owned()),
            RDKafkaErrorCode::AllBrokersDown => {
                reported.dropped_connections += 1;
                if reported.dropped_connections >= DROPPED_CONNECTIONS && !reported.away {
                    let reason = reported.last.as_deref().unwrap_or("no broker says why");
                    let refusal = format!(
                        "the brokers drop each connection before they answer ({reason}): check \
                         property `security.protocol`, they may expect TLS, or none"
                    );
                    reported.refusal = Some(refusal);
                }
            }
            // Repeated reasons are reported once, so this holds for good.
            _ => reported.away |= !reason.contains("SSL_HANDSHAKE"),
        }
    }

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            // An outage is told by the error of the call; librdkafka repeats it for each broker.
            RDKafkaLogLevel::Emerg
            | RDKafkaLogLevel::Alert
            | RDKafkaLogLevel::Critical
            | RDKafkaLogLevel::Error
            | RDKafkaLogLevel::Warning => tracing::debug!(facility, message, "librdkafka warns"),
            RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => {
                tracing::trace!(facility, message, "librdkafka");
            }
        }
    }
}

impl ConsumerContext for Reports {}

/// What the failure of an action without effect means to a caller.
pub(super) fn failed(action: &'static str, error: &KafkaError) -> Error {
    let detail = error.to_string();
    let code = match error {
        KafkaError::AdminOp(code) => Some(*code),
        error => error.rdkafka_error_code(),
    };
    if let Some(code) = code {
        return if is_refusal(code) {
            Error::Refused { action, detail }
        } else {
            unavailable(action, detail)
        };
    }
    match error {
        // Its own text names the value, which may be a secret.
        KafkaError::ClientConfig(_, _, name, _) => {
            let detail = format!("librdkafka does not take property `{name}` as it is set");
            Error::Refused { action, detail }
        }
        KafkaError::ClientCreation(_) | KafkaError::Nul(_) => Error::Refused { action, detail },
        _ => unavailable(action, detail),
    }
}

/// Nothing was done, and a later try may do it.
pub(super) fn unavailable(action: &'static str, detail: String) -> Error {
    Error::Unavailable { action, detail, retry_after: RETRY_AFTER }
}

/// The cluster has not answered within its time.
pub(super) fn timed_out(action: &'static str) -> Error {
    unavailable(action, "no answer in time".to_owned())
}

/// Whether the same would be refused again.
fn is_refusal(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::Authentication
            | RDKafkaErrorCode::SaslAuthenticationFailed
            | RDKafkaErrorCode::SSL
            | RDKafkaErrorCode::InvalidArgument
            | RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::GroupAuthorizationFailed
            | RDKafkaErrorCode::ClusterAuthorizationFailed
            | RDKafkaErrorCode::TransactionalIdAuthorizationFailed
            | RDKafkaErrorCode::InvalidTransactionTimeout
            | RDKafkaErrorCode::UnsupportedFeature
    )
}

/// Whether an error says that a later producer has this one's `transactional.id`.
pub(super) fn is_fencing(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::Fenced
            | RDKafkaErrorCode::ProducerFenced
            | RDKafkaErrorCode::InvalidProducerEpoch
    )
}
