//! What stops a call on a store, told apart by what the caller does next.
//!
//! After `Corrupt`, `Engine` and `Io` from a commit or a sync the store is poisoned: it refuses
//! everything, and the process should end; the next open recovers or sets aside. After `DiskFull`,
//! `TransactionTooLarge`, `KeyTooLong`, `SeqNotRising` and `UnknownTable` nothing was written and the
//! store goes on. Never names a type of the engine, so that it can be replaced.

use std::path::{Path, PathBuf};

use thiserror::Error as ThisError;

/// Why a call on a store failed.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// Another opener, of this or another process, holds the store.
    #[error("store `{}` is in use by another opener", path.display())]
    Locked { path: PathBuf },
    /// The changes are more than one transaction may hold; nothing was written.
    #[error("{keys} keys of {bytes} bytes in one transaction: at most {keys_max} of {bytes_max}")]
    TransactionTooLarge { keys: usize, keys_max: usize, bytes: usize, bytes_max: usize },
    /// A key or a topic's name is longer than the layout allows; nothing was written.
    #[error("key of {bytes} bytes: at most {bytes_max}")]
    KeyTooLong { bytes: usize, bytes_max: usize },
    /// A seq was to be allotted that is not above the last; nothing was written.
    #[error("seq {offered} for `{topic}` partition {partition} is not above the last, {last}")]
    SeqNotRising { topic: String, partition: u32, last: u64, offered: u64 },
    /// The table was not named when the store was opened, now or earlier.
    #[error("table `{table}` was not named when the store was opened")]
    UnknownTable { table: &'static str },
    /// More tables over the store's life than a table's number has values.
    #[error("table `{table}` would be one more than {count_max}")]
    TooManyTables { table: &'static str, count_max: usize },
    /// The file system is short of space; nothing was written, and the store goes on when there is
    /// enough again.
    #[error("{available_bytes} bytes free on disk: {required_bytes} are required")]
    DiskFull { available_bytes: u64, required_bytes: u64 },
    /// What was read is not what was written. The store is set aside at the next open.
    #[error("key {key_hex} is corrupt: {corruption}")]
    Corrupt { key_hex: String, corruption: Corruption },
    /// An earlier failure left the store in doubt; the process should end and open it again.
    #[error("the store failed earlier and must be opened again")]
    Poisoned,
    /// The store was closed through another handle.
    #[error("the store is closed")]
    Closed,
    /// An import was refused; nothing is left of it.
    #[error("import refused: {fault}")]
    Import { fault: ImportFault },
    /// More was committed during an export than is kept for it; it may be tried again.
    #[error("too much was committed during the export")]
    ExportOvertaken,
    /// A call of the operating system failed.
    #[error("`{}`", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    /// The engine failed.
    #[error("the storage engine failed")]
    Engine { source: Box<dyn std::error::Error + Send + Sync> },
}

/// How a record failed its check.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ThisError)]
pub enum Corruption {
    /// Shorter than a record's header, or than what its kind needs.
    #[error("{bytes} bytes are too few for a record")]
    Truncated { bytes: usize },
    /// Written by a version that this one does not know.
    #[error("version {found} is unknown, expected {expected}")]
    Version { found: u8, expected: u8 },
    /// A kind of record that does not belong where it was found.
    #[error("kind {found} does not belong here")]
    Kind { found: u8 },
    /// The checksum of key and value differs.
    #[error("checksum {found:#010x}, expected {expected:#010x}")]
    Checksum { found: u32, expected: u32 },
    /// A part of a long value is absent or differs.
    #[error("a part of a long value is absent or belongs to another")]
    Parts,
    /// The rows that are there are not those that the last transaction left.
    #[error("rows are lost, stale or foreign")]
    Tally,
    /// The engine met damage before a record could be read.
    #[error("the engine cannot read it")]
    Page,
}

/// Why [`crate::Store::import`] refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ThisError)]
pub enum ImportFault {
    /// There is a store already at that place.
    #[error("a store exists already")]
    Exists,
    /// The input does not begin like an export of a known version.
    #[error("not an export of this version")]
    Format,
    /// The input ends before its last row, or a length is beyond the limits.
    #[error("cut short or damaged")]
    Damaged,
    /// All rows were read, but their hash is not the one at the end.
    #[error("the hash at the end does not match")]
    Hash,
}

impl Error {
    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn corrupt(key: &[u8], corruption: Corruption) -> Self {
        Self::Corrupt { key_hex: hex(&key[..key.len().min(KEY_BYTES_SHOWN)]), corruption }
    }

    /// Damage is told apart from other failures of the engine: it sets the store aside.
    pub(crate) fn engine(key: &[u8], source: sled::Error) -> Self {
        match source {
            sled::Error::Corruption { .. } | sled::Error::ReportableBug(_) => {
                Self::corrupt(key, Corruption::Page)
            }
            source => Self::Engine { source: Box::new(source) },
        }
    }
}

/// A key is shown by its first bytes only: keys may be long and are not for people.
const KEY_BYTES_SHOWN: usize = 64;

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}
