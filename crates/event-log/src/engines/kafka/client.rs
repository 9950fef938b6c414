//! Settings of librdkafka's clients, each with its reason, and the questions put to a cluster.
//!
//! The user's own properties go first: they can set how to reach a cluster, but not what the
//! contract rests on.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::metadata::Metadata;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use super::KafkaOptions;
use super::reports::Reports;
use crate::{Error, Partition, Position, Topic, Unit};

/// A transaction is a batch on its way and its commit, each at most one request timeout, and a
/// reserve: while the writer's process runs, the coordinator never ends one by itself.
const TRANSACTION_TIMEOUTS: u32 = 3;
/// What a broker allows a transaction to last, unless it is told otherwise.
const TRANSACTION_TIMEOUT_MAX: Duration = Duration::from_secs(15 * 60);
/// How long the broker holds a fetch that finds nothing. A partition that is new to a consumer, or
/// whose queue was full, joins the next fetch: this is the most that it waits for that.
pub(super) const FETCH_WAIT: Duration = Duration::from_millis(50);
/// How long one question waits before it looks whether the cluster has refused the client.
const QUESTION_SLICE: Duration = Duration::from_millis(500);

pub(super) fn config(options: &KafkaOptions) -> ClientConfig {
    let mut config = ClientConfig::new();
    for (name, value) in options.properties.iter() {
        config.set(name, value);
    }
    config
        .set("bootstrap.servers", &options.brokers)
        // Reconnecting after an outage or a restart should not add seconds to it.
        .set("reconnect.backoff.ms", "50")
        .set("reconnect.backoff.max.ms", "1000");
    config
}

pub(super) fn producer_config(options: &KafkaOptions, unit: &Unit) -> ClientConfig {
    let milliseconds = |duration: Duration| duration.as_millis().max(1000).to_string();
    let mut config = config(options);
    config
        .set("transactional.id", unit.as_str())
        // Implies acknowledgement by all replicas in sync.
        .set("enable.idempotence", "true")
        .set("transaction.timeout.ms", milliseconds(transaction_timeout(options)))
        .set("message.timeout.ms", milliseconds(options.request_timeout))
        .set("compression.codec", "zstd")
        // A batch is sent in one go; waiting for more of it only helps small events.
        .set("linger.ms", "1");
    config
}

/// How long the coordinator lets a transaction last before it ends it and fences its producer.
pub(super) fn transaction_timeout(options: &KafkaOptions) -> Duration {
    (options.request_timeout * TRANSACTION_TIMEOUTS).min(TRANSACTION_TIMEOUT_MAX)
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
        .set("fetch.wait.max.ms", FETCH_WAIT.as_millis().to_string())
        // Memory of one reader that lags: its queue and one fetch. While its queue is full, it is
        // left out of fetches: a queue must last for FETCH_WAIT.
        .set("fetch.message.max.bytes", "1048576")
        .set("queued.max.messages.kbytes", "4096")
        // Memory of a consumer, however many of its partitions lag: one fetch of all of them.
        .set("fetch.max.bytes", "16777216")
        // A slow fetch is asked again soon, not after the default of 500 ms.
        .set("fetch.error.backoff.ms", "50");
    config
}

/// What the cluster says of its topics. Ends early if it refuses the client.
pub(super) fn metadata_now(
    consumer: &BaseConsumer<Reports>,
    timeout: Duration,
) -> Result<Metadata, Error> {
    let reports = consumer.client().context();
    let deadline = Instant::now() + timeout;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match consumer.fetch_metadata(None, left.min(QUESTION_SLICE)) {
            Ok(metadata) => {
                reports.accept();
                return Ok(metadata);
            }
            Err(error) if Instant::now() >= deadline || reports.refusal().is_some() => {
                return Err(reports.failed("ask for topics", &error));
            }
            Err(_) => {}
        }
    }
}

/// First position and end of a partition, on this thread.
pub(super) fn bounds_now(
    consumer: &BaseConsumer<Reports>,
    topic: &Topic,
    partition: Partition,
    timeout: Duration,
) -> Result<(Position, Position), Error> {
    // With `read_committed`, the high one is the last stable offset: nothing before it is open.
    let (low, high) = consumer
        .fetch_watermarks(topic.as_str(), partition_number(partition), timeout)
        .map_err(|error| consumer.client().context().failed("ask for offsets", &error))?;
    Ok((position(low), position(high)))
}

/// The ends of partitions in the order of the question, on this thread: one request a leader.
pub(super) fn ends_now(
    consumer: &BaseConsumer<Reports>,
    partitions: &[(&Topic, Partition)],
    timeout: Duration,
) -> Result<Vec<Position>, Error> {
    let failed = |error| consumer.client().context().failed("ask for offsets", &error);
    let mut question = TopicPartitionList::with_capacity(partitions.len());
    for (topic, partition) in partitions {
        let partition = partition_number(*partition);
        // As a time, the number of this mark asks for the last stable offset.
        question.add_partition_offset(topic.as_str(), partition, Offset::End).map_err(failed)?;
    }
    let answer = consumer.offsets_for_times(question, timeout).map_err(failed)?;
    let mut ends = Vec::with_capacity(partitions.len());
    for (topic, partition) in partitions {
        let found = answer.find_partition(topic.as_str(), partition_number(*partition));
        match found.map(|found| (found.error(), found.offset())) {
            Some((Ok(()), Offset::Offset(offset))) => ends.push(position(offset)),
            Some((Err(error), _)) => return Err(failed(error)),
            Some((Ok(()), _)) | None => return Err(super::reports::timed_out("ask for offsets")),
        }
    }
    Ok(ends)
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
