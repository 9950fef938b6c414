//! What an earlier session left in the store: an outbox and spools that may be in the log, wholly, in
//! part or not at all.
//!
//! The seqs in the own output say how far they are there. If the event with a seq of ours is not the
//! one that we hold, another writer of this unit went on from the log without them: what we hold was
//! never a fact, and is dropped. Whatever is not in the log in the end gives its seqs back.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_log::Recorded;
use store::{Changes, Pending, Store};

use crate::publisher::{OPEN_SPOOLS, OpenSpool};
use crate::session::{SUPERSEDED, Session};
use crate::unit::on_blocking_thread;
use crate::{Error, TopicPartition, Work};

const SUPERSEDED_KEY: &[u8] = b"outbox";

/// What to look for while the own output is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leftovers(Arc<BTreeMap<(TopicPartition, u64), Held>>);

/// What we hold for a seq.
#[derive(Clone, Debug)]
enum Held {
    /// The first event of the outbox for a partition, as it would be in the log.
    Outbox(Vec<u8>),
    /// The first payload of an open spool, if its file is there; and the key of its row.
    Spool { payload: Option<Vec<u8>>, row: Vec<u8> },
}

impl Leftovers {
    /// Looks into the store; blocks.
    pub(crate) fn load(store: &Store, unit: &str) -> Result<Self, Error> {
        let mut held = BTreeMap::new();
        if store.get(SUPERSEDED, SUPERSEDED_KEY)?.is_some() {
            drop_outbox(store)?;
        }
        let mut first: BTreeMap<TopicPartition, Pending> = BTreeMap::new();
        for pending in store.outbox(usize::MAX)? {
            let to = TopicPartition::named(&pending.topic, pending.partition);
            first.entry(to).or_insert(pending);
        }
        for (to, pending) in first {
            held.insert((to, seq_of(&pending, unit)?), Held::Outbox(pending.payload));
        }
        for row in store.scan(OPEN_SPOOLS, b"") {
            let (key, row) = row?;
            let row = OpenSpool::decode(&row, unit)?;
            let spooled = row.to_spooled();
            let payload = match spooled.spool.read(0) {
                Ok(mut payloads) => payloads.next().transpose()?,
                Err(error) if error.is_absent_file() => None,
                Err(error) => return Err(error),
            };
            held.insert((spooled.to, row.first_seq), Held::Spool { payload, row: key });
        }
        Ok(Self(Arc::new(held)))
    }

    /// Notes in `changes` what an event of the own output says of what we hold.
    pub(crate) fn judge(
        &self,
        source: &TopicPartition,
        recorded: &Recorded,
        event: &api::Event,
        changes: &mut Changes,
    ) {
        if self.0.is_empty() {
            return;
        }
        match self.0.get(&(source.clone(), event.seq)) {
            Some(Held::Outbox(held)) if held.as_slice() != &recorded.payload[..] => {
                changes.put(SUPERSEDED, SUPERSEDED_KEY, b"");
            }
            // Without its file nobody can tell; what the log holds of it is then all there is.
            Some(Held::Spool { payload: Some(held), row })
                if *held != api::encode_payload(event.payload.clone()) =>
            {
                changes.delete(OPEN_SPOOLS, row.clone());
            }
            Some(Held::Outbox(_) | Held::Spool { .. }) | None => {}
        }
    }
}

impl<W: Work> Session<W> {
    /// Brings what an earlier session left to the log, or drops it; the own output has been read to
    /// its end. Afterwards the seqs of the store are those of the log.
    pub(crate) async fn finish_leftovers(&mut self) -> Result<(), Error> {
        if self.store.get(SUPERSEDED, SUPERSEDED_KEY)?.is_some() {
            tracing::warn!(unit = self.publisher.unit, "an outbox was overtaken, and is dropped");
            let store = self.store.clone();
            on_blocking_thread(move || drop_outbox(&store)).await?;
        }
        self.finish_outbox().await?;
        self.read_own().await?;
        let rows = self.store.scan(OPEN_SPOOLS, b"");
        let rows: Vec<_> = rows.collect::<Result<_, store::Error>>()?;
        for (_, row) in rows {
            self.finish_spool(&OpenSpool::decode(&row, &self.publisher.unit)?).await?;
        }
        self.give_seqs_back().await?;
        self.leftovers = Leftovers::default();
        Ok(())
    }

    /// Appends of the outbox what was not read back, and trims it.
    async fn finish_outbox(&mut self) -> Result<(), Error> {
        let Self { publisher, seen, .. } = self;
        let unit = publisher.unit.clone();
        publisher.flush_if(|pending| is_missing(seen, &unit, pending)).await?;
        Ok(())
    }

    async fn finish_spool(&mut self, row: &OpenSpool) -> Result<(), Error> {
        let spooled = row.to_spooled();
        let from = (self.own_seq(&spooled.to) + 1).saturating_sub(row.first_seq);
        let path = spooled.spool.path.display().to_string();
        if from < spooled.spool.count {
            match self.publisher.append_spool(&spooled, row.first_seq, from).await {
                Ok(_) => tracing::info!(path, from, "a spool was resumed"),
                Err(error) if error.is_absent_file() => {
                    tracing::warn!(path, from, "the rest of a spool is gone");
                }
                Err(error) => return Err(error),
            }
        }
        self.publisher.close_spool(&spooled).await?;
        self.read_own().await
    }

    async fn give_seqs_back(&mut self) -> Result<(), Error> {
        let mut changes = Changes::new();
        for output in self.work.outputs() {
            let (topic, partition) = (output.topic.as_str(), output.partition.0);
            let in_log = self.own_seq(&output);
            if self.store.seq(topic, partition)? != in_log {
                tracing::warn!(%output, in_log, "seqs of events that never came to be");
                changes.rewind(topic, partition, in_log);
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        let store = self.store.clone();
        on_blocking_thread(move || Ok(store.commit(changes)?)).await
    }

    /// The last seq of the own unit in one of its outputs.
    fn own_seq(&self, output: &TopicPartition) -> u64 {
        let writer = (output.clone(), self.publisher.unit.clone());
        self.seen.get(&writer).copied().unwrap_or(0)
    }
}

/// Whether the own output does not have an event of the outbox: its seq is not seen.
fn is_missing(
    seen: &BTreeMap<(TopicPartition, String), u64>,
    unit: &str,
    pending: &Pending,
) -> Result<bool, Error> {
    let to = TopicPartition::named(&pending.topic, pending.partition);
    let seq = seq_of(pending, unit)?;
    Ok(seen.get(&(to, unit.to_owned())).is_none_or(|last| *last < seq))
}

/// The seq of an event of the outbox.
fn seq_of(pending: &Pending, unit: &str) -> Result<u64, Error> {
    let event = api::decode_event(&pending.payload);
    event.map(|event| event.seq).map_err(|error| Error::Parked {
        unit: unit.to_owned(),
        because: format!("outbox: {error}"),
        at: None,
    })
}

/// Forgets an outbox, and then that it was to be forgotten.
fn drop_outbox(store: &Store) -> Result<(), Error> {
    store.trim_outbox(u64::MAX)?;
    let mut changes = Changes::new();
    changes.delete(SUPERSEDED, SUPERSEDED_KEY);
    Ok(store.commit(changes)?)
}

#[cfg(test)]
mod tests {
    use api::EventHead;
    use api::events::Progress;
    use api::events::envelope::Payload;
    use event_log::topics::{FINDINGS, NETWORK};
    use event_log::{EmbeddedLog, EmbeddedOptions, Event, EventLog};
    use event_log::{Partition, Position, Unit};
    use store::Options;

    use super::*;
    use crate::publisher::Publisher;

    const UNIT: &str = "work-0";

    /// An event with a seq as the outbox and the log have it.
    fn event(to: &TopicPartition, seq: u64) -> Vec<u8> {
        let payload = api::encode_payload(Payload::Progress(Progress::default()));
        let (cause, trace_parent) = (api::events::Cause::default(), String::new());
        let recorded_at = jiff::Timestamp::UNIX_EPOCH;
        let head = EventHead { unit: UNIT, seq, cause, recorded_at, trace_parent };
        head.encode_with(&payload, to.topic.as_str(), to.partition.0)
    }

    async fn seqs(log: &EmbeddedLog, of: &TopicPartition) -> Vec<u64> {
        let mut reader =
            log.reader(&of.topic, of.partition, Position(0)).await.expect("a topic of the log");
        let events = reader.try_next(1 << 20).await.expect("a read");
        let seq = |one: &Recorded| api::decode_event(&one.payload).expect("an event").seq;
        events.iter().map(seq).collect()
    }

    /// One topic has its part of a batch, as a crash of a broker may leave it.
    #[tokio::test]
    async fn of_a_batch_that_is_there_in_part_only_the_rest_is_appended() {
        let directory = tempfile::tempdir().expect("a directory");
        let log = EmbeddedLog::open(&directory.path().join("log"), EmbeddedOptions::default())
            .expect("a log");
        let opened = Store::open(&directory.path().join("store"), &[], Options::default());
        let store = opened.expect("a store").store;
        let mut writer = log.writer(&Unit::try_new(UNIT).expect("a name")).await.expect("a writer");
        let there = TopicPartition { topic: NETWORK, partition: Partition(0) };
        let hidden = TopicPartition { topic: FINDINGS, partition: Partition(0) };

        let mut outbox = Changes::new();
        for (to, seq) in [(&there, 1), (&hidden, 1), (&there, 2), (&hidden, 2), (&there, 3)] {
            let (topic, partition) = (to.topic.as_str(), to.partition.0);
            outbox.publish(topic, partition, b"key".to_vec(), event(to, seq));
            outbox.allot(topic, partition, seq);
        }
        store.commit(outbox).expect("a commit");
        let told = (1..=2).map(|seq| Event {
            topic: there.topic.clone(),
            partition: there.partition,
            key: b"key".to_vec().into(),
            payload: event(&there, seq).into(),
        });
        writer.append(told.collect()).await.expect("an append");

        let seen = BTreeMap::from([((there.clone(), UNIT.to_owned()), 2)]);
        let mut publisher = Publisher {
            unit: UNIT.to_owned(),
            store: store.clone(),
            writer,
            meter: Arc::default(),
            trace: None,
            recorded: BTreeMap::new(),
        };
        let appended = publisher.flush_if(|pending| is_missing(&seen, UNIT, pending)).await;
        assert_eq!(appended.expect("an append").len(), 3);
        assert_eq!(seqs(&log, &there).await, [1, 2, 3]);
        assert_eq!(seqs(&log, &hidden).await, [1, 2]);
        assert_eq!(store.outbox_count().expect("a count"), 0);
    }
}
