//! A unit in one stream, to move it to another machine at the position where it stands.
//!
//! The stream holds the engine's rows as they are, checksums included: tables, positions, seqs and
//! outbox. A hash ends it. An import is built beside its place and renamed into it, so that a
//! failure or a kill leaves no half of a store. Never trusts a length of the stream.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::sync::PoisonError;

use sha2::{Digest as _, Sha256};

use crate::changes::{BYTES_MAX, KEYS_MAX};
use crate::error::{Error, ImportFault};
use crate::layout::{self, CHUNK_BYTES_MAX, ENGINE_KEY_BYTES_MAX};
use crate::lock::beside;
use crate::marker;
use crate::opening::Opened;
use crate::options::Options;
use crate::record::{self, HEADER_BYTES};
use crate::scan::Entry;
use crate::snapshot::Pieces;
use crate::store::Store;
use crate::table::Table;

/// Name and version of the stream; the version of the records is in each of them.
const MAGIC: &[u8; 16] = b"entrepot-store-1";
/// Stands where the length of a key would, after the last row.
const END: u32 = u32::MAX;

impl Store {
    /// Writes all of the store as it is now; commits go on meanwhile, and wait for some milliseconds
    /// at a time. One export at a time: the next one waits.
    ///
    /// # Errors
    /// [`Error::Io`] of `out`, [`Error::ExportOvertaken`], and those of [`Store::get`] and
    /// [`Store::sync`].
    pub fn export(&self, out: &mut dyn Write) -> Result<(), Error> {
        // An export that panicked has written to its own file only.
        let _turn = self.inner.exporting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = Hashed { out, hash: Sha256::new(), dir: &self.inner.dir };
        out.write(MAGIC)?;
        let mut pieces = Pieces::begin(self)?;
        while let Some(piece) = pieces.next()? {
            for (key, stored) in piece {
                out.write(&length(key.len()))?;
                out.write(&length(stored.len()))?;
                out.write(&key)?;
                out.write(&stored)?;
            }
        }
        out.write(&END.to_be_bytes())?;
        let hash = out.hash.clone().finalize();
        out.write(&hash)?;
        out.out.flush().map_err(|source| Error::io(&self.inner.dir, source))
    }

    /// Makes a store from an export, and opens it.
    ///
    /// # Errors
    /// [`Error::Import`] if there is a store already or the stream is not a whole export,
    /// [`Error::Io`] of `input`, and those of [`Store::open`] and [`Store::commit`].
    pub fn import(
        dir: &Path,
        tables: &[Table],
        options: Options,
        input: &mut dyn Read,
    ) -> Result<Opened, Error> {
        if dir.exists() {
            return Err(Error::Import { fault: ImportFault::Exists });
        }
        let building = beside(dir, ".importing");
        remove(&building)?;
        // No tables: their registration is among the rows of the stream.
        let store = Store::open(&building, &[], options.clone())?.store;
        let imported = import_rows(&store, input).and_then(|()| store.close());
        if let Err(error) = imported {
            remove(&building)?;
            return Err(error);
        }
        fs::rename(&building, dir).map_err(|source| Error::io(dir, source))?;
        remove(&building)?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            marker::sync_dir(parent)?;
        }
        Store::open(dir, tables, options)
    }
}

fn import_rows(store: &Store, input: &mut dyn Read) -> Result<(), Error> {
    let mut input = Hashing { input, hash: Sha256::new(), dir: &store.inner.dir };
    let format = |error| match error {
        Error::Import { .. } => Error::Import { fault: ImportFault::Format },
        error => error,
    };
    if input.read(MAGIC.len()).map_err(format)? != MAGIC {
        return Err(Error::Import { fault: ImportFault::Format });
    }
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while let Some((key, stored)) = read_row(&mut input)? {
        let row_bytes = key.len() + stored.len();
        if rows.len() == KEYS_MAX || bytes + row_bytes > BYTES_MAX {
            store.commit_raw(std::mem::take(&mut rows))?;
            bytes = 0;
        }
        bytes += row_bytes;
        rows.push((key, stored));
    }
    let found = input.hash.clone().finalize();
    if input.read(found.len())? != found.as_slice() {
        return Err(Error::Import { fault: ImportFault::Hash });
    }
    store.commit_raw(rows)
}

fn read_row(input: &mut Hashing<'_>) -> Result<Option<Entry>, Error> {
    let damaged = Error::Import { fault: ImportFault::Damaged };
    let key_bytes = input.read_length()?;
    if key_bytes == END {
        return Ok(None);
    }
    let (key_bytes, stored_bytes) = (key_bytes as usize, input.read_length()? as usize);
    if key_bytes > ENGINE_KEY_BYTES_MAX || stored_bytes > CHUNK_BYTES_MAX + HEADER_BYTES {
        return Err(damaged);
    }
    let key = input.read(key_bytes)?;
    let stored = input.read(stored_bytes)?;
    if key == layout::tally_key() || record::decode(&key, &stored).is_err() {
        return Err(damaged);
    }
    Ok(Some((key, stored)))
}

struct Hashed<'a> {
    out: &'a mut dyn Write,
    hash: Sha256,
    dir: &'a Path,
}

impl Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.hash.update(bytes);
        self.out.write_all(bytes).map_err(|source| Error::io(self.dir, source))
    }
}

struct Hashing<'a> {
    input: &'a mut dyn Read,
    hash: Sha256,
    dir: &'a Path,
}

impl Hashing<'_> {
    fn read_length(&mut self) -> Result<u32, Error> {
        let bytes = self.read(4)?;
        let bytes = bytes.try_into().expect("as many bytes were read as asked for");
        Ok(u32::from_be_bytes(bytes))
    }

    fn read(&mut self, bytes: usize) -> Result<Vec<u8>, Error> {
        let mut buffer = vec![0; bytes];
        match self.input.read_exact(&mut buffer) {
            Ok(()) => {
                self.hash.update(&buffer);
                Ok(buffer)
            }
            Err(source) if source.kind() == ErrorKind::UnexpectedEof => {
                Err(Error::Import { fault: ImportFault::Damaged })
            }
            Err(source) => Err(Error::io(self.dir, source)),
        }
    }
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).expect("rows are at most 64 KiB").to_be_bytes()
}

/// Removes what an import left, and its lock.
fn remove(building: &Path) -> Result<(), Error> {
    for (path, removed) in [
        (building.to_owned(), fs::remove_dir_all(building)),
        (beside(building, ".lock"), fs::remove_file(beside(building, ".lock"))),
    ] {
        match removed {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(Error::io(&path, source));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}
