//! Finds out whether a batch was committed when its commit got no plain answer.
//!
//! The positions of a batch are known before its commit. Once the partition is decided up to there,
//! a fresh reader of committed events finds the event at its very position, or finds that it is
//! passed over: the transaction was aborted. A transaction is decided at the latest when the next
//! writer of the unit starts.

use std::time::{Duration, Instant};

use rdkafka::error::KafkaError;
use rdkafka::message::Message;

use super::client;
use super::consumers::Consumers;
use crate::{Partition, Position, Topic};

/// How long between two questions.
const POLL: Duration = Duration::from_millis(5);

/// Whether the event at a position was committed; `None` if that cannot be known in time.
pub(super) fn was_committed(
    consumers: &Consumers,
    topic: &Topic,
    partition: Partition,
    position: Position,
    limit: Duration,
) -> Option<bool> {
    let deadline = Instant::now() + limit;
    let left = || deadline.saturating_duration_since(Instant::now());
    loop {
        let question = [(topic, partition)];
        let ends = client::ends_now(consumers.client(), &question, left());
        if ends.is_ok_and(|ends| ends.first().is_some_and(|end| *end > position)) {
            break;
        }
        if left().is_zero() {
            return None;
        }
        std::thread::sleep(POLL);
    }
    let assigned = consumers.assign(topic, partition, position).ok()?;
    while !left().is_zero() {
        match assigned.poll() {
            Some(Ok(message)) => return Some(client::position(message.offset()) == position),
            // The end was reached without it, and the end is beyond it.
            Some(Err(KafkaError::PartitionEOF(_))) => return Some(false),
            Some(Err(error)) => tracing::debug!(%topic, %partition, %error, "settle"),
            None => std::thread::sleep(POLL),
        }
    }
    None
}
