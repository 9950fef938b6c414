//! Reading the vintages of a series.

use statistics::{SeriesBlock, SeriesKey};
use store::Store;

use super::catalogue::{Catalogue, ReleaseRecord};
use super::fold::{SERIES, dataflow_prefix, row_key, series_prefix};
use crate::ApplyError;

/// What one release said of a series.
#[derive(Clone, Debug)]
pub struct Vintage {
    /// The release.
    pub release: ReleaseRecord,
    /// Its observations.
    pub block: SeriesBlock,
}

/// The committed vintages of a series as the catalogue knows them, by (released_at, sequence).
///
/// # Errors
/// [`ApplyError`] if a row cannot be read.
pub fn vintages_of(
    store: &Store,
    catalogue: &Catalogue,
    dataflow: &str,
    key: &SeriesKey,
) -> Result<Vec<Vintage>, ApplyError> {
    let prefix = series_prefix(dataflow, key);
    let releases = catalogue.releases_of(dataflow);
    let mut vintages = Vec::new();
    for row in store.scan(SERIES, &prefix) {
        let (row_key, value) = row?;
        let Some(sequence) = sequence_of(&row_key, prefix.len()) else { continue };
        let known = releases.binary_search_by_key(&sequence, |release| release.sequence);
        // Rows of releases that this snapshot does not know are not there for it.
        let Ok(known) = known else { continue };
        let block = SeriesBlock::decode(&value, &mut 0)?;
        vintages.push(Vintage { release: releases[known].clone(), block });
    }
    vintages
        .sort_by_key(|vintage| (vintage.release.released_nanoseconds, vintage.release.sequence));
    Ok(vintages)
}

/// What one release said of a series.
///
/// # Errors
/// [`ApplyError`] if the row cannot be read.
pub fn block_of(
    store: &Store,
    dataflow: &str,
    key: &SeriesKey,
    sequence: u64,
) -> Result<Option<SeriesBlock>, ApplyError> {
    match store.get(SERIES, &row_key(dataflow, key, sequence))? {
        Some(value) => Ok(Some(SeriesBlock::decode(&value, &mut 0)?)),
        None => Ok(None),
    }
}

/// The keys of a dataflow's series behind `after`, in ascending order; `limit` at most.
pub fn series_keys(
    store: &Store,
    dataflow: &str,
    after: Option<&SeriesKey>,
    limit: usize,
) -> Result<Vec<SeriesKey>, ApplyError> {
    let prefix = dataflow_prefix(dataflow);
    let from = after.map_or_else(
        || prefix.clone(),
        |key| {
            let mut from = series_prefix(dataflow, key);
            // Behind all rows of that series: its rows end with 8 bytes of a sequence.
            from.extend_from_slice(&[0xff; 9]);
            from
        },
    );
    let mut to = prefix.clone();
    *to.last_mut().expect("a prefix ends with a zero byte") = 1;
    let mut keys: Vec<SeriesKey> = Vec::new();
    for row in store.scan_range(SERIES, &from, Some(&to)) {
        let (row_key, _) = row?;
        let end = row_key.len().saturating_sub(9);
        let text = row_key.get(prefix.len()..end).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let Some(text) = text else { continue };
        if keys.last().map(SeriesKey::as_str) == Some(text) {
            continue;
        }
        if keys.len() == limit {
            break;
        }
        keys.push(text.parse()?);
    }
    Ok(keys)
}

fn sequence_of(row_key: &[u8], prefix: usize) -> Option<u64> {
    let bytes: [u8; 8] = row_key.get(prefix..)?.try_into().ok()?;
    Some(u64::from_be_bytes(bytes))
}
