//! Observations of one series, by columns, and their compact byte form.
//!
//! The byte form is what spools, events and stores hold: about ten bytes an observation where
//! periods follow each other. It is canonical (equal blocks give equal bytes), so it can be hashed.

pub(crate) mod codec;

use std::sync::Arc;

use crate::{AttributeSet, Attributes, Cell, Error, Missing, Period, SeriesKey};
use codec::{EntryDecoder, EntryEncoder, put_text, put_varint, take_count, take_text};

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

/// Room that is taken before the first element is read; more grows with what is really there.
const CAPACITY_MAX: usize = 4096;

impl Entry {
    /// The withdrawal of an observation.
    #[must_use]
    pub fn deleted(period: Period) -> Self {
        let cell = Cell::Missing(Missing::Unexplained);
        Self { period, action: Action::Delete, cell, attributes_index: 0 }
    }
}

impl SeriesBlock {
    /// Adds the entries of another block of the same series behind its own.
    pub fn append(&mut self, other: Self) {
        let base = u32::try_from(self.dictionary.len()).unwrap_or(u32::MAX);
        self.dictionary.extend(other.dictionary);
        for entry in other.entries {
            let attributes_index = entry.attributes_index.saturating_add(base);
            self.entries.push(Entry { attributes_index, ..entry });
        }
    }

    /// Appends the byte form of the entries alone.
    pub fn encode_entries(&self, out: &mut Vec<u8>) {
        put_varint(out, self.entries.len() as u128);
        let mut encoder = EntryEncoder::default();
        for entry in &self.entries {
            encoder.put(entry, out);
        }
    }

    /// Reads what [`Self::encode_entries`] wrote, from `bytes[*at..]`, and moves `at` behind it.
    ///
    /// # Errors
    /// [`Error::Block`] if the bytes are not such a form.
    pub fn decode_entries(bytes: &[u8], at: &mut usize) -> Result<Vec<Entry>, Error> {
        // An entry takes at least one byte, so a damaged count cannot ask for much memory.
        let count = take_count(bytes, at, "as many entries as announced")?;
        let mut entries = Vec::with_capacity(count.min(CAPACITY_MAX));
        let mut decoder = EntryDecoder::default();
        for _ in 0..count {
            entries.push(decoder.take(bytes, at)?);
        }
        Ok(entries)
    }

    /// Appends the byte form of the whole block: key, dictionary, entries.
    pub fn encode(&self, out: &mut Vec<u8>) {
        put_text(out, self.key.as_str());
        put_varint(out, self.dictionary.len() as u128);
        for attributes in &self.dictionary {
            put_varint(out, attributes.iter().count() as u128);
            for (id, value) in attributes.iter() {
                put_text(out, id);
                put_text(out, value);
            }
        }
        self.encode_entries(out);
    }

    /// Reads what [`Self::encode`] wrote, from `bytes[*at..]`, and moves `at` behind it.
    ///
    /// # Errors
    /// [`Error::Block`] if the bytes are not such a form: also if periods do not rise, or an entry
    /// refers to an attribute set that is not there.
    pub fn decode(bytes: &[u8], at: &mut usize) -> Result<Self, Error> {
        let begin = *at;
        let key = take_text(bytes, at)?
            .parse()
            .map_err(|_| Error::Block { at: begin, expected: "a series key" })?;
        let sets = take_count(bytes, at, "as many attribute sets as announced")?;
        let mut dictionary = Vec::with_capacity(sets.min(CAPACITY_MAX));
        for _ in 0..sets {
            dictionary.push(decode_set(bytes, at)?);
        }
        let entries = Self::decode_entries(bytes, at)?;
        let rising = entries.is_sorted_by(|one, next| one.period < next.period);
        let refers = |entry: &Entry| {
            let index = entry.attributes_index as usize;
            index < dictionary.len() || entry.action == Action::Delete
        };
        if !rising {
            return Err(Error::Block { at: *at, expected: "periods that rise" });
        }
        if !entries.iter().all(refers) {
            return Err(Error::Block { at: *at, expected: "attribute sets that are there" });
        }
        Ok(Self { key, entries, dictionary })
    }
}

fn decode_set(bytes: &[u8], at: &mut usize) -> Result<Attributes, Error> {
    let count = take_count(bytes, at, "as many attributes as announced")?;
    let mut pairs: Vec<(Box<str>, Box<str>)> = Vec::with_capacity(count.min(CAPACITY_MAX));
    for _ in 0..count {
        let id = take_text(bytes, at)?;
        if pairs.last().is_some_and(|(before, _)| before.as_ref() >= id) {
            return Err(Error::Block { at: *at, expected: "attribute ids that rise" });
        }
        pairs.push((id.into(), take_text(bytes, at)?.into()));
    }
    Ok(Arc::new(AttributeSet::new(pairs)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

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
        fn a_whole_block_is_read_back_and_written_alike(
            mut entries in entries(),
            values in prop::collection::vec("[a-z\u{e9}]{0,5}", 3),
        ) {
            entries.sort_by_key(|entry| entry.period);
            entries.dedup_by_key(|entry| entry.period);
            let set = |value: &String| {
                Arc::new(AttributeSet::new([("OBS_STATUS".into(), value.as_str().into())]))
            };
            let key: SeriesKey = "A.SG.W".parse().expect("a key");
            let dictionary = values.iter().map(set).collect();
            let block = SeriesBlock { key, entries, dictionary };
            let mut bytes = vec![7];
            block.encode(&mut bytes);
            let mut at = 1;
            let read = SeriesBlock::decode(&bytes, &mut at).expect("own bytes");
            prop_assert_eq!(at, bytes.len());
            let mut again = vec![7];
            read.encode(&mut again);
            prop_assert_eq!(again, bytes);
            prop_assert_eq!(read, block);
        }

        #[test]
        fn changed_bytes_never_panic(
            entries in entries(), at in 0usize..400, with in any::<u8>(), cut in 0usize..400,
        ) {
            let key: SeriesKey = "A.SG.W".parse().expect("a key");
            let dictionary = vec![Attributes::default(); 3];
            let mut bytes = Vec::new();
            SeriesBlock { key, entries, dictionary }.encode(&mut bytes);
            let length = bytes.len();
            bytes[at % length] = with;
            bytes.truncate(cut.max(1));
            let _ = SeriesBlock::decode(&bytes, &mut 0);
        }

        #[test]
        fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = SeriesBlock::decode_entries(&bytes, &mut 0);
            let _ = SeriesBlock::decode(&bytes, &mut 0);
        }
    }
}
