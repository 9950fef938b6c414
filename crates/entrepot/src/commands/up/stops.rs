//! Ctrl-C and SIGTERM, heard from the moment that this is made: one that comes between two waits is
//! not lost.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Error;

/// What asks `up` to stop.
pub(super) struct Stops {
    interrupt: Signal,
    terminate: Signal,
}

impl Stops {
    pub(super) fn try_new() -> Result<Self, Error> {
        let hear =
            |kind| signal(kind).map_err(|error| super::services::of_service("signals", &error));
        Ok(Self {
            interrupt: hear(SignalKind::interrupt())?,
            terminate: hear(SignalKind::terminate())?,
        })
    }

    /// Waits until a stop is asked for.
    ///
    /// # Cancel safety
    /// Cancel safe: a signal that comes meanwhile is heard by the next call.
    pub(super) async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
