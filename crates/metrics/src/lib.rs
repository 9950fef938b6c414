//! The metrics service.

pub mod indicator;
