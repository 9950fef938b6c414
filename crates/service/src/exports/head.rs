//! The head of an export: whose store follows, and who wrote it when.

use std::io::{Read, Write};
use std::path::Path;

use jiff::Timestamp;
use prost::Message;

use super::refused;
use crate::Error;

/// The first bytes of an export, with the version of its head.
pub const UNIT_FILE_MAGIC: &[u8; 16] = b"entrepot-unit-01";
/// A head has a name, a version and a time.
const HEAD_BYTES_MAX: u32 = 4096;

/// Whose store an export has.
#[derive(Clone, PartialEq, Message)]
pub struct ExportHead {
    /// Such as `metrics-2`.
    #[prost(string, tag = "1")]
    pub unit: String,
    /// Of the build that wrote it.
    #[prost(string, tag = "2")]
    pub version: String,
    /// When, in seconds since 1970.
    #[prost(int64, tag = "3")]
    pub exported_second: i64,
}

impl ExportHead {
    pub(super) fn of(unit: &str) -> Self {
        Self {
            unit: unit.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            exported_second: Timestamp::now().as_second(),
        }
    }

    pub(super) fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        let head = self.encode_to_vec();
        out.write_all(UNIT_FILE_MAGIC)?;
        out.write_all(&u32::try_from(head.len()).unwrap_or(u32::MAX).to_be_bytes())?;
        out.write_all(&head)?;
        out.write_all(&crc32c::crc32c(&head).to_be_bytes())
    }

    pub(super) fn read(input: &mut impl Read, file: &Path) -> Result<Self, Error> {
        let cut = |_| refused(file, "is cut short");
        let mut magic = [0; UNIT_FILE_MAGIC.len()];
        input.read_exact(&mut magic).map_err(cut)?;
        if magic != *UNIT_FILE_MAGIC {
            return Err(refused(file, "is no export of a unit that this build can read"));
        }
        let mut number = [0; 4];
        input.read_exact(&mut number).map_err(cut)?;
        let length = u32::from_be_bytes(number);
        if length > HEAD_BYTES_MAX {
            return Err(refused(file, "has a damaged head"));
        }
        let mut head = vec![0; length as usize];
        input.read_exact(&mut head).map_err(cut)?;
        input.read_exact(&mut number).map_err(cut)?;
        if crc32c::crc32c(&head) != u32::from_be_bytes(number) {
            return Err(refused(file, "has a damaged head"));
        }
        Self::decode(head.as_slice()).map_err(|_| refused(file, "has a damaged head"))
    }
}
