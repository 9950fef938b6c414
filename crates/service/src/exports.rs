//! Exports of units as files: to move a unit, to keep one, to begin from one in place of the whole
//! log.
//!
//! A file has a head, which says whose store it is, and the store's own stream, which ends with its
//! hash. It comes into its place whole: written beside it, synced, renamed. What is imported is
//! checked to its end before it takes the place of a store.

mod head;
mod folder;
#[cfg(feature = "process")]
mod schedule;

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use store::Store;

use crate::Error;

pub use folder::restore;
pub use head::{ExportHead, UNIT_FILE_MAGIC};
#[cfg(feature = "process")]
pub(crate) use schedule::export_again_and_again;

const BUFFER_BYTES: usize = 256 << 10;

/// Writes a unit's store to a file that is there whole or not at all; blocks.
#[cfg(feature = "process")]
pub(crate) fn export_to(store: &Store, unit: &str, file: &Path) -> Result<u64, Error> {
    let beside = file.with_extension("exporting");
    let exported = write(store, unit, &beside).and_then(|bytes| {
        let io = |source| Error::Io { path: file.to_owned(), source };
        fs::rename(&beside, file).map_err(io)?;
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
        }
        Ok(bytes)
    });
    if exported.is_err() {
        // What is left has a name that nobody imports, and is overwritten by the next.
        let _ = fs::remove_file(&beside);
    }
    exported
}

/// Writes a unit's store to a file without a name, and goes to its start; blocks.
pub(crate) fn export_nameless(store: &Store, unit: &str) -> Result<(File, u64), Error> {
    let folder = store.dir().parent().unwrap_or(store.dir());
    let path = folder.join(format!("{unit}-{}.exporting", Timestamp::now().as_nanosecond()));
    let written = write(store, unit, &path);
    let opened = written.and_then(|bytes| {
        let io = |source| Error::Io { path: path.clone(), source };
        let mut file = File::open(&path).map_err(io)?;
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        Ok((file, bytes))
    });
    // The open file stays until it is closed, and with it its space.
    let _ = fs::remove_file(&path);
    opened
}

/// Makes the store of a unit from a file, in the data directory of its service; answers with whose
/// it is and where it went. Blocks.
///
/// # Errors
/// [`Error::Export`] if the file is no whole export, or there is a store already; [`Error::Io`].
pub fn import(file: &Path, data_dir: &Path) -> Result<(ExportHead, PathBuf), Error> {
    let io = |source| Error::Io { path: file.to_owned(), source };
    let mut input = BufReader::with_capacity(BUFFER_BYTES, File::open(file).map_err(io)?);
    let head = ExportHead::read(&mut input, file)?;
    let dir = dir_of(&head.unit, data_dir).ok_or_else(|| refused(file, "names no unit"))?;
    import_into(&mut input, file, &dir)?;
    Ok((head, dir))
}

fn import_into(input: &mut dyn Read, file: &Path, dir: &Path) -> Result<(), Error> {
    let io = |source| Error::Io { path: dir.to_owned(), source };
    if let Some(service) = dir.parent() {
        fs::create_dir_all(service).map_err(io)?;
    }
    // A volume that was just mounted may have made it; the store refuses a place that is taken.
    if is_absent_or_empty(dir) && dir.exists() {
        fs::remove_dir(dir).map_err(io)?;
    }
    let options = store::Options { reserve_bytes: 0, ..store::Options::default() };
    match Store::import(dir, &[], options, input) {
        Ok(opened) => Ok(opened.store.close()?),
        Err(store::Error::Import { fault }) => Err(refused(file, &fault.to_string())),
        Err(error) => Err(Error::Store(error)),
    }
}

/// The store of a unit such as `metrics-2`: `<data_dir>/metrics/2`.
fn dir_of(unit: &str, data_dir: &Path) -> Option<PathBuf> {
    let (service, number) = unit.rsplit_once('-')?;
    let is_plain = |character: char| character.is_ascii_lowercase() || character == '-';
    let number: u32 = number.parse().ok()?;
    let is_name = !service.is_empty() && service.chars().all(is_plain);
    is_name.then(|| data_dir.join(service).join(number.to_string()))
}

fn is_absent_or_empty(dir: &Path) -> bool {
    match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

fn write(store: &Store, unit: &str, path: &Path) -> Result<u64, Error> {
    let io = |source| Error::Io { path: path.to_owned(), source };
    let file = File::create(path).map_err(io)?;
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
    ExportHead::of(unit).write(&mut out).map_err(io)?;
    store.export(&mut out)?;
    out.flush().map_err(io)?;
    let file = out.into_inner().map_err(|error| io(error.into_error()))?;
    file.sync_all().map_err(io)?;
    Ok(file.metadata().map_err(io)?.len())
}

fn refused(file: &Path, because: &str) -> Error {
    Error::Export { path: file.to_owned(), because: because.to_owned() }
}
