//! The engine's transaction, with a tally by which an opener knows that no row is lost or stale.
//!
//! The tally is the number of rows and the sum of a hash of each, written with every transaction. A
//! checksum a value cannot see that a row is gone, or that an older version of its page came back
//! after a crash; the tally can, and costs one addition a row. All that a transaction needs is read
//! before it: a plain read inside the closure waits for ever. Never syncs: see `writing.rs`.

use sled::IVec;
use sled::transaction::{
    ConflictableTransactionError, TransactionError, TransactionalTree, UnabortableTransactionError,
};

use crate::error::{Corruption, Error};
use crate::layout;
use crate::record::{self, Record};
use crate::table::TableKind;

/// One key of a transaction, encoded.
pub(crate) struct Row {
    key: IVec,
    /// `Derived` for what is ours: the digest and the count of keys leave it out.
    kind: TableKind,
    write: Write,
}

enum Write {
    Set { first: IVec, parts: Vec<(IVec, IVec)> },
    Remove,
}

/// Number and hash of all rows of the engine but the tally's own, in any order.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tally {
    rows: u64,
    sum: u64,
}

/// What a transaction did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Applied {
    pub(crate) tally: Tally,
    /// By how many keys the canonical tables grew.
    pub(crate) keys_added: i64,
}

impl Row {
    /// Sets a value, in parts if it is long.
    pub(crate) fn set(key: Vec<u8>, kind: TableKind, value: &[u8]) -> Self {
        let encoded = record::encode(&key, value);
        let mut parts = Vec::with_capacity(encoded.parts.len());
        for (key, part) in encoded.parts {
            parts.push((key.into(), part.into()));
        }
        Self { key: key.into(), kind, write: Write::Set { first: encoded.first.into(), parts } }
    }

    pub(crate) fn remove(key: impl Into<IVec>, kind: TableKind) -> Self {
        Self { key: key.into(), kind, write: Write::Remove }
    }

    /// All keys of the engine that it changes: its own, those of its parts, and those of the parts
    /// of what stands there.
    pub(crate) fn keys(&self, tree: &sled::Tree) -> Result<Vec<IVec>, Error> {
        let mut keys = vec![self.key.clone()];
        if let Write::Set { parts, .. } = &self.write {
            keys.extend(parts.iter().map(|(key, _)| key.clone()));
        }
        let before = tree.get(&self.key).map_err(|source| Error::engine(&self.key, source))?;
        // A part has no parts; only an import writes parts as rows of their own.
        if let Some(before) = before.filter(|_| !layout::is_part_key(&self.key)) {
            let parts = 0..parts_of(&self.key, &before)?;
            keys.extend(parts.map(|index| IVec::from(layout::part_key(&self.key, index))));
        }
        Ok(keys)
    }

    /// Sets a record as it is.
    pub(crate) fn record(key: Vec<u8>, stored: Vec<u8>) -> Self {
        let write = Write::Set { first: stored.into(), parts: Vec::new() };
        Self { key: key.into(), kind: TableKind::Derived, write }
    }
}

/// Applies all rows or none.
pub(crate) fn apply(tree: &sled::Tree, rows: &[Row], tally: Tally) -> Result<Applied, Error> {
    let applied = tree.transaction(|tree| {
        let mut applied = Applied { tally, keys_added: 0 };
        for row in rows {
            applied.row(tree, row)?;
        }
        let key = layout::tally_key();
        let tally = record::encode(&key, &applied.tally.encode()).first;
        tree.insert(key, tally)?;
        Ok(applied)
    });
    applied.map_err(|failure| match failure {
        TransactionError::Abort(error) => error,
        TransactionError::Storage(source) => Error::engine(b"", source),
    })
}

impl Applied {
    fn row(
        &mut self,
        tree: &TransactionalTree,
        row: &Row,
    ) -> Result<(), ConflictableTransactionError<Error>> {
        let (before, parts) = match &row.write {
            Write::Set { first, parts } => {
                for (key, part) in parts {
                    self.set(tree, key, part)?;
                }
                (self.set(tree, &row.key, first)?, parts.len())
            }
            Write::Remove => (self.remove(tree, &row.key)?, 0),
        };
        let parts = u32::try_from(parts).expect("a transaction holds at most 1 MiB");
        let parts_before = match &before {
            Some(before) => {
                parts_of(&row.key, before).map_err(ConflictableTransactionError::Abort)?
            }
            None => 0,
        };
        for index in parts..parts_before {
            self.remove(tree, &layout::part_key(&row.key, index).into())?;
        }
        if row.kind == TableKind::Canonical {
            let after = match row.write {
                Write::Set { .. } => 1,
                Write::Remove => 0,
            };
            self.keys_added += after - i64::from(before.is_some());
        }
        Ok(())
    }

    fn set(
        &mut self,
        tree: &TransactionalTree,
        key: &IVec,
        stored: &IVec,
    ) -> Result<Option<IVec>, UnabortableTransactionError> {
        let before = tree.insert(key, stored)?;
        self.tally.add(stored);
        self.tally.subtract(before.as_ref());
        Ok(before)
    }

    fn remove(
        &mut self,
        tree: &TransactionalTree,
        key: &IVec,
    ) -> Result<Option<IVec>, UnabortableTransactionError> {
        let before = tree.remove(key)?;
        self.tally.subtract(before.as_ref());
        Ok(before)
    }
}

impl Tally {
    /// Returns what the last transaction wrote; zero for a store that has none.
    pub(crate) fn load(tree: &sled::Tree) -> Result<Self, Error> {
        let key = layout::tally_key();
        let stored = tree.get(&key).map_err(|source| Error::engine(&key, source))?;
        let Some(stored) = stored else { return Ok(Self::default()) };
        match record::decode(&key, &stored) {
            Ok(Record::Whole(value)) => {
                layout::decode_pair(&key, value).map(|(rows, sum)| Self { rows, sum })
            }
            Ok(Record::Head(_) | Record::Part(_)) => Err(Error::corrupt(&key, Corruption::Parts)),
            Err(corruption) => Err(Error::corrupt(&key, corruption)),
        }
    }

    /// Counts one row of the engine in.
    pub(crate) fn add(&mut self, stored: &[u8]) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(hash(stored));
    }

    fn subtract(&mut self, stored: Option<&IVec>) {
        if let Some(stored) = stored {
            self.rows = self.rows.wrapping_sub(1);
            self.sum = self.sum.wrapping_sub(hash(stored));
        }
    }

    fn encode(self) -> Vec<u8> {
        [self.rows.to_be_bytes(), self.sum.to_be_bytes()].concat()
    }
}

/// Spreads the record's checksum, which covers key and value, over 64 bits (splitmix64), so that
/// differences do not cancel in a sum.
fn hash(stored: &[u8]) -> u64 {
    let mut bits = u64::from(record::checksum_of(stored)) ^ ((stored.len() as u64) << 32);
    bits = bits.wrapping_add(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// Returns how many parts a stored record has.
fn parts_of(key: &[u8], stored: &[u8]) -> Result<u32, Error> {
    match record::decode(key, stored) {
        Ok(Record::Whole(_)) => Ok(0),
        Ok(Record::Head(head)) => Ok(head.parts),
        Ok(Record::Part(_)) => Err(Error::corrupt(key, Corruption::Parts)),
        Err(corruption) => Err(Error::corrupt(key, corruption)),
    }
}
