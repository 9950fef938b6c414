//! The one write path: a bounded transaction, and the sync that bounds what a crash can lose.
//!
//! All that a transaction needs is read before it: a plain read inside the closure of a sled
//! transaction waits for ever. At most 1 MiB is unsynced at any time, because simulated losses of
//! power recovered an exact prefix with that and left holes without. A failure of the engine or of
//! a sync poisons the store: what it left behind is unknown. Never uses `apply_batch`.

use crate::changes::{BYTES_MAX, Changes, KEYS_MAX};
use crate::error::Error;
use crate::layout;
use crate::scan::Entry;
use crate::store::{State, Store, SyncState};
use crate::table::TableKind;
use crate::transaction::{self, Row};

impl Store {
    /// Applies all changes or none, in one transaction. It survives a kill of the process once the
    /// next sync has returned; publish only after [`Store::sync`].
    ///
    /// # Errors
    /// Nothing was written: [`Error::TransactionTooLarge`] above [`KEYS_MAX`] keys or [`BYTES_MAX`]
    /// bytes, [`Error::KeyTooLong`], [`Error::UnknownTable`], [`Error::SeqNotRising`],
    /// [`Error::DiskFull`]. The store is in doubt: [`Error::Engine`], [`Error::Corrupt`],
    /// [`Error::Io`] of a sync that came before. [`Error::Poisoned`], [`Error::Closed`].
    pub fn commit(&self, changes: Changes) -> Result<(), Error> {
        let mut state = self.lock_state()?;
        let (keys, bytes) = (changes.keys(), changes.bytes());
        if keys > KEYS_MAX || bytes > BYTES_MAX {
            let (keys_max, bytes_max) = (KEYS_MAX, BYTES_MAX);
            return Err(Error::TransactionTooLarge { keys, keys_max, bytes, bytes_max });
        }
        if changes.is_empty() {
            return Ok(());
        }
        let mut outbox_last = state.outbox_last;
        let rows = self.encode(&changes, &mut outbox_last)?;
        state.space.admit(bytes as u64)?;
        if state.unsynced_bytes + bytes > BYTES_MAX {
            self.sync_state(&mut state)?;
        }
        let keys_added = self.transact(&mut state, &rows, bytes)?;
        state.outbox_last = outbox_last;
        state.canonical_keys =
            state.canonical_keys.map(|keys| keys.saturating_add_signed(keys_added));
        Ok(())
    }

    /// Makes all that was committed survive a loss of power.
    ///
    /// # Errors
    /// [`Error::Engine`] or [`Error::Io`], and the store is poisoned: after a failed sync the
    /// kernel may have dropped what it could not write. [`Error::Poisoned`], [`Error::Closed`].
    pub fn sync(&self) -> Result<(), Error> {
        let mut state = self.lock_state()?;
        self.sync_state(&mut state)
    }

    /// Removes events from the outbox, up to and including the given number.
    ///
    /// # Errors
    /// Those of [`Store::commit`] that leave the store in doubt.
    pub fn trim_outbox(&self, up_to_number: u64) -> Result<(), Error> {
        let mut state = self.lock_state()?;
        loop {
            let mut rows = Vec::new();
            let mut bytes = 0;
            for row in self.inner.tree.scan_prefix(layout::outbox_prefix()).keys().take(TRIM_KEYS) {
                let key = row.map_err(|source| self.doubt(Error::engine(b"", source)))?;
                if key.as_ref() > layout::outbox_key(up_to_number).as_slice() {
                    break;
                }
                bytes += key.len();
                rows.push(Row::remove(key, TableKind::Derived));
            }
            if rows.is_empty() {
                return Ok(());
            }
            if state.unsynced_bytes + bytes > BYTES_MAX {
                self.sync_state(&mut state)?;
            }
            self.transact(&mut state, &rows, bytes)?;
        }
    }

    /// Writes rows of an export as they are.
    pub(crate) fn commit_raw(&self, rows: Vec<Entry>) -> Result<(), Error> {
        let mut state = self.lock_state()?;
        let bytes = rows.iter().map(|(key, stored)| key.len() + stored.len()).sum::<usize>();
        state.space.admit(bytes as u64)?;
        if state.unsynced_bytes + bytes > BYTES_MAX {
            self.sync_state(&mut state)?;
        }
        let rows: Vec<Row> =
            rows.into_iter().map(|(key, stored)| Row::record(key, stored)).collect();
        self.transact(&mut state, &rows, bytes)?;
        Ok(())
    }

    pub(crate) fn sync_state(&self, state: &mut State) -> Result<(), Error> {
        if state.sync == SyncState::Synced {
            return Ok(());
        }
        if let Err(source) = self.inner.engine.flush() {
            let _ = state.space.release();
            return Err(self.poison(Error::engine(b"", source)));
        }
        if let Err(source) = self.inner.data.sync_data() {
            return Err(self.poison(Error::io(&self.inner.dir, source)));
        }
        state.sync = SyncState::Synced;
        state.unsynced_bytes = 0;
        Ok(())
    }

    /// Encodes changes and checks all that can be refused.
    fn encode(&self, changes: &Changes, outbox_last: &mut u64) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::with_capacity(changes.keys() + 1);
        for (name, entries) in &changes.rows {
            let table = self.inner.registry.find_name(name)?;
            for (key, value) in entries {
                check_key(key.len())?;
                let key = layout::table_key(table.id, key);
                rows.push(match value {
                    Some(value) => Row::set(key, table.kind, value),
                    None => Row::remove(key, table.kind),
                });
            }
        }
        for ((topic, partition), consumed) in &changes.positions {
            check_key(topic.len())?;
            let key = layout::position_key(topic, *partition);
            rows.push(Row::set(key, TableKind::Derived, &layout::encode_consumed(*consumed)));
        }
        for ((topic, partition), offered) in &changes.seqs {
            check_key(topic.len())?;
            let may_fall = changes.rewound.contains(&(topic.clone(), *partition));
            let key = layout::seq_key(topic, *partition);
            let (partition, offered, last) = (*partition, *offered, self.get_number(&key)?);
            if offered <= last && !may_fall {
                let topic = topic.clone();
                return Err(Error::SeqNotRising { topic, partition, last, offered });
            }
            rows.push(Row::set(key, TableKind::Derived, &offered.to_be_bytes()));
        }
        for event in &changes.published {
            check_key(event.topic.len())?;
            *outbox_last += 1;
            let value =
                layout::encode_pending(&event.topic, event.partition, &event.key, &event.payload);
            rows.push(Row::set(layout::outbox_key(*outbox_last), TableKind::Derived, &value));
        }
        if !changes.published.is_empty() {
            // Numbers go on rising when the outbox was trimmed to nothing and the store reopened.
            let last = outbox_last.to_be_bytes();
            rows.push(Row::set(layout::outbox_last_key(), TableKind::Derived, &last));
        }
        Ok(rows)
    }

    /// Applies rows; returns by how many keys the canonical tables grew.
    fn transact(&self, state: &mut State, rows: &[Row], bytes: usize) -> Result<i64, Error> {
        if let Some(snapshot) = &mut state.snapshot {
            let kept = snapshot.keep(&self.inner.tree, rows);
            if !kept.map_err(|error| self.poison(error))? {
                state.snapshot = None;
            }
        }
        state.sync = SyncState::Unsynced;
        state.unsynced_bytes += bytes;
        match transaction::apply(&self.inner.tree, rows, state.tally) {
            Ok(applied) => {
                state.tally = applied.tally;
                Ok(applied.keys_added)
            }
            Err(error) => {
                // What is left of the disk goes to the process that opens the store again.
                let _ = state.space.release();
                Err(self.poison(error))
            }
        }
    }
}

/// Events removed in one transaction: an event of 1 MiB has 17 keys, so 100 stay below 2,000.
const TRIM_KEYS: usize = 100;
const _: () = assert!(TRIM_KEYS * (2 + BYTES_MAX / layout::CHUNK_BYTES_MAX) <= KEYS_MAX);

fn check_key(bytes: usize) -> Result<(), Error> {
    let bytes_max = layout::KEY_BYTES_MAX;
    if bytes > bytes_max { Err(Error::KeyTooLong { bytes, bytes_max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Table};

    const STATE: Table = Table::canonical("state");

    #[test]
    fn at_most_one_mib_is_ever_unsynced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = Options { reserve_bytes: 0, free_bytes_min: 0, ..Options::default() };
        let dir = folder.path().join("unit-0");
        let store = Store::open(&dir, &[STATE], options).expect("opens").store;
        let unsynced = || store.lock_state().expect("usable").unsynced_bytes;
        let mut most = 0;
        for number in 0..40_u8 {
            let mut changes = Changes::new();
            changes.put(STATE, [number], vec![number; 300_000]);
            store.commit(changes).expect("commits");
            most = most.max(unsynced());
        }
        assert_eq!(most, 3 * 300_001, "syncs before, and not more often than, 1 MiB");
        store.sync().expect("syncs");
        assert_eq!(unsynced(), 0);
    }
}
