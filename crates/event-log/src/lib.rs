//! One contract for the event log, two engines: segment files on one machine, and Apache Kafka.
//!
//! The log is the system of record: events go in by whole batches, each from the one owner of a
//! unit, and every store is a view that can be rebuilt from them. The contract is in [`log`]; each
//! engine passes the same suite, `conformance`. It never decodes a payload, never drops an event
//! for age or size, and never names a consumer.
//!
//! # Examples
//! ```
//! use bytes::Bytes;
//! use event_log::{EmbeddedLog, EmbeddedOptions, Event, EventLog, Partition, Position, Unit, topics};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! let log = EmbeddedLog::open(directory.path(), EmbeddedOptions::default())?;
//! let mut writer = log.writer(&Unit::try_new("metrics-0")?).await?;
//! let event = Event {
//!     topic: topics::INDICATORS,
//!     partition: Partition(0),
//!     key: Bytes::from_static(b"asean"),
//!     payload: Bytes::from_static(b"a changed value"),
//! };
//! assert_eq!(writer.append(vec![event]).await?, [Position(0)]);
//!
//! let mut reader = log.reader(&topics::INDICATORS, Partition(0), Position(0)).await?;
//! assert_eq!(reader.next(1024).await?[0].payload, "a changed value");
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

pub mod topics;
pub mod log;
mod unit;
mod partitioning;
mod error;
mod engines;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;

pub use engines::embedded::{EmbeddedLog, EmbeddedOptions};
#[cfg(feature = "kafka")]
pub use engines::kafka::{KafkaLog, KafkaOptions, KafkaProperties};
pub use error::{Error, Limit};
pub use log::{
    BATCH_BYTES_MAX, BATCH_EVENTS_MAX, EVENT_BYTES_MAX, Event, EventLog, Partition, Position,
    Reader, Recorded, Writer,
};
pub use partitioning::partition_of;
pub use topics::Topic;
pub use unit::{InvalidUnit, Unit};
