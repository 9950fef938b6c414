//! The network-model service: folds documents of network facts into networks through time, finds
//! roles, configurations and coupling mechanisms, publishes those that changed, and answers about
//! any firm on any day as known at any moment.
//!
//! One unit a partition of `entrepot.network.v1`. The rules of what a relation shows are in
//! `production_network`; nothing is classified here. Never reads another service's store.

mod options;
mod store;
mod picture;
mod networks;
mod findings;
mod apply;
mod query;
mod grpc;
mod service;
mod error;

pub use ::service::Running;
pub use error::Error;
pub use options::Options;
pub use service::Service;
