//! The bytes of a segment file. All numbers are little-endian, all checks are CRC32C.
//!
//! ```text
//! segment  "ELSEGMT1", log id u64, segment number u64, first frame's sequence u64, check u32
//! frame    "frm1", check u32, log id u64, sequence u64, body bytes u32, records u32, body
//! record   check u32, payload check u32, payload bytes u32, key bytes u32, position u64,
//!          partition u32, topic bytes u8, topic, key, payload
//! ```
//! The check of a segment covers what is before it, those of a frame and of a record what is after
//! them in the head; that of a record also topic and key. So every byte is under exactly one check,
//! and a reader can check one record without the frame around it. Frames are numbered densely
//! through all segments.

use bytes::Bytes;
use crc32c::{crc32c, crc32c_append};

use crate::{Event, Partition, Position, Recorded};

/// Bytes at the start of each segment file.
pub(super) const SEGMENT_HEAD_BYTES: usize = 36;
/// Bytes before a frame's body.
pub(super) const FRAME_HEAD_BYTES: usize = 32;
/// Bytes of a record before its topic.
pub(super) const RECORD_HEAD_BYTES: usize = 29;

const SEGMENT_MAGIC: &[u8; 8] = b"ELSEGMT1";
const FRAME_MAGIC: &[u8; 4] = b"frm1";

/// What a segment file says about itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct SegmentHead {
    pub(super) log_id: u64,
    pub(super) number: u64,
    pub(super) first_sequence: u64,
}

/// What a frame says about itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct FrameHead {
    pub(super) log_id: u64,
    pub(super) sequence: u64,
    pub(super) body_bytes: u32,
    pub(super) record_count: u32,
}

/// A record, borrowed from the bytes that it was found in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Record<'a> {
    pub(super) topic: &'a str,
    pub(super) partition: Partition,
    pub(super) position: Position,
    pub(super) key: &'a [u8],
    pub(super) payload: &'a [u8],
    pub(super) payload_check: u32,
    /// The length of the whole record.
    pub(super) bytes: usize,
}

impl SegmentHead {
    pub(super) fn encode(&self) -> [u8; SEGMENT_HEAD_BYTES] {
        let mut bytes = [0; SEGMENT_HEAD_BYTES];
        bytes[..8].copy_from_slice(SEGMENT_MAGIC);
        bytes[8..16].copy_from_slice(&self.log_id.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.number.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first_sequence.to_le_bytes());
        let check = crc32c(&bytes[..32]);
        bytes[32..].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    /// `None` if the bytes are not a head.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; SEGMENT_HEAD_BYTES] = bytes.first_chunk()?;
        let sound = bytes.starts_with(SEGMENT_MAGIC) && u32_at(bytes, 32)? == crc32c(&bytes[..32]);
        sound.then_some(Self {
            log_id: u64_at(bytes, 8)?,
            number: u64_at(bytes, 16)?,
            first_sequence: u64_at(bytes, 24)?,
        })
    }
}

impl FrameHead {
    /// Writes the head over the first bytes of a frame, which were left free for it.
    pub(super) fn encode_into(&self, frame: &mut [u8]) {
        frame[..4].copy_from_slice(FRAME_MAGIC);
        frame[8..16].copy_from_slice(&self.log_id.to_le_bytes());
        frame[16..24].copy_from_slice(&self.sequence.to_le_bytes());
        frame[24..28].copy_from_slice(&self.body_bytes.to_le_bytes());
        frame[28..32].copy_from_slice(&self.record_count.to_le_bytes());
        let check = crc32c(&frame[8..FRAME_HEAD_BYTES]);
        frame[4..8].copy_from_slice(&check.to_le_bytes());
    }

    /// `None` if the bytes do not begin with a head.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; FRAME_HEAD_BYTES] = bytes.first_chunk()?;
        let sound = bytes.starts_with(FRAME_MAGIC) && u32_at(bytes, 4)? == crc32c(&bytes[8..]);
        sound.then_some(Self {
            log_id: u64_at(bytes, 8)?,
            sequence: u64_at(bytes, 16)?,
            body_bytes: u32_at(bytes, 24)?,
            record_count: u32_at(bytes, 28)?,
        })
    }

    /// Whether a frame of this log with at least this sequence begins anywhere in the bytes.
    pub(super) fn is_in(bytes: &[u8], log_id: u64, sequence_min: u64) -> bool {
        bytes.windows(FRAME_HEAD_BYTES).any(|window| {
            window.starts_with(FRAME_MAGIC)
                && Self::decode(window)
                    .is_some_and(|head| head.log_id == log_id && head.sequence >= sequence_min)
        })
    }
}

impl<'a> Record<'a> {
    /// Appends the record of an event to a frame and says how long it is.
    pub(super) fn encode(event: &Event, position: Position, frame: &mut Vec<u8>) -> usize {
        let start = frame.len();
        let topic = event.topic.as_str();
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(&crc32c(&event.payload).to_le_bytes());
        // The limits of an event and of a topic's name keep these within their types.
        frame.extend_from_slice(&(event.payload.len() as u32).to_le_bytes());
        frame.extend_from_slice(&(event.key.len() as u32).to_le_bytes());
        frame.extend_from_slice(&position.0.to_le_bytes());
        frame.extend_from_slice(&event.partition.0.to_le_bytes());
        frame.push(topic.len() as u8);
        frame.extend_from_slice(topic.as_bytes());
        frame.extend_from_slice(&event.key);
        let check = crc32c(&frame[start + 4..]);
        frame[start..start + 4].copy_from_slice(&check.to_le_bytes());
        frame.extend_from_slice(&event.payload);
        frame.len() - start
    }

    /// The record that the bytes begin with; `None` if a check fails or bytes are missing.
    pub(super) fn decode(bytes: &'a [u8]) -> Option<Self> {
        let check = u32_at(bytes, 0)?;
        let payload_check = u32_at(bytes, 4)?;
        let payload_bytes = u32_at(bytes, 8)? as usize;
        let key_bytes = u32_at(bytes, 12)? as usize;
        let position = Position(u64_at(bytes, 16)?);
        let partition = Partition(u32_at(bytes, 24)?);
        let key_start = RECORD_HEAD_BYTES + usize::from(*bytes.get(28)?);
        let payload_start = key_start + key_bytes;
        let end = payload_start + payload_bytes;
        let key = bytes.get(key_start..payload_start)?;
        let payload = bytes.get(payload_start..end)?;
        let head_is_sound = crc32c_append(0, &bytes[4..payload_start]) == check;
        if !head_is_sound || crc32c(payload) != payload_check {
            return None;
        }
        let topic = std::str::from_utf8(&bytes[RECORD_HEAD_BYTES..key_start]).ok()?;
        Some(Self { topic, partition, position, key, payload, payload_check, bytes: end })
    }

    /// The record as it is given to a caller, sharing the buffer that it lies in.
    pub(super) fn to_recorded(self, buffer: &Bytes) -> Recorded {
        Recorded {
            position: self.position,
            key: buffer.slice_ref(self.key),
            payload: buffer.slice_ref(self.payload),
            crc: self.payload_check,
        }
    }
}

/// The number at an offset; `None` beyond the end.
pub(super) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes.get(offset..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

/// The number at an offset; `None` beyond the end.
pub(super) fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    bytes.get(offset..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics;

    fn record() -> Vec<u8> {
        let event = Event {
            topic: topics::FEEDS,
            partition: Partition(3),
            key: Bytes::from_static(b"key"),
            payload: Bytes::from_static(b"payload"),
        };
        let mut bytes = Vec::new();
        assert_eq!(Record::encode(&event, Position(7), &mut bytes), bytes.len());
        bytes
    }

    #[test]
    fn a_record_reads_back() {
        let bytes = record();
        let record = Record::decode(&bytes).expect("sound");
        assert_eq!(record.topic, "entrepot.feeds.v1");
        assert_eq!((record.partition, record.position), (Partition(3), Position(7)));
        assert_eq!((record.key, record.payload), (&b"key"[..], &b"payload"[..]));
        assert_eq!(record.bytes, bytes.len());
    }

    #[test]
    fn any_flipped_bit_and_any_missing_byte_of_a_record_is_found() {
        let bytes = record();
        for index in 0..bytes.len() {
            assert_eq!(Record::decode(&bytes[..index]), None, "cut at {index}");
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[index] ^= 1 << bit;
                assert_eq!(Record::decode(&damaged), None, "bit {bit} of byte {index}");
            }
        }
    }

    #[test]
    fn any_flipped_bit_of_a_head_is_found() {
        let segment = SegmentHead { log_id: 1, number: 2, first_sequence: 3 };
        let frame = FrameHead { log_id: 1, sequence: 2, body_bytes: 3, record_count: 4 };
        let mut frame_bytes = [0; FRAME_HEAD_BYTES];
        frame.encode_into(&mut frame_bytes);
        let segment_bytes = segment.encode();
        assert_eq!(SegmentHead::decode(&segment_bytes), Some(segment));
        assert_eq!(FrameHead::decode(&frame_bytes), Some(frame));
        for bit in 0..8 * SEGMENT_HEAD_BYTES {
            let mut damaged = segment_bytes;
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(SegmentHead::decode(&damaged), None, "bit {bit}");
        }
        for bit in 0..8 * FRAME_HEAD_BYTES {
            let mut damaged = frame_bytes;
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(FrameHead::decode(&damaged), None, "bit {bit}");
        }
    }
}
