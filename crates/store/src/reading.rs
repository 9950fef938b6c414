//! Reads: single values, positions, seqs, the outbox.
//!
//! Every record is checked, and a long value is put together from its parts and checked as a whole.
//! A read between two commits never mixes them: if a part does not fit its head, the head is read
//! again. A single read waits while a transaction is applied, so it never sees half of one; a
//! [`Scan`] may. Never caches: the engine's page cache is the only one.

use std::collections::BTreeMap;

use crate::error::{Corruption, Error};
use crate::layout::{self, Consumed, Pending};
use crate::record::{self, Head, Record};
use crate::scan::{Entry, Scan};
use crate::store::Store;
use crate::table::Table;

/// Readings of a long value whose head did not change but whose parts did not fit it. A writer
/// that put the same head back in between explains one, damage explains all.
const MISFITS_MAX: u32 = 3;

impl Store {
    /// Returns the value of a key.
    ///
    /// # Errors
    /// [`Error::UnknownTable`], [`Error::Corrupt`], [`Error::Engine`], [`Error::Poisoned`],
    /// [`Error::Closed`].
    pub fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.check_usable()?;
        let id = self.inner.registry.find(table)?.id;
        self.get_raw(&layout::table_key(id, key))
    }

    /// Returns the last entry whose key begins with `prefix`.
    ///
    /// # Errors
    /// Those of [`Store::get`].
    pub fn last(&self, table: Table, prefix: &[u8]) -> Result<Option<Entry>, Error> {
        self.check_usable()?;
        self.scan(table, prefix).next_back().transpose()
    }

    /// Returns the entries whose keys begin with `prefix`, ascending.
    ///
    /// Sees commits that happen meanwhile, and may see a part of one: read at a committed frontier.
    pub fn scan(&self, table: Table, prefix: &[u8]) -> Scan {
        match self.inner.registry.find(table) {
            Ok(entry) => Scan::prefix(self, &layout::table_key(entry.id, prefix)),
            Err(error) => Scan::failed(self, error),
        }
    }

    /// Returns the entries from `from` (included) to `to` (excluded; the table's end if absent),
    /// ascending. As [`Store::scan`] otherwise.
    pub fn scan_range(&self, table: Table, from: &[u8], to: Option<&[u8]>) -> Scan {
        match self.inner.registry.find(table) {
            Ok(entry) => {
                let end = match to {
                    Some(to) => layout::table_key(entry.id, to),
                    // Every key of a table is below the next number, and 255 is no table's.
                    None => vec![entry.id + 1],
                };
                Scan::range(self, layout::table_key(entry.id, from), end)
            }
            Err(error) => Scan::failed(self, error),
        }
    }

    /// Returns how far each partition of each input topic was applied.
    ///
    /// # Errors
    /// Those of [`Store::get`].
    pub fn positions(&self) -> Result<BTreeMap<(String, u32), Consumed>, Error> {
        self.check_usable()?;
        let mut positions = BTreeMap::new();
        for row in Scan::prefix(self, &layout::position_prefix()).raw() {
            let (key, value) = row?;
            let place = layout::split_topic_key(&key).map_err(|error| self.doubt(error))?;
            let consumed =
                layout::decode_consumed(&key, &value).map_err(|error| self.doubt(error))?;
            positions.insert(place, consumed);
        }
        Ok(positions)
    }

    /// Returns the last seq allotted for a partition of an output topic, 0 if none.
    ///
    /// # Errors
    /// Those of [`Store::get`].
    pub fn seq(&self, topic: &str, partition: u32) -> Result<u64, Error> {
        self.check_usable()?;
        self.get_number(&layout::seq_key(topic, partition))
    }

    /// Returns up to `limit` events that are not trimmed, oldest first.
    ///
    /// # Errors
    /// Those of [`Store::get`].
    pub fn outbox(&self, limit: usize) -> Result<Vec<Pending>, Error> {
        self.check_usable()?;
        let mut pending = Vec::new();
        for row in Scan::prefix(self, &layout::outbox_prefix()).raw().take(limit) {
            let (key, value) = row?;
            let event = layout::decode_pending(&key, &value).map_err(|error| self.doubt(error))?;
            pending.push(event);
        }
        Ok(pending)
    }

    /// Returns how many events are not trimmed.
    ///
    /// # Errors
    /// Those of [`Store::get`].
    pub fn outbox_count(&self) -> Result<u64, Error> {
        self.check_usable()?;
        let mut count = 0;
        for key in self.inner.tree.scan_prefix(layout::outbox_prefix()).keys() {
            key.map_err(|source| self.doubt(Error::engine(b"", source)))?;
            count += 1;
        }
        Ok(count)
    }

    pub(crate) fn get_number(&self, key: &[u8]) -> Result<u64, Error> {
        match self.get_raw(key)? {
            Some(value) => layout::decode_number(key, &value).map_err(|error| self.doubt(error)),
            None => Ok(0),
        }
    }

    /// Returns the value under a key of the engine.
    pub(crate) fn get_raw(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        read(&self.inner.tree, key).map_err(|error| self.doubt(error))
    }
}

/// Returns the value under a key of the engine.
fn read(tree: &sled::Tree, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    match fetch(tree, key)? {
        Some(stored) => resolve(tree, key, stored),
        None => Ok(None),
    }
}

/// Returns the value whose record was found under a key, by a read or a scan; nothing if a commit
/// has removed it since.
pub(crate) fn resolve(
    tree: &sled::Tree,
    key: &[u8],
    stored: sled::IVec,
) -> Result<Option<Vec<u8>>, Error> {
    let mut stored = stored;
    let mut misfits = 0;
    loop {
        let head = match record::decode(key, &stored) {
            Ok(Record::Whole(value)) => return Ok(Some(value.to_vec())),
            Ok(Record::Head(head)) => head,
            Ok(Record::Part(_)) => return Err(Error::corrupt(key, Corruption::Parts)),
            Err(corruption) => return Err(Error::corrupt(key, corruption)),
        };
        if let Some(value) = assemble(tree, key, head)? {
            return Ok(Some(value));
        }
        // Either a commit came between the head and its parts, or something is damaged.
        let Some(again) = fetch(tree, key)? else { return Ok(None) };
        if again == stored {
            misfits += 1;
            if misfits == MISFITS_MAX {
                return Err(Error::corrupt(key, Corruption::Parts));
            }
        }
        stored = again;
    }
}

/// Puts a long value together; nothing if the parts do not fit the head.
fn assemble(tree: &sled::Tree, key: &[u8], head: Head) -> Result<Option<Vec<u8>>, Error> {
    // The head is checksummed, but a length is not trusted with memory before the parts are there.
    let mut value = Vec::new();
    for index in 0..head.parts {
        let part_key = layout::part_key(key, index);
        let Some(stored) = fetch(tree, &part_key)? else { return Ok(None) };
        match record::decode(&part_key, &stored) {
            Ok(Record::Part(part)) => value.extend_from_slice(part),
            Ok(Record::Whole(_) | Record::Head(_)) => {
                return Err(Error::corrupt(&part_key, Corruption::Parts));
            }
            Err(corruption) => return Err(Error::corrupt(&part_key, corruption)),
        }
    }
    let fits = value.len() as u64 == head.bytes && crc32c::crc32c(&value) == head.crc;
    Ok(fits.then_some(value))
}

fn fetch(tree: &sled::Tree, key: &[u8]) -> Result<Option<sled::IVec>, Error> {
    tree.get(key).map_err(|source| Error::engine(key, source))
}
