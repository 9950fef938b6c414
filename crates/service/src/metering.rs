//! What is counted and timed, and how Prometheus reads it.
//!
//! Counting is an addition to an atomic that its owner holds: no name or label is looked up when an
//! event passes. Every label comes from a closed set (units, methods of the descriptors, gRPC
//! codes, kinds of errors), so that no client can make a new series.

mod histogram;
mod page;
mod unit;
mod requests;

pub(crate) use histogram::Distribution;
pub use histogram::Histogram;
pub use page::{Labels, Page};
pub use requests::{Metered, RequestMeter, status_name};
pub(crate) use unit::{Observation, UnitMeter, timed};
