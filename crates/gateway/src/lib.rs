//! The one door: every client speaks to the gateway, and the gateway to the services.
//!
//! Calls are relayed byte by byte by the package in their path, so that the gateway need not be
//! rebuilt for a new field; streams run both ways, trailers and deadlines are passed on. Health,
//! reflection and the joined-up status of all services it answers itself. It never decodes a
//! relayed message, keeps no state and, without TLS and authentication, never listens beyond
//! loopback. Whoever comes in passes the door (`door.rs`): token, scope, and a pace to keep.

mod options;
mod access;
mod door;
mod pace;
mod service;
mod route;
mod channels;
mod directory;
mod address;
mod sniff;
mod peek;
mod pages;
mod proxy;
mod find;
mod relay;
mod meter;
mod deadline;
mod refusal;
mod health;
mod figures;
mod operations;
mod error;

pub use access::{AccessOptions, KeySource, KeysError, NoKeySource};
pub use error::Error;
pub use options::{Options, Upstreams};
pub use pace::Pace;
pub use service::{Bound, Service};
