//! The suite that every engine passes: the contract of [`crate::log`], word by word.
//!
//! A case takes a [`Subject`], which opens a log and, once that is dropped, opens it again.
//! `conformance_tests!` makes each case a test of its own. A case assumes nothing about where
//! positions start or whether they are dense, and panics where the contract is broken.

mod batches;
mod fencing;
mod reading;

pub use batches::*;
pub use fencing::*;
pub use reading::*;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{Event, EventLog, Partition, Position, Reader, Recorded, Topic, Unit, Writer};

/// The longest that any step of a case may take: a broker under load needs seconds, no case
/// waits for this long in success.
const STEP_TIMEOUT: Duration = Duration::from_secs(60);

/// The log that a case is run on.
#[async_trait]
pub trait Subject: Send + Sync {
    /// Opens the log; after the one before was dropped, the same log again.
    async fn open(&self) -> Arc<dyn EventLog>;
    /// Two topics of at least two partitions that no other case writes to.
    fn topics(&self) -> [Topic; 2];
    /// A unit that no other case uses; equal for equal names.
    fn unit(&self, name: &str) -> Unit;
}

/// Makes a test of each case, on the subject that an async function gives for the case's name.
/// Where it gives `None`, the engine cannot be tested here, and it has said so.
#[macro_export]
macro_rules! conformance_tests {
    ($subject:path) => {
        $crate::conformance_tests! { $subject:
            positions_rise_in_the_order_of_the_events
            events_of_every_size_read_back
            a_batch_over_two_topics_is_all_or_none
            an_oversize_event_is_refused_with_its_batch
            an_unknown_topic_or_partition_is_refused_with_its_batch
            an_empty_batch_writes_nothing
            writers_of_different_units_append_side_by_side
            a_reopened_log_gives_the_same_events_and_goes_on
            a_fenced_writer_has_no_effect
            a_writer_after_reopening_fences_the_one_before
            other_units_are_not_fenced
            a_waiting_reader_is_woken
            reading_at_the_end_without_waiting_is_empty
            reading_without_waiting_gives_all_that_was_acknowledged
            a_reader_starts_in_the_middle
            a_reader_beyond_the_end_is_refused
            the_end_is_where_a_reader_reads_next
            a_read_keeps_to_its_bytes_but_gives_one_event
            a_dropped_read_loses_no_event
        }
    };
    ($subject:path: $($case:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                if let Some(subject) = $subject(stringify!($case)).await {
                    $crate::conformance::$case(&subject).await;
                }
            }
        )*
    };
}

/// Waits for a step that must end.
async fn soon<T>(step: impl Future<Output = T>) -> T {
    tokio::time::timeout(STEP_TIMEOUT, step).await.expect("the step ends within its limit")
}

fn event(topic: &Topic, partition: u32, payload: impl Into<Bytes>) -> Event {
    let key = Bytes::from_static(b"key");
    Event { topic: topic.clone(), partition: Partition(partition), key, payload: payload.into() }
}

async fn writer(log: &Arc<dyn EventLog>, unit: &Unit) -> Box<dyn Writer> {
    soon(log.writer(unit)).await.expect("a writer")
}

async fn append(writer: &mut Box<dyn Writer>, batch: Vec<Event>) -> Vec<Position> {
    soon(writer.append(batch)).await.expect("appended")
}

async fn reader(
    log: &Arc<dyn EventLog>,
    topic: &Topic,
    partition: u32,
    from: Position,
) -> Box<dyn Reader> {
    soon(log.reader(topic, Partition(partition), from)).await.expect("a reader")
}

async fn end(log: &Arc<dyn EventLog>, topic: &Topic, partition: u32) -> Position {
    soon(log.end(topic, Partition(partition))).await.expect("the end")
}

/// All that is there from a position on.
async fn read_all(
    log: &Arc<dyn EventLog>,
    topic: &Topic,
    partition: u32,
    from: Position,
) -> Vec<Recorded> {
    let mut reader = reader(log, topic, partition, from).await;
    let mut all = Vec::new();
    loop {
        let some = soon(reader.try_next(1 << 20)).await.expect("read");
        if some.is_empty() {
            return all;
        }
        all.extend(some);
    }
}

fn payloads(events: &[Recorded]) -> Vec<Bytes> {
    events.iter().map(|event| event.payload.clone()).collect()
}

fn positions(events: &[Recorded]) -> Vec<Position> {
    events.iter().map(|event| event.position).collect()
}
