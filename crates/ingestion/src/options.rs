//! What an operator can set, with bounds and reasons.

use std::path::PathBuf;
use std::time::Duration;

/// Options of the ingestion service.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where stores and spools are: `<data_dir>/ingestion`.
    pub data_dir: PathBuf,
    /// Where gRPC is served, and with which certificates; port 0 takes any.
    pub listen: ::service::security::Listen,
    /// How the stores are opened.
    pub store: ::store::Options,
    /// Which partitions this process owns.
    pub instance: ::service::Instance,
    /// Where the instances of metrics answer previews of a dry run; without any a dry run shows no
    /// indicators.
    pub metrics: Vec<tonic::transport::Uri>,
}

/// Bytes of one file; a release of ten million observations has about 700 MB.
pub(crate) const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// Uploads at once: each has a thread that may block, and the process has 512 of those.
pub(crate) const UPLOADS_MAX: usize = 64;
/// A client that sends nothing for so long is taken for gone; a slow pipe says something earlier.
pub(crate) const PAUSE_MAX: Duration = Duration::from_secs(300);
/// Bytes of one document: an event holds at most 900 KiB.
pub(crate) const DOCUMENT_BYTES_MAX: usize = 700 * 1024;
/// Rejections of one file that are kept; the count is of all. A row's share is about 400 bytes.
pub(crate) const REJECTIONS_KEPT_MAX: usize = 50_000;
/// Rejections that one answer carries; the list has all.
pub(crate) const REJECTIONS_ANSWERED_MAX: usize = 1_000;
/// Chunks between the network and the parser: with 64 KiB each half a megabyte.
pub(crate) const CHUNKS_AHEAD: usize = 8;
/// Bytes and series of one batch event: a reader applies one in one transaction (see `service`).
pub(crate) const BATCH_BYTES: usize = 380 * 1024;
pub(crate) const BATCH_SERIES: usize = 800;
