//! The readers of a unit: where they begin, and how their events reach it.

use std::time::Duration;

use event_log::{EventLog, Position, Reader, Recorded};
use store::Store;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{Error, TopicPartition};

/// Bytes of events that one read asks for; a reader gives at least one event.
pub(crate) const READ_BYTES: usize = 1024 * 1024;
const RETRY_AFTER: Duration = Duration::from_millis(200);

pub(crate) type Batch = (TopicPartition, Result<Vec<Recorded>, event_log::Error>);

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
    shutdown: CancellationToken,
) -> Result<(), Error> {
    loop {
        // Both are cancel safe: `cancelled` holds no state, `next` gives the same events again.
        let batch = tokio::select! {
            biased;
            () = shutdown.cancelled() => return Ok(()),
            batch = reader.next(READ_BYTES) => batch,
        };
        if let Err(error) = &batch
            && error.is_retryable()
        {
            tracing::warn!(%source, %error, "reading again");
            tokio::time::sleep(RETRY_AFTER).await;
            continue;
        }
        let over = batch.is_err();
        if batches.send((source.clone(), batch)).await.is_err() || over {
            return Ok(());
        }
    }
}
