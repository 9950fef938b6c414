//! Reads one lane: entries from the index, then the records, neighbours in one read.
//!
//! Every record is checked as it is read, its lane and position included. Reading happens on a
//! blocking thread over a copy of the cursor, which replaces the reader's own only once its events
//! are handed out: a call that is dropped has no effect.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use super::durable;
use super::format::Record;
use super::index::{self, Entry};
use super::lanes::Lane;
use super::segment;
use super::shared::{Entries, Shared};
use crate::{Error, Position, Reader, Recorded};

/// Entries that are looked up at once: 32 KiB.
const ENTRIES_MAX: usize = 4096;
/// Records with less than this between them are read together: a read costs about as much.
const GAP_BYTES_MAX: u32 = 16 * 1024;
/// Records read together share a buffer, which lives as long as any of them.
const BUFFER_BYTES_MAX: u32 = 2 * 1024 * 1024;

/// A reader of one lane.
pub(super) struct SegmentReader {
    cursor: Cursor,
}

/// Where a reader is. Cheap to copy.
#[derive(Clone)]
struct Cursor {
    shared: Arc<Shared>,
    lane: Lane,
    position: u64,
    /// Entries that were looked up, of which the first `used` are behind the position.
    entries: Arc<[Entry]>,
    used: usize,
    open: Option<OpenSegment>,
}

/// The files that a reader holds open: those of one segment.
#[derive(Clone)]
struct OpenSegment {
    number: u64,
    file: Arc<File>,
    index: Option<Arc<File>>,
}

impl SegmentReader {
    pub(super) fn new(shared: Arc<Shared>, lane: Lane, from: Position) -> Self {
        let cursor =
            Cursor { shared, lane, position: from.0, entries: Arc::new([]), used: 0, open: None };
        Self { cursor }
    }
}

#[async_trait]
impl Reader for SegmentReader {
    async fn next(&mut self, bytes_max: usize) -> Result<Vec<Recorded>, Error> {
        self.cursor.shared.wait_beyond(self.cursor.lane, self.cursor.position).await?;
        self.try_next(bytes_max).await
    }

    async fn try_next(&mut self, bytes_max: usize) -> Result<Vec<Recorded>, Error> {
        if self.cursor.position >= self.cursor.shared.end(self.cursor.lane) {
            return Ok(Vec::new());
        }
        let mut cursor = self.cursor.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let events = cursor.read(bytes_max)?;
            Ok((cursor, events))
        });
        match reading.await {
            Ok(result) => {
                let (cursor, events) = result?;
                self.cursor = cursor;
                Ok(events)
            }
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(Error::Closed),
        }
    }

    fn read_to(&mut self) -> Position {
        Position(self.cursor.position)
    }
}

impl Cursor {
    /// Reads at least one event; the position is before the end.
    fn read(&mut self, bytes_max: usize) -> Result<Vec<Recorded>, Error> {
        if self.used == self.entries.len() {
            self.look_up()?;
        }
        let rest = &self.entries[self.used..];
        let mut count = 0;
        let mut bytes = 0;
        for entry in rest {
            bytes += entry.bytes as usize;
            if count > 0 && bytes > bytes_max {
                break;
            }
            count += 1;
        }
        let mut events = Vec::with_capacity(count);
        let chosen = &rest[..count];
        for together in chosen.chunk_by(together_with(chosen)) {
            self.read_together(together, &mut events)?;
        }
        self.used += count;
        self.position += count as u64;
        Ok(events)
    }

    /// Finds the entries from the position on and opens the segment that they are of.
    fn look_up(&mut self) -> Result<(), Error> {
        let Some(located) = self.shared.locate(self.lane, self.position, ENTRIES_MAX) else {
            return Err(self.corrupt(0, 0, "no segment holds a position before the end"));
        };
        let directory = self.shared.directory.clone();
        let path = segment::segment_path(&directory, located.number);
        let mut open = match self.open.take() {
            Some(open) if open.number == located.number => open,
            _ => OpenSegment {
                number: located.number,
                file: Arc::new(open_file(&path)?),
                index: None,
            },
        };
        let entries = match located.entries {
            Entries::Memory(entries) => entries,
            Entries::IndexFile(span) => {
                let path = directory.join(segment::index_name(located.number));
                let file = match open.index.take() {
                    Some(file) => file,
                    None => Arc::new(open_file(&path)?),
                };
                let entries = index::read_entries(&file, span, self.position, ENTRIES_MAX)
                    .map_err(durable::failed("read", &path))?;
                open.index = Some(file);
                entries
            }
        };
        self.entries = entries.into();
        self.used = 0;
        self.open = Some(open);
        Ok(())
    }

    fn read_together(&self, entries: &[Entry], events: &mut Vec<Recorded>) -> Result<(), Error> {
        let (Some(first), Some(last), Some(open)) = (entries.first(), entries.last(), &self.open)
        else {
            return Ok(());
        };
        let corrupt = |offset: u32, what| self.corrupt(open.number, u64::from(offset), what);
        let end = last.offset.checked_add(last.bytes);
        let Some(length) = end.and_then(|end| end.checked_sub(first.offset)) else {
            return Err(corrupt(first.offset, "its index is out of order: delete the index"));
        };
        let mut buffer = vec![0; length as usize];
        if let Err(error) = open.file.read_exact_at(&mut buffer, u64::from(first.offset)) {
            if error.kind() == std::io::ErrorKind::UnexpectedEof {
                return Err(corrupt(first.offset, "the segment or its index was cut"));
            }
            let path = segment::segment_path(&self.shared.directory, open.number);
            return Err(durable::failed("read", &path)(error));
        }
        let buffer = Bytes::from(buffer);
        let (topic, partition) = self.shared.lanes.name(self.lane);
        for entry in entries {
            let start = (entry.offset - first.offset) as usize;
            let bytes = buffer.get(start..start + entry.bytes as usize);
            let Some(record) = bytes.and_then(Record::decode) else {
                return Err(corrupt(entry.offset, "a damaged record"));
            };
            let expected = Position(self.position + events.len() as u64);
            let is_ours = record.topic == topic.as_str()
                && record.partition == partition
                && record.position == expected;
            if !is_ours {
                return Err(corrupt(entry.offset, "another record than its index says"));
            }
            events.push(record.to_recorded(&buffer));
        }
        Ok(())
    }

    fn corrupt(&self, number: u64, offset: u64, what: &'static str) -> Error {
        let path = segment::segment_path(&self.shared.directory, number);
        Error::Corrupt { path, offset, what }
    }
}

/// Whether a record is read together with the one before it.
fn together_with(chosen: &[Entry]) -> impl FnMut(&Entry, &Entry) -> bool {
    let mut start = chosen.first().map_or(0, |first| first.offset);
    move |before, next| {
        let gap = next.offset.saturating_sub(before.offset.saturating_add(before.bytes));
        let length = next.offset.saturating_add(next.bytes).saturating_sub(start);
        let together = gap <= GAP_BYTES_MAX && length <= BUFFER_BYTES_MAX;
        if !together {
            start = next.offset;
        }
        together
    }
}

fn open_file(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(durable::failed("open", path))
}
