//! What a release says of one dataflow, held in about ten bytes an observation.
//!
//! Runs come in any order and leave as blocks by key and period, each observation once. Two rows
//! for one observation: if they say the same, one is dropped and counted; if a withdrawal is
//! followed by a value, the value stands; otherwise the first stands and the later is refused.
//! Withdrawals of whole patterns are handed on as they came: they refer to earlier releases.

mod column;

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::sync::Arc;

use crate::formats::{Limits, Part, Progress, Run, SdmxCsvReader, Withdrawal};
use crate::rejection::{At, Rejection, Rejections, Rule};
use crate::structure::{Dataflow, Structures};
use crate::{Attributes, DataflowId, SeriesBlock, SeriesKey};
use column::Column;

/// The observations of a release for one dataflow.
#[derive(Clone, Debug)]
pub struct ReleaseContents {
    dataflow: Arc<Dataflow>,
    dictionary: Vec<Attributes>,
    index_by_set: HashMap<Attributes, u32>,
    columns: BTreeMap<SeriesKey, Column>,
    withdrawals: Vec<Withdrawal>,
    entry_count: u64,
    repeated_count: u64,
}

/// A release as it was read: what it says by dataflow, and what was refused.
#[derive(Clone, Debug, Default)]
pub struct ReadRelease {
    /// What it says.
    pub contents: BTreeMap<DataflowId, ReleaseContents>,
    /// What was refused.
    pub rejections: Rejections,
    /// How far the read came: to the end, unless the header or the separator was refused.
    pub progress: Progress,
}

/// Rows between two calls of the progress function: some ten a second.
const PROGRESS_ROWS: u64 = 65_536;

/// Reads a release whole, duplicates checked. Calls `progress` every 65,536 rows and at the end.
pub fn read_release(
    input: impl BufRead,
    structures: &Structures,
    limits: Limits,
    progress: &mut dyn FnMut(Progress),
) -> ReadRelease {
    let mut release = ReadRelease::default();
    let kept_max = limits.rejections_kept_max;
    let mut reader = match SdmxCsvReader::try_new(input, structures, limits) {
        Ok(reader) => reader,
        Err(rejection) => {
            release.rejections.push(rejection, kept_max);
            return release;
        }
    };
    let mut told_at = 0;
    while let Some(part) = reader.next_block() {
        match part {
            Ok(part) => {
                let dataflow = match &part {
                    Part::Series(run) => &run.dataflow,
                    Part::Withdrawal(one) => &one.dataflow,
                };
                if !release.contents.contains_key(&dataflow.id) {
                    let contents = ReleaseContents::new(Arc::clone(dataflow));
                    release.contents.insert(dataflow.id.clone(), contents);
                }
                let found = release.contents.get_mut(&dataflow.id);
                let contents = found.expect("it was put there if it was not");
                match part {
                    Part::Series(run) => contents.add(run),
                    Part::Withdrawal(withdrawal) => contents.withdraw(withdrawal),
                }
            }
            Err(rejection) => release.rejections.push(rejection, kept_max),
        }
        let now = reader.progress();
        if now.rows >= told_at + PROGRESS_ROWS {
            told_at = now.rows;
            progress(now);
        }
    }
    release.rejections.total += reader.skipped();
    release.progress = reader.progress();
    for contents in release.contents.values_mut() {
        for rejection in contents.settle() {
            release.progress.rejected += 1;
            release.rejections.push(rejection, kept_max);
        }
    }
    progress(release.progress);
    release
}

impl ReleaseContents {
    /// Nothing, for a dataflow.
    #[must_use]
    pub fn new(dataflow: Arc<Dataflow>) -> Self {
        Self {
            dataflow,
            dictionary: Vec::new(),
            index_by_set: HashMap::new(),
            columns: BTreeMap::new(),
            withdrawals: Vec::new(),
            entry_count: 0,
            repeated_count: 0,
        }
    }

    /// The dataflow.
    #[must_use]
    pub fn dataflow(&self) -> &Arc<Dataflow> {
        &self.dataflow
    }

    /// Adds a run. Call [`Self::settle`] after the last one.
    pub fn add(&mut self, run: Run) {
        let mut indexes = Vec::with_capacity(run.dictionary.len());
        for attributes in run.dictionary {
            let next = self.dictionary.len() as u32;
            let index = *self.index_by_set.entry(attributes).or_insert_with_key(|attributes| {
                self.dictionary.push(Arc::clone(attributes));
                next
            });
            indexes.push(index);
        }
        self.entry_count += run.entries.len() as u64;
        let column = self.columns.entry(run.key).or_default();
        for (entry, place) in run.entries.into_iter().zip(run.places) {
            let attributes_index = indexes[entry.attributes_index as usize];
            column.push(crate::Entry { attributes_index, ..entry }, place);
        }
    }

    /// Adds a withdrawal of all observations of earlier releases that match.
    pub fn withdraw(&mut self, withdrawal: Withdrawal) {
        self.withdrawals.push(withdrawal);
    }

    /// Orders what came out of order and answers the duplicates that contradict each other, in the
    /// order of the input. May be called again after more runs.
    pub fn settle(&mut self) -> Vec<Rejection> {
        let mut rejections = Vec::new();
        for (key, column) in &mut self.columns {
            for duplicate in column.settle() {
                self.entry_count -= 1;
                if duplicate.contradicts {
                    let position =
                        At { byte: duplicate.place.byte, row: duplicate.place.row, column: None };
                    let reason = format!(
                        "`{key}` at {} is on row {} too, with other contents",
                        duplicate.period, duplicate.first.row
                    );
                    rejections.push(Rejection::new(Rule::Duplicate, position, reason));
                } else {
                    self.repeated_count += 1;
                }
            }
        }
        rejections.sort_by_key(|rejection| rejection.position);
        rejections
    }

    /// Observations and withdrawals of single ones.
    #[must_use]
    pub fn entry_count(&self) -> u64 {
        self.entry_count
    }

    /// Rows that said again what another row had said, and were dropped.
    #[must_use]
    pub fn repeated_count(&self) -> u64 {
        self.repeated_count
    }

    /// Series with at least one entry.
    #[must_use]
    pub fn series_count(&self) -> usize {
        self.columns.len()
    }

    /// Withdrawals of all that match, to be applied before the entries.
    #[must_use]
    pub fn withdrawals(&self) -> &[Withdrawal] {
        &self.withdrawals
    }

    /// The distinct attribute sets, in the order in which they were met.
    #[must_use]
    pub fn dictionary(&self) -> &[Attributes] {
        &self.dictionary
    }

    /// The series by key, each with its entries by period. Periods are in order and unique once
    /// [`Self::settle`] was called.
    pub fn blocks(&self) -> impl Iterator<Item = SeriesBlock> + '_ {
        self.columns.iter().map(|(key, column)| {
            let mut entries = column.entries();
            let mut dictionary: Vec<Attributes> = Vec::new();
            let mut local: Vec<(u32, u32)> = Vec::new();
            for entry in &mut entries {
                let known = local.iter().find(|(release, _)| *release == entry.attributes_index);
                entry.attributes_index = match known {
                    Some((_, index)) => *index,
                    None => {
                        let index = dictionary.len() as u32;
                        local.push((entry.attributes_index, index));
                        dictionary
                            .push(Arc::clone(&self.dictionary[entry.attributes_index as usize]));
                        index
                    }
                };
            }
            SeriesBlock { key: key.clone(), entries, dictionary }
        })
    }

    /// Feeds the canonical bytes of the contents to a hash. Equal contents give equal bytes,
    /// whatever the order of rows and columns in the input was.
    pub fn hash_into(&self, feed: &mut dyn FnMut(&[u8])) {
        feed(self.dataflow.id.as_str().as_bytes());
        let mut withdrawals: Vec<String> = self
            .withdrawals
            .iter()
            .map(|one| match one.period {
                Some(period) => format!("\n-{}@{period}", one.pattern),
                None => format!("\n-{}", one.pattern),
            })
            .collect();
        withdrawals.sort_unstable();
        withdrawals.dedup();
        for withdrawal in &withdrawals {
            feed(withdrawal.as_bytes());
        }
        let mut bytes = vec![b'\n'];
        for block in self.blocks() {
            block.encode(&mut bytes);
            feed(&bytes);
            bytes.clear();
        }
    }
}

#[cfg(test)]
mod tests;
