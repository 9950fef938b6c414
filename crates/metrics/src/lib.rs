//! The metrics service: indicators, live and as of any moment, and the audit.
//!
//! It folds the releases of the observations topic into vintages of its own and works off each
//! commit in bounded steps. Indicators and claims are pure ([`indicator`], [`audit`]): the same
//! functions give live values, as-of values, previews and explanations.

pub mod indicator;
pub mod audit;
mod options;
mod service;
mod apply;
mod effects;
mod values;
mod query;
mod preview;
mod grpc;
mod store;
mod error;

pub use error::Error;
pub use options::Options;
pub use service::{Running, Service};
