//! What the committer and the readers of one open log share: where events are and how far they go.
//!
//! The committer alone changes it, after a frame has been synced, so whatever is found here is
//! committed. Readers wait on the end of their lane; a log that closes or stops wakes them too.

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;

use super::index::{Entry, LaneEntries, Span};
use super::lanes::{Lane, Lanes};
use crate::Error;

/// The state of one open log.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) directory: PathBuf,
    pub(super) log_id: u64,
    pub(super) lanes: Lanes,
    ends: Vec<watch::Sender<End>>,
    segments: RwLock<Segments>,
}

/// All segments, the last of which is written.
#[derive(Debug)]
pub(super) struct Segments {
    /// The number of the segment that is written; those below are sealed.
    pub(super) number: u64,
    /// By lane, the sealed segments that hold events of it, in order.
    pub(super) runs: Vec<Vec<Run>>,
    /// Of the segment that is written, by lane.
    pub(super) filled: Vec<LaneEntries>,
}

/// The events of one lane in one sealed segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) number: u64,
    pub(super) span: Span,
}

/// How far a lane goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    /// The position after the last committed event.
    pub(super) position: u64,
    pub(super) state: LogState,
}

/// Whether anything more can come.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum LogState {
    Open,
    Closed,
    Poisoned,
}

/// Where the records from a position on are.
#[derive(Debug)]
pub(super) struct Located {
    /// The number of the segment.
    pub(super) number: u64,
    pub(super) entries: Entries,
}

#[derive(Debug)]
pub(super) enum Entries {
    Memory(Vec<Entry>),
    IndexFile(Span),
}

impl Shared {
    pub(super) fn new(directory: PathBuf, log_id: u64, lanes: Lanes, segments: Segments) -> Self {
        let mut ends = Vec::new();
        for lane_entries in &segments.filled {
            let position = lane_entries.end();
            ends.push(watch::Sender::new(End { position, state: LogState::Open }));
        }
        Self { directory, log_id, lanes, ends, segments: RwLock::new(segments) }
    }

    /// The position after the last committed event of a lane.
    pub(super) fn end(&self, lane: Lane) -> u64 {
        self.ends[lane.0].borrow().position
    }

    pub(super) fn ends(&self) -> Vec<u64> {
        self.ends.iter().map(|end| end.borrow().position).collect()
    }

    /// Waits until a lane goes beyond a position. Cancel safe: it holds nothing.
    pub(super) async fn wait_beyond(&self, lane: Lane, position: u64) -> Result<(), Error> {
        let mut end = self.ends[lane.0].subscribe();
        let reached = end
            .wait_for(|end| end.position > position || end.state != LogState::Open)
            .await
            .map_err(|_| Error::Closed)?;
        match reached.state {
            _ if reached.position > position => Ok(()),
            LogState::Open | LogState::Closed => Err(Error::Closed),
            LogState::Poisoned => Err(Error::Poisoned),
        }
    }

    /// Finds the segment of a committed position, with at most `count_max` entries from there on.
    pub(super) fn locate(&self, lane: Lane, position: u64, count_max: usize) -> Option<Located> {
        let segments = self.read();
        let active = &segments.filled[lane.0];
        if position >= active.base {
            let start = (position - active.base) as usize;
            let end = active.entries.len().min(start.saturating_add(count_max));
            let entries = Entries::Memory(active.entries.get(start..end)?.to_vec());
            return Some(Located { number: segments.number, entries });
        }
        let runs = &segments.runs[lane.0];
        let run = runs.get(runs.partition_point(|run| run.span.end() <= position))?;
        let holds = run.span.base <= position;
        holds.then_some(Located { number: run.number, entries: Entries::IndexFile(run.span) })
    }

    /// Adds the entries of a synced frame and moves the ends. Readers wake after this.
    pub(super) fn publish(&self, added: &[(Lane, Entry)]) {
        let mut touched: Vec<Lane> = Vec::new();
        {
            let mut segments = self.write();
            for (lane, entry) in added {
                segments.filled[lane.0].entries.push(*entry);
                if !touched.contains(lane) {
                    touched.push(*lane);
                }
            }
        }
        for lane in touched {
            let position = self.read().filled[lane.0].end();
            self.ends[lane.0].send_modify(|end| end.position = position);
        }
    }

    /// Calls with the entries of the segment that is written.
    pub(super) fn with_filled<T>(&self, call: impl FnOnce(&[LaneEntries]) -> T) -> T {
        call(&self.read().filled)
    }

    /// Puts the segment that is written among the sealed ones and begins an empty one.
    pub(super) fn seal(&self, spans: &[(Lane, Span)]) {
        let mut segments = self.write();
        for lane_entries in &mut segments.filled {
            *lane_entries = LaneEntries { base: lane_entries.end(), entries: Vec::new() };
        }
        let number = segments.number;
        for (lane, span) in spans {
            segments.runs[lane.0].push(Run { number, span: *span });
        }
        segments.number += 1;
    }

    /// Says that nothing more will come.
    pub(super) fn stop(&self, state: LogState) {
        for end in &self.ends {
            end.send_modify(|end| {
                if end.state == LogState::Open {
                    end.state = state;
                }
            });
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Segments> {
        self.segments.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Segments> {
        self.segments.write().unwrap_or_else(PoisonError::into_inner)
    }
}
