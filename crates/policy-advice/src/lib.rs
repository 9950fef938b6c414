//! The policy-advice service: keeps the last findings and the indicators that advice uses, ranks
//! what can be advised for any subject, and says when the ranking of a watched subject changed and
//! what changed it.
//!
//! One unit a partition of `entrepot.advice.v1`; each reads all of indicators and findings and owns
//! its subjects by hash. What is known about policy, and how it is ranked, is in `policy`. Never
//! reads another service's store.

mod options;
mod store;
mod known;
mod subject;
mod apply;
mod query;
mod grpc;
mod service;
mod error;

pub use ::service::Running;
pub use error::Error;
pub use options::Options;
pub use service::Service;
