//! From events to rows.
//!
//! Keys: a release is `dataflow 0 sequence`; a row of a series is `dataflow 0 series 0 sequence`,
//! so that a series' vintages lie together, oldest first; sequences are big-endian. What a release
//! touched is `dataflow 0 sequence batch`, a list of series keys, kept until its effects are done.

use api::events::envelope::Payload;
use api::events::{DocumentRegistered, ObservationBatch, ReleaseBegun, ReleaseCommitted};
use api::types::LogPosition;
use prost::Message;
use statistics::{RecordedAt, SeriesKey};
use store::{Changes, Store, Table};

use super::catalogue::{Document, ReleaseRecord, ReleaseState, decode};
use crate::{ApplyError, At};

pub(crate) const DOCUMENTS: Table = Table::canonical("documents");
pub(crate) const RELEASES: Table = Table::canonical("releases");
pub(crate) const SERIES: Table = Table::canonical("series");
/// Derived, for it comes and goes: the series of each batch of a release whose effects are due.
const TOUCHED: Table = Table::derived("touched");
/// Derived: which release an open release id is, so that batches find their number.
const OPEN: Table = Table::derived("open-releases");

/// The tables of vintages, for a service's list.
pub const VINTAGE_TABLES: [Table; 5] = [DOCUMENTS, RELEASES, SERIES, TOUCHED, OPEN];

/// Series that one batch of a release brought.
#[derive(Clone, PartialEq, Message)]
pub struct Touched {
    /// Their keys.
    #[prost(string, repeated, tag = "1")]
    pub keys: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct OpenRelease {
    #[prost(string, tag = "1")]
    dataflow: String,
    #[prost(uint64, tag = "2")]
    sequence: u64,
}

/// Whether a service works off what a release touched.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effects {
    /// Nothing follows from releases here.
    None,
    /// What was touched is kept until [`forget_touched`].
    Kept,
}

/// Adds to `changes` what an observation event changes. Answers with the release that it commits.
///
/// # Errors
/// [`ApplyError`] if a batch or a commit has no open release, or a message is malformed.
pub fn fold(
    store: &Store,
    at: At<'_>,
    event: &api::Event,
    effects: Effects,
    changes: &mut Changes,
) -> Result<Option<ReleaseRecord>, ApplyError> {
    match &event.payload {
        Payload::DocumentRegistered(registered) => document(registered, changes),
        Payload::ReleaseBegun(begun) => begin(at, begun, event, changes)?,
        Payload::ObservationBatch(batch) => rows(store, at, batch, effects, changes)?,
        Payload::ReleaseCommitted(committed) => {
            return commit(store, at, event, committed, changes).map(Some);
        }
        Payload::ReleaseAborted(aborted) => {
            let mut release = open_release(store, &aborted.release)?;
            release.set_state(ReleaseState::Aborted);
            put_release(&release, changes);
            changes.delete(OPEN, aborted.release.as_bytes());
        }
        Payload::Rejected(_)
        | Payload::NetworkDocument(_)
        | Payload::EffectsBegun(_)
        | Payload::IndicatorsChanged(_)
        | Payload::FindingsChanged(_)
        | Payload::AdviceChanged(_)
        | Payload::EffectsCommitted(_)
        | Payload::Progress(_)
        | Payload::Skipped(_) => {}
    }
    Ok(None)
}

fn document(registered: &DocumentRegistered, changes: &mut Changes) {
    let row = Document {
        kind: registered.kind,
        domain: registered.domain.clone(),
        name: registered.name.clone(),
        content: registered.content.clone(),
        sha256: registered.sha256.clone(),
    };
    let key = format!("{}\0{}\0{}", row.kind, row.domain, row.name);
    changes.put(DOCUMENTS, key, row.encode_to_vec());
}

fn begin(
    at: At<'_>,
    begun: &ReleaseBegun,
    event: &api::Event,
    changes: &mut Changes,
) -> Result<(), ApplyError> {
    let released_at = begun.released_at.as_ref().ok_or_else(|| ApplyError::Unexpected {
        what: format!("release `{}` has no released_at", begun.release),
    })?;
    let released_at = api::timestamp_from("release_begun.released_at", released_at)?;
    let release = ReleaseRecord {
        id: begun.release.clone(),
        dataflow: begun.dataflow.clone(),
        sequence: begun.release_sequence,
        released_nanoseconds: nanoseconds(released_at),
        recorded_nanoseconds: nanoseconds(event.recorded_at),
        state: ReleaseState::Open.into(),
        file: begun.file.clone(),
        idempotency_key: begun.idempotency_key.clone(),
        begun_position: at.position.0,
        ..ReleaseRecord::default()
    };
    put_release(&release, changes);
    let open = OpenRelease { dataflow: begun.dataflow.clone(), sequence: begun.release_sequence };
    changes.put(OPEN, begun.release.as_bytes(), open.encode_to_vec());
    Ok(())
}

fn rows(
    store: &Store,
    at: At<'_>,
    batch: &ObservationBatch,
    effects: Effects,
    changes: &mut Changes,
) -> Result<(), ApplyError> {
    let release = open_row(store, &batch.release)?;
    let mut keys: Vec<String> = Vec::with_capacity(batch.series.len());
    let mut pending: Option<statistics::SeriesBlock> = None;
    let mut put = |block: &statistics::SeriesBlock| {
        let mut value = Vec::new();
        block.encode(&mut value);
        changes.put(SERIES, row_key(&release.dataflow, &block.key, release.sequence), value);
    };
    for message in &batch.series {
        let block = api::series_to_block(message)?;
        if effects == Effects::Kept && keys.last().map(String::as_str) != Some(block.key.as_str()) {
            keys.push(block.key.as_str().to_owned());
        }
        // A series with several frequencies comes as several messages that follow each other.
        match &mut pending {
            Some(before) if before.key == block.key => before.append(block),
            Some(before) => {
                put(before);
                pending = Some(block);
            }
            None => pending = Some(block),
        }
    }
    if let Some(last) = &pending {
        put(last);
    }
    if effects == Effects::Kept {
        let mut key = release_key(&release.dataflow, release.sequence);
        key.extend_from_slice(&at.position.0.to_be_bytes());
        changes.put(TOUCHED, key, Touched { keys }.encode_to_vec());
    }
    Ok(())
}

fn commit(
    store: &Store,
    at: At<'_>,
    event: &api::Event,
    committed: &ReleaseCommitted,
    changes: &mut Changes,
) -> Result<ReleaseRecord, ApplyError> {
    let mut release = open_release(store, &committed.release)?;
    release.set_state(ReleaseState::Committed);
    release.recorded_nanoseconds = nanoseconds(RecordedAt(event.recorded_at).0);
    release.row_count = committed.row_count;
    release.content_sha256 = committed.content_sha256.clone();
    release.records = committed.records;
    let (topic, partition) = (at.source.topic.as_str(), at.source.partition.0);
    release.position = Some(LogPosition::new(topic, partition, at.position.0));
    put_release(&release, changes);
    changes.delete(OPEN, committed.release.as_bytes());
    Ok(release)
}

/// The id and the dataflow of a release that is open in what was folded; the first, if any.
///
/// # Errors
/// [`ApplyError`] if its row cannot be read.
pub fn first_open(store: &Store) -> Result<Option<(String, String)>, ApplyError> {
    let Some(row) = store.scan(OPEN, b"").next() else { return Ok(None) };
    let (key, value) = row?;
    let open: OpenRelease = decode("open release", &value)?;
    Ok(Some((String::from_utf8_lossy(&key).into_owned(), open.dataflow)))
}

/// The next batches of series that a release touched, each with its key; `limit` at most.
///
/// # Errors
/// [`ApplyError`] if a row cannot be read.
pub fn touched(
    store: &Store,
    dataflow: &str,
    sequence: u64,
    limit: usize,
) -> Result<Vec<(Vec<u8>, Touched)>, ApplyError> {
    let prefix = release_key(dataflow, sequence);
    let mut batches = Vec::new();
    for row in store.scan(TOUCHED, &prefix).take(limit) {
        let (key, value) = row?;
        batches.push((key, decode("touched series", &value)?));
    }
    Ok(batches)
}

/// Drops a batch whose effects are done.
pub fn forget_touched(key: &[u8], changes: &mut Changes) {
    changes.delete(TOUCHED, key);
}

pub(crate) fn release_key(dataflow: &str, sequence: u64) -> Vec<u8> {
    let mut key = dataflow.as_bytes().to_vec();
    key.push(0);
    key.extend_from_slice(&sequence.to_be_bytes());
    key
}

pub(crate) fn series_prefix(dataflow: &str, key: &SeriesKey) -> Vec<u8> {
    let mut prefix = dataflow_prefix(dataflow);
    prefix.extend_from_slice(key.as_str().as_bytes());
    prefix.push(0);
    prefix
}

pub(crate) fn dataflow_prefix(dataflow: &str) -> Vec<u8> {
    let mut prefix = dataflow.as_bytes().to_vec();
    prefix.push(0);
    prefix
}

pub(crate) fn row_key(dataflow: &str, key: &SeriesKey, sequence: u64) -> Vec<u8> {
    let mut row = series_prefix(dataflow, key);
    row.extend_from_slice(&sequence.to_be_bytes());
    row
}

fn put_release(release: &ReleaseRecord, changes: &mut Changes) {
    let key = release_key(&release.dataflow, release.sequence);
    changes.put(RELEASES, key, release.encode_to_vec());
}

fn open_row(store: &Store, id: &str) -> Result<OpenRelease, ApplyError> {
    let row = store.get(OPEN, id.as_bytes())?;
    let row =
        row.ok_or_else(|| ApplyError::Unexpected { what: format!("release `{id}` is not open") })?;
    decode("open release", &row)
}

fn open_release(store: &Store, id: &str) -> Result<ReleaseRecord, ApplyError> {
    let open = open_row(store, id)?;
    let row = store.get(RELEASES, &release_key(&open.dataflow, open.sequence))?;
    let row =
        row.ok_or_else(|| ApplyError::Unexpected { what: format!("release `{id}` is lost") })?;
    decode("release", &row)
}

fn nanoseconds(time: jiff::Timestamp) -> i64 {
    i64::try_from(time.as_nanosecond()).unwrap_or(i64::MAX)
}
