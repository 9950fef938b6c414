//! A service that runs: where it answers, and the one owner of all its tasks.

use std::net::SocketAddr;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::unit::on_blocking_thread;
use crate::{Error, Units};

/// A running service, the owner of its tasks.
pub struct Running {
    /// Where it answers.
    pub address: SocketAddr,
    /// Its units.
    pub units: Units,
    tasks: JoinSet<Result<(), Error>>,
    shutdown: CancellationToken,
}

impl Running {
    /// A service whose tasks these are; `shutdown` ends them.
    #[must_use]
    pub fn new(
        address: SocketAddr,
        units: Units,
        tasks: JoinSet<Result<(), Error>>,
        shutdown: CancellationToken,
    ) -> Self {
        Self { address, units, tasks, shutdown }
    }

    /// Returns when all tasks have ended; the first failure ends the rest.
    ///
    /// # Errors
    /// The first failure.
    ///
    /// # Cancel safety
    /// If dropped, all tasks are aborted; what is committed is read again at the next start.
    pub async fn stopped(mut self) -> Result<(), Error> {
        let mut outcome = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended.unwrap_or(Err(Error::Panicked)) {
                self.shutdown.cancel();
                if outcome.is_ok() {
                    outcome = Err(error);
                }
            }
        }
        if outcome.is_ok() {
            // Nothing writes any more: the stop is marked as clean. A question that is still
            // answered somewhere is refused from here on.
            for unit in self.units.iter() {
                let store = unit.store().clone();
                outcome = outcome.and(on_blocking_thread(move || Ok(store.close()?)).await);
            }
        }
        outcome
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}
