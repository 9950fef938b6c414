//! What an earlier session left in the store: an outbox and spools that may be in the log, wholly, in
//! part or not at all.
//!
//! The seqs in the own output say how far they are there. If the event with a seq of ours is not the
//! one that we hold, another writer of this unit went on from the log without them: what we hold was
//! never a fact, and is dropped. Whatever is not in the log in the end gives its seqs back.

use std::collections::BTreeMap;
use std::sync::Arc;

use event_log::Recorded;
use store::{Changes, Store};

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
    /// The first event of the outbox, as it would be in the log.
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
        if let Some(first) = store.outbox(1)?.into_iter().next() {
            let event = api::decode_event(&first.payload).map_err(|error| Error::Parked {
                unit: unit.to_owned(),
                because: format!("outbox: {error}"),
                at: None,
            })?;
            let to = TopicPartition::named(&first.topic, first.partition);
            held.insert((to, event.seq), Held::Outbox(first.payload));
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
        self.trim_what_is_there().await?;
        self.publisher.flush().await?;
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

    /// Trims of the outbox what was just read back: its seq is seen.
    async fn trim_what_is_there(&mut self) -> Result<(), Error> {
        loop {
            let pending = self.store.outbox(1)?;
            let Some(first) = pending.first() else { return Ok(()) };
            let event = api::decode_event(&first.payload)
                .map_err(|error| self.parked(&format!("outbox: {error}")))?;
            let to = TopicPartition::named(&first.topic, first.partition);
            if self.own_seq(&to) < event.seq {
                return Ok(());
            }
            let (store, number) = (self.store.clone(), first.number);
            on_blocking_thread(move || Ok(store.trim_outbox(number)?)).await?;
        }
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

/// Forgets an outbox, and then that it was to be forgotten.
fn drop_outbox(store: &Store) -> Result<(), Error> {
    store.trim_outbox(u64::MAX)?;
    let mut changes = Changes::new();
    changes.delete(SUPERSEDED, SUPERSEDED_KEY);
    Ok(store.commit(changes)?)
}
