//! From committed outbox to log: allots seqs, stamps times, appends, trims.
//!
//! The order never changes: one store transaction with state and outbox, sync, append, trim. What a
//! crash leaves between two of these is finished on the next start, told by the end of the log.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use api::types::LogPosition;
use api::{EventHead, encode_payload};
use event_log::{Event, Partition, Position, Writer};
use jiff::{SignedDuration, Timestamp};
use store::{Changes, Pending, Store, Table};

use crate::metering::UnitMeter;
use crate::trace::{Kind, Span, TraceContext};
use crate::unit::on_blocking_thread;
use crate::{Error, Outgoing, Spool, TopicPartition};

/// Spools that are not wholly in the log yet.
pub(crate) const OPEN_SPOOLS: Table = Table::derived("open-spools");

/// Few appends for a large outbox, each well under the store's transaction and the log's batch.
const OUTBOX_BATCH: usize = 256;
/// Bytes of a spool that are appended, and so synced, at once.
const SPOOL_APPEND_BYTES: usize = 8 * 1024 * 1024;
/// A transaction takes 1 MiB; what else is in it needs some room.
const OUTGOING_BYTES_MAX: usize = 600 * 1024;
/// Keys of a transaction after which the rest goes into the next: it takes 2,000, and the heads of
/// small events have about 300 bytes each.
const OUTGOING_KEYS_MAX: usize = 1_000;

/// Payloads in a spool, and where they go.
#[derive(Clone, Debug)]
pub struct Spooled {
    /// The payloads, as [`api::encode_payload`] wrote them.
    pub spool: Spool,
    /// The output partition.
    pub to: TopicPartition,
    /// The events' key.
    pub key: Vec<u8>,
    /// What they follow from.
    pub cause: api::events::Cause,
}

pub(crate) struct Publisher {
    pub(crate) unit: String,
    pub(crate) store: Store,
    pub(crate) writer: Box<dyn Writer>,
    pub(crate) meter: Arc<UnitMeter>,
    /// Where what is published comes from.
    pub(crate) trace: Option<TraceContext>,
    /// The latest time stamped on each output partition: a clock that is set back, or two events
    /// within its resolution, never make two events of one partition share a time.
    pub(crate) recorded: BTreeMap<TopicPartition, Timestamp>,
}

impl Publisher {
    /// Commits the outbox, in several transactions if it is large, and `changes` with the last of
    /// them; syncs, and appends. Answers with the positions. An error of the log leaves all of it in
    /// the outbox.
    pub(crate) async fn publish(
        &mut self,
        mut changes: Changes,
        outgoing: Vec<Outgoing>,
    ) -> Result<Vec<LogPosition>, Error> {
        if outgoing.is_empty() {
            // Nothing leaves, so nothing has to be on disk before it does.
            let store = self.store.clone();
            on_blocking_thread(move || Ok(store.commit(changes)?)).await?;
            return Ok(Vec::new());
        }
        let mut next_seq: BTreeMap<TopicPartition, u64> = BTreeMap::new();
        let mut part = Changes::new();
        let mut bytes = 0;
        for one in outgoing {
            let payload = encode_payload(one.payload);
            let is_full =
                bytes + payload.len() > OUTGOING_BYTES_MAX || part.keys() >= OUTGOING_KEYS_MAX;
            if is_full && bytes > 0 {
                self.commit(std::mem::take(&mut part)).await?;
                bytes = 0;
            }
            bytes += payload.len();
            let (topic, partition) = (one.to.topic.as_str(), one.to.partition.0);
            let last = match next_seq.get(&one.to) {
                Some(seq) => *seq,
                None => self.store.seq(topic, partition)?,
            };
            let seq = last + 1;
            let recorded_at = self.stamp(&one.to);
            let trace_parent = self.trace_parent();
            let head =
                EventHead { unit: &self.unit, seq, cause: one.cause, recorded_at, trace_parent };
            let event = head.encode_with(&payload, topic, partition);
            part.publish(topic, partition, one.key, event);
            part.allot(topic, partition, seq);
            next_seq.insert(one.to, seq);
        }
        // A crash before this repeats what led to `changes`, and finds the earlier parts published.
        changes.merge(part);
        self.commit(changes).await?;
        self.flush().await
    }

    /// Appends what the outbox still holds, and trims it.
    pub(crate) async fn flush(&mut self) -> Result<Vec<LogPosition>, Error> {
        self.flush_if(|_| Ok(true)).await
    }

    /// Appends those events of the outbox of which `is_missing` says so, and trims it.
    ///
    /// After a crash of a broker one partition may have its part of a batch and another not:
    /// whether an event is there says nothing of the next.
    pub(crate) async fn flush_if(
        &mut self,
        is_missing: impl Fn(&Pending) -> Result<bool, Error>,
    ) -> Result<Vec<LogPosition>, Error> {
        let mut positions = Vec::new();
        loop {
            let store = self.store.clone();
            let pending = on_blocking_thread(move || Ok(store.outbox(OUTBOX_BATCH)?)).await?;
            let Some(last) = pending.last().map(|one| one.number) else { return Ok(positions) };
            let mut batch = Vec::with_capacity(pending.len());
            let mut places = Vec::with_capacity(pending.len());
            for one in pending {
                if !is_missing(&one)? {
                    continue;
                }
                places.push((one.topic.clone(), one.partition));
                batch.push(Event {
                    topic: TopicPartition::named(&one.topic, one.partition).topic,
                    partition: Partition(one.partition),
                    key: one.key.into(),
                    payload: one.payload.into(),
                });
            }
            let appended = self.writer.append(batch).await?;
            for ((topic, partition), position) in places.into_iter().zip(appended) {
                positions.push(LogPosition::new(&topic, partition, position.0));
            }
            let store = self.store.clone();
            on_blocking_thread(move || Ok(store.trim_outbox(last)?)).await?;
        }
    }

    /// Publishes a spool: says so in the store first, so that a crash at any moment resumes it.
    pub(crate) async fn publish_spool(
        &mut self,
        spooled: &Spooled,
    ) -> Result<Vec<LogPosition>, Error> {
        let (topic, partition) = (spooled.to.topic.as_str(), spooled.to.partition.0);
        let first = self.store.seq(topic, partition)? + 1;
        let mut changes = Changes::new();
        changes.put(OPEN_SPOOLS, OpenSpool::key(&spooled.to), OpenSpool::encode(spooled, first));
        changes.allot(topic, partition, first + spooled.spool.count - 1);
        if let Err(error) = self.commit(changes).await {
            if matches!(error, Error::Store(store::Error::DiskFull { .. })) {
                // Nothing was written, so nobody comes back for the file.
                spooled.spool.remove();
            }
            return Err(error);
        }
        let last = self.append_spool(spooled, first, 0).await?;
        self.close_spool(spooled).await?;
        Ok(last.into_iter().map(|at| LogPosition::new(topic, partition, at.0)).collect())
    }

    /// Appends the payloads from number `from` on; answers with the position of the last.
    pub(crate) async fn append_spool(
        &mut self,
        spooled: &Spooled,
        first_seq: u64,
        from: u64,
    ) -> Result<Option<Position>, Error> {
        let (topic, partition) = (spooled.to.topic.clone(), spooled.to.partition);
        let mut last = None;
        let mut batch = Vec::new();
        let mut bytes = 0;
        for (number, payload) in (from..).zip(spooled.spool.read(from)?) {
            let payload = payload?;
            let head = EventHead {
                unit: &self.unit.clone(),
                seq: first_seq + number,
                cause: spooled.cause.clone(),
                recorded_at: self.stamp(&spooled.to),
                trace_parent: self.trace_parent(),
            };
            let event = head.encode_with(&payload, topic.as_str(), partition.0);
            bytes += event.len();
            let key = spooled.key.clone().into();
            batch.push(Event { topic: topic.clone(), partition, key, payload: event.into() });
            if bytes >= SPOOL_APPEND_BYTES {
                last = self.writer.append(std::mem::take(&mut batch)).await?.last().copied();
                bytes = 0;
            }
        }
        if !batch.is_empty() {
            last = self.writer.append(batch).await?.last().copied();
        }
        Ok(last)
    }

    pub(crate) async fn close_spool(&mut self, spooled: &Spooled) -> Result<(), Error> {
        let mut changes = Changes::new();
        changes.delete(OPEN_SPOOLS, OpenSpool::key(&spooled.to));
        self.commit(changes).await?;
        spooled.spool.remove();
        Ok(())
    }

    /// One transaction and a sync, on a thread that may block.
    async fn commit(&mut self, changes: Changes) -> Result<(), Error> {
        let (store, meter) = (self.store.clone(), self.meter.clone());
        on_blocking_thread(move || {
            let began = Instant::now();
            store.commit(changes)?;
            store.sync()?;
            meter.transaction.observe(began.elapsed());
            Ok(())
        })
        .await
    }

    /// Publishes from here on what follows from a trace; until the span that this returns ends.
    pub(crate) fn follow(&mut self, parent: Option<TraceContext>) -> Option<Span> {
        let span = parent.map(|parent| {
            Span::begin(Kind::Producer, Some(parent), || format!("{} publish", self.unit))
        });
        self.trace = span.as_ref().and_then(Span::context);
        span
    }

    fn trace_parent(&self) -> String {
        self.trace.map_or_else(String::new, |trace| trace.to_string())
    }

    fn stamp(&mut self, to: &TopicPartition) -> Timestamp {
        let now = Timestamp::now();
        let tick = SignedDuration::from_nanos(1);
        let stamped = match self.recorded.get(to) {
            Some(last) if *last >= now => last.checked_add(tick).unwrap_or(now),
            Some(_) | None => now,
        };
        self.recorded.insert(to.clone(), stamped);
        stamped
    }
}

/// The row of a spool that is not wholly in the log: path, count, first seq, key, cause.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OpenSpool {
    #[prost(string, tag = "1")]
    path: String,
    #[prost(uint64, tag = "2")]
    count: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) first_seq: u64,
    #[prost(bytes = "vec", tag = "4")]
    key: Vec<u8>,
    #[prost(message, optional, tag = "5")]
    cause: Option<api::events::Cause>,
    #[prost(string, tag = "6")]
    topic: String,
    #[prost(uint32, tag = "7")]
    partition: u32,
}

impl OpenSpool {
    fn key(to: &TopicPartition) -> Vec<u8> {
        to.to_string().into_bytes()
    }

    fn encode(spooled: &Spooled, first_seq: u64) -> Vec<u8> {
        let row = Self {
            path: spooled.spool.path.display().to_string(),
            count: spooled.spool.count,
            first_seq,
            key: spooled.key.clone(),
            cause: Some(spooled.cause.clone()),
            topic: spooled.to.topic.as_str().to_owned(),
            partition: spooled.to.partition.0,
        };
        prost::Message::encode_to_vec(&row)
    }

    pub(crate) fn decode(row: &[u8], unit: &str) -> Result<Self, Error> {
        <Self as prost::Message>::decode(row).map_err(|error| Error::Parked {
            unit: unit.to_owned(),
            because: format!("open spool: {error}"),
            at: None,
        })
    }

    pub(crate) fn to_spooled(&self) -> Spooled {
        Spooled {
            spool: Spool { path: PathBuf::from(&self.path), count: self.count },
            to: TopicPartition::named(&self.topic, self.partition),
            key: self.key.clone(),
            cause: self.cause.clone().unwrap_or_default(),
        }
    }
}
