//! The one thread that writes: it takes what waits, puts it into one frame, syncs, then answers.
//!
//! While a sync runs, the next appends gather in the queue and share the next one. Nothing is
//! published or acknowledged before its frame is synced. After a failed sync the page cache may no
//! longer hold what the disk lacks, so a second sync that succeeds would prove nothing: the log
//! stops for good and the process must restart. A full disk, seen by a write, is harmless: what was
//! written of the frame is cut off again.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::durable::{self, Disk};
use super::format::{FRAME_HEAD_BYTES, FrameHead, Record, SEGMENT_HEAD_BYTES, SegmentHead};
use super::index::{self, Entry, IndexHead};
use super::lanes::Lane;
use super::queue::{Append, Command, Queue};
use super::recovery::Tail;
use super::segment;
use super::shared::{LogState, Shared};
use crate::{Error, Position, Unit};

/// A frame takes no more commands once it has this size: large enough that a sync is amortised,
/// small enough that the buffer stays in memory between frames.
const FRAME_BYTES: usize = 8 * 1024 * 1024;

/// The state of the thread.
pub(super) struct Committer {
    shared: Arc<Shared>,
    disk: Disk,
    tail: Tail,
    segment_bytes: u64,
    generations: HashMap<Unit, u64>,
    poisoned: bool,
    frame: Vec<u8>,
}

/// What goes into one frame.
struct Staged {
    /// The next position of each lane.
    ends: Vec<u64>,
    /// Offsets are from the start of the frame.
    entries: Vec<(Lane, Entry)>,
    answers: Vec<Answer>,
}

/// What is sent once the frame is synced.
enum Answer {
    Append { positions: Vec<Position>, reply: oneshot::Sender<Result<Vec<Position>, Error>> },
    Fence { generation: u64, reply: oneshot::Sender<Result<u64, Error>> },
}

/// Ends the queue and wakes the readers however the thread ends.
struct StopOnDrop<'a> {
    queue: &'a Queue,
    shared: Arc<Shared>,
}

impl Committer {
    pub(super) fn new(shared: Arc<Shared>, disk: Disk, tail: Tail, segment_bytes: u64) -> Self {
        Self {
            shared,
            disk,
            tail,
            segment_bytes,
            generations: HashMap::new(),
            poisoned: false,
            frame: Vec::new(),
        }
    }

    /// Serves the queue until it is closed and empty.
    pub(super) fn run(mut self, queue: &Queue) {
        let _stop = StopOnDrop { queue, shared: Arc::clone(&self.shared) };
        while let Some(commands) = queue.take(FRAME_BYTES) {
            self.commit(commands);
        }
    }

    fn commit(&mut self, commands: Vec<Command>) {
        self.frame.clear();
        self.frame.resize(FRAME_HEAD_BYTES, 0);
        let mut staged =
            Staged { ends: self.shared.ends(), entries: Vec::new(), answers: Vec::new() };
        for command in commands {
            match command {
                Command::Append(append) => self.stage(append, &mut staged),
                Command::Fence(fence) => {
                    let generation = self.generations.entry(fence.unit).or_default();
                    *generation += 1;
                    let (generation, reply) = (*generation, fence.reply);
                    staged.answers.push(Answer::Fence { generation, reply });
                }
            }
        }
        let written = self.write_frame(&staged);
        if let Err(Error::Poisoned) = &written {
            self.poisoned = true;
            self.shared.stop(LogState::Poisoned);
        }
        for answer in staged.answers {
            answer.send(&written);
        }
        // One large batch must not hold its memory for ever.
        self.frame.shrink_to(2 * FRAME_BYTES);
    }

    fn stage(&mut self, append: Append, staged: &mut Staged) {
        let Append { unit, generation, lanes, batch, reply } = append;
        if self.generations.get(&unit) != Some(&generation) {
            // The writer may be gone; then nobody waits for this.
            drop(reply.send(Err(Error::Fenced { unit })));
            return;
        }
        let mut positions = Vec::with_capacity(batch.len());
        for (lane, event) in lanes.into_iter().zip(&batch) {
            let end = &mut staged.ends[lane.0];
            let position = Position(*end);
            *end += 1;
            let offset = self.frame.len() as u32;
            let bytes = Record::encode(event, position, &mut self.frame) as u32;
            staged.entries.push((lane, Entry { offset, bytes }));
            positions.push(position);
        }
        staged.answers.push(Answer::Append { positions, reply });
    }

    /// Puts the staged frame on disk and publishes it.
    fn write_frame(&mut self, staged: &Staged) -> Result<(), Error> {
        if self.poisoned {
            return Err(Error::Poisoned);
        }
        if staged.entries.is_empty() {
            return Ok(());
        }
        let frame_bytes = self.frame.len() as u64;
        let is_filled = self.tail.bytes > SEGMENT_HEAD_BYTES as u64;
        if is_filled && self.tail.bytes + frame_bytes > self.segment_bytes {
            self.roll()?;
        }
        let head = FrameHead {
            log_id: self.shared.log_id,
            sequence: self.tail.sequence,
            body_bytes: (self.frame.len() - FRAME_HEAD_BYTES) as u32,
            record_count: staged.entries.len() as u32,
        };
        head.encode_into(&mut self.frame);
        if let Err(error) = (self.disk.write)(&self.tail.file, &self.frame, self.tail.bytes) {
            return Err(self.undo(&error));
        }
        if let Err(error) = (self.disk.sync)(&self.tail.file) {
            return Err(self.fail("sync", &error));
        }
        let start = self.tail.bytes as u32;
        let mut entries = Vec::with_capacity(staged.entries.len());
        for (lane, entry) in &staged.entries {
            entries.push((*lane, Entry { offset: start + entry.offset, bytes: entry.bytes }));
        }
        self.tail.bytes += frame_bytes;
        self.tail.sequence += 1;
        self.shared.publish(&entries);
        Ok(())
    }

    /// Seals the segment and begins the next. The index comes first: a segment that another one
    /// follows always has the index of its whole length.
    fn roll(&mut self) -> Result<(), Error> {
        let (log_id, number) = (self.shared.log_id, self.tail.number);
        let head = IndexHead {
            log_id,
            number,
            segment_bytes: self.tail.bytes,
            next_sequence: self.tail.sequence,
        };
        let (bytes, sealed) =
            self.shared.with_filled(|filled| index::encode(head, &self.shared.lanes, filled));
        let directory = &self.shared.directory;
        match durable::replace(directory, &segment::index_name(number), &bytes) {
            Ok(()) => {}
            Err(full @ Error::DiskFull { .. }) => return Err(full),
            Err(error) => return Err(self.fail("seal", &error)),
        }
        let number = number + 1;
        let first_sequence = self.tail.sequence;
        let begun = segment::create(directory, SegmentHead { log_id, number, first_sequence });
        // The name of the new segment may or may not be on disk, so there is no way back.
        let file = begun.map_err(|error| self.fail("begin", &error))?;
        let bytes = SEGMENT_HEAD_BYTES as u64;
        self.tail = Tail { file, number, bytes, sequence: first_sequence };
        self.shared.seal(&sealed.spans);
        Ok(())
    }

    /// Cuts what a failed write has left.
    fn undo(&self, error: &std::io::Error) -> Error {
        let path = segment::segment_path(&self.shared.directory, self.tail.number);
        if durable::is_full(error) && self.tail.file.set_len(self.tail.bytes).is_ok() {
            return Error::DiskFull { path };
        }
        self.fail("write", error)
    }

    fn fail(&self, action: &'static str, error: &impl std::fmt::Display) -> Error {
        let segment = self.tail.number;
        tracing::error!(action, segment, %error, "the event log stops: restart the process");
        Error::Poisoned
    }
}

impl Answer {
    /// The receiver is gone if its caller was cancelled; the outcome stands without it.
    fn send(self, written: &Result<(), Error>) {
        let refusal = match written {
            Ok(()) => None,
            Err(Error::DiskFull { path }) => Some(Error::DiskFull { path: path.clone() }),
            Err(_) => Some(Error::Poisoned),
        };
        match self {
            Self::Append { positions, reply } => {
                drop(reply.send(refusal.map_or(Ok(positions), Err)));
            }
            Self::Fence { generation, reply } => {
                drop(reply.send(refusal.map_or(Ok(generation), Err)));
            }
        }
    }
}

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.queue.close();
        self.shared.stop(LogState::Closed);
    }
}
