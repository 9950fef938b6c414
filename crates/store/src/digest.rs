//! What a store holds, in one number: equal for equal content, however it came about.
//!
//! Covers the canonical tables by name and key. Never covers the outbox, positions, seqs, derived
//! tables, numbers of tables, nor how values are cut into parts. A digest through views also leaves
//! out what a view does not show, such as when and where in the log a fact was recorded, so that
//! two stores that learned the same in other ways are equal.

use std::fmt;
use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::error::{Error, hex};
use crate::scan::Scan;
use crate::space;
use crate::store::{State, Store};
use crate::table::Table;

/// SHA-256 over the canonical content of a store; prints as 64 hexadecimal digits.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Digest(pub [u8; 32]);

/// How much a store holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Size {
    /// Keys in canonical tables.
    pub keys: u64,
    /// Bytes on disk, without the reserve.
    pub bytes: u64,
}

/// What of a row a digest covers: its key and value, both possibly rewritten, or nothing.
pub type RowView = Box<dyn Fn(&[u8], &[u8]) -> Option<(Vec<u8>, Vec<u8>)>>;

/// How a digest looks at the rows of one table. It may read the store to do so.
#[derive(Clone, Copy, Debug)]
pub struct DigestView {
    /// The table.
    pub table: Table,
    /// Makes the view, once for a digest.
    pub rows: fn(&Store) -> Result<RowView, Error>,
}

impl Store {
    /// Returns the digest of the canonical tables. Reads all of them; commits wait meanwhile.
    ///
    /// # Errors
    /// Those of [`Store::get`].
    pub fn digest(&self) -> Result<Digest, Error> {
        self.digest_through(&[])
    }

    /// Returns the digest of what the views show of their tables, and of all others as they are.
    ///
    /// # Errors
    /// Those of [`Store::get`], and of the views.
    pub fn digest_through(&self, views: &[DigestView]) -> Result<Digest, Error> {
        let mut through: Vec<(&str, RowView)> = Vec::with_capacity(views.len());
        for view in views {
            through.push((view.table.name, (view.rows)(self)?));
        }
        // Held so that no commit comes between two rows.
        let mut state = self.lock_state()?;
        let mut hash = Sha256::new();
        let mut keys = 0;
        for table in self.inner.registry.canonical() {
            let view = through.iter().find(|(name, _)| *name == table.name).map(|(_, view)| view);
            let mut is_named = false;
            for row in Scan::prefix(self, &[table.id]) {
                let (key, value) = row?;
                keys += 1;
                let shown = match view {
                    Some(view) => view(&key, &value),
                    None => Some((key, value)),
                };
                let Some((key, value)) = shown else { continue };
                if !is_named {
                    // A table without rows is as one that was never named.
                    update(&mut hash, b'T', table.name.as_bytes());
                    is_named = true;
                }
                update(&mut hash, b'K', &key);
                update(&mut hash, b'V', &value);
            }
        }
        state.canonical_keys = Some(keys);
        Ok(Digest(hash.finalize().into()))
    }

    /// Returns how much the store holds. The first call reads all keys of canonical tables.
    ///
    /// # Errors
    /// Those of [`Store::get`], and [`Error::Io`].
    pub fn size(&self) -> Result<Size, Error> {
        let mut state = self.lock_state()?;
        let keys = self.count_keys(&mut state)?;
        let all = disk_bytes(&self.inner.dir)?;
        let reserve = fs::metadata(state.space.reserve_path()).map_or(0, |file| file.len());
        Ok(Size { keys, bytes: all.saturating_sub(reserve) })
    }

    /// Returns the bytes on disk without the reserve, as [`Store::size`] does, but counts no keys
    /// and waits for nobody.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be read.
    pub fn bytes_on_disk(&self) -> Result<u64, Error> {
        let all = disk_bytes(&self.inner.dir)?;
        let reserve = fs::metadata(space::reserve_of(&self.inner.dir)).map_or(0, |file| file.len());
        Ok(all.saturating_sub(reserve))
    }

    /// Returns whether the reserve for a full disk is in place, or none is wanted. Waits while
    /// something is committed.
    ///
    /// # Errors
    /// [`Error::Poisoned`], [`Error::Closed`].
    pub fn has_reserve(&self) -> Result<bool, Error> {
        Ok(self.lock_state()?.space.is_enough())
    }

    fn count_keys(&self, state: &mut State) -> Result<u64, Error> {
        if let Some(keys) = state.canonical_keys {
            return Ok(keys);
        }
        let mut keys = 0;
        for table in self.inner.registry.canonical() {
            for key in self.inner.tree.scan_prefix([table.id]).keys() {
                key.map_err(|source| self.doubt(Error::engine(&[table.id], source)))?;
                keys += 1;
            }
        }
        state.canonical_keys = Some(keys);
        Ok(keys)
    }
}

fn update(hash: &mut Sha256, tag: u8, bytes: &[u8]) {
    hash.update([tag]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}

fn disk_bytes(dir: &Path) -> Result<u64, Error> {
    let io = |source| Error::io(dir, source);
    let mut bytes = 0;
    for entry in fs::read_dir(dir).map_err(io)? {
        let entry = entry.map_err(io)?;
        let metadata = entry.metadata().map_err(io)?;
        bytes += if metadata.is_dir() { disk_bytes(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Digest({self})")
    }
}
