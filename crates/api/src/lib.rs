//! The protobuf packages of Entrepot, their conversions to and from the pure types, and the one
//! place where an error becomes a gRPC status.
//!
//! Generated types stop here: they appear in this crate, in the services' `grpc/` and in the event
//! codec. The conversions refuse what is unspecified, absent or unknown; they never default it.

mod generated;
mod convert;
mod event;
mod explain;
mod token;

pub use convert::{ConvertError, series_from_block, series_to_block, timestamp_from, timestamp_to};
pub use event::{
    Event, EventError, EventHead, SCHEMA_VERSION, decode_event, encode_event, encode_payload,
};
pub use explain::{Explain, Explanation, Kind, Violation, status_from, status_of};
pub use generated::{advice, events, ingestion, metrics, network, operations, types};
pub use token::PageToken;

/// The descriptor set of all packages, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
