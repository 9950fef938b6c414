//! From a batch of events to the store, in transactions of bounded size.
//!
//! Each writer's events come with seq 1, 2, 3, …: what was seen is dropped, a gap parks the unit. The
//! position moves in the transaction that holds what the event changed, never apart from it.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Instant;

use api::events::envelope::Payload;
use api::types::LogPosition;
use event_log::Recorded;
use jiff::Timestamp;
use store::{Changes, Store, Table};

use crate::leftovers::Leftovers;
use crate::metering::UnitMeter;
use crate::origins::Origin;
use crate::skips::{self, SkipRow, Skips};
use crate::{At, Error, Frontier, ParkedAt, TopicPartition, Work};

/// The last seq seen of each writer in each partition, and the time on it.
pub(crate) const SEEN: Table = Table::derived("seen");

/// Keys and bytes of applied batches after which the transaction is closed: an event adds at most
/// about 1,000 keys and 500 KiB, and the store takes 2,000 and 1 MiB.
const CHANGES_KEYS: usize = 900;
const CHANGES_BYTES: usize = 400 * 1024;

/// What a batch has come to.
#[derive(Default)]
pub(crate) struct Folded {
    pub(crate) next: u64,
    pub(crate) upstream: Frontier,
    pub(crate) recorded_at: Option<Timestamp>,
    /// Where events of the batch come from that others may follow from.
    pub(crate) origins: Vec<Origin>,
}

/// Folds a batch of one partition into the store; runs on a thread that may block.
pub(crate) struct Fold<'a, W> {
    pub(crate) work: &'a W,
    pub(crate) store: &'a Store,
    pub(crate) source: &'a TopicPartition,
    pub(crate) unit: &'a str,
    pub(crate) leftovers: &'a Leftovers,
    pub(crate) meter: &'a UnitMeter,
    pub(crate) skips: &'a Skips,
    pub(crate) seen: BTreeMap<(TopicPartition, String), u64>,
}

impl<W: Work> Fold<'_, W> {
    pub(crate) fn batch(&mut self, batch: &[Recorded]) -> Result<Folded, Error> {
        let mut folded = Folded::default();
        let mut changes = Changes::new();
        for recorded in batch {
            if self.skips.cover(self.source, recorded) {
                self.commit(std::mem::take(&mut changes))?;
                self.skip(recorded, &mut folded)?;
                continue;
            }
            if self.source.topic == event_log::topics::FEEDS {
                self.foreign(recorded, &mut folded)?;
                continue;
            }
            let event = api::decode_event(&recorded.payload)
                .map_err(|error| self.parked(recorded, &error))?;
            let is_batch = matches!(event.payload, Payload::ObservationBatch(_));
            if !is_batch && !changes.is_empty() {
                self.commit(std::mem::take(&mut changes))?;
            }
            self.event(recorded, &event, &mut folded, &mut changes)?;
            let full = changes.keys() > CHANGES_KEYS || changes.bytes() > CHANGES_BYTES;
            // What is not a batch may be read by what comes next, so it is committed at once.
            if full || !is_batch {
                self.commit(std::mem::take(&mut changes))?;
            }
        }
        if !changes.is_empty() {
            self.commit(changes)?;
        }
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        self.meter.applied.fetch_add(count, Ordering::Relaxed);
        self.work.committed(self.store).map_err(|error| Error::Parked {
            unit: self.unit.to_owned(),
            because: error.to_string(),
            at: None,
        })?;
        Ok(folded)
    }

    /// A message of somebody else, in a transaction of its own: it may be large.
    fn foreign(&self, recorded: &Recorded, folded: &mut Folded) -> Result<(), Error> {
        let (topic, partition) = (self.source.topic.as_str(), self.source.partition.0);
        let mut changes = Changes::new();
        folded.next = recorded.position.0 + 1;
        changes.consumed(topic, partition, folded.next, recorded.crc);
        let at = At { source: self.source, position: recorded.position };
        let received = self.work.receive(self.store, at, &recorded.payload, &mut changes);
        received.map_err(|error| self.parked(recorded, &error))?;
        self.commit(changes)
    }

    fn event(
        &mut self,
        recorded: &Recorded,
        event: &api::Event,
        folded: &mut Folded,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let (topic, partition) = (self.source.topic.as_str(), self.source.partition.0);
        folded.next = recorded.position.0 + 1;
        let writer = (self.source.clone(), event.unit.clone());
        let last = self.seen.get(&writer).copied().unwrap_or(0);
        changes.consumed(topic, partition, folded.next, recorded.crc);
        if event.seq <= last {
            return Ok(());
        }
        if !self.follows(event, last) {
            let gap = format!("seq {} of `{}` follows {last}", event.seq, event.unit);
            return Err(self.parked(recorded, &gap));
        }
        let own = event.unit == self.unit;
        if let Payload::Skipped(skipped) = &event.payload {
            // Of its own it takes note; those of others are others' business.
            if own {
                SkipRow::fold(skipped, changes).map_err(|error| self.parked(recorded, &error))?;
            }
        } else {
            let at = At { source: self.source, position: recorded.position };
            let applied = self.work.apply(self.store, at, event, changes);
            applied.map_err(|error| self.parked(recorded, &error))?;
        }
        let told = told_positions(&event.payload);
        for one in &told {
            folded.upstream.advance(&one.topic, one.partition, one.position + 1);
        }
        folded.recorded_at = Some(event.recorded_at);
        if !event.trace_parent.is_empty() {
            Origin::note(&mut folded.origins, recorded.position, &event.trace_parent);
        }
        if own {
            self.leftovers.judge(self.source, recorded, event, changes);
        }
        if own && self.store.seq(topic, partition)? < event.seq {
            changes.allot(topic, partition, event.seq);
        }
        let upstream = folded.upstream.iter();
        let row = SeenRow {
            source: self.source.to_string(),
            unit: event.unit.clone(),
            seq: event.seq,
            recorded_nanoseconds: i64::try_from(event.recorded_at.as_nanosecond())
                .unwrap_or(i64::MAX),
            upstream: upstream.map(|(t, p, next)| LogPosition::new(t, p, next)).collect(),
        };
        let key = format!("{}\0{}", row.source, row.unit);
        changes.put(SEEN, key, prost::Message::encode_to_vec(&row));
        self.seen.insert(writer, event.seq);
        Ok(())
    }

    /// Passes over an event, and accounts for its seq as far as it can be told.
    fn skip(&mut self, recorded: &Recorded, folded: &mut Folded) -> Result<(), Error> {
        let (topic, partition) = (self.source.topic.as_str(), self.source.partition.0);
        let mut changes = Changes::new();
        folded.next = recorded.position.0 + 1;
        changes.consumed(topic, partition, folded.next, recorded.crc);
        if self.source.topic != event_log::topics::FEEDS {
            let (unit, seq) = skips::writer_and_seq(&self.seen, self.source, &recorded.payload);
            let key = (self.source.clone(), unit);
            if self.seen.get(&key).is_none_or(|last| *last < seq) {
                let row_key = format!("{}\0{}", key.0, key.1);
                let known = self.store.get(SEEN, row_key.as_bytes())?;
                let known = known.and_then(|row| <SeenRow as prost::Message>::decode(&*row).ok());
                let row = SeenRow {
                    source: self.source.to_string(),
                    unit: key.1.clone(),
                    seq,
                    ..known.unwrap_or_default()
                };
                changes.put(SEEN, row_key, prost::Message::encode_to_vec(&row));
                if key.1 == self.unit && self.store.seq(topic, partition)? < seq {
                    changes.allot(topic, partition, seq);
                }
                self.seen.insert(key, seq);
            }
        }
        self.commit(changes)
    }

    /// Whether an event is its writer's next. A writer of which nothing is seen may begin behind
    /// skipped events that did not say whose they were.
    fn follows(&self, event: &api::Event, last: u64) -> bool {
        let nameless = self.seen.get(&(self.source.clone(), String::new()));
        let missing = if last == 0 { nameless.copied().unwrap_or(0) } else { 0 };
        (last + 1..=last + 1 + missing).contains(&event.seq)
    }

    fn commit(&self, changes: Changes) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        let began = Instant::now();
        self.store.commit(changes)?;
        self.meter.transaction.observe(began.elapsed());
        Ok(())
    }

    fn parked(&self, recorded: &Recorded, because: &dyn std::fmt::Display) -> Error {
        let Recorded { position, crc, .. } = *recorded;
        let because = format!("{} position {position}: {because}", self.source);
        let at = ParkedAt { source: self.source.clone(), position, crc };
        Error::Parked { unit: self.unit.to_owned(), because, at: Some(Box::new(at)) }
    }
}

/// What is remembered of a writer in a partition.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SeenRow {
    #[prost(string, tag = "1")]
    pub(crate) source: String,
    #[prost(string, tag = "2")]
    pub(crate) unit: String,
    #[prost(uint64, tag = "3")]
    pub(crate) seq: u64,
    #[prost(int64, tag = "4")]
    pub(crate) recorded_nanoseconds: i64,
    /// Next positions of its own inputs that the writer has told.
    #[prost(message, repeated, tag = "5")]
    pub(crate) upstream: Vec<LogPosition>,
}

/// Input positions of its writer that an event says are applied and published.
fn told_positions(payload: &Payload) -> Vec<LogPosition> {
    match payload {
        Payload::Progress(progress) => progress.applied.clone(),
        Payload::EffectsCommitted(effects) => effects.cause.iter().cloned().collect(),
        _ => Vec::new(),
    }
}
