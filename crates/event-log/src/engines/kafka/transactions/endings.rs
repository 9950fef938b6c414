//! Why a producer cannot go on, told apart by what its caller has to do.
//!
//! The coordinator fences a producer for a later one, and also when its transaction lasts too long.
//! The code is the same and nothing in Kafka's protocol tells the two apart; the age of the
//! transaction does. A transaction that has outlived its timeout counts as uncertain: to give a unit
//! up because a cluster stood still would leave it without an owner.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::super::reports;
use crate::{Error, Unit};

/// Why no further batch of a producer can succeed.
#[derive(Debug)]
pub(super) enum Ended {
    /// A later producer has its unit.
    Fenced,
    /// The cluster does not allow what it was about to do.
    Refused(&'static str, String),
    /// The log knows what became of its last batch; it does not.
    Uncertain(String),
}

impl Ended {
    /// How an error ends a producer, if it does. `fatal` is librdkafka's word that it does.
    pub(super) fn by(
        action: &'static str,
        error: &KafkaError,
        fatal: Option<(RDKafkaErrorCode, String)>,
        outlived_its_timeout: bool,
    ) -> Option<Self> {
        let codes = [error.rdkafka_error_code(), fatal.as_ref().map(|(code, _)| *code)];
        if codes.into_iter().flatten().any(reports::is_fencing) {
            if outlived_its_timeout {
                let detail = "its transaction has outlived its timeout".to_owned();
                return Some(Self::Uncertain(detail));
            }
            return Some(Self::Fenced);
        }
        let (code, detail) = fatal?;
        Some(match reports::failed(action, &KafkaError::Global(code)) {
            Error::Refused { .. } => Self::Refused(action, detail),
            _ => Self::Uncertain(detail),
        })
    }

    /// What the caller gets, now and for each further batch.
    pub(super) fn error(&self, unit: &Unit) -> Error {
        let unit = unit.clone();
        match self {
            Self::Fenced => Error::Fenced { unit },
            Self::Refused(action, detail) => Error::Refused { action, detail: detail.clone() },
            Self::Uncertain(detail) => Error::Uncertain { unit, detail: detail.clone() },
        }
    }
}

/// Whether the same call goes on with what it has begun.
pub(super) fn is_retriable(error: &KafkaError) -> bool {
    match error {
        KafkaError::Transaction(error) => error.is_retriable() && !error.txn_requires_abort(),
        // Not of a transaction: the flush in it was not done in time.
        _ => true,
    }
}

/// Whether the transaction cannot be committed any more, and the producer goes on without it.
pub(super) fn requires_abort(error: &KafkaError) -> bool {
    matches!(error, KafkaError::Transaction(error) if error.txn_requires_abort())
}
