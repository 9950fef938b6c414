//! The handle on an open store, and what it shares among its clones.
//!
//! One writer at a time: commits, syncs, trims and digests take one mutex, an export for each of its
//! pieces; reads take none.
//! A failure that leaves the store in doubt poisons it for every clone. Never retries, never
//! repairs. Reading is in `reading.rs`, writing in `writing.rs`, opening in `opening.rs`.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::error::Error;
use crate::lock::Lock;
use crate::marker;
use crate::registry::Registry;
use crate::snapshot::Snapshot;
use crate::space::Space;
use crate::transaction::Tally;

/// An open store; clones are the same store.
///
/// sled has one lock a process for all of its stores: while any store commits, reads of every store
/// wait. A commit at its limits takes some 10 ms.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

/// Fields drop in this order: the engine before the lock.
pub(crate) struct Inner {
    pub(crate) tree: sled::Tree,
    pub(crate) engine: sled::Db,
    /// sled's file, for the sync that sled leaves out (spacejam/sled #1452). It stays open from
    /// before the first write, so that no write error goes to another descriptor.
    pub(crate) data: File,
    pub(crate) dir: PathBuf,
    pub(crate) registry: Registry,
    pub(crate) state: Mutex<State>,
    /// Held by an export: one at a time.
    pub(crate) exporting: Mutex<()>,
    health: AtomicU8,
    _lock: Lock,
}

/// What the one writer knows.
#[derive(Debug)]
pub(crate) struct State {
    /// Bytes committed since the last sync.
    pub(crate) unsynced_bytes: usize,
    pub(crate) sync: SyncState,
    /// Number and hash of all rows.
    pub(crate) tally: Tally,
    /// The last number given to an event of the outbox.
    pub(crate) outbox_last: u64,
    /// Keys in canonical tables, once somebody asked.
    pub(crate) canonical_keys: Option<u64>,
    pub(crate) space: Space,
    /// An export under way.
    pub(crate) snapshot: Option<Snapshot>,
}

/// Whether there is anything to sync.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SyncState {
    Synced,
    Unsynced,
}

const USABLE: u8 = 0;
const POISONED: u8 = 1;
const CLOSED: u8 = 2;

impl Store {
    pub(crate) fn from_parts(
        engine: sled::Db,
        data: File,
        dir: PathBuf,
        registry: Registry,
        state: State,
        lock: Lock,
    ) -> Self {
        let tree = sled::Tree::clone(&engine);
        let health = AtomicU8::new(USABLE);
        let state = Mutex::new(state);
        Self {
            inner: Arc::new(Inner {
                tree,
                engine,
                data,
                dir,
                registry,
                state,
                exporting: Mutex::new(()),
                health,
                _lock: lock,
            }),
        }
    }

    /// Returns the folder of the store.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// Syncs and marks the stop as clean; every other clone is refused from then on. The lock is
    /// free when the last clone and the last [`crate::Scan`] are dropped.
    ///
    /// # Errors
    /// [`Error::Poisoned`], [`Error::Closed`], and those of [`Store::sync`].
    pub fn close(self) -> Result<(), Error> {
        let mut state = self.lock_state()?;
        self.sync_state(&mut state)?;
        marker::mark_closed(&self.inner.dir)?;
        self.inner.health.store(CLOSED, Ordering::SeqCst);
        Ok(())
    }

    /// Refuses when the store is in doubt or closed.
    pub(crate) fn check_usable(&self) -> Result<(), Error> {
        match self.inner.health.load(Ordering::SeqCst) {
            USABLE => Ok(()),
            CLOSED => Err(Error::Closed),
            _ => Err(Error::Poisoned),
        }
    }

    pub(crate) fn lock_state(&self) -> Result<MutexGuard<'_, State>, Error> {
        // A panic under the lock leaves a transaction that may be half applied.
        let state = self.inner.state.lock().map_err(|_| Error::Poisoned)?;
        self.check_usable()?;
        Ok(state)
    }

    /// Poisons the store if a read met damage; a read that only failed may be tried again.
    pub(crate) fn doubt(&self, error: Error) -> Error {
        if matches!(error, Error::Corrupt { .. }) { self.poison(error) } else { error }
    }

    /// Marks the store as in doubt; passes the reason on. Damage is told to the next opener as well.
    pub(crate) fn poison(&self, error: Error) -> Error {
        self.inner.health.store(POISONED, Ordering::SeqCst);
        if matches!(error, Error::Corrupt { .. }) {
            // The caller has the error either way, and the next open reads all after this stop.
            let _ = marker::mark_corrupt(&self.inner.dir, &error.to_string());
        }
        error
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").field("dir", &self.inner.dir).finish_non_exhaustive()
    }
}
