//! The engine for one process on one machine: one sequence of append-only segment files.
//!
//! All partitions of all topics share that sequence. A *frame* is what one write and one sync put
//! into it: whole batches, checked whole. So a batch that spans topics is atomic without a commit
//! journal, and appends that wait together share one sync, whatever they write to. The price, that
//! a reader of one partition must find its events among the others', is paid by an index: in memory
//! for the segment that is written, in a file beside each sealed one.
//!
//! ```text
//! DIR/lock                      held exclusively while the log is open
//! DIR/log                       format, log id, number of partitions: never changes
//! DIR/00000000000000000000.segment, .index, …
//! ```
//! A frame after a damaged one proves that the damaged one had been synced: that is corruption and
//! refused. A damaged last frame is what a crash leaves of a write in flight: it is cut, on open.

mod format;
mod durable;
mod lanes;
mod index;
mod segment;
mod recovery;
mod shared;
mod queue;
mod committer;
mod reader;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::log::check_limits;
use crate::{Error, Event, EventLog, Partition, Position, Reader, Topic, Unit, Writer};

use committer::Committer;
use durable::Disk;
use lanes::Lane;
use queue::{Append, Command, Fence, Queue};
use reader::SegmentReader;
use shared::Shared;

/// How an embedded log is laid out.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// Partitions of each topic: 1 to 1,024, by default 4. Fixed when the directory is made.
    pub partitions: u32,
    /// Size at which a segment is sealed: 4 KiB to 1 GiB, by default 64 MiB. One segment is read
    /// whole when the log is opened (0.1 s), and its index (8 bytes an event) is held in memory.
    pub segment_bytes: u64,
    /// The topics that can be written, by default all. Topics found in the directory are kept.
    pub topics: Vec<Topic>,
}

/// A log in a directory of this machine, for this process alone.
#[derive(Debug)]
pub struct EmbeddedLog {
    shared: Arc<Shared>,
    queue: Arc<Queue>,
    committer: Mutex<Option<JoinHandle<()>>>,
    /// Released after `drop` has joined the committer.
    _lock: Lock,
}

/// The exclusive lock of a directory.
#[derive(Debug)]
struct Lock(File);

/// The writer of one unit; its batches go to the committer's queue.
struct QueueWriter {
    shared: Arc<Shared>,
    queue: Arc<Queue>,
    unit: Unit,
    generation: u64,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self { partitions: 4, segment_bytes: 64 * 1024 * 1024, topics: Topic::ALL.to_vec() }
    }
}

impl EmbeddedOptions {
    fn check(&self) -> Result<(), Error> {
        let segment_bytes = self.segment_bytes;
        let partitions = u64::from(self.partitions);
        for (name, found, bounds, expected) in [
            ("partitions", partitions, 1..=1024, "1 to 1024"),
            ("segment_bytes", segment_bytes, 4096..=1 << 30, "4096 to 1073741824"),
        ] {
            if !bounds.contains(&found) {
                return Err(Error::Option { name, found, expected });
            }
        }
        Ok(())
    }
}

impl EmbeddedLog {
    /// Opens the log of a directory, and makes it if there is none. Blocks for one segment's scan.
    ///
    /// Dropping the log waits for the write in flight; writers and readers that are still held
    /// then answer [`Error::Closed`].
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::Corrupt`], [`Error::PartitionCount`], [`Error::Option`],
    /// [`Error::DiskFull`], [`Error::Io`].
    pub fn open(directory: &Path, options: EmbeddedOptions) -> Result<Arc<Self>, Error> {
        Self::open_on(Disk::default(), directory, options)
    }

    fn open_on(disk: Disk, directory: &Path, options: EmbeddedOptions) -> Result<Arc<Self>, Error> {
        options.check()?;
        durable::make_directory(directory)?;
        let lock = Lock::acquire(directory.join("lock"))?;
        let recovered = recovery::recover(directory, &options)?;
        let shared = Arc::new(recovered.shared);
        let queue = Arc::new(Queue::new());
        let committer =
            Committer::new(Arc::clone(&shared), disk, recovered.tail, options.segment_bytes);
        let thread = {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new()
                .name("event-log-commit".to_owned())
                .spawn(move || committer.run(&queue))
                .map_err(durable::failed("start the commit thread of", directory))?
        };
        Ok(Arc::new(Self { shared, queue, committer: Mutex::new(Some(thread)), _lock: lock }))
    }
}

impl Drop for EmbeddedLog {
    fn drop(&mut self) {
        self.queue.close();
        let thread = self.committer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the commit thread of the event log panicked");
        }
    }
}

#[async_trait]
impl EventLog for EmbeddedLog {
    fn partition_count(&self, topic: &Topic) -> u32 {
        self.shared.lanes.partition_count(topic)
    }

    async fn writer(&self, unit: &Unit) -> Result<Box<dyn Writer>, Error> {
        let permit = self.queue.reserve().await?;
        let (reply, answer) = oneshot::channel();
        self.queue.push(permit, Command::Fence(Fence { unit: unit.clone(), reply }))?;
        let generation = answer.await.map_err(|_| Error::Closed)??;
        Ok(Box::new(QueueWriter {
            shared: Arc::clone(&self.shared),
            queue: Arc::clone(&self.queue),
            unit: unit.clone(),
            generation,
        }))
    }

    async fn reader(
        &self,
        topic: &Topic,
        partition: Partition,
        from: Position,
    ) -> Result<Box<dyn Reader>, Error> {
        let lane = self.shared.lanes.find(topic, partition)?;
        let end = Position(self.shared.end(lane));
        if from > end {
            let topic = topic.clone();
            let start = Position(0);
            return Err(Error::OutOfRange { topic, partition, position: from, start, end });
        }
        Ok(Box::new(SegmentReader::new(Arc::clone(&self.shared), lane, from)))
    }

    async fn end(&self, topic: &Topic, partition: Partition) -> Result<Position, Error> {
        let lane = self.shared.lanes.find(topic, partition)?;
        Ok(Position(self.shared.end(lane)))
    }
}

#[async_trait]
impl Writer for QueueWriter {
    async fn append(&mut self, batch: Vec<Event>) -> Result<Vec<Position>, Error> {
        check_limits(&batch)?;
        let mut lanes: Vec<Lane> = Vec::with_capacity(batch.len());
        for event in &batch {
            lanes.push(self.shared.lanes.find(&event.topic, event.partition)?);
        }
        let permit = self.queue.reserve().await?;
        let (reply, answer) = oneshot::channel();
        let append =
            Append { unit: self.unit.clone(), generation: self.generation, lanes, batch, reply };
        self.queue.push(permit, Command::Append(append))?;
        answer.await.map_err(|_| Error::Closed)?
    }
}

impl Lock {
    fn acquire(path: PathBuf) -> Result<Self, Error> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(durable::failed("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { path }),
            Err(TryLockError::Error(source)) => Err(durable::failed("lock", &path)(source)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a child that is just being started may hold a copy until its exec.
        // What fails here is released when the process ends.
        drop(self.0.unlock());
    }
}

#[cfg(test)]
mod tests;
