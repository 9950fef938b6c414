//! Where things are in the engine: one tree, the first byte of a key says whose it is.
//!
//! One tree with a one-byte prefix rather than a tree a table: a transaction over several trees
//! locks nothing less (sled's lock is one for the whole process), costs a page and a root a tree, and
//! 16 small tables would never fill a page. `0` is ours (registry, positions, seqs, outbox), 1 to 254
//! are the tables', `255` holds the parts of long values, apart so that scans never meet them.
//! Numbers in keys are big-endian, so that byte order is their order. Never reads or writes.

use crate::error::{Corruption, Error};

/// Longest key of a caller, in bytes. An index page holds up to 256 keys and must stay below the
/// 2 MiB at which sled puts pages into files that it never syncs.
pub const KEY_BYTES_MAX: usize = 4096;
/// Longest value in one key; a leaf page holds up to 17 of them, which stays below the same 2 MiB.
pub(crate) const CHUNK_BYTES_MAX: usize = 64 << 10;
/// Longest key in the engine: prefix, caller's key, number of the part.
pub(crate) const ENGINE_KEY_BYTES_MAX: usize = 2 + KEY_BYTES_MAX + 4;

const SLED_BLOB_BYTES: usize = SEGMENT_BYTES / 4;
/// sled's unit of writing; with 512 KiB, its default, simulated losses of power left holes.
pub(crate) const SEGMENT_BYTES: usize = 8 << 20;
const LEAF_ROWS_MAX: usize = 17;
const INDEX_ROWS_MAX: usize = 257;
const _: () = assert!(
    LEAF_ROWS_MAX * (CHUNK_BYTES_MAX + ENGINE_KEY_BYTES_MAX + 64) < SLED_BLOB_BYTES
        && INDEX_ROWS_MAX * (ENGINE_KEY_BYTES_MAX + 64) < SLED_BLOB_BYTES
);

pub(crate) const OURS: u8 = 0;
pub(crate) const TABLE_FIRST: u8 = 1;
pub(crate) const TABLE_LAST: u8 = 254;
const PARTS: u8 = 255;

const REGISTRY: u8 = b't';
const POSITION: u8 = b'p';
const SEQ: u8 = b's';
const OUTBOX: u8 = b'o';
const OUTBOX_LAST: u8 = b'n';
const TALLY: u8 = b'y';

/// How far a partition of an input topic was applied.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Consumed {
    /// The next position to read.
    pub position: u64,
    /// CRC32C of the last applied event, by which a truncated or recreated log is found out.
    pub crc: u32,
}

/// An event that was committed and may not be in the log yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pending {
    /// Rises by one with each event of the store, over all topics and partitions.
    pub number: u64,
    pub topic: String,
    pub partition: u32,
    pub key: Vec<u8>,
    pub payload: Vec<u8>,
}

pub(crate) fn table_key(id: u8, key: &[u8]) -> Vec<u8> {
    let mut full = Vec::with_capacity(1 + key.len());
    full.push(id);
    full.extend_from_slice(key);
    full
}

/// Two keys never share a part's key: equal length means equal length of key, and the number of the
/// part has a fixed width.
pub(crate) fn part_key(key: &[u8], index: u32) -> Vec<u8> {
    let mut full = Vec::with_capacity(1 + key.len() + 4);
    full.push(PARTS);
    full.extend_from_slice(key);
    full.extend_from_slice(&index.to_be_bytes());
    full
}

pub(crate) fn is_part_key(key: &[u8]) -> bool {
    key.first() == Some(&PARTS)
}

pub(crate) fn registry_key(name: &str) -> Vec<u8> {
    [&[OURS, REGISTRY], name.as_bytes()].concat()
}

pub(crate) fn registry_prefix() -> [u8; 2] {
    [OURS, REGISTRY]
}

pub(crate) fn position_key(topic: &str, partition: u32) -> Vec<u8> {
    topic_key(POSITION, topic, partition)
}

pub(crate) fn position_prefix() -> [u8; 2] {
    [OURS, POSITION]
}

pub(crate) fn seq_key(topic: &str, partition: u32) -> Vec<u8> {
    topic_key(SEQ, topic, partition)
}

pub(crate) fn outbox_key(number: u64) -> Vec<u8> {
    [&[OURS, OUTBOX], number.to_be_bytes().as_slice()].concat()
}

pub(crate) fn outbox_prefix() -> [u8; 2] {
    [OURS, OUTBOX]
}

pub(crate) fn outbox_last_key() -> Vec<u8> {
    vec![OURS, OUTBOX_LAST]
}

pub(crate) fn tally_key() -> Vec<u8> {
    vec![OURS, TALLY]
}

fn topic_key(area: u8, topic: &str, partition: u32) -> Vec<u8> {
    [&[OURS, area], topic.as_bytes(), partition.to_be_bytes().as_slice()].concat()
}

/// Takes the key of a position apart.
pub(crate) fn split_topic_key(key: &[u8]) -> Result<(String, u32), Error> {
    let broken = || Error::corrupt(key, Corruption::Truncated { bytes: key.len() });
    let tail = key.get(2..).ok_or_else(broken)?;
    let (topic, partition) = tail.split_last_chunk::<4>().ok_or_else(broken)?;
    let topic = str::from_utf8(topic).map_err(|_| broken())?;
    Ok((topic.to_owned(), u32::from_be_bytes(*partition)))
}

pub(crate) fn encode_consumed(consumed: Consumed) -> Vec<u8> {
    [consumed.position.to_be_bytes().as_slice(), &consumed.crc.to_be_bytes()].concat()
}

pub(crate) fn decode_consumed(key: &[u8], value: &[u8]) -> Result<Consumed, Error> {
    let mut fields = Fields { key, value };
    Ok(Consumed { position: fields.u64()?, crc: fields.u32()? })
}

pub(crate) fn decode_number(key: &[u8], value: &[u8]) -> Result<u64, Error> {
    Fields { key, value }.u64()
}

pub(crate) fn decode_pair(key: &[u8], value: &[u8]) -> Result<(u64, u64), Error> {
    let mut fields = Fields { key, value };
    Ok((fields.u64()?, fields.u64()?))
}

pub(crate) fn encode_pending(topic: &str, partition: u32, key: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(12 + topic.len() + key.len() + payload.len());
    value.extend_from_slice(&partition.to_be_bytes());
    for field in [topic.as_bytes(), key] {
        let bytes = u32::try_from(field.len()).expect("a transaction holds at most 1 MiB");
        value.extend_from_slice(&bytes.to_be_bytes());
        value.extend_from_slice(field);
    }
    value.extend_from_slice(payload);
    value
}

pub(crate) fn decode_pending(engine_key: &[u8], value: &[u8]) -> Result<Pending, Error> {
    let number =
        Fields { key: engine_key, value: engine_key.get(2..).unwrap_or_default() }.u64()?;
    let mut fields = Fields { key: engine_key, value };
    let partition = fields.u32()?;
    let topic = fields.field()?;
    let key = fields.field()?;
    let topic = String::from_utf8(topic)
        .map_err(|_| Error::corrupt(engine_key, Corruption::Truncated { bytes: value.len() }))?;
    Ok(Pending { number, topic, partition, key, payload: fields.value.to_vec() })
}

/// A value that is read field by field, with the key for the error.
struct Fields<'a> {
    key: &'a [u8],
    value: &'a [u8],
}

impl Fields<'_> {
    fn u64(&mut self) -> Result<u64, Error> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    fn u32(&mut self) -> Result<u32, Error> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    fn field(&mut self) -> Result<Vec<u8>, Error> {
        let bytes = self.u32()? as usize;
        let (field, rest) = self.value.split_at_checked(bytes).ok_or_else(|| self.short())?;
        self.value = rest;
        Ok(field.to_vec())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (array, rest) = self.value.split_first_chunk::<N>().ok_or_else(|| self.short())?;
        self.value = rest;
        Ok(*array)
    }

    fn short(&self) -> Error {
        Error::corrupt(self.key, Corruption::Truncated { bytes: self.value.len() })
    }
}
