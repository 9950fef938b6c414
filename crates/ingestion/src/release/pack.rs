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

/// What the first event of a release says.
pub(super) struct Header {
    pub(super) id: String,
    pub(super) sequence: u64,
    pub(super) dataflow: String,
    pub(super) released_at: Timestamp,
    pub(super) expected_base: String,
    pub(super) idempotency_key: String,
    pub(super) file: String,
}

/// Writes a release into a spool as its series come.
pub(super) struct Packer {
    release: String,
    spool: SpoolWriter,
    series: Vec<Series>,
    bytes: usize,
}

impl Packer {
    pub(super) fn begin(path: &Path, header: Header) -> Result<Self, Error> {
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
        Ok(Self { release: header.id, spool, series: Vec::new(), bytes: 0 })
    }

    pub(super) fn push(&mut self, block: &SeriesBlock) -> Result<(), Error> {
        for message in api::series_from_block(block) {
            let length = message.encoded_len();
            let full = self.bytes + length > BATCH_BYTES || self.series.len() >= BATCH_SERIES;
            if full && !self.series.is_empty() {
                self.flush()?;
            }
            self.bytes += length;
            self.series.push(message);
        }
        Ok(())
    }

    pub(super) fn finish(
        mut self,
        row_count: u64,
        content_sha256: &str,
        records: RecordCounts,
    ) -> Result<Spool, Error> {
        if !self.series.is_empty() {
            self.flush()?;
        }
        let committed = ReleaseCommitted {
            release: self.release,
            row_count,
            content_sha256: content_sha256.to_owned(),
            records: Some(records),
        };
        self.spool.push(&encode_payload(Payload::ReleaseCommitted(committed)))?;
        Ok(self.spool.finish()?)
    }

    fn flush(&mut self) -> Result<(), Error> {
        let series = std::mem::take(&mut self.series);
        self.bytes = 0;
        let batch = ObservationBatch { release: self.release.clone(), series };
        Ok(self.spool.push(&encode_payload(Payload::ObservationBatch(batch)))?)
    }
}

/// The hash that tells whether two files say the same, whatever the order of their rows.
pub(super) fn content_sha256(contents: &ReleaseContents) -> String {
    let mut hash = Sha256::new();
    contents.hash_into(&mut |bytes| hash.update(bytes));
    hex(&hash.finalize())
}
