//! What can go wrong with the log, by what a caller does about it.
//!
//! [`Error::is_retryable`] says whether the same call may succeed later. Everything else ends the
//! unit or the process: nothing here is ever skipped over.

use std::path::PathBuf;
use std::time::Duration;

use crate::{Partition, Position, Topic, Unit};

/// Why the log refused or could not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A later writer of the unit exists: this one has no effect any more.
    #[error("a later writer of unit `{unit}` has fenced this one")]
    Fenced {
        /// The unit.
        unit: Unit,
    },
    /// An event, or a batch, over its limit. Nothing of the batch was written.
    #[error("{limit}: {bytes} found, at most {max} allowed")]
    TooLarge {
        /// Which limit.
        limit: Limit,
        /// Found, in the limit's own unit.
        bytes: usize,
        /// Allowed.
        max: usize,
    },
    /// The log does not hold this topic.
    #[error("topic `{topic}` is not in the log")]
    UnknownTopic {
        /// The topic.
        topic: Topic,
    },
    /// The topic has fewer partitions.
    #[error("topic `{topic}` has {count} partitions, no partition {partition}")]
    UnknownPartition {
        /// The topic.
        topic: Topic,
        /// Asked for.
        partition: Partition,
        /// There are.
        count: u32,
    },
    /// A position that the log does not hold: it was truncated or recreated since that was read.
    #[error(
        "position {position} of `{topic}` partition {partition} is outside {start}..={end}: \
         the log was truncated or recreated"
    )]
    OutOfRange {
        /// The topic.
        topic: Topic,
        /// The partition.
        partition: Partition,
        /// Asked for.
        position: Position,
        /// The first that is there.
        start: Position,
        /// The end.
        end: Position,
    },
    /// Bytes on disk are not what was written. Restore the directory from a copy.
    #[error("`{path}` is corrupt at byte {offset}: {what}")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where in it.
        offset: u64,
        /// What was found there.
        what: &'static str,
    },
    /// Another process has the directory open.
    #[error("`{path}` is in use by another process: stop it, or take another data directory")]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The directory was made with another number of partitions, which is fixed for its life.
    #[error("`{path}` has {found} partitions a topic, not {expected}; the number cannot change")]
    PartitionCount {
        /// The directory.
        path: PathBuf,
        /// In the directory.
        found: u32,
        /// In the options.
        expected: u32,
    },
    /// An option outside its bounds.
    #[error("option `{name}` is {found}, expected {expected}")]
    Option {
        /// Its name.
        name: &'static str,
        /// Its value.
        found: u64,
        /// Its bounds.
        expected: &'static str,
    },
    /// A line of a file of properties. Never holds a value, which may be a secret.
    #[error("line {line}: {problem}; {remedy}")]
    Property {
        /// Its number, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// No space left. Nothing of the batch was written; it may be sent again.
    #[error("no space left for `{path}`")]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The disk failed under a write or a sync: what it holds is not known. Restart the process.
    #[error("the log stopped after a failed write to disk; restart the process")]
    Poisoned,
    /// Reading or opening a file failed.
    #[error("cannot {action} `{path}`")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The log was closed while this was in use.
    #[error("the log is closed")]
    Closed,
    /// The broker could not be reached, or could not do it now. Nothing was written.
    #[error("cannot {action}: {detail}")]
    Unavailable {
        /// What was tried.
        action: &'static str,
        /// What the client library says.
        detail: String,
        /// How long to wait before the next try.
        retry_after: Duration,
    },
    /// The commit was sent and its answer never came. Take a new writer and read the end.
    #[error("it is not known whether the batch of unit `{unit}` was committed: {detail}")]
    Uncertain {
        /// The unit.
        unit: Unit,
        /// What the client library says.
        detail: String,
    },
    /// A topic of the broker is missing or would lose events.
    #[error("topic `{topic}`: {problem}; repair with: {repair}")]
    Topic {
        /// The topic.
        topic: Topic,
        /// What is wrong.
        problem: String,
        /// The command.
        repair: String,
    },
    /// The broker or the client library refuses for good.
    #[error("cannot {action}: {detail}")]
    Refused {
        /// What was tried.
        action: &'static str,
        /// What the client library says.
        detail: String,
    },
}

/// What was too large.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Limit {
    /// Key and payload of one event.
    Event,
    /// Keys and payloads of a batch.
    Batch,
    /// The number of events of a batch.
    BatchEvents,
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Event => "bytes of an event",
            Self::Batch => "bytes of a batch",
            Self::BatchEvents => "events of a batch",
        })
    }
}

impl Error {
    /// Whether the same call on the same writer or reader may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::DiskFull { .. } | Self::Unavailable { .. } => true,
            Self::Fenced { .. }
            | Self::TooLarge { .. }
            | Self::UnknownTopic { .. }
            | Self::UnknownPartition { .. }
            | Self::OutOfRange { .. }
            | Self::Corrupt { .. }
            | Self::Locked { .. }
            | Self::PartitionCount { .. }
            | Self::Option { .. }
            | Self::Property { .. }
            | Self::Poisoned
            | Self::Io { .. }
            | Self::Closed
            | Self::Uncertain { .. }
            | Self::Topic { .. }
            | Self::Refused { .. } => false,
        }
    }
}
