//! The metrics service.

pub mod audit;
pub mod indicator;
