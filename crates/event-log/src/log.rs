//! The contract of the event log. Every engine keeps it; `conformance` tests it word by word.
//!
//! - A batch of [`Writer::append`] is in the log whole or not at all, over any number of topics and
//!   partitions, whatever crashes. What an append has acknowledged is on disk. Kafka breaks this
//!   in one case: a coordinator that crashes while it tells the partitions of its decision may
//!   forget the rest of them. Such a batch was not acknowledged, and readers see it in some of its
//!   partitions only, until its unit has looked in each and appended again what is missing; for good
//!   if the unit has lost what it was to append.
//! - One writer a unit: [`EventLog::writer`] fences every earlier one. When it returns, no event of
//!   an earlier writer can appear any more, and those writers only get [`Error::Fenced`].
//! - Within a partition, positions rise in the order of the events and never change. They need not
//!   be dense: Kafka spends some on its own records.
//! - Readers see committed events only, in order, each once.
//!
//! Callers never name an engine, except where options are read.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;

use crate::{Error, Limit, Topic, Unit};

/// The most bytes of key and payload in one event. Kafka's default limit for a record with all
/// that it wraps around it is 1 MiB; this leaves a reserve for headers.
pub const EVENT_BYTES_MAX: usize = 900 * 1024;

/// The most bytes of keys and payloads in one batch: a batch is held in memory while it is written.
pub const BATCH_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The most events in one batch: bounds what the engine writes around keys and payloads.
pub const BATCH_EVENTS_MAX: usize = 256 * 1024;

/// The number of a partition of a topic, from 0.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Partition(pub u32);

/// Where an event is in its partition. Rises with the order of events; gaps have no meaning.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Position(pub u64);

/// An event to append.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// Where to.
    pub topic: Topic,
    /// Which partition of it; see [`crate::partition_of`].
    pub partition: Partition,
    /// What the partition was chosen by; not unique.
    pub key: Bytes,
    /// The encoded event.
    pub payload: Bytes,
}

/// An event as read back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recorded {
    /// Where it is.
    pub position: Position,
    /// As appended.
    pub key: Bytes,
    /// As appended. May share its buffer with its neighbours: copy what is kept for long.
    pub payload: Bytes,
    /// CRC32C of the payload. Kept with a position, it tells a log that was truncated or recreated.
    pub crc: u32,
}

/// A log: topics of partitions of events.
#[async_trait]
pub trait EventLog: Send + Sync + 'static {
    /// How many partitions a topic has, fixed for its life; 0 if the log does not hold the topic.
    fn partition_count(&self, topic: &Topic) -> u32;

    /// Gives the one writer of a unit and fences every earlier one.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Refused`], [`Error::Poisoned`] or [`Error::Closed`].
    ///
    /// # Cancel safety
    /// If dropped, earlier writers may or may not be fenced; nothing else has happened.
    async fn writer(&self, unit: &Unit) -> Result<Box<dyn Writer>, Error>;

    /// Gives a reader whose first event is the first one at or after `from`. `from` may be the end.
    ///
    /// # Errors
    /// [`Error::UnknownTopic`], [`Error::UnknownPartition`]; [`Error::OutOfRange`] if `from` is
    /// beyond the end or events before it are gone, both of which a healthy log never shows.
    async fn reader(
        &self,
        topic: &Topic,
        partition: Partition,
        from: Position,
    ) -> Result<Box<dyn Reader>, Error>;

    /// The position after the last committed event: where a reader would read next.
    ///
    /// # Errors
    /// [`Error::UnknownTopic`], [`Error::UnknownPartition`]; [`Error::Unavailable`].
    async fn end(&self, topic: &Topic, partition: Partition) -> Result<Position, Error>;
}

/// The one writer of a unit.
#[async_trait]
pub trait Writer: Send {
    /// Appends all of a batch or nothing, and answers with the positions in the batch's order once
    /// the events are on disk and readers see them. An empty batch succeeds and writes nothing.
    ///
    /// # Errors
    /// Nothing was written: [`Error::Fenced`], [`Error::TooLarge`], [`Error::UnknownTopic`],
    /// [`Error::UnknownPartition`], [`Error::DiskFull`], [`Error::Unavailable`], [`Error::Closed`],
    /// [`Error::Refused`]. After [`Error::Unavailable`] and [`Error::DiskFull`] the same writer may
    /// be used again, any number of times, until it says that it is uncertain.
    /// Not known: [`Error::Uncertain`], [`Error::Poisoned`]; take a new writer, or restart, read the
    /// end of each partition, and append again what is not there: one event does not answer for the
    /// others.
    ///
    /// # Cancel safety
    /// If dropped, the batch may or may not be appended; never a part of it, but for the case that the
    /// module names.
    async fn append(&mut self, batch: Vec<Event>) -> Result<Vec<Position>, Error>;
}

/// Reads one partition in order.
#[async_trait]
pub trait Reader: Send {
    /// Waits for at least one committed event, then gives what is there: at most `bytes_max` of
    /// keys and payloads, but always at least one event.
    ///
    /// # Errors
    /// [`Error::Corrupt`]; [`Error::Refused`] if the log was truncated, recreated or closed to the
    /// caller, which no later call cures; [`Error::Unavailable`] after the log could not be reached
    /// for long: the reader stays where it is and may be used again.
    ///
    /// # Cancel safety
    /// Cancel safe: if dropped, the next call gives the same events.
    async fn next(&mut self, bytes_max: usize) -> Result<Vec<Recorded>, Error>;

    /// The same without waiting for events: empty if there was none at the time of the call.
    ///
    /// # Errors
    /// As [`Reader::next`].
    ///
    /// # Cancel safety
    /// Cancel safe: if dropped, the next call gives the same events.
    async fn try_next(&mut self, bytes_max: usize) -> Result<Vec<Recorded>, Error>;

    /// The position up to which everything was given. At the end of the partition it is the end,
    /// also where the engine's own records follow the last event, once the reader has looked there.
    /// Asks nobody.
    fn read_to(&mut self) -> Position;
}

/// Refuses a batch that is over a limit; both engines ask before they write anything.
pub(crate) fn check_limits(batch: &[Event]) -> Result<(), Error> {
    let mut batch_bytes = 0;
    for event in batch {
        let bytes = event.key.len() + event.payload.len();
        check(Limit::Event, bytes, EVENT_BYTES_MAX)?;
        batch_bytes += bytes;
    }
    check(Limit::Batch, batch_bytes, BATCH_BYTES_MAX)?;
    check(Limit::BatchEvents, batch.len(), BATCH_EVENTS_MAX)
}

fn check(limit: Limit, bytes: usize, max: usize) -> Result<(), Error> {
    if bytes > max {
        return Err(Error::TooLarge { limit, bytes, max });
    }
    Ok(())
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
