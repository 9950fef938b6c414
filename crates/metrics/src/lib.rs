//! The metrics service: indicators kept live, as of any moment, explained and previewed, and the
//! audit of claims against the tables.
//!
//! Observations are folded into vintages; what a release changes is worked off in bounded steps
//! and published in one bracket. [`indicator`] and [`audit`] are pure; the rest reads, calls them,
//! commits and publishes. It never takes observations in by another way than the log.

pub mod audit;
pub mod indicator;
mod options;
mod service;
mod apply;
mod effects;
mod value;
mod query;
mod watch;
mod grpc;
mod store;
mod error;

pub use ::service::Running;
pub use error::Error;
pub use options::Options;
pub use service::Service;
