//! Settings of librdkafka's clients, each with its reason, and what its errors mean to a caller.
//!
//! The user's own properties go first: they can set how to reach a cluster, but not what the
//! contract rests on.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::KafkaOptions;
use crate::{Error, Partition, Position, Topic, Unit};

/// What a caller waits before it tries again: about a leader's election.
const RETRY_AFTER: Duration = Duration::from_secs(1);

pub(super) fn config(options: &KafkaOptions) -> ClientConfig {
    let mut config = ClientConfig::new();
    for (name, value) in &options.properties {
        config.set(name, value);
    }
    config.set("bootstrap.servers", &options.brokers);
    config
}

pub(super) fn producer_config(options: &KafkaOptions, unit: &Unit) -> ClientConfig {
    let timeout_ms = options.request_timeout.as_millis().max(1000).to_string();
    let mut config = config(options);
    config
        .set("transactional.id", unit.as_str())
        // Implies idempotence and acknowledgement by all replicas in sync.
        .set("enable.idempotence", "true")
        .set("transaction.timeout.ms", &timeout_ms)
        .set("message.timeout.ms", &timeout_ms)
        .set("compression.codec", "zstd")
        // A batch is sent in one go; waiting for more of it only helps small events.
        .set("linger.ms", "1");
    config
}

pub(super) fn consumer_config(options: &KafkaOptions) -> ClientConfig {
    let mut config = config(options);
    config
        .set("isolation.level", "read_committed")
        // librdkafka wants a name to assign partitions; nobody joins a group.
        .set("group.id", "entrepot-reader")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("allow.auto.create.topics", "false")
        // A position that is gone must stop us, not send us elsewhere.
        .set("auto.offset.reset", "error")
        .set("enable.partition.eof", "true")
        .set("check.crcs", "true")
        // How long an empty fetch waits at the broker: the time to know that one is at the end.
        .set("fetch.wait.max.ms", "100")
        // Memory of one reader: one fetch waits while another is worked off.
        .set("fetch.message.max.bytes", "4194304")
        .set("queued.max.messages.kbytes", "8192");
    config
}

/// First position and end of a partition, on a blocking thread.
pub(super) async fn bounds(
    consumer: &Arc<BaseConsumer>,
    topic: &Topic,
    partition: Partition,
    timeout: Duration,
) -> Result<(Position, Position), Error> {
    let (consumer, topic) = (Arc::clone(consumer), topic.clone());
    blocking(move || bounds_now(&consumer, &topic, partition, timeout)).await?
}

/// The same on this thread.
pub(super) fn bounds_now(
    consumer: &BaseConsumer,
    topic: &Topic,
    partition: Partition,
    timeout: Duration,
) -> Result<(Position, Position), Error> {
    // With `read_committed`, the high one is the last stable offset: nothing before it is open.
    let (low, high) = consumer
        .fetch_watermarks(topic.as_str(), partition_number(partition), timeout)
        .map_err(|error| failed("ask for offsets", &error))?;
    Ok((position(low), position(high)))
}

/// Runs a call of librdkafka that blocks.
pub(super) async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(call).await {
        Ok(value) => Ok(value),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(Error::Closed),
    }
}

/// Kafka's number of a partition. The count of a topic's partitions is an `i32` there.
pub(super) fn partition_number(partition: Partition) -> i32 {
    i32::try_from(partition.0).unwrap_or(i32::MAX)
}

/// An offset as a position; negative ones are only librdkafka's own marks.
pub(super) fn position(offset: i64) -> Position {
    Position(u64::try_from(offset).unwrap_or(0))
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

/// What the failure of an action without effect means to a caller.
pub(super) fn failed(action: &'static str, error: &KafkaError) -> Error {
    let detail = error.to_string();
    match error.rdkafka_error_code() {
        Some(
            RDKafkaErrorCode::Authentication
            | RDKafkaErrorCode::InvalidArgument
            | RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::GroupAuthorizationFailed
            | RDKafkaErrorCode::ClusterAuthorizationFailed
            | RDKafkaErrorCode::TransactionalIdAuthorizationFailed
            | RDKafkaErrorCode::UnsupportedFeature,
        ) => Error::Refused { action, detail },
        Some(_) => Error::Unavailable { action, detail, retry_after: RETRY_AFTER },
        None => match error {
            KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_) | KafkaError::Nul(_) => {
                Error::Refused { action, detail }
            }
            _ => Error::Unavailable { action, detail, retry_after: RETRY_AFTER },
        },
    }
}

/// The cluster has not answered within its time.
pub(super) fn timed_out(action: &'static str) -> Error {
    let detail = "no answer in time".to_owned();
    Error::Unavailable { action, detail, retry_after: RETRY_AFTER }
}
