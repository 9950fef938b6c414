//! What an operator can set, and the limits that nobody sets, each with its reason.

use std::path::PathBuf;

/// Options of the metrics service.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where stores are: `<data_dir>/metrics`.
    pub data_dir: PathBuf,
    /// Where gRPC is served, and with which certificates; port 0 takes any.
    pub listen: ::service::security::Listen,
    /// How the stores are opened.
    pub store: ::store::Options,
    /// Which partitions this process owns.
    pub instance: ::service::Instance,
}

/// Values of one event, so that the one who applies it stays below the 2,000 keys of a transaction.
pub(crate) const EVENT_VALUES: usize = 1_000;
/// Bytes of one event: a row holds the value before as well, and a transaction takes 1 MiB.
pub(crate) const EVENT_BYTES: usize = 350 * 1024;
/// Batches of a release whose dependants are collected at once: neighbours have many in common.
pub(crate) const STEP_BATCHES: usize = 8;
/// Targets after which no further batch is taken: at some 400 bytes a value, about 8 MiB.
pub(crate) const STEP_TARGETS: usize = 20_000;
/// Batches of a rebuilt release that are dropped in one transaction.
pub(crate) const DROP_BATCHES: usize = 500;

/// Rows of a page if the client does not say, and at most.
pub(crate) const PAGE_ROWS: usize = 1_000;
pub(crate) const PAGE_ROWS_MAX: usize = 10_000;
/// Observations of one preview: with 72 bytes each in memory about 150 MB.
pub(crate) const PREVIEW_OBSERVATIONS_MAX: usize = 2_000_000;
/// Bytes of one message of a client; a preview comes in many.
pub(crate) const MESSAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Queries that compute at once; the next ones wait for their turn within their deadline.
pub(crate) const QUERIES_MAX: usize = 8;
