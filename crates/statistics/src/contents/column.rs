//! One series of a release as bytes that grow at their end.
//!
//! Entries stand in the order of the input, each with where it stood, until the column is settled;
//! then by period, each once, if they were not already.

use crate::formats::Place;
use crate::series_block::codec::{EntryDecoder, EntryEncoder, put_varint, take_varint};
use crate::{Action, Entry, Period};

/// The entries of one series.
#[derive(Clone, Debug)]
pub(super) struct Column {
    bytes: Vec<u8>,
    count: u32,
    encoder: EntryEncoder,
    last_place: Place,
    in_order: bool,
}

/// A row for an observation that another row had.
pub(super) struct Duplicate {
    pub(super) period: Period,
    pub(super) place: Place,
    pub(super) first: Place,
    pub(super) contradicts: bool,
}

impl Default for Column {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            count: 0,
            encoder: EntryEncoder::default(),
            last_place: Place::default(),
            in_order: true,
        }
    }
}

impl Column {
    pub(super) fn push(&mut self, entry: Entry, place: Place) {
        self.in_order &= self.encoder.last_period().is_none_or(|last| last < entry.period);
        self.encoder.put(&entry, &mut self.bytes);
        // Wrapping, because a settled column is not in the order of the input.
        put_varint(&mut self.bytes, u128::from(place.row.wrapping_sub(self.last_place.row)));
        put_varint(&mut self.bytes, u128::from(place.byte.wrapping_sub(self.last_place.byte)));
        self.last_place = place;
        self.count += 1;
    }

    /// The entries, in the order in which they stand.
    pub(super) fn entries(&self) -> Vec<Entry> {
        self.read().into_iter().map(|(entry, _)| entry).collect()
    }

    /// Puts the entries in order, each period once, and answers the rows that were too many.
    pub(super) fn settle(&mut self) -> Vec<Duplicate> {
        if self.in_order {
            return Vec::new();
        }
        let mut rows = self.read();
        // Stable: rows of one period stay in the order of the input.
        rows.sort_by_key(|(entry, _)| entry.period);
        let mut duplicates = Vec::new();
        let mut settled: Vec<(Entry, Place)> = Vec::with_capacity(rows.len());
        for (entry, place) in rows {
            match settled.last_mut() {
                Some((kept, first)) if kept.period == entry.period => {
                    let replaced = kept.action == Action::Delete && entry.action == Action::Put;
                    let contradicts = !replaced && !same(kept, &entry);
                    let (period, first_place) = (entry.period, *first);
                    duplicates.push(Duplicate { period, place, first: first_place, contradicts });
                    if replaced {
                        (*kept, *first) = (entry, place);
                    }
                }
                _ => settled.push((entry, place)),
            }
        }
        *self = Self::default();
        for (entry, place) in settled {
            self.push(entry, place);
        }
        duplicates
    }

    fn read(&self) -> Vec<(Entry, Place)> {
        let mut rows = Vec::with_capacity(self.count as usize);
        let mut decoder = EntryDecoder::default();
        let (mut at, mut place) = (0, Place::default());
        let own = "the column wrote these bytes itself";
        for _ in 0..self.count {
            let entry = decoder.take(&self.bytes, &mut at).expect(own);
            let row = take_varint(&self.bytes, &mut at).expect(own) as u64;
            let byte = take_varint(&self.bytes, &mut at).expect(own) as u64;
            place = Place { row: place.row.wrapping_add(row), byte: place.byte.wrapping_add(byte) };
            rows.push((entry, place));
        }
        rows
    }
}

/// Whether two rows say the same, printed digits included.
fn same(one: &Entry, other: &Entry) -> bool {
    let scale = |entry: &Entry| entry.cell.number().map(|number| number.scale());
    one == other && scale(one) == scale(other)
}
