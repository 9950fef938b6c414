//! Events that a unit passes over because an operator said so.
//!
//! What an operator says is kept in the store at once, and published as an event of the unit's own
//! output as soon as the unit can write again; only then the operator is answered. A store that is
//! made again reads its own output before its inputs, and so knows what to pass over. The event that
//! is skipped may be in the own output itself, before the one that says so: a unit that is about to
//! park there looks ahead for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, Envelope, Skipped};
use api::operations::SkippedEvent;
use api::types::LogPosition;
use event_log::{Position, Recorded, Unit};
use prost::Message;
use store::{Changes, Store, Table};

use crate::inputs::READ_BYTES;
use crate::session::Session;
use crate::unit::on_blocking_thread;
use crate::{ApplyError, Error, Outgoing, ParkedAt, TopicPartition, Work};

/// What the log says is skipped.
pub(crate) const SKIPPED: Table = Table::canonical("skipped-events");
/// What is to be skipped and is not known to be in the log, or was found there ahead of its turn.
pub(crate) const SKIPPING: Table = Table::derived("skipping-events");

/// An event that is passed over.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct SkipRow {
    #[prost(message, optional, tag = "1")]
    skipped: Option<Skipped>,
    /// Found in the log: not to be published again.
    #[prost(bool, tag = "2")]
    is_published: bool,
}

/// What a session passes over, with the CRC of what stands there. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Skips(Arc<BTreeMap<(TopicPartition, Position), u32>>);

impl Skips {
    /// Looks into the store; blocks. There are as many as an operator had patience for.
    pub(crate) fn load(store: &Store) -> Result<Self, Error> {
        let mut skips = BTreeMap::new();
        for table in [SKIPPED, SKIPPING] {
            for row in rows(store, table)? {
                let Some(skipped) = row.skipped else { continue };
                let at = skipped.position.unwrap_or_default();
                let source = TopicPartition::named(&at.topic, at.partition);
                skips.insert((source, Position(at.position)), skipped.crc);
            }
        }
        Ok(Self(Arc::new(skips)))
    }

    /// Whether an event is one of them.
    pub(crate) fn cover(&self, source: &TopicPartition, recorded: &Recorded) -> bool {
        !self.0.is_empty()
            && self.0.get(&(source.clone(), recorded.position)) == Some(&recorded.crc)
    }
}

impl SkipRow {
    /// Takes note of what the own output says.
    pub(crate) fn fold(skipped: &Skipped, changes: &mut Changes) -> Result<(), ApplyError> {
        let Some(at) = &skipped.position else {
            return Err(ApplyError::Unexpected { what: "a skip of no event".to_owned() });
        };
        let row = Self { skipped: Some(skipped.clone()), is_published: true };
        changes.put(SKIPPED, key(at), row.encode_to_vec());
        changes.delete(SKIPPING, key(at));
        Ok(())
    }
}

impl ParkedAt {
    pub(crate) fn to_log_position(&self) -> LogPosition {
        let TopicPartition { topic, partition } = &self.source;
        LogPosition::new(topic.as_str(), partition.0, self.position.0)
    }
}

/// Keeps that a parked unit is to pass over the event at which it stands.
pub(crate) async fn ask(
    store: &Store,
    unit: &Unit,
    stands_at: Option<&ParkedAt>,
    wanted: &LogPosition,
    reason: String,
) -> Result<(), Error> {
    let not_there = |stands| Error::NotParkedThere { unit: unit.as_str().to_owned(), stands };
    let Some(stands_at) = stands_at else {
        return Err(not_there("is parked at no event that can be skipped".to_owned()));
    };
    let at = stands_at.to_log_position();
    if at != *wanted {
        let stands = format!("is parked at {} position {}", stands_at.source, stands_at.position);
        return Err(not_there(stands));
    }
    tracing::warn!(unit = unit.as_str(), event = %stands_at.source, position = at.position, reason,
        "an operator has an event skipped");
    let skipped = Skipped { position: Some(at.clone()), crc: stands_at.crc, reason };
    keep(store, key(&at), SkipRow { skipped: Some(skipped), is_published: false }).await
}

/// All that are passed over, for a status.
pub(crate) fn all(store: &Store) -> Result<Vec<SkippedEvent>, Error> {
    let mut all = Vec::new();
    for table in [SKIPPED, SKIPPING] {
        for SkipRow { skipped, .. } in rows(store, table)? {
            let Some(Skipped { position, reason, .. }) = skipped else { continue };
            all.push(SkippedEvent { position, reason });
        }
    }
    Ok(all)
}

/// How many are passed over.
pub(crate) fn count(store: &Store) -> Result<u64, Error> {
    Ok(u64::try_from(all(store)?.len()).unwrap_or(u64::MAX))
}

/// Whose event it is that is skipped, and its seq. One that does not say is the next of the only
/// writer of the partition; if nothing was seen of one, of a nameless one.
pub(crate) fn writer_and_seq(
    seen: &BTreeMap<(TopicPartition, String), u64>,
    source: &TopicPartition,
    payload: &[u8],
) -> (String, u64) {
    if let Ok(envelope) = Envelope::decode(payload)
        && !envelope.unit.is_empty()
        && envelope.seq > 0
    {
        return (envelope.unit, envelope.seq);
    }
    let mut writers = seen.iter().filter(|((of, unit), _)| of == source && !unit.is_empty());
    match (writers.next(), writers.next()) {
        (Some(((_, unit), last)), None) => (unit.clone(), last + 1),
        (None, _) | (Some(_), Some(_)) => {
            let nameless = seen.get(&(source.clone(), String::new()));
            (String::new(), nameless.copied().unwrap_or(0) + 1)
        }
    }
}

impl<W: Work> Session<W> {
    /// Publishes what an operator has had skipped.
    pub(crate) async fn publish_skips(&mut self) -> Result<(), Error> {
        let mut outgoing = Vec::new();
        let Some((to, _)) = self.own.first() else { return Ok(()) };
        for row in rows(&self.store, SKIPPING)? {
            let (Some(skipped), false) = (row.skipped, row.is_published) else { continue };
            let cause = Cause { kind: CauseKind::Request.into(), position: None };
            let payload = Payload::Skipped(skipped);
            outgoing.push(Outgoing { to: to.clone(), key: Vec::new(), cause, payload });
        }
        if !outgoing.is_empty() {
            self.publisher.publish(Changes::new(), outgoing).await?;
            self.read_own().await?;
        }
        self.skips = Skips::load(&self.store)?;
        Ok(())
    }

    /// What to do at an event that cannot be applied: to park, unless the own output says further
    /// on that it is skipped.
    pub(crate) async fn look_ahead(
        &mut self,
        unit: String,
        because: String,
        at: Box<ParkedAt>,
    ) -> Result<Error, Error> {
        let Some((own, _)) = self.own.first() else {
            return Ok(Error::Parked { unit, because, at: Some(at) });
        };
        let here = (own.topic.as_str().to_owned(), own.partition.0);
        let from = self.store.positions()?.get(&here).map_or(0, |consumed| consumed.position);
        let mut reader = self.log.reader(&own.topic, own.partition, Position(from)).await?;
        loop {
            let batch = reader.try_next(READ_BYTES).await?;
            if batch.is_empty() {
                return Ok(Error::Parked { unit, because, at: Some(at) });
            }
            for recorded in batch {
                let Ok(event) = api::decode_event(&recorded.payload) else { continue };
                let Payload::Skipped(skipped) = event.payload else { continue };
                let position = at.to_log_position();
                let is_meant = event.unit == unit
                    && skipped.position.as_ref() == Some(&position)
                    && skipped.crc == at.crc;
                if is_meant {
                    let row = SkipRow { skipped: Some(skipped), is_published: true };
                    keep(&self.store, key(&position), row).await?;
                    return Ok(Error::SkipFound);
                }
            }
        }
    }
}

fn rows(store: &Store, table: Table) -> Result<Vec<SkipRow>, Error> {
    let mut rows = Vec::new();
    for row in store.scan(table, b"") {
        // Written by this module alone, and checked by the store.
        rows.push(SkipRow::decode(row?.1.as_slice()).unwrap_or_default());
    }
    Ok(rows)
}

async fn keep(store: &Store, key: Vec<u8>, row: SkipRow) -> Result<(), Error> {
    let store = store.clone();
    on_blocking_thread(move || {
        let mut changes = Changes::new();
        changes.put(SKIPPING, key, row.encode_to_vec());
        store.commit(changes)?;
        Ok(store.sync()?)
    })
    .await
}

fn key(at: &LogPosition) -> Vec<u8> {
    format!("{}/{}\0{:020}", at.topic, at.partition, at.position).into_bytes()
}
