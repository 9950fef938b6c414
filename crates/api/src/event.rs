//! The envelope of an event: what every reader checks before it looks at the payload.
//!
//! The event id is made of unit, topic, partition and seq, so that the same event always has the
//! same id. A reader stops at a schema version that it does not know; it never guesses.

use jiff::Timestamp;
use prost::Message;

use crate::{ConvertError, events, timestamp_from, timestamp_to, types};

/// The version of the event schema that this build writes and reads.
pub const SCHEMA_VERSION: u32 = 1;

/// An event as a service sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Who wrote it.
    pub unit: String,
    /// 1, 2, 3, … for each unit and output partition.
    pub seq: u64,
    /// The event that it follows from, if any.
    pub cause: events::Cause,
    /// When it entered the log.
    pub recorded_at: Timestamp,
    /// Where it comes from, in the trace context of W3C; empty if nobody said. Never part of a
    /// state: it says how an event came about, not what it says.
    pub trace_parent: String,
    /// What it says.
    pub payload: events::envelope::Payload,
}

/// Why bytes are not an event that this build can read.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// Not an envelope at all.
    #[error("the event cannot be decoded")]
    Malformed(#[source] prost::DecodeError),
    /// Written by a build with another schema.
    #[error("schema version {found} is unknown; this build reads version {SCHEMA_VERSION}")]
    UnknownVersion {
        /// The version that was found.
        found: u32,
    },
    /// No payload, or one that this build does not know.
    #[error("the event has no payload that this build knows")]
    UnknownPayload,
    /// A field that holds no value of its type.
    #[error(transparent)]
    Field(#[from] ConvertError),
}

/// Writes an event for a partition of a topic.
#[must_use]
pub fn encode_event(event: Event, topic: &str, partition: u32) -> Vec<u8> {
    let head = EventHead {
        unit: &event.unit,
        seq: event.seq,
        cause: event.cause,
        recorded_at: event.recorded_at,
        trace_parent: event.trace_parent,
    };
    head.encode_with(&encode_payload(event.payload), topic, partition)
}

/// What a unit adds to a payload when it publishes it.
#[derive(Clone, Debug)]
pub struct EventHead<'a> {
    /// Who writes it.
    pub unit: &'a str,
    /// 1, 2, 3, … for each unit and output partition.
    pub seq: u64,
    /// What it follows from.
    pub cause: events::Cause,
    /// When it enters the log.
    pub recorded_at: Timestamp,
    /// Where it comes from; empty if nobody said.
    pub trace_parent: String,
}

impl EventHead<'_> {
    /// Joins the head and a payload that [`encode_payload`] wrote: two parts of one message may
    /// simply follow each other in protobuf, so a large payload is encoded once and never again.
    #[must_use]
    pub fn encode_with(&self, payload: &[u8], topic: &str, partition: u32) -> Vec<u8> {
        let envelope = events::Envelope {
            event_id: format!("{}/{topic}/{partition}/{}", self.unit, self.seq),
            schema_version: SCHEMA_VERSION,
            unit: self.unit.to_owned(),
            seq: self.seq,
            cause: Some(self.cause.clone()),
            recorded_at: Some(timestamp_to(self.recorded_at)),
            producer_version: env!("CARGO_PKG_VERSION").to_owned(),
            trace_parent: self.trace_parent.clone(),
            payload: None,
        };
        let mut bytes = Vec::with_capacity(envelope.encoded_len() + payload.len());
        envelope.encode_raw(&mut bytes);
        bytes.extend_from_slice(payload);
        bytes
    }
}

/// The part of an event that holds its payload, without a head.
#[must_use]
pub fn encode_payload(payload: events::envelope::Payload) -> Vec<u8> {
    events::Envelope { payload: Some(payload), ..events::Envelope::default() }.encode_to_vec()
}

/// Reads an event.
///
/// # Errors
/// [`EventError`] by what is wrong with the bytes.
pub fn decode_event(bytes: &[u8]) -> Result<Event, EventError> {
    let envelope = events::Envelope::decode(bytes).map_err(EventError::Malformed)?;
    if envelope.schema_version != SCHEMA_VERSION {
        return Err(EventError::UnknownVersion { found: envelope.schema_version });
    }
    let payload = envelope.payload.ok_or(EventError::UnknownPayload)?;
    let absent = |field| ConvertError { field, problem: "is absent".to_owned() };
    let recorded_at = envelope.recorded_at.ok_or_else(|| absent("recorded_at"))?;
    Ok(Event {
        unit: envelope.unit,
        seq: envelope.seq,
        cause: envelope.cause.ok_or_else(|| absent("cause"))?,
        recorded_at: timestamp_from("recorded_at", &recorded_at)?,
        trace_parent: envelope.trace_parent,
        payload,
    })
}

impl types::LogPosition {
    /// A position of the log.
    #[must_use]
    pub fn new(topic: &str, partition: u32, position: u64) -> Self {
        Self { topic: topic.to_owned(), partition, position }
    }
}
