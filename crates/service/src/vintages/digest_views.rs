//! What of vintages a digest covers.
//!
//! Two units that took in the same releases in the same order are equal, wherever in the log these
//! are, whenever they were recorded, and whatever was begun and aborted between them.

use std::collections::BTreeMap;

use prost::Message;
use store::{DigestView, RowView, Store};

use super::catalogue::{ReleaseRecord, ReleaseState};
use super::fold::{RELEASES, SERIES, release_key};

/// How a digest looks at vintages: committed releases only, numbered in their order without those
/// that were aborted, and neither where nor when they were recorded.
pub const VINTAGE_VIEWS: [DigestView; 2] = [
    DigestView { table: RELEASES, rows: view_of_releases },
    DigestView { table: SERIES, rows: view_of_series },
];

/// Numbers of committed releases by the keys of all that were committed, in their order.
fn ranks(store: &Store) -> Result<BTreeMap<Vec<u8>, u64>, store::Error> {
    let mut ranks = BTreeMap::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for row in store.scan(RELEASES, b"") {
        let (key, value) = row?;
        let Ok(release) = ReleaseRecord::decode(value.as_slice()) else { continue };
        if release.state() == ReleaseState::Committed {
            let count = counts.entry(release.dataflow).or_default();
            *count += 1;
            ranks.insert(key, *count);
        }
    }
    Ok(ranks)
}

fn view_of_releases(store: &Store) -> Result<RowView, store::Error> {
    let ranks = ranks(store)?;
    Ok(Box::new(move |key, value| {
        let rank = *ranks.get(key)?;
        let mut release = ReleaseRecord::decode(value).ok()?;
        release.sequence = rank;
        release.recorded_nanoseconds = 0;
        release.begun_position = 0;
        release.position = None;
        Some((release_key(&release.dataflow, rank), release.encode_to_vec()))
    }))
}

fn view_of_series(store: &Store) -> Result<RowView, store::Error> {
    let ranks = ranks(store)?;
    Ok(Box::new(move |key, value| {
        // A row's key is `dataflow 0 series 0 sequence`, a release's `dataflow 0 sequence`.
        let (series, sequence) = key.split_at_checked(key.len().checked_sub(8)?)?;
        let dataflow = series.split(|byte| *byte == 0).next()?;
        let mut release = dataflow.to_vec();
        release.push(0);
        release.extend_from_slice(sequence);
        let rank = ranks.get(&release)?;
        let mut key = series.to_vec();
        key.extend_from_slice(&rank.to_be_bytes());
        Some((key, value.to_vec()))
    }))
}
