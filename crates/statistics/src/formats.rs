//! Formats that releases come in. Each is read as a stream in bounded memory.
//!
//! A reader yields runs of observations and rejections in the order of the input. Nothing here
//! opens a file, decompresses or guesses a dataflow that the input does not name.

pub(crate) mod sdmx_csv;

use std::sync::Arc;

use crate::{Attributes, Dataflow, Entry, Period, SeriesKey, SeriesPattern};

pub use sdmx_csv::{SdmxCsvReader, SdmxCsvWriter};

/// How much a reader takes before it refuses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Bytes of one field. The longest honest ones are comments of a few kilobytes.
    pub field_bytes_max: usize,
    /// Bytes of one row, and so the largest buffer.
    pub row_bytes_max: usize,
    /// Columns. The widest structures in use have about 60, doubled by `labels=name`.
    pub columns_max: usize,
    /// Rejections that are kept whole (each up to 4 KiB of its row); the rest is counted.
    pub rejections_kept_max: usize,
    /// Observations in one run, which a reader holds at a time.
    pub run_entries_max: usize,
}

/// Part of a release, as a reader yields it.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Observations of one series, or withdrawals of single ones.
    Series(Run),
    /// Withdrawal of all observations that match.
    Withdrawal(Withdrawal),
}

/// Rows of one series that follow each other in the input, in that order, not checked for
/// duplicates.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The dataflow.
    pub dataflow: Arc<Dataflow>,
    /// The series.
    pub key: SeriesKey,
    /// The observations.
    pub entries: Vec<Entry>,
    /// Where each stands.
    pub places: Vec<Place>,
    /// The distinct attribute sets that the entries refer to.
    pub dictionary: Vec<Attributes>,
}

/// Where a row begins.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// Offset of its first byte, from 0.
    pub byte: u64,
    /// Its line, from 1.
    pub row: u64,
}

/// A deletion with dimensions left open.
#[derive(Clone, Debug, PartialEq)]
pub struct Withdrawal {
    /// The dataflow.
    pub dataflow: Arc<Dataflow>,
    /// The series.
    pub pattern: SeriesPattern,
    /// The period; `None` for all.
    pub period: Option<Period>,
    /// Where it stands.
    pub place: Place,
}

/// How far a read is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Progress {
    /// Bytes of the input that are behind it.
    pub bytes: u64,
    /// Lines that are behind it.
    pub rows: u64,
    /// Observations found.
    pub observations: u64,
    /// Rows refused.
    pub rejected: u64,
}

impl Run {
    /// A run without entries.
    #[must_use]
    pub fn new(dataflow: Arc<Dataflow>, key: SeriesKey) -> Self {
        Self { dataflow, key, entries: Vec::new(), places: Vec::new(), dictionary: Vec::new() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            field_bytes_max: 64 * 1024,
            row_bytes_max: 4 * 1024 * 1024,
            columns_max: 1_000,
            rejections_kept_max: 1_000,
            run_entries_max: 1_024,
        }
    }
}
