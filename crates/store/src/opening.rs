//! Opening: lock, look how the last opener ended, recover or set aside.
//!
//! A store that cannot be trusted is renamed to `<dir>.aside-<n>` and an empty one is opened in its
//! place, to be rebuilt from the log. That is so after the machine went down with the store open,
//! after damage that a read met, after a panic or an error of the engine while it opens, and after a
//! record that fails its check. Never deletes or repairs a store; an error of the operating system
//! (no permission, no space) is an error and sets nothing aside.

use std::any::Any;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::error::{Corruption, Error};
use crate::layout::{self, SEGMENT_BYTES};
use crate::lock::{Lock, beside};
use crate::marker::{self, LastStop};
use crate::options::{Options, Verify};
use crate::reading::resolve;
use crate::record::{self, Record};
use crate::registry::Registry;
use crate::space::{self, Space};
use crate::store::{State, Store, SyncState};
use crate::table::Table;
use crate::transaction::{self, Tally};

/// An open store, and what became of the one that was there before.
#[derive(Debug)]
pub struct Opened {
    pub store: Store,
    /// The store that could not be trusted; `store` is empty then.
    pub set_aside: Option<SetAside>,
}

/// A store that was renamed because it cannot be trusted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SetAside {
    pub path: PathBuf,
    pub reason: SetAsideReason,
}

/// Why a store was set aside.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SetAsideReason {
    /// What was not synced may be there in part.
    #[error("the machine went down while it was open (boot {boot_then}, now {boot_now})")]
    MachineWentDown { boot_then: String, boot_now: String },
    /// An earlier process read a damaged record.
    #[error("an earlier read found: {told}")]
    FoundCorrupt { told: String },
    /// The engine cannot open it.
    #[error("the engine cannot open it: {told}")]
    Unreadable { told: String },
    /// The engine panicked.
    #[error("the engine panicked while opening: {told}")]
    Panicked { told: String },
    /// A record failed its check.
    #[error("{told}")]
    Corrupt { told: String },
}

/// Why an attempt to open did not succeed.
enum Failure {
    Distrusted(SetAsideReason),
    Refused(Error),
}

/// What the engine gives when it opens.
struct Parts {
    engine: sled::Db,
    registry: Registry,
    tally: Tally,
}

/// What a store is made of, beside its lock.
struct Attempt {
    parts: Parts,
    space: Space,
}

/// How long sled's own lock may outlive the last handle: its background threads hold the file for
/// some milliseconds after a drop.
const ENGINE_LOCK_TRIES: u32 = 500;
const ENGINE_LOCK_PAUSE: Duration = Duration::from_millis(10);

impl Store {
    /// Opens the store of a folder, or makes an empty one, with at least the given tables.
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::TooManyTables`], [`Error::KeyTooLong`] for a table's name,
    /// [`Error::Io`], [`Error::Engine`].
    pub fn open(dir: &Path, tables: &[Table], options: Options) -> Result<Opened, Error> {
        let dir = std::path::absolute(dir).map_err(|source| Error::io(dir, source))?;
        let parent = dir.parent().unwrap_or(&dir);
        fs::create_dir_all(parent).map_err(|source| Error::io(parent, source))?;
        let lock = Lock::acquire(&dir)?;
        let failure = match attempt(&dir, tables, &options) {
            Ok(attempt) => {
                let store = finish(attempt, &dir, lock)?;
                return Ok(Opened { store, set_aside: None });
            }
            Err(failure) => failure,
        };
        let reason = match failure {
            Failure::Distrusted(reason) => reason,
            Failure::Refused(error) => return Err(error),
        };
        let path = set_aside(&dir, parent)?;
        tracing::warn!(store = %dir.display(), aside = %path.display(), %reason, "store set aside");
        let attempt = match attempt(&dir, tables, &options) {
            Ok(attempt) => attempt,
            Err(Failure::Refused(error)) => return Err(error),
            Err(Failure::Distrusted(reason)) => {
                // An empty store that cannot be opened is not helped by another.
                return Err(Error::Engine { source: reason.into() });
            }
        };
        let store = finish(attempt, &dir, lock)?;
        Ok(Opened { store, set_aside: Some(SetAside { path, reason }) })
    }
}

fn attempt(dir: &Path, tables: &[Table], options: &Options) -> Result<Attempt, Failure> {
    let engine_dir = dir.join(ENGINE_DIR);
    fs::create_dir_all(&engine_dir).map_err(|source| Error::io(&engine_dir, source))?;
    // Before anything is written: on a full disk the reserve makes room for the recovery.
    let space = Space::prepare(dir, options)?;
    let last_stop = marker::last_stop(dir)?;
    let verify = match (last_stop, options.verify) {
        (LastStop::MachineWentDown { boot_then, boot_now }, _) => {
            let reason = SetAsideReason::MachineWentDown { boot_then, boot_now };
            return Err(Failure::Distrusted(reason));
        }
        (LastStop::Corrupt { told }, _) => {
            return Err(Failure::Distrusted(SetAsideReason::FoundCorrupt { told }));
        }
        (LastStop::Killed, _) | (LastStop::Clean, Verify::Always) => Verify::Always,
        (LastStop::Clean, Verify::AfterUncleanStop) => Verify::AfterUncleanStop,
    };
    marker::mark_open(dir)?;
    sweep(&engine_dir)?;
    // A thread of its own: sled panics on some damage, and its stack goes with the thread.
    let (tables, cache_bytes) = (tables.to_vec(), options.cache_bytes);
    let opener = thread::Builder::new()
        .name("store-open".to_owned())
        .spawn({
            let engine_dir = engine_dir.clone();
            move || open_engine(&engine_dir, &tables, cache_bytes, verify)
        })
        .map_err(|source| Error::io(&engine_dir, source))?;
    match opener.join() {
        Ok(outcome) => outcome.map(|parts| Attempt { parts, space }),
        Err(panic) => Err(Failure::Distrusted(SetAsideReason::Panicked { told: told(&*panic) })),
    }
}

const ENGINE_DIR: &str = "sled";

/// Removes snapshots that were not finished: sled takes them for finished (#1527, #1533).
fn sweep(engine_dir: &Path) -> Result<(), Error> {
    let io = |source| Error::io(engine_dir, source);
    for entry in fs::read_dir(engine_dir).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path()).map_err(io)?;
        }
    }
    Ok(())
}

fn open_engine(
    engine_dir: &Path,
    tables: &[Table],
    cache_bytes: u64,
    verify: Verify,
) -> Result<Parts, Failure> {
    let engine = start(engine_dir, cache_bytes)?;
    let mut tally = Tally::load(&engine)?;
    if verify == Verify::Always {
        verify_all(&engine, tally)?;
    }
    let mut registry = Registry::load(&engine)?;
    let rows = registry.admit(tables)?;
    if !rows.is_empty() {
        tally = transaction::apply(&engine, &rows, tally)?.tally;
    }
    Ok(Parts { engine, registry, tally })
}

fn start(engine_dir: &Path, cache_bytes: u64) -> Result<sled::Db, Failure> {
    let config = sled::Config::new()
        .path(engine_dir)
        .cache_capacity(cache_bytes)
        .segment_size(SEGMENT_BYTES)
        .flush_every_ms(None)
        .mode(sled::Mode::HighThroughput);
    let mut tries = 0;
    loop {
        match config.open() {
            Ok(engine) => return Ok(engine),
            Err(error) if is_engine_locked(&error) => {
                tries += 1;
                if tries == ENGINE_LOCK_TRIES {
                    return Err(Failure::Refused(Error::Locked { path: engine_dir.to_owned() }));
                }
                thread::sleep(ENGINE_LOCK_PAUSE);
            }
            Err(sled::Error::Io(source)) if !is_truncation(&source) => {
                return Err(Failure::Refused(Error::io(engine_dir, source)));
            }
            Err(error) => {
                let told = error.to_string();
                return Err(Failure::Distrusted(SetAsideReason::Unreadable { told }));
            }
        }
    }
}

/// sled wraps what its lock says into an error of its own making.
fn is_engine_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(source)
        if source.kind() == std::io::ErrorKind::Other
            && source.to_string().contains("could not acquire lock"))
}

/// A file that ends too early is damage, not a failure of the operating system.
fn is_truncation(source: &std::io::Error) -> bool {
    matches!(source.kind(), std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData)
}

/// Reads and checks every record, that every long value is whole, and that no row is lost or stale.
fn verify_all(tree: &sled::Tree, expected: Tally) -> Result<(), Error> {
    let mut found = Tally::default();
    for row in tree.iter() {
        let (key, stored) = row.map_err(|source| Error::engine(b"", source))?;
        if key == layout::tally_key() {
            continue;
        }
        found.add(&stored);
        if !layout::is_part_key(&key) {
            resolve(tree, &key, stored)?;
            continue;
        }
        match record::decode(&key, &stored) {
            Ok(Record::Part(_)) => {}
            Ok(Record::Whole(_) | Record::Head(_)) => {
                return Err(Error::corrupt(&key, Corruption::Parts));
            }
            Err(corruption) => return Err(Error::corrupt(&key, corruption)),
        }
    }
    if found != expected {
        return Err(Error::corrupt(&layout::tally_key(), Corruption::Tally));
    }
    Ok(())
}

fn finish(attempt: Attempt, dir: &Path, lock: Lock) -> Result<Store, Error> {
    let Attempt { parts, space } = attempt;
    let engine_dir = dir.join(ENGINE_DIR);
    let data_path = engine_dir.join("db");
    let data = File::options()
        .read(true)
        .write(true)
        .open(&data_path)
        .map_err(|source| Error::io(&data_path, source))?;
    for folder in [&engine_dir, dir, dir.parent().unwrap_or(dir)] {
        marker::sync_dir(folder)?;
    }
    let state = State {
        unsynced_bytes: 0,
        sync: SyncState::Unsynced,
        tally: parts.tally,
        outbox_last: 0,
        canonical_keys: None,
        space,
        snapshot: None,
    };
    let store = Store::from_parts(parts.engine, data, dir.to_owned(), parts.registry, state, lock);
    let outbox_last = store.get_number(&layout::outbox_last_key())?;
    {
        let mut state = store.lock_state()?;
        state.outbox_last = outbox_last;
        // What a killed process left unsynced counts as read from here on: sync it first.
        store.sync_state(&mut state)?;
    }
    Ok(store)
}

fn set_aside(dir: &Path, parent: &Path) -> Result<PathBuf, Error> {
    let mut number = 1;
    let path = loop {
        let path = beside(dir, &format!(".aside-{number}"));
        if !path.exists() {
            break path;
        }
        number += 1;
    };
    space::discard_reserve(dir)?;
    fs::rename(dir, &path).map_err(|source| Error::io(dir, source))?;
    marker::sync_dir(parent)?;
    Ok(path)
}

fn told(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if matches!(error, Error::Corrupt { .. }) {
            return Self::Distrusted(SetAsideReason::Corrupt { told: error.to_string() });
        }
        Self::Refused(error)
    }
}
