//! Observations of one series, by columns, and their compact byte form.
//!
//! The byte form is what spools, events and stores hold: about ten bytes an observation where
//! periods follow each other. It is canonical (equal blocks give equal bytes), so it can be hashed.

use rust_decimal::Decimal;

use crate::{Attributes, Cell, Error, Missing, Period, SeriesKey};

/// What a record asks for.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Action {
    /// I, A, M, R of one observation: it has this value from now on.
    #[default]
    Put,
    /// D: the observation is withdrawn; a tombstone, not a gap.
    Delete,
}

/// One row of a block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The period that it is about.
    pub period: Period,
    /// Value or withdrawal.
    pub action: Action,
    /// The number or why there is none; ignored for a withdrawal.
    pub cell: Cell,
    /// Index into [`SeriesBlock::dictionary`].
    pub attributes_index: u32,
}

/// Observations of one series in the order of their periods, each period once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SeriesBlock {
    /// The series.
    pub key: SeriesKey,
    /// The rows, by period.
    pub entries: Vec<Entry>,
    /// The distinct attribute sets that the rows refer to.
    pub dictionary: Vec<Attributes>,
}

const KIND_NUMBER: u8 = 0;
const KIND_DELETED: u8 = 5;
/// In the head byte of an entry: the period follows the one before it.
const FLAG_NEXT_PERIOD: u8 = 0x10;
/// In the head byte of an entry: attributes and scale are those of the entry before.
const FLAG_SAME: u8 = 0x20;

impl Entry {
    /// The withdrawal of an observation.
    #[must_use]
    pub fn deleted(period: Period) -> Self {
        let cell = Cell::Missing(Missing::Unexplained);
        Self { period, action: Action::Delete, cell, attributes_index: 0 }
    }
}

impl SeriesBlock {
    /// Appends the whole block: key, dictionary, entries.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_text(out, self.key.as_str());
        put_varint(out, self.dictionary.len() as u128);
        for set in &self.dictionary {
            put_varint(out, set.iter().count() as u128);
            for (id, value) in set.iter() {
                put_text(out, id);
                put_text(out, value);
            }
        }
        self.encode_entries(out);
    }

    /// Reads what [`Self::encode`] wrote, from `bytes[*at..]`, and moves `at` behind it.
    ///
    /// # Errors
    /// [`Error::Block`] if the bytes are not such a form.
    pub fn decode(bytes: &[u8], at: &mut usize) -> Result<Self, Error> {
        let key = take_text(bytes, at)?.parse()?;
        let mut dictionary = Vec::new();
        for _ in 0..take_count(bytes, at)? {
            let mut pairs = Vec::new();
            for _ in 0..take_count(bytes, at)? {
                let id = take_text(bytes, at)?.into();
                pairs.push((id, take_text(bytes, at)?.into()));
            }
            dictionary.push(Attributes::new(crate::AttributeSet::new(pairs)));
        }
        let entries = Self::decode_entries(bytes, at)?;
        let known = |entry: &Entry| (entry.attributes_index as usize) < dictionary.len().max(1);
        if !entries.iter().all(known) {
            return Err(Error::Block { at: *at, expected: "attribute indexes of the dictionary" });
        }
        Ok(Self { key, entries, dictionary })
    }

    /// Appends the byte form of the entries (key and dictionary are written by the caller's frame).
    pub fn encode_entries(&self, out: &mut Vec<u8>) {
        put_varint(out, self.entries.len() as u128);
        let mut before: Option<(Period, u32, u32)> = None;
        for entry in &self.entries {
            let (kind, number) = match (entry.action, entry.cell) {
                (Action::Delete, _) => (KIND_DELETED, Decimal::ZERO),
                (Action::Put, Cell::Number(number)) => (KIND_NUMBER, number),
                (Action::Put, Cell::Missing(missing)) => (missing_kind(missing), Decimal::ZERO),
            };
            let next = before.is_some_and(|(period, ..)| period.offset(1) == Some(entry.period));
            let same = before.is_some_and(|(_, attributes, scale)| {
                attributes == entry.attributes_index && scale == number.scale()
            });
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
                out.push(number.scale() as u8);
            }
            if kind == KIND_NUMBER {
                put_varint(out, zigzag(number.mantissa()));
            }
            before = Some((entry.period, entry.attributes_index, number.scale()));
        }
    }

    /// Reads what [`Self::encode_entries`] wrote, from `bytes[*at..]`, and moves `at` behind it.
    ///
    /// # Errors
    /// [`Error::Block`] if the bytes are not such a form.
    pub fn decode_entries(bytes: &[u8], at: &mut usize) -> Result<Vec<Entry>, Error> {
        let count = take_varint(bytes, at)?;
        // An entry takes at least one byte, so a damaged count cannot ask for much memory.
        if count > (bytes.len() - *at) as u128 {
            return Err(Error::Block { at: *at, expected: "as many entries as announced" });
        }
        let mut entries: Vec<Entry> = Vec::with_capacity(count as usize);
        let mut scale = 0;
        for _ in 0..count {
            let head = take_byte(bytes, at)?;
            let before = entries.last().copied();
            let period = if head & FLAG_NEXT_PERIOD == 0 {
                take_period(bytes, at)?
            } else {
                let follows = before.and_then(|entry| entry.period.offset(1));
                follows.ok_or(Error::Block { at: *at, expected: "a period before" })?
            };
            let attributes_index = if head & FLAG_SAME == 0 {
                let index = take_varint(bytes, at)?;
                scale = u32::from(take_byte(bytes, at)?);
                u32::try_from(index)
                    .map_err(|_| Error::Block { at: *at, expected: "an attribute index" })?
            } else {
                let same = before.map(|entry| entry.attributes_index);
                same.ok_or(Error::Block { at: *at, expected: "an entry before" })?
            };
            let kind = head & 0x0f;
            let (action, cell) = match kind {
                KIND_NUMBER => {
                    let mantissa = unzigzag(take_varint(bytes, at)?);
                    let number = Decimal::try_from_i128_with_scale(mantissa, scale)
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
            entries.push(Entry { period, action, cell, attributes_index });
        }
        Ok(entries)
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

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u128);
    out.extend_from_slice(text.as_bytes());
}

fn take_text<'a>(bytes: &'a [u8], at: &mut usize) -> Result<&'a str, Error> {
    let length = take_count(bytes, at)?;
    let text = std::str::from_utf8(&bytes[*at..*at + length])
        .map_err(|_| Error::Block { at: *at, expected: "UTF-8" })?;
    *at += length;
    Ok(text)
}

/// A count of things that each take at least one of the bytes that are left.
fn take_count(bytes: &[u8], at: &mut usize) -> Result<usize, Error> {
    let count = take_varint(bytes, at)?;
    let left = bytes.len() - *at;
    match usize::try_from(count) {
        Ok(count) if count <= left => Ok(count),
        Ok(_) | Err(_) => Err(Error::Block { at: *at, expected: "a count that fits" }),
    }
}

fn zigzag(value: i128) -> u128 {
    ((value << 1) ^ (value >> 127)) as u128
}

fn unzigzag(value: u128) -> i128 {
    ((value >> 1) as i128) ^ -((value & 1) as i128)
}

fn put_varint(out: &mut Vec<u8>, mut value: u128) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take_byte(bytes: &[u8], at: &mut usize) -> Result<u8, Error> {
    let byte = *bytes.get(*at).ok_or(Error::Block { at: *at, expected: "a byte" })?;
    *at += 1;
    Ok(byte)
}

fn take_varint(bytes: &[u8], at: &mut usize) -> Result<u128, Error> {
    let mut value = 0u128;
    for shift in (0..126).step_by(7) {
        let byte = take_byte(bytes, at)?;
        value |= u128::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Error::Block { at: *at, expected: "a shorter number" })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let cell = prop_oneof![
            (any::<i64>(), 0u32..28).prop_map(|(mantissa, scale)| Cell::Number(
                Decimal::try_from_i128_with_scale(mantissa.into(), scale).expect("in range")
            )),
            Just(Cell::Missing(Missing::Suppressed)),
            Just(Cell::Missing(Missing::CannotExist)),
        ];
        let entry = (1900i16..2100, cell, 0u32..3, any::<bool>()).prop_map(
            |(year, cell, attributes_index, deleted)| {
                let period = Period::year(year);
                if deleted {
                    let cell = Cell::Missing(Missing::Unexplained);
                    Entry { period, action: Action::Delete, cell, attributes_index }
                } else {
                    Entry { period, action: Action::Put, cell, attributes_index }
                }
            },
        );
        prop::collection::vec(entry, 0..40)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(entries in entries()) {
            let key: SeriesKey = "A.SG".parse().expect("a key");
            let block = SeriesBlock { key, entries, dictionary: Vec::new() };
            let mut bytes = Vec::new();
            block.encode_entries(&mut bytes);
            let mut at = 0;
            let read = SeriesBlock::decode_entries(&bytes, &mut at).expect("own bytes");
            prop_assert_eq!(at, bytes.len());
            prop_assert_eq!(read, block.entries);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = SeriesBlock::decode_entries(&bytes, &mut 0);
        }
    }
}
