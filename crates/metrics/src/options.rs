//! What an operator can set, with bounds and reasons.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Options of the metrics service.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the stores are: `<data_dir>/metrics`.
    pub data_dir: PathBuf,
    /// A loopback address; port 0 takes any.
    pub listen: SocketAddr,
    /// How the stores are opened.
    pub store: ::store::Options,
}

/// Batches of touched series that one step works off: about 13,000 series.
pub(crate) const STEP_BATCHES: usize = 16;
/// Bytes of changed values in one event; a few hundred values with their inputs.
pub(crate) const EVENT_BYTES: usize = 380 * 1024;
/// Bytes of changed values in one step: what a step publishes is in memory.
pub(crate) const STEP_BYTES: usize = 4 * EVENT_BYTES;
pub(crate) const PAGE_ROWS: usize = 1_000;
pub(crate) const PAGE_ROWS_MAX: usize = 10_000;
/// Bytes of one message of a preview; a release of a million observations comes in many.
pub(crate) const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Series of one preview: a release larger than this is previewed in part, and says so.
pub(crate) const PREVIEW_SERIES_MAX: usize = 100_000;
