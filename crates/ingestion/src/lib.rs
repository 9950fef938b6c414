//! The ingestion service: releases and documents in, observations, network facts and rejections out.
//!
//! A release is read as a stream, checked whole and published whole or not at all. What is refused
//! is kept with line, column, rule and remedy. The service's own state is folded from what it
//! published, like that of every other service.

mod options;
mod service;
mod receive;
mod release;
mod register;
mod networks;
mod preview;
mod feed;
mod apply;
mod query;
mod watch;
mod grpc;
mod store;
mod error;

pub use ::service::Running;
pub use error::Error;
pub use options::Options;
pub use service::Service;
