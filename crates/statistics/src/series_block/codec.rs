//! The byte form of entries, one at a time, and the small forms that it is made of.
//!
//! An entry is a head byte and what differs from the entry before it: most have a head and a
//! number. Decoding never panics and takes no more memory than the bytes justify.

use rust_decimal::Decimal;

use super::{Action, Entry};
use crate::{Cell, Error, Missing, Period};

const KIND_NUMBER: u8 = 0;
const KIND_DELETED: u8 = 5;
/// In the head byte of an entry: the period follows the one before it.
const FLAG_NEXT_PERIOD: u8 = 0x10;
/// In the head byte of an entry: attributes and scale are those of the entry before.
const FLAG_SAME: u8 = 0x20;
const KIND_MASK: u8 = 0x0f;

/// Writes entries; knows the last one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EntryEncoder {
    before: Option<Before>,
}

/// Reads entries; knows the last one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EntryDecoder {
    before: Option<Before>,
}

#[derive(Clone, Copy, Debug)]
struct Before {
    period: Period,
    attributes_index: u32,
    scale: u8,
}

impl EntryEncoder {
    /// The period of the last entry.
    pub(crate) fn last_period(&self) -> Option<Period> {
        self.before.map(|before| before.period)
    }

    pub(crate) fn put(&mut self, entry: &Entry, out: &mut Vec<u8>) {
        let (kind, number) = match (entry.action, entry.cell) {
            (Action::Delete, _) => (KIND_DELETED, Decimal::ZERO),
            (Action::Put, Cell::Number(number)) => (KIND_NUMBER, number),
            (Action::Put, Cell::Missing(missing)) => (missing_kind(missing), Decimal::ZERO),
        };
        let scale = number.scale() as u8;
        let (mut next, mut same) = (false, false);
        if let Some(before) = self.before {
            next = before.period.offset(1) == Some(entry.period);
            same = before.attributes_index == entry.attributes_index && before.scale == scale;
        }
        let flags = if next { FLAG_NEXT_PERIOD } else { 0 } | if same { FLAG_SAME } else { 0 };
        out.push(kind | flags);
        if !next {
            let (frequency, ordinal, length) = entry.period.to_parts();
            out.push(frequency);
            put_varint(out, zigzag(i128::from(ordinal)));
            put_varint(out, u128::from(length));
        }
        if !same {
            put_varint(out, u128::from(entry.attributes_index));
            out.push(scale);
        }
        if kind == KIND_NUMBER {
            put_varint(out, zigzag(number.mantissa()));
        }
        let attributes_index = entry.attributes_index;
        self.before = Some(Before { period: entry.period, attributes_index, scale });
    }
}

impl EntryDecoder {
    pub(crate) fn take(&mut self, bytes: &[u8], at: &mut usize) -> Result<Entry, Error> {
        let head = take_byte(bytes, at)?;
        let before = self.before;
        let period = if head & FLAG_NEXT_PERIOD == 0 {
            take_period(bytes, at)?
        } else {
            let follows = before.and_then(|before| before.period.offset(1));
            follows.ok_or(Error::Block { at: *at, expected: "a period before" })?
        };
        let (attributes_index, scale) = if head & FLAG_SAME == 0 {
            let index = take_varint(bytes, at)?;
            let index = u32::try_from(index)
                .map_err(|_| Error::Block { at: *at, expected: "an attribute index" })?;
            (index, take_byte(bytes, at)?)
        } else {
            let same = before.map(|before| (before.attributes_index, before.scale));
            same.ok_or(Error::Block { at: *at, expected: "an entry before" })?
        };
        let (action, cell) = match head & KIND_MASK {
            KIND_NUMBER => {
                let mantissa = unzigzag(take_varint(bytes, at)?);
                let number = Decimal::try_from_i128_with_scale(mantissa, u32::from(scale))
                    .map_err(|_| Error::Block { at: *at, expected: "a decimal number" })?;
                (Action::Put, Cell::Number(number))
            }
            KIND_DELETED => (Action::Delete, Cell::Missing(Missing::Unexplained)),
            other => {
                let missing = missing_of(other)
                    .ok_or(Error::Block { at: *at, expected: "a kind of entry" })?;
                (Action::Put, Cell::Missing(missing))
            }
        };
        self.before = Some(Before { period, attributes_index, scale });
        Ok(Entry { period, action, cell, attributes_index })
    }
}

fn missing_kind(missing: Missing) -> u8 {
    match missing {
        Missing::CannotExist => 1,
        Missing::NotCollected => 2,
        Missing::Suppressed => 3,
        Missing::Unexplained => 4,
    }
}

fn missing_of(kind: u8) -> Option<Missing> {
    match kind {
        1 => Some(Missing::CannotExist),
        2 => Some(Missing::NotCollected),
        3 => Some(Missing::Suppressed),
        4 => Some(Missing::Unexplained),
        _ => None,
    }
}

fn take_period(bytes: &[u8], at: &mut usize) -> Result<Period, Error> {
    let frequency = take_byte(bytes, at)?;
    let ordinal = i64::try_from(unzigzag(take_varint(bytes, at)?)).ok();
    let length = u16::try_from(take_varint(bytes, at)?).ok();
    let period = ordinal
        .zip(length)
        .and_then(|(ordinal, length)| Period::from_parts(frequency, ordinal, length));
    period.ok_or(Error::Block { at: *at, expected: "a period" })
}

fn zigzag(value: i128) -> u128 {
    ((value << 1) ^ (value >> 127)) as u128
}

fn unzigzag(value: u128) -> i128 {
    ((value >> 1) as i128) ^ -((value & 1) as i128)
}

pub(crate) fn put_varint(out: &mut Vec<u8>, value: u128) {
    // Nearly every value fits 64 bits, whose shifts are one instruction.
    if let Ok(mut short) = u64::try_from(value) {
        while short >= 0x80 {
            out.push(short as u8 | 0x80);
            short >>= 7;
        }
        out.push(short as u8);
        return;
    }
    let mut rest = value;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn take_byte(bytes: &[u8], at: &mut usize) -> Result<u8, Error> {
    let byte = *bytes.get(*at).ok_or(Error::Block { at: *at, expected: "a byte" })?;
    *at += 1;
    Ok(byte)
}

pub(crate) fn take_varint(bytes: &[u8], at: &mut usize) -> Result<u128, Error> {
    let mut value = 0u128;
    for shift in (0..126).step_by(7) {
        let byte = take_byte(bytes, at)?;
        value |= u128::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            let longer_than_needed = byte == 0 && shift > 0;
            if longer_than_needed {
                break;
            }
            return Ok(value);
        }
    }
    Err(Error::Block { at: *at, expected: "a shorter number" })
}

/// A count of things that take at least one byte each.
pub(super) fn take_count(
    bytes: &[u8],
    at: &mut usize,
    expected: &'static str,
) -> Result<usize, Error> {
    let count = take_varint(bytes, at)?;
    let left = bytes.len() - *at;
    match usize::try_from(count) {
        Ok(count) if count <= left => Ok(count),
        _ => Err(Error::Block { at: *at, expected }),
    }
}

pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u128);
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn take_text<'a>(bytes: &'a [u8], at: &mut usize) -> Result<&'a str, Error> {
    let begin = *at;
    let length = take_count(bytes, at, "as many bytes as announced")?;
    let text = std::str::from_utf8(&bytes[*at..*at + length])
        .map_err(|_| Error::Block { at: begin, expected: "UTF-8" })?;
    *at += length;
    Ok(text)
}
