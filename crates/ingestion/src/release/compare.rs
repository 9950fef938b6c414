//! What a release changes: each record against the vintage before, on the publisher's clock.
//!
//! All records are published, the unchanged ones too: a release that confirms a value must keep it
//! when a late release of an older vintage is put before it.

use api::events::DocumentKind;
use api::types::RecordCounts;
use service::ApplyError;
use service::vintages::{Catalogue, series_keys, vintages_of};
use statistics::{
    Action, AsOf, Cell, Checks, DataflowId, Entry, Missing, Observation, Period, RecordKind,
    ReleasedAt, SeriesBlock, SeriesKey, Withdrawal, classify,
};
use std::collections::BTreeMap;
use store::Store;

use super::Candidate;
use crate::Error;

/// Takes the records of a release, series by series.
pub(super) type Sink<'s> = dyn FnMut(SeriesBlock) -> Result<(), Error> + 's;

/// Gives all records to `sink`, and counts them by what they are.
pub(super) fn compare(
    store: &Store,
    catalogue: &Catalogue,
    candidate: &Candidate<'_>,
    sink: &mut Sink<'_>,
) -> Result<RecordCounts, Error> {
    let mut counts = RecordCounts { rejected: candidate.rejected, ..RecordCounts::default() };
    let dataflow = candidate.dataflow.as_str();
    let as_of = AsOf::Released(ReleasedAt(candidate.released_at));
    let nothing_before = catalogue.latest(dataflow).is_none();
    if !nothing_before {
        withdraw(store, catalogue, candidate, &mut counts, sink)?;
    }
    for block in candidate.contents.blocks() {
        let before = if nothing_before {
            BTreeMap::new()
        } else {
            series_before(store, catalogue, dataflow, &block.key, as_of)?
        };
        for entry in &block.entries {
            let attributes = block.dictionary.get(entry.attributes_index as usize);
            count(&mut counts, kind_of(before.get(&entry.period), entry, attributes));
        }
        sink(block)?;
    }
    Ok(counts)
}

/// Withdrawals that name a pattern become deletions of what is there, one by one: what a vintage
/// withdrew can then be seen without knowing what was there before.
fn withdraw(
    store: &Store,
    catalogue: &Catalogue,
    candidate: &Candidate<'_>,
    counts: &mut RecordCounts,
    sink: &mut Sink<'_>,
) -> Result<(), Error> {
    let contents = candidate.contents;
    let dataflow = candidate.dataflow.as_str();
    let as_of = AsOf::Released(ReleasedAt(candidate.released_at));
    if contents.withdrawals().is_empty() {
        return Ok(());
    }
    for key in series_keys(store, dataflow, None, usize::MAX)? {
        let asked = |withdrawal: &&Withdrawal| withdrawal.pattern.matches(&key);
        let asked: Vec<&Withdrawal> = contents.withdrawals().iter().filter(asked).collect();
        if asked.is_empty() {
            continue;
        }
        let before = series_before(store, catalogue, dataflow, &key, as_of)?;
        let gone = before.keys().copied().filter(|period| {
            asked.iter().any(|one| one.period.is_none_or(|asked| asked == *period))
        });
        let entries: Vec<Entry> = gone
            .map(|period| Entry {
                period,
                action: Action::Delete,
                cell: Cell::Missing(Missing::Unexplained),
                attributes_index: 0,
            })
            .collect();
        if !entries.is_empty() {
            counts.deleted += entries.len() as u64;
            sink(SeriesBlock { key, entries, dictionary: Vec::new() })?;
        }
    }
    Ok(())
}

/// The observations of a series as they stand at a moment.
pub(super) fn series_before(
    store: &Store,
    catalogue: &Catalogue,
    dataflow: &str,
    key: &SeriesKey,
    as_of: AsOf,
) -> Result<BTreeMap<Period, Observation>, ApplyError> {
    let mut observations = BTreeMap::new();
    for vintage in vintages_of(store, catalogue, dataflow, key)? {
        if !vintage.release.is_visible(as_of) {
            continue;
        }
        for entry in &vintage.block.entries {
            match entry.action {
                Action::Delete => {
                    observations.remove(&entry.period);
                }
                Action::Put => {
                    let attributes =
                        vintage.block.dictionary.get(entry.attributes_index as usize).cloned();
                    let observation = Observation {
                        period: entry.period,
                        cell: entry.cell,
                        attributes: attributes.unwrap_or_default(),
                    };
                    observations.insert(entry.period, observation);
                }
            }
        }
    }
    Ok(observations)
}

fn kind_of(
    before: Option<&Observation>,
    entry: &Entry,
    attributes: Option<&statistics::Attributes>,
) -> RecordKind {
    let none = statistics::Attributes::default();
    classify(before, entry, attributes.unwrap_or(&none))
}

/// Counts a record.
fn count(counts: &mut RecordCounts, kind: RecordKind) {
    let counter = match kind {
        RecordKind::First => &mut counts.first,
        RecordKind::Unchanged => &mut counts.unchanged,
        RecordKind::Revision => &mut counts.revised,
        RecordKind::Restatement => &mut counts.restated,
        RecordKind::Deletion => &mut counts.deleted,
    };
    *counter += 1;
}

/// The registered checks that concern a dataflow and tables that are there: a table that was never
/// released is not compared with.
pub(super) fn checks_on(
    catalogue: &Catalogue,
    domain: &str,
    dataflow: &str,
) -> Result<Checks, Error> {
    let mut checks = checks_of(catalogue, domain)?;
    let is_there = |id: &str| {
        let released = |full: DataflowId| catalogue.latest(full.as_str()).is_some();
        id == dataflow || catalogue.dataflow_named(domain, id).is_some_and(released)
    };
    let concerns =
        |a: &str, b: &str| (a == dataflow || b == dataflow) && is_there(a) && is_there(b);
    checks.sums.retain(|sum| concerns(&sum.dataflow, &sum.parent_dataflow));
    checks.agreements.retain(|one| concerns(&one.left.dataflow, &one.right.dataflow));
    Ok(checks)
}

/// The checks registered for a domain, joined.
fn checks_of(catalogue: &Catalogue, domain: &str) -> Result<Checks, Error> {
    let mut joined = Checks::default();
    for document in catalogue.documents_of(DocumentKind::Checks, domain) {
        let checks = Checks::parse(&document.content).map_err(|_| ApplyError::Unexpected {
            what: format!("registered checks `{}` cannot be read", document.name),
        })?;
        joined.sums.extend(checks.sums);
        joined.agreements.extend(checks.agreements);
    }
    Ok(joined)
}
