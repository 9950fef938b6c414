//! What the rest of a service sees of its units: publish, wait, ask how far they are.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::operations::UnitStatus;
use api::types::{LogPosition, Receipt};
use event_log::{EventLog, Partition};
use store::Store;
use tokio::sync::{mpsc, oneshot, watch};

use crate::publisher::{OPEN_SPOOLS, OpenSpool};
use crate::runner::on_blocking_thread;
use crate::{Error, Frontier, Outgoing, Spooled, TopicPartition};

pub(crate) enum Command {
    Publish { outgoing: Vec<Outgoing>, reply: Reply },
    PublishSpool { spooled: Spooled, reply: Reply },
}

pub(crate) type Reply = oneshot::Sender<Result<Vec<LogPosition>, Error>>;

/// How a unit is.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnitState {
    pub(crate) frontier: Frontier,
    pub(crate) parked_because: Option<String>,
    pub(crate) started: bool,
}

/// A running unit. Cheap to clone.
#[derive(Clone)]
pub struct UnitHandle {
    pub(crate) unit: String,
    pub(crate) partition: Partition,
    pub(crate) store: Store,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) inputs: Vec<TopicPartition>,
    pub(crate) outputs: Vec<TopicPartition>,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) state: watch::Receiver<UnitState>,
}

/// The units of a service, one a partition.
#[derive(Clone)]
pub struct Units(Arc<Vec<UnitHandle>>);

impl UnitHandle {
    /// The unit's name, such as `metrics-2`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.unit
    }

    /// The number of the partitions that it owns.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// Its store, to read from.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Publishes events and folds them. They are in the log, and applied, when this returns.
    ///
    /// # Errors
    /// [`Error::Stopping`] or [`Error::Parked`], or what the log or the store answered.
    ///
    /// # Cancel safety
    /// Once the command is taken, the events are published whether or not anybody waits.
    pub async fn publish(&self, outgoing: Vec<Outgoing>) -> Result<Vec<LogPosition>, Error> {
        self.ask(|reply| Command::Publish { outgoing, reply }).await
    }

    /// Publishes a spool and folds it; answers with the position of its last event.
    ///
    /// # Errors
    /// As [`Self::publish`].
    ///
    /// # Cancel safety
    /// As [`Self::publish`].
    pub async fn publish_spool(&self, spooled: Spooled) -> Result<Vec<LogPosition>, Error> {
        self.ask(|reply| Command::PublishSpool { spooled, reply }).await
    }

    async fn ask(&self, command: impl FnOnce(Reply) -> Command) -> Result<Vec<LogPosition>, Error> {
        let (reply, answer) = oneshot::channel();
        if self.commands.send(command(reply)).await.is_err() {
            return Err(self.why_gone());
        }
        answer.await.unwrap_or_else(|_| Err(self.why_gone()))
    }

    fn why_gone(&self) -> Error {
        match &self.state.borrow().parked_because {
            Some(because) => Error::Parked { unit: self.unit.clone(), because: because.clone() },
            None => Error::Stopping,
        }
    }

    /// The files of spools that are not wholly in the log; only these are still needed.
    ///
    /// # Errors
    /// [`Error::Store`] or [`Error::Parked`] if the store cannot be read.
    pub async fn open_spools(&self) -> Result<Vec<PathBuf>, Error> {
        let (store, unit) = (self.store.clone(), self.unit.clone());
        on_blocking_thread(move || {
            let mut open = Vec::new();
            for row in store.scan(OPEN_SPOOLS, b"") {
                let row = <OpenSpool as prost::Message>::decode(row?.1.as_slice());
                let row = row.map_err(|error| Error::Parked {
                    unit: unit.clone(),
                    because: format!("open spool: {error}"),
                })?;
                open.push(row.to_spooled().spool.path);
            }
            Ok(open)
        })
        .await
    }

    /// How far it is.
    #[must_use]
    pub fn frontier(&self) -> Frontier {
        self.state.borrow().frontier.clone()
    }

    /// Waits until the receipt is covered.
    ///
    /// # Errors
    /// [`Error::NotYet`] after `limit`; [`Error::Parked`] or [`Error::Stopping`] if it never will.
    ///
    /// # Cancel safety
    /// Cancel safe: it only looks.
    pub async fn wait_for(&self, receipt: &Receipt, limit: Duration) -> Result<(), Error> {
        let mut state = self.state.clone();
        let covered = state.wait_for(|state| {
            state.parked_because.is_some() || (state.started && state.frontier.covers(receipt))
        });
        match tokio::time::timeout(limit, covered).await {
            Err(_) => {
                let frontier = self.state.borrow().frontier.clone();
                let behind = receipt.positions.iter().filter(|at| {
                    frontier.next(&at.topic, at.partition).is_some_and(|next| next <= at.position)
                });
                let behind: Vec<String> = behind
                    .map(|at| format!("{}/{} position {}", at.topic, at.partition, at.position))
                    .collect();
                let behind = behind.join(", ");
                let missing =
                    format!("what was written is kept; `{}` is not at {behind} yet", self.unit);
                Err(Error::NotYet { missing })
            }
            Ok(Err(_)) => Err(self.why_gone()),
            Ok(Ok(state)) if state.parked_because.is_some() => {
                drop(state);
                Err(self.why_gone())
            }
            Ok(Ok(_)) => Ok(()),
        }
    }

    /// Whether it serves: `None`, or why not.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let state = self.state.borrow();
        match &state.parked_because {
            Some(because) => Some(format!("parked: {because}")),
            None if !state.started => Some("starting".to_owned()),
            None => None,
        }
    }

    /// Positions, seq, digest and size.
    ///
    /// # Errors
    /// [`Error::Store`] or [`Error::Log`] if they cannot be read.
    pub async fn status(&self, with_digest: bool) -> Result<UnitStatus, Error> {
        let store = self.store.clone();
        let outputs = self.outputs.clone();
        let (positions, seq, size, digest) = on_blocking_thread(move || {
            // Positions first: a digest is then never older than the lag that is told with it.
            let positions = store.positions()?;
            let digest = if with_digest { store.digest()?.to_string() } else { String::new() };
            let mut seq = 0;
            for output in &outputs {
                seq = store.seq(output.topic.as_str(), output.partition.0)?.max(seq);
            }
            Ok((positions, seq, store.size()?, digest))
        })
        .await?;
        // What was never read lags too, so this goes by what is to be read and not by what was.
        let mut lag = 0;
        for source in self.inputs.iter().chain(&self.outputs) {
            let key = (source.topic.as_str().to_owned(), source.partition.0);
            let next = positions.get(&key).map_or(0, |consumed| consumed.position);
            let end = self.log.end(&source.topic, source.partition).await?;
            lag += end.0.saturating_sub(next);
        }
        let read = positions.into_iter().map(|((topic, partition), consumed)| {
            LogPosition::new(&topic, partition, consumed.position)
        });
        Ok(UnitStatus {
            unit: self.unit.clone(),
            positions: read.collect(),
            lag,
            seq,
            digest,
            keys: size.keys,
            bytes: size.bytes,
            parked_because: self.state.borrow().parked_because.clone().unwrap_or_default(),
        })
    }
}

impl Units {
    /// The units of a service.
    #[must_use]
    pub fn new(units: Vec<UnitHandle>) -> Self {
        Self(Arc::new(units))
    }

    /// All of them, by partition.
    pub fn iter(&self) -> impl Iterator<Item = &UnitHandle> {
        self.0.iter()
    }

    /// The unit that owns a key, among `count` partitions.
    ///
    /// # Panics
    /// If there are no units; a service starts at least one.
    #[must_use]
    pub fn owner_of(&self, key: &str) -> &UnitHandle {
        let count = u32::try_from(self.0.len()).unwrap_or(1);
        let partition = event_log::partition_of(key.as_bytes(), count);
        &self.0[partition.0 as usize]
    }

    /// Waits until no unit is starting: each has read its own output to the end, or is parked.
    ///
    /// # Errors
    /// [`Error::NotYet`] after `limit`; [`Error::Stopping`] if it never will.
    ///
    /// # Cancel safety
    /// Cancel safe: it only looks.
    pub async fn started(&self, limit: Duration) -> Result<(), Error> {
        let until = Instant::now() + limit;
        for unit in self.iter() {
            let left = until.saturating_duration_since(Instant::now());
            match unit.wait_for(&Receipt::default(), left).await {
                Ok(()) | Err(Error::Parked { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits until each unit covers the receipt.
    ///
    /// # Errors
    /// As [`UnitHandle::wait_for`].
    ///
    /// # Cancel safety
    /// Cancel safe: it only looks.
    pub async fn wait_for(&self, receipt: &Receipt, limit: Duration) -> Result<(), Error> {
        let until = Instant::now() + limit;
        for unit in self.iter() {
            let left = until.saturating_duration_since(Instant::now());
            unit.wait_for(receipt, left).await?;
        }
        Ok(())
    }

    /// The joined frontier.
    #[must_use]
    pub fn frontier(&self) -> Frontier {
        let mut joined = Frontier::default();
        for unit in self.iter() {
            for (topic, partition, next) in unit.frontier().iter() {
                joined.advance(topic, partition, next);
            }
        }
        joined
    }
}
