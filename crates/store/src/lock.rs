//! One opener at a time, held by the operating system and so free again after any crash.
//!
//! The lock is a file beside the store, `<dir>.lock`, so that it stays where it is when the store
//! is renamed or deleted. Never waits: a second opener gets [`Error::Locked`] at once.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Holds the lock until dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    pub(crate) fn acquire(dir: &Path) -> Result<Self, Error> {
        let path = beside(dir, ".lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| Error::io(&path, source))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { path: dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(Error::io(&path, source)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a process that another thread is just starting holds a copy of
        // the descriptor until it executes. Unlocking counts for all copies; if it fails, the lock
        // goes with the last of them.
        let _ = self.file.unlock();
    }
}

/// The path of the same name with something appended.
pub(crate) fn beside(dir: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(dir.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}
