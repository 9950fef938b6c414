//! A reader: the queue of one partition of a shared consumer, emptied by whoever reads.
//!
//! It has no thread and no task of its own. Waiting is a notification by the queue; every so often
//! the cluster is asked for a sign of life. A call that must not wait, and must not miss what was
//! committed before it, asks for the end of the partition: the queue is emptied up to there, or
//! nothing is there but records of Kafka's own, which librdkafka passes over as they are polled.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use tokio::time::{Instant, timeout_at};

use super::client::{self, FETCH_WAIT};
use super::consumers::{Assigned, Consumers};
use super::reports;
use crate::{Error, Partition, Position, Reader, Recorded, Topic};

/// What one call takes out of the queue at most, beyond one event: copying it keeps a thread of the
/// runtime for less than half a millisecond.
const TAKEN_BYTES: usize = 1024 * 1024;
const TAKEN_EVENTS: usize = 4096;
/// How long a call that must not wait relies on the fetches under way before it fetches again: the
/// partition may have been left out of one.
const PATIENCE: Duration = FETCH_WAIT.saturating_mul(4);

/// A reader of one partition.
pub(super) struct PartitionReader {
    consumers: Arc<Consumers>,
    assigned: Arc<Assigned>,
    /// Taken out of the queue, not yet handed out.
    buffer: VecDeque<Recorded>,
    /// After the last event that was taken, or its end if Kafka's own records follow.
    position: Position,
    /// Why no further event can come. Events before it are handed out first.
    refused: Option<String>,
    request_timeout: Duration,
}

/// What emptying the queue has shown beside events.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Emptied {
    /// There may be more in it.
    No,
    /// Nothing is left in it.
    Yes,
    /// Nothing is left, and the fetch that came last has found the end.
    AtEnd,
}

impl PartitionReader {
    /// Reads from a position on. Blocks while librdkafka takes the partition over.
    pub(super) fn start(
        consumers: Arc<Consumers>,
        topic: &Topic,
        partition: Partition,
        from: Position,
        request_timeout: Duration,
    ) -> Result<Self, Error> {
        let assigned = Arc::new(consumers.assign(topic, partition, from)?);
        let (buffer, position, refused) = (VecDeque::new(), from, None);
        Ok(Self { consumers, assigned, buffer, position, refused, request_timeout })
    }

    /// Takes events out of the queue into the buffer, without waiting.
    fn take(&mut self, bytes_max: usize) -> Result<Emptied, Error> {
        let mut bytes = 0;
        let mut at_end = false;
        self.check_refused()?;
        while bytes < bytes_max.min(TAKEN_BYTES) && self.buffer.len() < TAKEN_EVENTS {
            let Some(polled) = self.assigned.poll() else {
                return Ok(if at_end { Emptied::AtEnd } else { Emptied::Yes });
            };
            match polled {
                Ok(message) => {
                    at_end = false;
                    let event = recorded(&message);
                    if event.position >= self.position {
                        self.position = Position(event.position.0 + 1);
                        bytes += event.key.len() + event.payload.len();
                        self.buffer.push_back(event);
                    }
                }
                Err(KafkaError::PartitionEOF(_)) => at_end = true,
                Err(error) => {
                    self.judge(&error);
                    self.check_refused()?;
                }
            }
        }
        Ok(Emptied::No)
    }

    /// Once the events before it are handed out, what ends the reading is told to each call.
    fn check_refused(&self) -> Result<(), Error> {
        match &self.refused {
            Some(detail) if self.buffer.is_empty() => {
                Err(Error::Refused { action: "read on", detail: detail.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Keeps what ends the reading; librdkafka recovers from everything else by itself.
    fn judge(&mut self, error: &KafkaError) {
        let (topic, partition) = (self.assigned.topic(), self.assigned.partition());
        match error.rdkafka_error_code() {
            Some(
                RDKafkaErrorCode::OffsetOutOfRange
                | RDKafkaErrorCode::AutoOffsetReset
                | RDKafkaErrorCode::LogTruncation,
            ) => self.refused = Some(format!("the log was truncated or recreated: {error}")),
            Some(
                RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownTopic
                | RDKafkaErrorCode::UnknownPartition,
            ) => self.refused = Some(format!("the topic was deleted: {error}")),
            Some(RDKafkaErrorCode::TopicAuthorizationFailed | RDKafkaErrorCode::Fatal) => {
                self.refused = Some(error.to_string());
            }
            _ => tracing::debug!(%topic, %partition, %error, "reader"),
        }
    }

    fn hand_out(&mut self, bytes_max: usize) -> Vec<Recorded> {
        let mut count = 0;
        let mut bytes = 0;
        for event in &self.buffer {
            bytes += event.key.len() + event.payload.len();
            if count > 0 && bytes > bytes_max {
                break;
            }
            count += 1;
        }
        self.buffer.drain(..count).collect()
    }

    /// Waits until something has come into the queue, but not beyond a deadline, not even if it is
    /// errors that come all the time.
    ///
    /// # Cancel safety
    /// Cancel safe: what has come is still in the queue, and is told to the next call.
    async fn is_filled_by(&self, deadline: Instant) -> bool {
        Instant::now() < deadline && timeout_at(deadline, self.assigned.filled()).await.is_ok()
    }

    #[cfg(test)]
    pub(super) fn assigned(&self) -> Arc<Assigned> {
        Arc::clone(&self.assigned)
    }

    /// Where the partition ends by now.
    async fn end(&self) -> Result<Position, Error> {
        let (assigned, limit) = (Arc::clone(&self.assigned), self.request_timeout);
        client::blocking(move || assigned.end_now(limit)).await?
    }

    /// Takes what is before an end that was asked for; afterwards the buffer is filled or there is
    /// nothing.
    async fn catch_up(&mut self, end: Position, bytes_max: usize) -> Result<(), Error> {
        if end <= self.position {
            return Ok(());
        }
        let deadline = Instant::now() + self.request_timeout;
        let patience = Instant::now() + PATIENCE;
        let mut fetched_again = false;
        loop {
            let emptied = self.take(bytes_max)?;
            if !self.buffer.is_empty() {
                return Ok(());
            }
            if fetched_again && emptied == Emptied::AtEnd {
                // The fetch was begun after the end was known. What is before it and was not
                // handed out is of transactions that were aborted.
                self.position = self.position.max(end);
                return Ok(());
            }
            let assigned = Arc::clone(&self.assigned);
            let emptied_to = client::blocking(move || assigned.emptied_to_now()).await?;
            self.position = self.position.max(emptied_to.unwrap_or_default());
            if self.position >= end {
                return Ok(());
            }
            let limit = if fetched_again { deadline } else { patience };
            if self.is_filled_by(limit).await {
                continue;
            }
            if fetched_again {
                self.change_consumer().await?;
                return Err(reports::timed_out("read to the end"));
            }
            let (assigned, position) = (Arc::clone(&self.assigned), self.position);
            let limit = self.request_timeout;
            client::blocking(move || assigned.seek_now(position, limit)).await??;
            fetched_again = true;
        }
    }

    /// Goes on with another consumer: the cluster answers, and this one fetches no more.
    ///
    /// # Cancel safety
    /// Cancel safe: until the other one has the partition, the reader keeps this one.
    async fn change_consumer(&mut self) -> Result<(), Error> {
        let (consumers, assigned) = (Arc::clone(&self.consumers), Arc::clone(&self.assigned));
        let from = self.position;
        let changed = client::blocking(move || {
            assigned.wear_out();
            consumers.assign(assigned.topic(), assigned.partition(), from)
        });
        self.assigned = Arc::new(changed.await??);
        Ok(())
    }
}

#[async_trait]
impl Reader for PartitionReader {
    async fn next(&mut self, bytes_max: usize) -> Result<Vec<Recorded>, Error> {
        let mut deadline = Instant::now() + self.request_timeout;
        loop {
            if self.buffer.is_empty() {
                self.take(bytes_max.max(1))?;
            }
            if !self.buffer.is_empty() {
                return Ok(self.hand_out(bytes_max));
            }
            if !self.is_filled_by(deadline).await {
                self.assigned.pulse(self.request_timeout).await?;
                self.catch_up(self.end().await?, bytes_max.max(1)).await?;
                deadline = Instant::now() + self.request_timeout;
            }
        }
    }

    async fn try_next(&mut self, bytes_max: usize) -> Result<Vec<Recorded>, Error> {
        if self.buffer.is_empty() {
            self.take(bytes_max.max(1))?;
        }
        if self.buffer.is_empty() {
            self.catch_up(self.end().await?, bytes_max.max(1)).await?;
        }
        Ok(self.hand_out(bytes_max))
    }

    fn read_to(&mut self) -> Position {
        if let Some(next) = self.buffer.front() {
            return next.position;
        }
        // Records of Kafka's own are passed over only when they are polled.
        if !matches!(self.take(1), Ok(Emptied::Yes | Emptied::AtEnd)) {
            return self.buffer.front().map_or(self.position, |next| next.position);
        }
        self.position = self.position.max(self.assigned.emptied_to_now().unwrap_or_default());
        self.position
    }
}

fn recorded(message: &impl Message) -> Recorded {
    let payload = Bytes::copy_from_slice(message.payload().unwrap_or_default());
    Recorded {
        position: client::position(message.offset()),
        key: Bytes::copy_from_slice(message.key().unwrap_or_default()),
        crc: crc32c::crc32c(&payload),
        payload,
    }
}
