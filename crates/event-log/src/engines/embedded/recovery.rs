//! Opening a directory: what is there, whether it is whole, and where writing goes on.
//!
//! Sealed segments are taken by the heads of their indexes, the last one is read whole and its torn
//! tail, if any, is cut. Numbers, sequences and positions must go on from segment to segment
//! without a gap. Nothing but a torn tail is ever removed.

use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::Path;

use crc32c::crc32c;

use super::EmbeddedOptions;
use super::durable;
use super::format::SegmentHead;
use super::index::{self, IndexHead, LaneEntries, Sealed};
use super::lanes::Lanes;
use super::segment::{self, Scan};
use super::shared::{Run, Segments, Shared};
use crate::Error;

/// The first line of the file `log`.
const FORMAT: &str = "entrepot event log, format 1";

/// A log that is ready to be written.
pub(super) struct Recovered {
    pub(super) shared: Shared,
    pub(super) tail: Tail,
}

/// Where the next frame goes.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) file: File,
    pub(super) number: u64,
    pub(super) bytes: u64,
    pub(super) sequence: u64,
}

/// What was recovered so far.
struct Recovery<'a> {
    directory: &'a Path,
    log_id: u64,
    lanes: Lanes,
    /// By lane.
    runs: Vec<Vec<Run>>,
    /// By lane, the position after its last event.
    ends: Vec<u64>,
    sequence: u64,
}

pub(super) fn recover(directory: &Path, options: &EmbeddedOptions) -> Result<Recovered, Error> {
    let numbers = segment::list(directory)?;
    let log_id = open_identity(directory, options.partitions, !numbers.is_empty())?;
    let mut recovery = Recovery {
        directory,
        log_id,
        lanes: Lanes::new(&options.topics, options.partitions),
        runs: Vec::new(),
        ends: Vec::new(),
        sequence: 0,
    };
    for (expected, number) in (0..).zip(&numbers) {
        if expected != *number {
            let path = segment::segment_path(directory, expected);
            return Err(Error::Corrupt { path, offset: 0, what: "the segment is missing" });
        }
    }
    let Some((last, sealed)) = numbers.split_last() else { return recovery.finish_new(0) };
    for number in sealed {
        recovery.take_sealed(*number)?;
    }
    recovery.finish(*last)
}

impl Recovery<'_> {
    fn take_sealed(&mut self, number: u64) -> Result<(), Error> {
        let path = segment::segment_path(self.directory, number);
        let head = self.check_head(&path, number)?;
        let file_bytes = fs::metadata(&path).map_err(durable::failed("read", &path))?.len();
        let index_path = self.directory.join(segment::index_name(number));
        let loaded = index::load(&index_path, &mut self.lanes)
            .map_err(durable::failed("read", &index_path))?
            .filter(|sealed| sealed.head.log_id == self.log_id && sealed.head.number == number);
        let sealed = match loaded {
            Some(sealed) => sealed,
            None => self.index_again(&path, head)?,
        };
        let corrupt = |offset, what| Err(Error::Corrupt { path: path.clone(), offset, what });
        if sealed.head.segment_bytes != file_bytes {
            return corrupt(file_bytes, "not as long as when it was sealed");
        }
        self.ends.resize(self.lanes.count(), 0);
        self.runs.resize(self.lanes.count(), Vec::new());
        for (lane, span) in &sealed.spans {
            if span.base != self.ends[lane.0] {
                return corrupt(0, "positions do not follow those of the segment before");
            }
            self.ends[lane.0] = span.end();
            self.runs[lane.0].push(Run { number, span: *span });
        }
        self.sequence = sealed.head.next_sequence;
        Ok(())
    }

    /// Makes the index of a sealed segment from the segment.
    fn index_again(&mut self, path: &Path, head: SegmentHead) -> Result<Sealed, Error> {
        tracing::warn!(path = %path.display(), "making the index of a segment again");
        let scan = segment::scan(path, head, &mut self.lanes, &self.ends)?;
        if scan.sound_bytes != scan.file_bytes {
            let (path, offset) = (path.to_owned(), scan.sound_bytes);
            return Err(Error::Corrupt { path, offset, what: "a damaged frame" });
        }
        let index_head = IndexHead {
            log_id: self.log_id,
            number: head.number,
            segment_bytes: scan.file_bytes,
            next_sequence: scan.next_sequence,
        };
        let (bytes, sealed) = index::encode(index_head, &self.lanes, &scan.filled);
        durable::replace(self.directory, &segment::index_name(head.number), &bytes)?;
        Ok(sealed)
    }

    fn finish(mut self, number: u64) -> Result<Recovered, Error> {
        let path = segment::segment_path(self.directory, number);
        let file_bytes = fs::metadata(&path).map_err(durable::failed("read", &path))?.len();
        if file_bytes <= super::format::SEGMENT_HEAD_BYTES as u64
            && segment::read_head(&path)?.is_none()
        {
            // The process ended while it made the file: no frame was ever in it.
            return self.finish_new(number);
        }
        let head = self.check_head(&path, number)?;
        let scan = segment::scan(&path, head, &mut self.lanes, &self.ends)?;
        let file = File::options().read(true).write(true).open(&path);
        let file = file.map_err(durable::failed("open", &path))?;
        if scan.sound_bytes < scan.file_bytes {
            let cut = scan.file_bytes - scan.sound_bytes;
            tracing::warn!(path = %path.display(), bytes = cut, "cutting a write that a crash tore");
            file.set_len(scan.sound_bytes).map_err(durable::failed("cut", &path))?;
        }
        // What is sound may still be in the page cache only: nobody sees it before it is on disk.
        file.sync_all().map_err(durable::failed("sync", &path))?;
        durable::sync_directory(self.directory)?;
        Ok(self.build(file, number, scan))
    }

    /// Begins segment `number`, the first one of the log or one that was never begun.
    fn finish_new(self, number: u64) -> Result<Recovered, Error> {
        let (log_id, first_sequence) = (self.log_id, self.sequence);
        let file = segment::create(self.directory, SegmentHead { log_id, number, first_sequence })?;
        let bytes = super::format::SEGMENT_HEAD_BYTES as u64;
        let scan = Scan {
            filled: Vec::new(),
            sound_bytes: bytes,
            file_bytes: bytes,
            next_sequence: first_sequence,
        };
        Ok(self.build(file, number, scan))
    }

    fn build(mut self, file: File, number: u64, scan: Scan) -> Recovered {
        self.ends.resize(self.lanes.count(), 0);
        self.runs.resize(self.lanes.count(), Vec::new());
        let mut filled = scan.filled;
        for base in self.ends.iter().skip(filled.len()) {
            filled.push(LaneEntries { base: *base, entries: Vec::new() });
        }
        let (bytes, sequence) = (scan.sound_bytes, scan.next_sequence);
        let segments = Segments { number, runs: self.runs, filled };
        let shared = Shared::new(self.directory.to_owned(), self.log_id, self.lanes, segments);
        Recovered { shared, tail: Tail { file, number, bytes, sequence } }
    }

    fn check_head(&self, path: &Path, number: u64) -> Result<SegmentHead, Error> {
        let expected = SegmentHead { log_id: self.log_id, number, first_sequence: self.sequence };
        match segment::read_head(path)? {
            Some(head) if head == expected => Ok(head),
            Some(_) => {
                let what = "the segment of another log, or of another place in this one";
                Err(Error::Corrupt { path: path.to_owned(), offset: 0, what })
            }
            None => {
                let what = "no sound segment head";
                Err(Error::Corrupt { path: path.to_owned(), offset: 0, what })
            }
        }
    }
}

/// Reads the file `log`, or makes it where there is no segment either; gives the log's id.
fn open_identity(directory: &Path, partitions: u32, has_segments: bool) -> Result<u64, Error> {
    let path = directory.join("log");
    let corrupt = |what| Err(Error::Corrupt { path: path.clone(), offset: 0, what });
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !has_segments => {
            let log_id = RandomState::new().build_hasher().finish();
            durable::replace(directory, "log", identity(log_id, partitions).as_bytes())?;
            return Ok(log_id);
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return corrupt("the file is missing, though there are segments");
        }
        Err(error) => return Err(durable::failed("read", &path)(error)),
    };
    let mut fields = text.lines().skip(1).map(|line| line.split_once(' ').map_or("", |(_, v)| v));
    let log_id = fields.next().and_then(|value| u64::from_str_radix(value, 16).ok());
    let found = fields.next().and_then(|value| value.parse().ok());
    let (Some(log_id), Some(found)) = (log_id, found) else {
        return corrupt("not the identity of a log");
    };
    if text != identity(log_id, found) {
        return corrupt("its check fails, or its format is of a later version");
    }
    if found != partitions {
        let path = directory.to_owned();
        return Err(Error::PartitionCount { path, found, expected: partitions });
    }
    Ok(log_id)
}

fn identity(log_id: u64, partitions: u32) -> String {
    let text = format!("{FORMAT}\nid {log_id:016x}\npartitions {partitions}\n");
    let check = crc32c(text.as_bytes());
    format!("{text}check {check:08x}\n")
}
