//! What waits for the committer: appends and fences, in one order.
//!
//! That order is what makes fencing exact: what an earlier writer has queued before a fence is
//! committed before the fence is answered, and what it queues after is refused. The queue has a
//! bound; when it is full, appends wait. Closing it lets what is queued be committed first.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::lanes::Lane;
use crate::{Error, Event, Position, Unit};

/// The most commands that wait. Each is at most one batch, and usually one for each unit: there
/// are some twenty units in a process, so this is never reached while callers behave.
const COMMANDS_MAX: usize = 64;

/// Commands for the committer.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    room: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct State {
    commands: VecDeque<(Command, OwnedSemaphorePermit)>,
    closed: bool,
}

/// Something that the committer does in its turn.
#[derive(Debug)]
pub(super) enum Command {
    Append(Append),
    Fence(Fence),
}

/// A batch of a writer.
#[derive(Debug)]
pub(super) struct Append {
    pub(super) unit: Unit,
    pub(super) generation: u64,
    /// The lane of each event.
    pub(super) lanes: Vec<Lane>,
    pub(super) batch: Vec<Event>,
    pub(super) reply: oneshot::Sender<Result<Vec<Position>, Error>>,
}

/// A new writer of a unit; answered with its generation.
#[derive(Debug)]
pub(super) struct Fence {
    pub(super) unit: Unit,
    pub(super) reply: oneshot::Sender<Result<u64, Error>>,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            room: Arc::new(Semaphore::new(COMMANDS_MAX)),
        }
    }

    /// Waits for room. Cancel safe: an unused permit gives its room back.
    pub(super) async fn reserve(&self) -> Result<OwnedSemaphorePermit, Error> {
        Arc::clone(&self.room).acquire_owned().await.map_err(|_| Error::Closed)
    }

    pub(super) fn push(&self, permit: OwnedSemaphorePermit, command: Command) -> Result<(), Error> {
        let mut state = self.lock();
        if state.closed {
            return Err(Error::Closed);
        }
        state.commands.push_back((command, permit));
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for commands and takes some: at least one, and no more once they have `bytes_max`.
    /// `None` when the queue is closed and empty.
    pub(super) fn take(&self, bytes_max: usize) -> Option<Vec<Command>> {
        let mut state = self.lock();
        while state.commands.is_empty() {
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut taken = Vec::new();
        let mut bytes = 0;
        while bytes < bytes_max {
            let Some((command, _permit)) = state.commands.pop_front() else { break };
            bytes += command.bytes();
            taken.push(command);
        }
        Some(taken)
    }

    pub(super) fn close(&self) {
        self.room.close();
        self.lock().closed = true;
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Command {
    fn bytes(&self) -> usize {
        match self {
            Self::Append(append) => {
                append.batch.iter().map(|event| event.key.len() + event.payload.len()).sum()
            }
            Self::Fence(_) => 0,
        }
    }
}
