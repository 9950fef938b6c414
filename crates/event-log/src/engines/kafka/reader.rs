//! One consumer a reader, polled by a thread of its own, for one partition assigned by hand.
//!
//! The thread puts events into a bounded channel in chunks and waits when it is full; librdkafka
//! then stops fetching. It also passes on that the end of the partition was reached. That message
//! does not say *which* end, so a call that must not wait, and must not miss what was committed
//! before it, starts the fetching again after it has asked for the end: the next such message is
//! about this end or a later one.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::mpsc;
use tokio::time::{error::Elapsed, timeout};

use super::{KafkaOptions, client};
use crate::{Error, Partition, Position, Reader, Recorded, Topic};

/// A chunk ends when nothing more is at hand, or here. With the channel's bound and librdkafka's
/// own queue, a reader holds some 12 MiB.
const CHUNK_BYTES: usize = 1024 * 1024;
const CHUNK_EVENTS: usize = 4096;
const CHUNKS: usize = 2;
/// How long the thread polls before it looks whether its reader is gone.
const POLL: Duration = Duration::from_millis(100);
/// How long a call that must not wait relies on events that are under way already.
const PATIENCE: Duration = Duration::from_millis(20);

/// A reader of one partition.
pub(super) struct PartitionReader {
    feed: Arc<Feed>,
    fetched: mpsc::Receiver<Fetched>,
    /// Fetched, not yet handed out.
    buffer: VecDeque<Recorded>,
    /// After the last event that was fetched.
    position: Position,
    /// There is no event from `position` up to here.
    empty_to: Position,
    request_timeout: Duration,
}

/// What the reader and its thread share.
struct Feed {
    consumer: Arc<BaseConsumer>,
    topic: Topic,
    partition: Partition,
    /// How many times fetching was started again.
    restarts: AtomicU64,
}

/// What the thread has polled.
enum Fetched {
    Events(Vec<Recorded>),
    /// The end was reached, by a poll that was begun after so many restarts.
    End {
        restarts: u64,
    },
    Failed(Error),
}

impl PartitionReader {
    pub(super) fn start(
        options: &KafkaOptions,
        topic: &Topic,
        partition: Partition,
        from: Position,
    ) -> Result<Self, Error> {
        let consumer: BaseConsumer = client::consumer_config(options)
            .create()
            .map_err(|error| client::failed("make a consumer", &error))?;
        let consumer = Arc::new(consumer);
        let feed = Feed { consumer, topic: topic.clone(), partition, restarts: AtomicU64::new(0) };
        let feed = Arc::new(feed);
        feed.assign(from)?;
        let (chunks, fetched) = mpsc::channel(CHUNKS);
        let thread = Arc::clone(&feed);
        std::thread::Builder::new()
            .name("event-log-read".to_owned())
            .spawn(move || thread.run(&chunks))
            .map_err(|error| Error::Refused {
                action: "start a thread",
                detail: error.to_string(),
            })?;
        let request_timeout = options.request_timeout;
        let buffer = VecDeque::new();
        Ok(Self { feed, fetched, buffer, position: from, empty_to: from, request_timeout })
    }

    fn accept(&mut self, events: Vec<Recorded>) {
        for event in events {
            // After a restart, events that were under way come twice.
            if event.position >= self.position {
                self.position = Position(event.position.0 + 1);
                self.buffer.push_back(event);
            }
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

    /// Reads up to an end that was asked for; afterwards the buffer is filled or there is nothing.
    async fn catch_up(&mut self, end: Position) -> Result<(), Error> {
        let mut restarted = None;
        loop {
            let limit = if restarted.is_none() { PATIENCE } else { self.request_timeout };
            // Cancel safe: `recv` loses nothing, and a restart only fetches again.
            match timeout(limit, self.fetched.recv()).await {
                Ok(Some(Fetched::Events(events))) => {
                    self.accept(events);
                    if !self.buffer.is_empty() || self.position >= end {
                        return Ok(());
                    }
                }
                Ok(Some(Fetched::End { restarts })) if Some(restarts) == restarted => {
                    self.empty_to = end;
                    return Ok(());
                }
                Ok(Some(Fetched::End { .. })) | Err(Elapsed { .. }) if restarted.is_none() => {
                    let (feed, position) = (Arc::clone(&self.feed), self.position);
                    restarted = Some(client::blocking(move || feed.restart(position)).await??);
                }
                Ok(Some(Fetched::End { .. })) => {}
                Ok(Some(Fetched::Failed(error))) => return Err(error),
                Ok(None) => return Err(Error::Closed),
                Err(Elapsed { .. }) => return Err(client::timed_out("read to the end")),
            }
        }
    }
}

#[async_trait]
impl Reader for PartitionReader {
    async fn next(&mut self, bytes_max: usize) -> Result<Vec<Recorded>, Error> {
        while self.buffer.is_empty() {
            match self.fetched.recv().await {
                Some(Fetched::Events(events)) => self.accept(events),
                Some(Fetched::End { .. }) => {}
                Some(Fetched::Failed(error)) => return Err(error),
                None => return Err(Error::Closed),
            }
        }
        Ok(self.hand_out(bytes_max))
    }

    async fn try_next(&mut self, bytes_max: usize) -> Result<Vec<Recorded>, Error> {
        if self.buffer.is_empty() {
            let Feed { consumer, topic, partition, .. } = &*self.feed;
            let (_, end) =
                client::bounds(consumer, topic, *partition, self.request_timeout).await?;
            if end > self.position.max(self.empty_to) {
                self.catch_up(end).await?;
            }
        }
        Ok(self.hand_out(bytes_max))
    }
}

impl Feed {
    fn assign(&self, from: Position) -> Result<(), Error> {
        let failed = |error: KafkaError| client::failed("assign a partition", &error);
        let offset = Offset::Offset(i64::try_from(from.0).unwrap_or(i64::MAX));
        let mut list = TopicPartitionList::new();
        let partition = client::partition_number(self.partition);
        list.add_partition_offset(self.topic.as_str(), partition, offset).map_err(failed)?;
        self.consumer.assign(&list).map_err(failed)
    }

    /// Fetches again from a position. What a poll that begins after this says about the end is
    /// newer than this call.
    fn restart(&self, from: Position) -> Result<u64, Error> {
        self.assign(from)?;
        Ok(self.restarts.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn run(&self, chunks: &mpsc::Sender<Fetched>) {
        while !chunks.is_closed() {
            let restarts = self.restarts.load(Ordering::SeqCst);
            let mut events = Vec::new();
            let mut bytes = 0;
            let mut ended = None;
            let mut wait = POLL;
            while bytes < CHUNK_BYTES && events.len() < CHUNK_EVENTS {
                match self.consumer.poll(wait) {
                    Some(Ok(message)) => {
                        let event = recorded(&message);
                        bytes += event.key.len() + event.payload.len();
                        events.push(event);
                        wait = Duration::ZERO;
                    }
                    Some(Err(error)) => {
                        ended = self.judge(error, restarts);
                        break;
                    }
                    None => break,
                }
            }
            if !events.is_empty() && chunks.blocking_send(Fetched::Events(events)).is_err() {
                return;
            }
            if let Some(ended) = ended
                && chunks.blocking_send(ended).is_err()
            {
                return;
            }
        }
    }

    /// What an error means to the reader; `None` for what librdkafka recovers from by itself.
    fn judge(&self, error: KafkaError, restarts: u64) -> Option<Fetched> {
        match error.rdkafka_error_code() {
            None if matches!(error, KafkaError::PartitionEOF(_)) => Some(Fetched::End { restarts }),
            Some(RDKafkaErrorCode::OffsetOutOfRange | RDKafkaErrorCode::AutoOffsetReset) => {
                Some(Fetched::Failed(Error::Refused {
                    action: "read on",
                    detail: format!("the log was truncated or recreated: {error}"),
                }))
            }
            Some(
                RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownTopic
                | RDKafkaErrorCode::Fatal,
            ) => Some(Fetched::Failed(client::failed("read on", &error))),
            _ => {
                let (topic, partition) = (&self.topic, self.partition);
                tracing::debug!(%topic, %partition, %error, "consumer");
                None
            }
        }
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
