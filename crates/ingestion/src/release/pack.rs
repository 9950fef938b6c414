//! A release as events in a spool: begun, batches of series, committed.

use std::path::Path;

use api::encode_payload;
use api::events::envelope::Payload;
use api::events::{ObservationBatch, ReleaseBegun, ReleaseCommitted};
use api::types::{RecordCounts, Series};
use jiff::Timestamp;
use prost::Message;
use service::{Spool, SpoolWriter};
use sha2::{Digest, Sha256};
use statistics::{ReleaseContents, SeriesBlock};

use crate::Error;
use crate::options::{BATCH_BYTES, BATCH_SERIES};
use crate::register::hex;

/// What the first and the last event of a release say.
pub(super) struct Header {
    pub(super) id: String,
    pub(super) sequence: u64,
    pub(super) dataflow: String,
    pub(super) released_at: Timestamp,
    pub(super) expected_base: String,
    pub(super) idempotency_key: String,
    pub(super) file: String,
    pub(super) row_count: u64,
    pub(super) content_sha256: String,
    pub(super) records: RecordCounts,
}

pub(super) fn pack(
    path: &Path,
    header: Header,
    blocks: impl Iterator<Item = SeriesBlock>,
) -> Result<Spool, Error> {
    let mut spool = SpoolWriter::create(path)?;
    let begun = ReleaseBegun {
        release: header.id.clone(),
        dataflow: header.dataflow,
        released_at: Some(api::timestamp_to(header.released_at)),
        expected_base: header.expected_base,
        idempotency_key: header.idempotency_key,
        release_sequence: header.sequence,
        file: header.file,
    };
    spool.push(&encode_payload(Payload::ReleaseBegun(begun)))?;
    let mut series: Vec<Series> = Vec::new();
    let mut bytes = 0;
    let flush = |series: &mut Vec<Series>, spool: &mut SpoolWriter| {
        let batch = ObservationBatch { release: header.id.clone(), series: std::mem::take(series) };
        spool.push(&encode_payload(Payload::ObservationBatch(batch)))
    };
    for block in blocks {
        for part in parts(block) {
            for message in api::series_from_block(&part) {
                let length = message.encoded_len();
                if !series.is_empty()
                    && (bytes + length > BATCH_BYTES || series.len() >= BATCH_SERIES)
                {
                    flush(&mut series, &mut spool)?;
                    bytes = 0;
                }
                bytes += length;
                series.push(message);
            }
        }
    }
    if !series.is_empty() {
        flush(&mut series, &mut spool)?;
    }
    let committed = ReleaseCommitted {
        release: header.id.clone(),
        row_count: header.row_count,
        content_sha256: header.content_sha256,
        records: Some(header.records),
    };
    spool.push(&encode_payload(Payload::ReleaseCommitted(committed)))?;
    Ok(spool.finish()?)
}

/// The hash that tells whether two files say the same, whatever the order of their rows.
pub(super) fn content_sha256(contents: &ReleaseContents) -> String {
    let mut hash = Sha256::new();
    contents.hash_into(&mut |bytes| hash.update(bytes));
    hex(&hash.finalize())
}

/// A block as it is; a series too long for one event would be the place to cut it.
fn parts(block: SeriesBlock) -> impl Iterator<Item = SeriesBlock> {
    std::iter::once(block)
}
