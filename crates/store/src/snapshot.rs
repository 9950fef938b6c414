//! What an export sees: the store as it was at one moment, while commits go on.
//!
//! The engine has no snapshots. An export reads in key order, some at a time; whoever commits
//! meanwhile keeps what stood under the keys that the export has not come to. Both hold the
//! writer's mutex, an export for one piece at a time, so that nothing falls between them. What is
//! kept is bounded: an export that is overtaken by too many commits ends with an error.

use std::collections::BTreeMap;
use std::ops::Bound;

use sled::IVec;

use crate::error::Error;
use crate::layout;
use crate::record;
use crate::scan::Entry;
use crate::store::Store;
use crate::transaction::Row;

/// Bytes of one piece: read in a few milliseconds, which is how long a commit may have to wait.
const PIECE_BYTES: usize = 1 << 20;
/// Bytes of earlier rows that are kept for an export. An export reads some 100 MB a second, so a
/// store has to change fast indeed to come to this.
const KEPT_BYTES_MAX: usize = 64 << 20;

/// An export under way.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    /// The last key that was handed out.
    cursor: Vec<u8>,
    /// What stood under keys behind the cursor that were changed since; nothing, if nothing did.
    earlier: BTreeMap<IVec, Option<IVec>>,
    kept_bytes: usize,
}

/// The pieces of an export; it ends when this is dropped.
pub(crate) struct Pieces<'a> {
    store: &'a Store,
}

impl Snapshot {
    /// Keeps what stands under the keys of a transaction that is about to be applied; `false` if
    /// that is too much.
    pub(crate) fn keep(&mut self, tree: &sled::Tree, rows: &[Row]) -> Result<bool, Error> {
        for row in rows {
            for key in row.keys(tree)? {
                if key.as_ref() <= self.cursor.as_slice() || self.earlier.contains_key(&key) {
                    continue;
                }
                let stored = tree.get(&key).map_err(|source| Error::engine(&key, source))?;
                self.kept_bytes += key.len() + stored.as_ref().map_or(0, |stored| stored.len());
                self.earlier.insert(key, stored);
            }
        }
        Ok(self.kept_bytes <= KEPT_BYTES_MAX)
    }

    /// The next rows in key order; none at the end.
    fn next_piece(&mut self, tree: &sled::Tree) -> Result<Vec<Entry>, Error> {
        let mut piece = Vec::new();
        let mut bytes = 0;
        let behind = (Bound::Excluded(self.cursor.clone()), Bound::Unbounded);
        let mut now = tree.range::<Vec<u8>, _>(behind).peekable();
        while bytes < PIECE_BYTES {
            let next_now = match now.peek() {
                Some(Ok((key, _))) => Some(key.clone()),
                Some(Err(source)) => return Err(Error::engine(&self.cursor, source.clone())),
                None => None,
            };
            let next_earlier = self.earlier.first_key_value().map(|(key, _)| key.clone());
            let is_earlier = match (&next_now, &next_earlier) {
                (None, None) => break,
                (Some(now), Some(earlier)) => earlier <= now,
                (now, _) => now.is_none(),
            };
            if next_now.is_some() && (!is_earlier || next_now == next_earlier) {
                let Some(Ok((key, stored))) = now.next() else { break };
                if !is_earlier {
                    self.cursor = key.to_vec();
                    bytes += key.len() + stored.len();
                    piece.push((key.to_vec(), stored.to_vec()));
                    continue;
                }
            }
            let Some((key, stored)) = self.earlier.pop_first() else { break };
            self.cursor = key.to_vec();
            if let Some(stored) = stored {
                bytes += key.len() + stored.len();
                self.kept_bytes -= stored.len();
                piece.push((key.to_vec(), stored.to_vec()));
            }
            self.kept_bytes -= key.len();
        }
        Ok(piece)
    }
}

impl<'a> Pieces<'a> {
    /// Takes the moment that the export is of: all of it is synced.
    pub(crate) fn begin(store: &'a Store) -> Result<Self, Error> {
        let mut state = store.lock_state()?;
        store.sync_state(&mut state)?;
        state.snapshot = Some(Snapshot::default());
        Ok(Self { store })
    }

    /// The next rows, checked, without the tally; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<Entry>>, Error> {
        let mut piece = {
            let mut state = self.store.lock_state()?;
            let snapshot = state.snapshot.as_mut().ok_or(Error::ExportOvertaken)?;
            let piece = snapshot.next_piece(&self.store.inner.tree);
            piece.map_err(|error| self.store.doubt(error))?
        };
        if piece.is_empty() {
            return Ok(None);
        }
        // The import's own transactions write it.
        piece.retain(|(key, _)| *key != layout::tally_key());
        for (key, stored) in &piece {
            record::decode(key, stored)
                .map_err(|corruption| self.store.doubt(Error::corrupt(key, corruption)))?;
        }
        Ok(Some(piece))
    }
}

impl Drop for Pieces<'_> {
    fn drop(&mut self) {
        if let Ok(mut state) = self.store.lock_state() {
            state.snapshot = None;
        }
    }
}
