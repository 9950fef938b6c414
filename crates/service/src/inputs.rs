//! The readers of a unit: where they begin, and how their events reach it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event_log::{EventLog, Position, Reader, Recorded};
use store::Store;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::metering::UnitMeter;
use crate::{Error, TopicPartition};

/// Bytes of events that one read asks for; a reader gives at least one event.
pub(crate) const READ_BYTES: usize = 1024 * 1024;
/// Failures of a reader in a row that are waited out.
const FAILURES_MAX: u32 = 3;
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// How often a reader that waits says how far it has read.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long a reader may give nothing until it is asked to read to the end, whatever it waits for.
const QUIET_MAX: Duration = Duration::from_secs(30);

pub(crate) type Batch = (TopicPartition, Result<Vec<Recorded>, event_log::Error>);

/// How far the readers of a unit are, which may be further than the last event: an engine has
/// records of its own. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReadTo(Arc<Mutex<BTreeMap<TopicPartition, Reading>>>);

/// How far one reader is.
#[derive(Clone, Copy, Debug, Default)]
struct Reading {
    /// Behind the last event that it gave.
    given: u64,
    /// Up to where there is no other event.
    read_to: u64,
}

impl ReadTo {
    /// Notes what a reader has given last, if anything, and how far it is.
    pub(crate) fn note(&self, source: &TopicPartition, given: Option<u64>, read_to: Position) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = all.entry(source.clone()).or_default();
        reading.given = given.unwrap_or(reading.given);
        reading.read_to = read_to.0;
    }

    /// Up to where everything is applied, if events before `applied` are.
    pub(crate) fn beyond(&self, source: &TopicPartition, applied: u64) -> u64 {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = all.get(source).copied().unwrap_or_default();
        if applied >= reading.given { applied.max(reading.read_to) } else { applied }
    }
}

/// Opens a reader behind what was consumed, and checks that the log is still the same one.
pub(crate) async fn open_reader(
    log: &dyn EventLog,
    store: &Store,
    source: &TopicPartition,
) -> Result<Box<dyn Reader>, Error> {
    let (topic, partition) = (source.topic.as_str().to_owned(), source.partition.0);
    let consumed = store.positions()?.get(&(topic, partition)).copied();
    let Some(consumed) = consumed.filter(|consumed| consumed.position > 0) else {
        return Ok(log.reader(&source.topic, source.partition, Position(0)).await?);
    };
    let last = Position(consumed.position - 1);
    let replaced = || Error::LogReplaced { source_partition: source.to_string(), position: last.0 };
    let reader = log.reader(&source.topic, source.partition, last).await;
    let mut reader = match reader {
        Err(event_log::Error::OutOfRange { .. }) => return Err(replaced()),
        other => other?,
    };
    let found = reader.try_next(1).await?;
    match found.first() {
        Some(found) if found.position == last && found.crc == consumed.crc => {
            let next = Position(consumed.position);
            Ok(log.reader(&source.topic, source.partition, next).await?)
        }
        Some(_) | None => Err(replaced()),
    }
}

/// Moves batches from a reader to the unit until shutdown; waits while the unit is behind.
pub(crate) async fn forward(
    source: TopicPartition,
    mut reader: Box<dyn Reader>,
    batches: mpsc::Sender<Batch>,
    read_to: ReadTo,
    meter: Arc<UnitMeter>,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    read_to.note(&source, Some(0), Position(0));
    let mut failures = 0;
    let mut quiet_since = Instant::now();
    loop {
        // All are cancel safe: `cancelled` and `sleep` hold nothing, `next` and `try_next` give
        // the same events again.
        let batch = if quiet_since.elapsed() < QUIET_MAX {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                batch = reader.next(READ_BYTES) => batch,
                () = tokio::time::sleep(LOOK_EVERY) => {
                    read_to.note(&source, None, reader.read_to());
                    continue;
                }
            }
        } else {
            // `next` cannot tell an engine that is stuck from a topic that is quiet.
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                batch = reader.try_next(READ_BYTES) => batch,
            }
        };
        quiet_since = Instant::now();
        match &batch {
            Ok(batch) if batch.is_empty() => continue,
            Ok(batch) => {
                let given = batch.last().map(|last| last.position.0 + 1);
                read_to.note(&source, given, reader.read_to());
                failures = 0;
            }
            // After some failures the session begins again, with a new reader.
            Err(error) if error.is_retryable() && failures < FAILURES_MAX => {
                failures += 1;
                tracing::warn!(%source, %error, "reading again");
                meter.count_log_error(error);
                tokio::time::sleep(RETRY_AFTER).await;
                continue;
            }
            Err(_) => {}
        }
        let over = batch.is_err();
        if batches.send((source.clone(), batch)).await.is_err() || over {
            return Ok(());
        }
    }
}
