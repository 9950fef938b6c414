//! What an operator sets.

use std::path::PathBuf;

/// How the service is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// The directory of all data; the service keeps to `network-model` in it.
    pub data_dir: PathBuf,
    /// Where gRPC is served, and with which certificates; port 0 takes any.
    pub listen: ::service::security::Listen,
    /// How each unit's store is opened.
    pub store: ::store::Options,
    /// Which partitions this process owns.
    pub instance: ::service::Instance,
}
