//! The outbox of what is too large for a transaction: payloads of a release in a file.
//!
//! A spool is written whole and synced before the store knows of it; a torn or damaged one is told
//! by its frames (length, CRC32C). It is read forwards, from any payload on, in bounded memory.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::Error;

/// A payload that is longer than this was not written by us.
const PAYLOAD_BYTES_MAX: usize = 1024 * 1024;
/// One write call for many small payloads.
const BUFFER_BYTES: usize = 256 * 1024;

/// A spool that is being written; its file goes with it unless it is finished.
#[derive(Debug)]
pub struct SpoolWriter {
    spool: Spool,
    file: BufWriter<File>,
    is_finished: bool,
}

/// A complete spool.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Spool {
    /// The file.
    pub path: PathBuf,
    /// How many payloads it holds.
    pub count: u64,
}

impl SpoolWriter {
    /// Begins a spool at `path`. A file that is there is never replaced: it may be open, and what
    /// is left of it would then be appended from another release.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be made, or is there.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let file = File::create_new(path).map_err(|source| io(path, source))?;
        let file = BufWriter::with_capacity(BUFFER_BYTES, file);
        let spool = Spool { path: path.to_owned(), count: 0 };
        Ok(Self { spool, file, is_finished: false })
    }

    /// Adds a payload.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written.
    pub fn push(&mut self, payload: &[u8]) -> Result<(), Error> {
        debug_assert!(payload.len() <= PAYLOAD_BYTES_MAX);
        let length = payload.len() as u32;
        let crc = crc32c::crc32c(payload);
        let written = self
            .file
            .write_all(&length.to_be_bytes())
            .and_then(|()| self.file.write_all(&crc.to_be_bytes()))
            .and_then(|()| self.file.write_all(payload));
        written.map_err(|source| io(&self.spool.path, source))?;
        self.spool.count += 1;
        Ok(())
    }

    /// Syncs file and directory: from now on the spool outlives a crash.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn finish(mut self) -> Result<Spool, Error> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_data());
        synced.map_err(|source| io(&self.spool.path, source))?;
        if let Some(directory) = self.spool.path.parent() {
            let synced = File::open(directory).and_then(|directory| directory.sync_all());
            synced.map_err(|source| io(directory, source))?;
        }
        self.is_finished = true;
        Ok(self.spool.clone())
    }
}

impl Drop for SpoolWriter {
    fn drop(&mut self) {
        if !self.is_finished {
            self.spool.remove();
        }
    }
}

impl Spool {
    /// The payloads from number `from` (counted from 0) on.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be opened.
    pub fn read(&self, from: u64) -> Result<impl Iterator<Item = Result<Vec<u8>, Error>>, Error> {
        let file = File::open(&self.path).map_err(|source| io(&self.path, source))?;
        let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
        let mut at = 0u64;
        let path = self.path.clone();
        let payloads = (0..self.count).map(move |_| read_payload(&mut file, &path, &mut at));
        Ok(payloads.skip(usize::try_from(from).unwrap_or(usize::MAX)))
    }

    /// Removes the file; that it is gone already is fine.
    pub fn remove(&self) {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.path.display(), %error, "spool not removed");
        }
    }
}

fn read_payload(file: &mut impl Read, path: &Path, at: &mut u64) -> Result<Vec<u8>, Error> {
    let damaged = |at: u64| Error::SpoolDamaged { path: path.to_owned(), at };
    let mut head = [0u8; 8];
    file.read_exact(&mut head).map_err(|_| damaged(*at))?;
    let [l0, l1, l2, l3, c0, c1, c2, c3] = head;
    let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
    let crc = u32::from_be_bytes([c0, c1, c2, c3]);
    if length > PAYLOAD_BYTES_MAX {
        return Err(damaged(*at));
    }
    let mut payload = vec![0; length];
    file.read_exact(&mut payload).map_err(|_| damaged(*at))?;
    if crc32c::crc32c(&payload) != crc {
        return Err(damaged(*at));
    }
    *at += 8 + length as u64;
    Ok(payload)
}

fn io(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool(directory: &Path, payloads: &[&[u8]]) -> Spool {
        let mut writer = SpoolWriter::create(&directory.join("r.spool")).expect("a file");
        payloads.iter().for_each(|payload| writer.push(payload).expect("a write"));
        writer.finish().expect("a sync")
    }

    #[test]
    fn payloads_come_back_in_order_from_any_number_on() {
        let directory = tempfile::tempdir().expect("a directory");
        let spool = spool(directory.path(), &[b"one", b"", b"three"]);
        let read: Vec<Vec<u8>> =
            spool.read(1).expect("a file").collect::<Result<_, _>>().expect("whole");
        assert_eq!(read, [b"".to_vec(), b"three".to_vec()]);
    }

    #[test]
    fn a_spool_that_is_there_is_not_replaced_and_an_unfinished_one_leaves_nothing() {
        let directory = tempfile::tempdir().expect("a directory");
        let spool = spool(directory.path(), &[b"one"]);
        assert!(SpoolWriter::create(&spool.path).is_err(), "it may be open");
        assert_eq!(spool.read(0).expect("a file").count(), 1);
        let other = directory.path().join("other.spool");
        drop(SpoolWriter::create(&other).expect("a file"));
        assert!(!other.exists());
    }

    #[test]
    fn a_flipped_byte_and_a_torn_end_are_damage() {
        let directory = tempfile::tempdir().expect("a directory");
        let spool = spool(directory.path(), &[b"one", b"two"]);
        let whole = std::fs::read(&spool.path).expect("a file");
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            std::fs::write(&spool.path, &flipped).expect("a write");
            let all: Result<Vec<_>, _> = spool.read(0).expect("a file").collect();
            assert!(all.is_err(), "byte {at} was flipped unnoticed");
            std::fs::write(&spool.path, &whole[..at]).expect("a write");
            let all: Result<Vec<_>, _> = spool.read(0).expect("a file").collect();
            assert!(all.is_err(), "cut at byte {at} unnoticed");
        }
    }
}
