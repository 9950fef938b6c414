//! Files that are there after power is lost: whole contents replaced, directories synced.
//!
//! A new or renamed file is only durable once its directory is synced too. `Disk` holds the two
//! calls of the commit path, so that a test can make them fail as a real disk does.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::Error;

/// The calls by which frames reach the disk.
#[derive(Clone, Copy)]
pub(super) struct Disk {
    pub(super) write: fn(&File, &[u8], u64) -> io::Result<()>,
    pub(super) sync: fn(&File) -> io::Result<()>,
}

impl Default for Disk {
    fn default() -> Self {
        Self {
            write: |file, bytes, offset| file.write_all_at(bytes, offset),
            sync: File::sync_data,
        }
    }
}

/// Whether the disk had no room, which a later try may find.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Turns the failure of an action on a path into an error.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| match is_full(&source) {
        true => Error::DiskFull { path: path.to_owned() },
        false => Error::Io { action, path: path.to_owned(), source },
    }
}

/// Makes a directory with its ancestors.
pub(super) fn make_directory(path: &Path) -> Result<(), Error> {
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path).map_err(failed("create", path))?;
    let mut ancestors = path.ancestors().skip(1);
    match ancestors.find(|ancestor| !ancestor.as_os_str().is_empty()) {
        Some(parent) => sync_directory(parent),
        None => sync_directory(Path::new(".")),
    }
}

/// Makes the names in a directory durable.
pub(super) fn sync_directory(path: &Path) -> Result<(), Error> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(failed("sync", path))
}

/// Gives a file new contents: after a crash it has the old ones or the new ones.
pub(super) fn replace(directory: &Path, name: &str, contents: &[u8]) -> Result<(), Error> {
    let scratch = directory.join(format!("{name}.new"));
    write_new(&scratch, contents).map_err(failed("write", &scratch))?;
    let path = directory.join(name);
    fs::rename(&scratch, &path).map_err(failed("rename", &path))?;
    sync_directory(directory)
}

fn write_new(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(contents)?;
    file.sync_all()
}
