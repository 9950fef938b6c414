//! What one commit does: state, positions, outbox and seqs together.
//!
//! Counts as it grows, so that a caller can stop at the limits before [`crate::Store::commit`]
//! refuses. A later change of the same key replaces the earlier. Never touches a store.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::{CHUNK_BYTES_MAX, Consumed};
use crate::table::Table;

/// Keys in one transaction, parts of long values included: the engine keeps all of them in memory
/// and holds every reader of the process back until they are applied.
pub const KEYS_MAX: usize = 2_000;
/// Bytes of keys and values in one transaction, and bytes between two syncs: with at most 1 MiB
/// unsynced in 8 MiB segments, every simulated loss of power recovered an exact prefix.
pub const BYTES_MAX: usize = 1 << 20;

/// A set of changes that [`crate::Store::commit`] applies, all or none.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub(crate) rows: BTreeMap<&'static str, BTreeMap<Vec<u8>, Option<Vec<u8>>>>,
    pub(crate) positions: BTreeMap<(String, u32), Consumed>,
    pub(crate) seqs: BTreeMap<(String, u32), u64>,
    /// Those of `seqs` that may be lower than what the store holds.
    pub(crate) rewound: BTreeSet<(String, u32)>,
    pub(crate) published: Vec<Publication>,
    keys: usize,
    bytes: usize,
}

/// An event for the outbox that has no number yet.
#[derive(Clone, Debug)]
pub(crate) struct Publication {
    pub(crate) topic: String,
    pub(crate) partition: u32,
    pub(crate) key: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

/// Fixed bytes of a position, a seq and an outbox row beside the caller's.
const OVERHEAD_BYTES: usize = 24;

impl Changes {
    /// Makes an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells whether a commit would do nothing.
    pub fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// Returns how many keys a commit would write, parts of long values included.
    pub fn keys(&self) -> usize {
        self.keys
    }

    /// Returns how many bytes of keys and values a commit would write.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Sets the value of a key.
    pub fn put(&mut self, table: Table, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.set(table, key.into(), Some(value.into()));
    }

    /// Removes a key; nothing happens if it is absent.
    pub fn delete(&mut self, table: Table, key: impl Into<Vec<u8>>) {
        self.set(table, key.into(), None);
    }

    /// Records that a partition of an input topic was applied up to (not including) `position`;
    /// `crc` is that of the last applied event.
    pub fn consumed(&mut self, topic: &str, partition: u32, position: u64, crc: u32) {
        let consumed = Consumed { position, crc };
        if self.positions.insert((topic.to_owned(), partition), consumed).is_none() {
            self.count(1, topic.len() + OVERHEAD_BYTES);
        }
    }

    /// Appends an event to the outbox.
    pub fn publish(
        &mut self,
        topic: &str,
        partition: u32,
        key: impl Into<Vec<u8>>,
        payload: impl Into<Vec<u8>>,
    ) {
        let publication = Publication {
            topic: topic.to_owned(),
            partition,
            key: key.into(),
            payload: payload.into(),
        };
        let bytes = topic.len() + publication.key.len() + publication.payload.len();
        self.count(rows_of(bytes + OVERHEAD_BYTES), bytes + OVERHEAD_BYTES);
        self.published.push(publication);
    }

    /// Records the last seq used for a partition of an output topic.
    pub fn allot(&mut self, topic: &str, partition: u32, seq: u64) {
        if self.seqs.insert((topic.to_owned(), partition), seq).is_none() {
            self.count(1, topic.len() + OVERHEAD_BYTES);
        }
    }

    /// Sets the last seq used for a partition to what the log says, which may be lower: seqs that
    /// were allotted to events that never came to be are free again.
    pub fn rewind(&mut self, topic: &str, partition: u32, seq: u64) {
        self.rewound.insert((topic.to_owned(), partition));
        self.allot(topic, partition, seq);
    }

    /// Adds all of `other`, which replaces what is here of the same keys.
    pub fn merge(&mut self, other: Self) {
        for (table, rows) in other.rows {
            for (key, value) in rows {
                self.set_named(table, key, value);
            }
        }
        for ((topic, partition), consumed) in other.positions {
            self.consumed(&topic, partition, consumed.position, consumed.crc);
        }
        self.rewound.extend(other.rewound);
        for ((topic, partition), seq) in other.seqs {
            self.allot(&topic, partition, seq);
        }
        for one in other.published {
            self.publish(&one.topic, one.partition, one.key, one.payload);
        }
    }

    fn set(&mut self, table: Table, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.set_named(table.name, key, value);
    }

    fn set_named(&mut self, table: &'static str, key: Vec<u8>, value: Option<Vec<u8>>) {
        let key_bytes = key.len();
        let value_bytes = value.as_ref().map_or(0, Vec::len);
        self.count(rows_of(value_bytes), key_bytes + value_bytes);
        let replaced = self.rows.entry(table).or_default().insert(key, value);
        if let Some(earlier) = replaced {
            let earlier_bytes = earlier.map_or(0, |value| value.len());
            self.keys -= rows_of(earlier_bytes);
            self.bytes -= key_bytes + earlier_bytes;
        }
    }

    fn count(&mut self, keys: usize, bytes: usize) {
        self.keys += keys;
        self.bytes += bytes;
    }
}

/// A long value is a head and its parts.
fn rows_of(value_bytes: usize) -> usize {
    if value_bytes <= CHUNK_BYTES_MAX { 1 } else { 1 + value_bytes.div_ceil(CHUNK_BYTES_MAX) }
}
