//! Where the records of each lane are in a segment: in memory for the segment that is written, in
//! a file for a sealed one.
//!
//! ```text
//! "ELINDEX1", head bytes u32, check u32 of what follows in the head,
//! log id u64, segment number u64, segment bytes u64, next sequence u64, lanes u32,
//! lane     topic bytes u8, topic, partition u32, base position u64, records u32
//! entry    offset u32, bytes u32; all of the first lane, then all of the second, …
//! ```
//! Opening a log reads heads only, so a sealed segment costs some 32 bytes of memory a lane that it
//! holds. An index can always be made again from its segment, and is if it is missing or damaged.
//! Entries have no check of their own: a record names its lane and position, and the reader
//! compares.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crc32c::crc32c;

use super::format::{u32_at, u64_at};
use super::lanes::{Lane, Lanes};
use crate::Partition;

const MAGIC: &[u8; 8] = b"ELINDEX1";
/// Magic, head bytes and check.
const PREFIX_BYTES: usize = 16;
/// An offset and a length.
pub(super) const ENTRY_BYTES: u64 = 8;

/// Where one record is in its segment file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Entry {
    pub(super) offset: u32,
    pub(super) bytes: u32,
}

/// The records of one lane in one segment: positions from `base` on, densely.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct LaneEntries {
    pub(super) base: u64,
    pub(super) entries: Vec<Entry>,
}

/// The same for a sealed segment, whose entries are in its index file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Span {
    pub(super) base: u64,
    pub(super) count: u32,
    /// Where the lane's first entry is in the index file.
    pub(super) index_offset: u64,
}

/// What an index file says about its segment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct IndexHead {
    pub(super) log_id: u64,
    pub(super) number: u64,
    /// The length of the segment file when it was sealed.
    pub(super) segment_bytes: u64,
    /// The sequence of the first frame after the segment.
    pub(super) next_sequence: u64,
}

/// The head of an index file with the lanes of its segment.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) head: IndexHead,
    /// Lanes without records in this segment are left out.
    pub(super) spans: Vec<(Lane, Span)>,
}

impl LaneEntries {
    pub(super) fn end(&self) -> u64 {
        self.base + self.entries.len() as u64
    }
}

impl Span {
    pub(super) fn end(&self) -> u64 {
        self.base + u64::from(self.count)
    }
}

/// The index file of a segment, and what stays in memory of it.
pub(super) fn encode(head: IndexHead, lanes: &Lanes, filled: &[LaneEntries]) -> (Vec<u8>, Sealed) {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[0; 8]);
    for number in [head.log_id, head.number, head.segment_bytes, head.next_sequence] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    let mut present = Vec::new();
    for (index, lane_entries) in filled.iter().enumerate() {
        if !lane_entries.entries.is_empty() {
            present.push((Lane(index), lane_entries));
        }
    }
    bytes.extend_from_slice(&(present.len() as u32).to_le_bytes());
    for (lane, lane_entries) in &present {
        let (topic, partition) = lanes.name(*lane);
        bytes.push(topic.as_str().len() as u8);
        bytes.extend_from_slice(topic.as_str().as_bytes());
        bytes.extend_from_slice(&partition.0.to_le_bytes());
        bytes.extend_from_slice(&lane_entries.base.to_le_bytes());
        bytes.extend_from_slice(&(lane_entries.entries.len() as u32).to_le_bytes());
    }
    let head_bytes = bytes.len() as u32;
    bytes[8..12].copy_from_slice(&head_bytes.to_le_bytes());
    let check = crc32c(&bytes[PREFIX_BYTES..]);
    bytes[12..16].copy_from_slice(&check.to_le_bytes());

    let mut spans = Vec::new();
    for (lane, lane_entries) in present {
        let count = lane_entries.entries.len() as u32;
        let index_offset = bytes.len() as u64;
        spans.push((lane, Span { base: lane_entries.base, count, index_offset }));
        for entry in &lane_entries.entries {
            bytes.extend_from_slice(&entry.offset.to_le_bytes());
            bytes.extend_from_slice(&entry.bytes.to_le_bytes());
        }
    }
    (bytes, Sealed { head, spans })
}

/// Reads the head of an index file; `None` if the file is not a whole and sound index.
pub(super) fn load(path: &Path, lanes: &mut Lanes) -> io::Result<Option<Sealed>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let file_bytes = file.metadata()?.len();
    let mut prefix = [0; PREFIX_BYTES];
    if file_bytes < PREFIX_BYTES as u64 {
        return Ok(None);
    }
    file.read_exact_at(&mut prefix, 0)?;
    let head_bytes = u32_at(&prefix, 8).unwrap_or(0);
    let plausible = (PREFIX_BYTES as u64..=file_bytes).contains(&u64::from(head_bytes));
    if !prefix.starts_with(MAGIC) || !plausible {
        return Ok(None);
    }
    let mut head = vec![0; head_bytes as usize - PREFIX_BYTES];
    file.read_exact_at(&mut head, PREFIX_BYTES as u64)?;
    if u32_at(&prefix, 12) != Some(crc32c(&head)) {
        return Ok(None);
    }
    Ok(decode(&head, u64::from(head_bytes), lanes).filter(|sealed| {
        let entries: u64 = sealed.spans.iter().map(|(_, span)| u64::from(span.count)).sum();
        u64::from(head_bytes) + entries * ENTRY_BYTES == file_bytes
    }))
}

/// Reads entries of a span, from the one at `position` on.
pub(super) fn read_entries(
    file: &File,
    span: Span,
    position: u64,
    count_max: usize,
) -> io::Result<Vec<Entry>> {
    let count = (span.end() - position).min(count_max as u64);
    let mut bytes = vec![0; (count * ENTRY_BYTES) as usize];
    file.read_exact_at(&mut bytes, span.index_offset + (position - span.base) * ENTRY_BYTES)?;
    let mut entries = Vec::with_capacity(count as usize);
    for entry in bytes.as_chunks::<8>().0 {
        let [a, b, c, d, e, f, g, h] = *entry;
        entries.push(Entry {
            offset: u32::from_le_bytes([a, b, c, d]),
            bytes: u32::from_le_bytes([e, f, g, h]),
        });
    }
    Ok(entries)
}

fn decode(head: &[u8], entries_start: u64, lanes: &mut Lanes) -> Option<Sealed> {
    let index_head = IndexHead {
        log_id: u64_at(head, 0)?,
        number: u64_at(head, 8)?,
        segment_bytes: u64_at(head, 16)?,
        next_sequence: u64_at(head, 24)?,
    };
    let lane_count = u32_at(head, 32)?;
    let mut at = 36;
    let mut index_offset = entries_start;
    let mut spans = Vec::new();
    for _ in 0..lane_count {
        let topic_end = at + 1 + usize::from(*head.get(at)?);
        let topic = std::str::from_utf8(head.get(at + 1..topic_end)?).ok()?;
        let partition = Partition(u32_at(head, topic_end)?);
        let base = u64_at(head, topic_end + 4)?;
        let count = u32_at(head, topic_end + 12)?;
        at = topic_end + 16;
        let lane = lanes.find_or_add(topic, partition)?;
        spans.push((lane, Span { base, count, index_offset }));
        index_offset += u64::from(count) * ENTRY_BYTES;
    }
    Some(Sealed { head: index_head, spans })
}
