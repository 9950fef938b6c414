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
    /// Relations from which on a network is large: it is answered from the last picture of which all
    /// that follows is found, and for one firm on another day from that firm's relations.
    pub large_from: usize,
}

impl Options {
    /// Where it is not set: what follows from so many takes about a second.
    pub const LARGE_FROM: usize = 50_000;
}
