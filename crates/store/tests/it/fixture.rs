//! A folder, a store in it, and small helpers that several behaviours need.

use std::path::{Path, PathBuf};

use store::{Changes, Opened, Options, Store, Table};
use tempfile::TempDir;

pub(crate) const STATE: Table = Table::canonical("state");
pub(crate) const OTHER: Table = Table::canonical("other");
pub(crate) const CACHE: Table = Table::derived("cache");
pub(crate) const TABLES: [Table; 3] = [STATE, OTHER, CACHE];

/// Keeps the folder for as long as a test runs.
pub(crate) struct Folder {
    folder: TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.folder.path().join("unit-0")
    }

    /// Opens the store and expects that nothing was set aside.
    pub(crate) fn open(&self) -> Store {
        let opened = open(&self.dir());
        assert_eq!(opened.set_aside, None);
        assert_no_blobs(&self.dir());
        opened.store
    }
}

/// Without a reserve and at any free space: tests share the disk.
pub(crate) fn options() -> Options {
    Options { reserve_bytes: 0, free_bytes_min: 0, ..Options::default() }
}

pub(crate) fn open(dir: &Path) -> Opened {
    Store::open(dir, &TABLES, options()).expect("the store opens")
}

pub(crate) fn put(store: &Store, key: &[u8], value: &[u8]) {
    let mut changes = Changes::new();
    changes.put(STATE, key, value);
    store.commit(changes).expect("a small commit");
}

/// sled puts pages above its limit into files that it never syncs.
pub(crate) fn assert_no_blobs(dir: &Path) {
    let blobs = std::fs::read_dir(dir.join("sled/blobs")).expect("sled makes the folder");
    assert_eq!(blobs.count(), 0, "a page went into a file of its own");
}

/// Opens the engine below the store, to do damage.
pub(crate) fn engine(dir: &Path) -> sled::Db {
    let config = sled::Config::new().path(dir.join("sled")).segment_size(8 << 20);
    for _ in 0..500 {
        match config.open() {
            Ok(engine) => return engine,
            // The store's background threads may still hold the file.
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(10)),
        }
    }
    config.open().expect("the engine opens")
}
