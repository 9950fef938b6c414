//! How a value lies in the engine: version, kind, checksum over key and value, value.
//!
//! The checksum covers the key, so that a value under another's key is found out as well. A value
//! of more than 64 KiB is a head under its key and parts under keys of their own; the head carries
//! the checksum of the whole. Never reads or writes: see `reading.rs` and `writing.rs`.

use crate::error::Corruption;
use crate::layout::{CHUNK_BYTES_MAX, part_key};

/// The version of this layout; a store of another version is set aside and rebuilt.
pub(crate) const VERSION: u8 = 1;
pub(crate) const HEADER_BYTES: usize = 6;
const WHOLE: u8 = 0;
const HEAD: u8 = 1;
const PART: u8 = 2;
const HEAD_BYTES: usize = 16;

/// A checked record.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Record<'a> {
    /// A value of at most 64 KiB.
    Whole(&'a [u8]),
    /// Says of which parts a longer value consists.
    Head(Head),
    /// A part of a longer value.
    Part(&'a [u8]),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Head {
    pub(crate) bytes: u64,
    pub(crate) parts: u32,
    pub(crate) crc: u32,
}

/// The records of one value: what stands under its key, and its parts with their keys.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) first: Vec<u8>,
    pub(crate) parts: Vec<(Vec<u8>, Vec<u8>)>,
}

pub(crate) fn encode(key: &[u8], value: &[u8]) -> Encoded {
    if value.len() <= CHUNK_BYTES_MAX {
        return Encoded { first: record(key, WHOLE, value), parts: Vec::new() };
    }
    let mut parts = Vec::with_capacity(value.len().div_ceil(CHUNK_BYTES_MAX));
    for (index, part) in (0_u32..).zip(value.chunks(CHUNK_BYTES_MAX)) {
        let part_key = part_key(key, index);
        let part = record(&part_key, PART, part);
        parts.push((part_key, part));
    }
    let count = u32::try_from(parts.len()).expect("a transaction holds at most 1 MiB");
    let mut head = Vec::with_capacity(HEAD_BYTES);
    head.extend_from_slice(&(value.len() as u64).to_be_bytes());
    head.extend_from_slice(&count.to_be_bytes());
    head.extend_from_slice(&crc32c::crc32c(value).to_be_bytes());
    Encoded { first: record(key, HEAD, &head), parts }
}

pub(crate) fn decode<'a>(key: &[u8], bytes: &'a [u8]) -> Result<Record<'a>, Corruption> {
    let truncated = Corruption::Truncated { bytes: bytes.len() };
    let (header, value) = bytes.split_first_chunk::<HEADER_BYTES>().ok_or(truncated)?;
    let [version, kind, expected @ ..] = *header;
    if version != VERSION {
        return Err(Corruption::Version { found: version, expected: VERSION });
    }
    let expected = u32::from_be_bytes(expected);
    let found = checksum(key, kind, value);
    if found != expected {
        return Err(Corruption::Checksum { found, expected });
    }
    match kind {
        WHOLE => Ok(Record::Whole(value)),
        HEAD => decode_head(value).map(Record::Head).ok_or(truncated),
        PART => Ok(Record::Part(value)),
        found => Err(Corruption::Kind { found }),
    }
}

/// Returns the checksum that a record carries, unchecked; 0 for what is no record.
pub(crate) fn checksum_of(bytes: &[u8]) -> u32 {
    match bytes {
        [_, _, a, b, c, d, ..] => u32::from_be_bytes([*a, *b, *c, *d]),
        _ => 0,
    }
}

fn decode_head(value: &[u8]) -> Option<Head> {
    let (bytes, rest) = value.split_first_chunk::<8>()?;
    let (parts, rest) = rest.split_first_chunk::<4>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    rest.is_empty().then_some(Head {
        bytes: u64::from_be_bytes(*bytes),
        parts: u32::from_be_bytes(*parts),
        crc: u32::from_be_bytes(*crc),
    })
}

fn record(key: &[u8], kind: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + value.len());
    bytes.extend_from_slice(&[VERSION, kind]);
    bytes.extend_from_slice(&checksum(key, kind, value).to_be_bytes());
    bytes.extend_from_slice(value);
    bytes
}

fn checksum(key: &[u8], kind: u8, value: &[u8]) -> u32 {
    let crc = crc32c::crc32c_append(crc32c::crc32c(&[VERSION, kind]), key);
    crc32c::crc32c_append(crc, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_and_any_flipped_bit_is_found() {
        let encoded = encode(b"key", b"value");
        assert_eq!(decode(b"key", &encoded.first), Ok(Record::Whole(b"value")));
        for byte in 0..encoded.first.len() {
            for bit in 0..8 {
                let mut flipped = encoded.first.clone();
                flipped[byte] ^= 1 << bit;
                assert!(decode(b"key", &flipped).is_err(), "byte {byte} bit {bit}");
            }
        }
        for length in 0..encoded.first.len() {
            assert!(decode(b"key", &encoded.first[..length]).is_err(), "length {length}");
        }
    }

    #[test]
    fn a_record_under_another_key_is_found() {
        let encoded = encode(b"key", b"value");
        assert!(matches!(decode(b"kez", &encoded.first), Err(Corruption::Checksum { .. })));
    }

    #[test]
    fn a_value_is_cut_above_64_kib_and_not_at_it() {
        let check = |bytes: usize, parts: usize| {
            let encoded = encode(b"key", &vec![7; bytes]);
            assert_eq!(encoded.parts.len(), parts, "{bytes} bytes");
            for (_, part) in &encoded.parts {
                assert!(part.len() <= CHUNK_BYTES_MAX + HEADER_BYTES, "{bytes} bytes");
            }
        };
        check(0, 0);
        check((64 << 10) - 1, 0);
        check(64 << 10, 0);
        check((64 << 10) + 1, 2);
        check(1_000_000, 16);
    }
}
