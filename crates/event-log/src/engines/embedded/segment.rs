//! Segment files: their names, how one begins, and how one is read from its first byte to its last.
//!
//! A scan checks every byte. It tells two kinds of damage apart: what no sound frame follows is a
//! write that a crash cut short, reported as the end of what is sound; what one follows had been
//! synced before that frame was begun, and is an error.

use std::fs::{self, File};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::durable;
use super::format::{FRAME_HEAD_BYTES, FrameHead, Record, SEGMENT_HEAD_BYTES, SegmentHead};
use super::index::{Entry, LaneEntries};
use super::lanes::Lanes;
use crate::Error;

/// What a scan has found.
#[derive(Debug)]
pub(super) struct Scan {
    /// By lane; may be shorter than there are lanes.
    pub(super) filled: Vec<LaneEntries>,
    /// The length of what is sound.
    pub(super) sound_bytes: u64,
    /// The length of the file.
    pub(super) file_bytes: u64,
    /// The sequence after the last sound frame.
    pub(super) next_sequence: u64,
}

/// One scan of one file.
struct Scanner<'a> {
    path: &'a Path,
    log_id: u64,
    lanes: &'a mut Lanes,
    /// The position after the last event of each lane before this segment.
    ends: &'a [u64],
    scan: Scan,
}

pub(super) fn segment_path(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("{number:020}.segment"))
}

pub(super) fn index_name(number: u64) -> String {
    format!("{number:020}.index")
}

/// The numbers of the segments in a directory, in order.
pub(super) fn list(directory: &Path) -> Result<Vec<u64>, Error> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(directory).map_err(durable::failed("list", directory))? {
        let name = entry.map_err(durable::failed("list", directory))?.file_name();
        let Some(stem) = name.to_str().and_then(|name| name.strip_suffix(".segment")) else {
            continue;
        };
        if let Ok(number) = stem.parse() {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Makes a segment without frames, durable with its name.
pub(super) fn create(directory: &Path, head: SegmentHead) -> Result<File, Error> {
    let path = segment_path(directory, head.number);
    let failed = durable::failed("create", &path);
    let file = File::options().create(true).truncate(true).read(true).write(true).open(&path);
    let file = file.and_then(|file| {
        use std::os::unix::fs::FileExt;
        file.write_all_at(&head.encode(), 0)?;
        file.sync_all()?;
        Ok(file)
    });
    let file = file.map_err(failed)?;
    durable::sync_directory(directory)?;
    Ok(file)
}

/// Reads the head of a segment; `None` if there is no sound one.
pub(super) fn read_head(path: &Path) -> Result<Option<SegmentHead>, Error> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(durable::failed("open", path))?;
    file.take(SEGMENT_HEAD_BYTES as u64)
        .read_to_end(&mut bytes)
        .map_err(durable::failed("read", path))?;
    Ok(SegmentHead::decode(&bytes))
}

/// Reads a segment whose head was checked.
pub(super) fn scan(
    path: &Path,
    head: SegmentHead,
    lanes: &mut Lanes,
    ends: &[u64],
) -> Result<Scan, Error> {
    let mut file = File::open(path).map_err(durable::failed("open", path))?;
    let file_bytes = file.metadata().map_err(durable::failed("read", path))?.len();
    file.seek(SeekFrom::Start(SEGMENT_HEAD_BYTES as u64)).map_err(durable::failed("read", path))?;
    let scan = Scan {
        filled: Vec::new(),
        sound_bytes: SEGMENT_HEAD_BYTES as u64,
        file_bytes,
        next_sequence: head.first_sequence,
    };
    let mut scanner = Scanner { path, log_id: head.log_id, lanes, ends, scan };
    let mut source = BufReader::new(file);
    let mut frame = Vec::new();
    while scanner.scan.sound_bytes < file_bytes {
        if !scanner.read_frame(&mut source, &mut frame)? {
            scanner.check_that_nothing_follows(source.into_inner())?;
            break;
        }
    }
    Ok(scanner.scan)
}

impl Scanner<'_> {
    /// Whether the next frame was sound; then it is in the scan.
    fn read_frame(
        &mut self,
        source: &mut BufReader<File>,
        frame: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let left = self.scan.file_bytes - self.scan.sound_bytes;
        let mut head = [0; FRAME_HEAD_BYTES];
        if left < FRAME_HEAD_BYTES as u64 {
            return Ok(false);
        }
        source.read_exact(&mut head).map_err(durable::failed("read", self.path))?;
        let Some(head) = FrameHead::decode(&head) else { return Ok(false) };
        let is_next = head.log_id == self.log_id && head.sequence == self.scan.next_sequence;
        if !is_next {
            return Err(self.corrupt("a frame of another place in the log"));
        }
        if left < FRAME_HEAD_BYTES as u64 + u64::from(head.body_bytes) {
            return Ok(false);
        }
        frame.resize(head.body_bytes as usize, 0);
        source.read_exact(frame).map_err(durable::failed("read", self.path))?;
        let Some(found) = self.read_records(frame, head.record_count)? else { return Ok(false) };
        for (lane, entry) in found {
            self.scan.filled[lane].entries.push(entry);
        }
        self.scan.sound_bytes += FRAME_HEAD_BYTES as u64 + u64::from(head.body_bytes);
        self.scan.next_sequence += 1;
        Ok(true)
    }

    /// The records of a frame, or `None` if one is damaged.
    fn read_records(
        &mut self,
        frame: &[u8],
        record_count: u32,
    ) -> Result<Option<Vec<(usize, Entry)>>, Error> {
        let body_start = self.scan.sound_bytes as usize + FRAME_HEAD_BYTES;
        let mut found = Vec::new();
        let mut next: Vec<u64> = self.scan.filled.iter().map(LaneEntries::end).collect();
        let mut at = 0;
        while at < frame.len() {
            let Some(record) = Record::decode(&frame[at..]) else { return Ok(None) };
            let Some(lane) = self.lanes.find_or_add(record.topic, record.partition) else {
                return Err(self.corrupt("a record of a partition that the log does not have"));
            };
            while self.scan.filled.len() <= lane.0 {
                let base = self.ends.get(self.scan.filled.len()).copied().unwrap_or(0);
                self.scan.filled.push(LaneEntries { base, entries: Vec::new() });
                next.push(base);
            }
            if record.position.0 != next[lane.0] {
                return Err(self.corrupt("a record of another position"));
            }
            next[lane.0] += 1;
            // A segment with one frame over its size stays below 4 GiB; see `EmbeddedOptions`.
            let entry = Entry { offset: (body_start + at) as u32, bytes: record.bytes as u32 };
            found.push((lane.0, entry));
            at += record.bytes;
        }
        Ok((found.len() == record_count as usize).then_some(found))
    }

    fn check_that_nothing_follows(&self, mut file: File) -> Result<(), Error> {
        let mut rest = Vec::new();
        file.seek(SeekFrom::Start(self.scan.sound_bytes + 1))
            .and_then(|_| file.read_to_end(&mut rest))
            .map_err(durable::failed("read", self.path))?;
        if FrameHead::is_in(&rest, self.log_id, self.scan.next_sequence + 1) {
            return Err(self.corrupt("a damaged frame before a sound one"));
        }
        Ok(())
    }

    fn corrupt(&self, what: &'static str) -> Error {
        Error::Corrupt { path: self.path.to_owned(), offset: self.scan.sound_bytes, what }
    }
}
