//! What the rest of a service sees of its units: publish, wait, ask how far they are.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::operations::UnitStatus;
use api::types::{LogPosition, Receipt};
use event_log::{EventLog, Partition};
use store::{DigestView, Store};
use tokio::sync::{mpsc, oneshot, watch};

use crate::inputs::ReadTo;
use crate::metering::{RequestMeter, UnitMeter};
use crate::publisher::{OPEN_SPOOLS, OpenSpool};
use crate::skips;
use crate::trace::{self, TraceContext};
use crate::unit::on_blocking_thread;
use crate::{Error, Frontier, Instance, Outgoing, Spooled, TopicPartition};

pub(crate) enum Command {
    Publish { outgoing: Vec<Outgoing>, trace: Option<TraceContext>, reply: Reply },
    PublishSpool { spooled: Spooled, trace: Option<TraceContext>, reply: Reply },
    Skip { at: LogPosition, reason: String, reply: Reply },
}

/// How far a store has applied each partition.
type Positions = BTreeMap<(String, u32), store::Consumed>;

pub(crate) type Reply = oneshot::Sender<Result<Vec<LogPosition>, Error>>;

/// How a unit is.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnitState {
    pub(crate) frontier: Frontier,
    pub(crate) parked_because: Option<String>,
    /// The event at which it is parked, if it is one that can be skipped.
    pub(crate) parked_at: Option<LogPosition>,
    pub(crate) started: bool,
    /// What it waits for at the moment, such as a broker that does not answer.
    pub(crate) waits_for: Option<String>,
    /// A later writer has its partition: another instance owns it now.
    pub(crate) given_up: bool,
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
    pub(crate) digest_views: &'static [DigestView],
    pub(crate) dataflows: Arc<dyn Fn() -> Vec<(String, String)> + Send + Sync>,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) state: watch::Receiver<UnitState>,
    pub(crate) read_to: ReadTo,
    pub(crate) meter: Arc<UnitMeter>,
}

/// The units of an instance of a service, one a partition that it owns.
#[derive(Clone)]
pub struct Units {
    units: Arc<Vec<UnitHandle>>,
    partition_count: u32,
    requests: Arc<RequestMeter>,
    instance: Instance,
}

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

    /// The dataflows that it knows, each with its domain.
    #[must_use]
    pub fn dataflows(&self) -> Vec<(String, String)> {
        (self.dataflows)()
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
        let trace = trace::current();
        self.ask(|reply| Command::Publish { outgoing, trace, reply }).await
    }

    /// Publishes a spool and folds it; answers with the position of its last event.
    ///
    /// # Errors
    /// As [`Self::publish`].
    ///
    /// # Cancel safety
    /// As [`Self::publish`].
    pub async fn publish_spool(&self, spooled: Spooled) -> Result<Vec<LogPosition>, Error> {
        let trace = trace::current();
        self.ask(|reply| Command::PublishSpool { spooled, trace, reply }).await
    }

    /// Lets a unit that is parked at exactly this event pass over it; answers with where the log
    /// says so.
    ///
    /// # Errors
    /// [`Error::NotParkedThere`]; [`Error::Parked`] if the unit is parked again at a later event;
    /// what the log or the store answered.
    ///
    /// # Cancel safety
    /// As [`Self::publish`].
    pub async fn skip(&self, at: LogPosition, reason: String) -> Result<Vec<LogPosition>, Error> {
        self.ask(|reply| Command::Skip { at, reason, reply }).await
    }

    /// Whether another instance has taken its partition.
    #[must_use]
    pub fn is_given_up(&self) -> bool {
        self.state.borrow().given_up
    }

    /// Whether it has read what it knows, and has not given it up.
    pub(crate) fn is_serving(&self) -> bool {
        let state = self.state.borrow();
        state.started && !state.given_up
    }

    /// Refuses at once what could not be published now: a request that waits for a broker would
    /// only hold its client's memory and ours.
    fn check_available(&self) -> Result<(), Error> {
        match &self.state.borrow().waits_for {
            Some(what) => Err(Error::Away { what: what.clone() }),
            None => Ok(()),
        }
    }

    async fn ask(&self, command: impl FnOnce(Reply) -> Command) -> Result<Vec<LogPosition>, Error> {
        self.check_available()?;
        let (reply, answer) = oneshot::channel();
        if self.commands.send(command(reply)).await.is_err() {
            return Err(self.why_gone());
        }
        answer.await.unwrap_or_else(|_| Err(self.why_gone()))
    }

    fn why_gone(&self) -> Error {
        let state = self.state.borrow();
        match &state.parked_because {
            Some(because) => {
                Error::Parked { unit: self.unit.clone(), because: because.clone(), at: None }
            }
            None if state.given_up => Error::Elsewhere { partition: self.partition },
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
                open.push(OpenSpool::decode(&row?.1, &unit)?.to_spooled().spool.path);
            }
            Ok(open)
        })
        .await
    }

    /// Whether it has read what it has to read before it serves.
    #[cfg(feature = "process")]
    pub(crate) fn has_started(&self) -> bool {
        self.state.borrow().started
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
            state.parked_because.is_some()
                || state.given_up
                || (state.started && state.frontier.covers(receipt))
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
            Ok(Ok(state)) if state.parked_because.is_some() || state.given_up => {
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
            // Another instance serves what it did.
            None if state.given_up => None,
            None => match (&state.waits_for, state.started) {
                (Some(what), _) => Some(format!("waiting: {what}")),
                (None, false) => Some("starting".to_owned()),
                (None, true) => None,
            },
        }
    }

    /// Positions, seq, digest and size.
    ///
    /// # Errors
    /// [`Error::Store`] or [`Error::Log`] if they cannot be read.
    pub async fn status(&self, with_digest: bool) -> Result<UnitStatus, Error> {
        let store = self.store.clone();
        let (outputs, views) = (self.outputs.clone(), self.digest_views);
        let (positions, seq, size, digest, outbox, skipped) = on_blocking_thread(move || {
            // Positions first: a digest is then never older than the lag that is told with it.
            let positions = store.positions()?;
            let digest =
                if with_digest { store.digest_through(views)?.to_string() } else { String::new() };
            let mut seq = 0;
            for output in &outputs {
                seq = store.seq(output.topic.as_str(), output.partition.0)?.max(seq);
            }
            let (outbox, skipped) = (store.outbox_count()?, skips::all(&store)?);
            Ok((positions, seq, store.size()?, digest, outbox, skipped))
        })
        .await?;
        let lag = self.lag_behind(&positions).await?;
        let read = positions.into_iter().map(|((topic, partition), consumed)| {
            LogPosition::new(&topic, partition, consumed.position)
        });
        let state = self.state.borrow().clone();
        Ok(UnitStatus {
            unit: self.unit.clone(),
            positions: read.collect(),
            lag,
            seq,
            digest,
            keys: size.keys,
            bytes: size.bytes,
            parked_because: state.parked_because.unwrap_or_default(),
            parked_at: state.parked_at,
            waits_for: state.waits_for.unwrap_or_default(),
            outbox,
            skipped,
            exported_at: self.meter.exported_at().map(api::timestamp_to),
        })
    }
}

impl UnitHandle {
    /// How many positions of the log are not applied yet.
    pub(crate) async fn lag(&self) -> Result<u64, Error> {
        let store = self.store.clone();
        let positions = on_blocking_thread(move || Ok(store.positions()?)).await?;
        self.lag_behind(&positions).await
    }

    async fn lag_behind(&self, positions: &Positions) -> Result<u64, Error> {
        // What was never read lags too, so this goes by what is to be read and not by what was.
        let mut lag = 0;
        for source in self.inputs.iter().chain(&self.outputs) {
            let key = (source.topic.as_str().to_owned(), source.partition.0);
            let next = positions.get(&key).map_or(0, |consumed| consumed.position);
            let end = self.log.end(&source.topic, source.partition).await?;
            lag += end.0.saturating_sub(self.read_to.beyond(source, next));
        }
        Ok(lag)
    }
}

impl Units {
    /// The units of an instance, of a service whose topics have `partition_count` partitions.
    #[must_use]
    pub fn new(units: Vec<UnitHandle>, partition_count: u32) -> Self {
        Self {
            units: Arc::new(units),
            partition_count,
            requests: Arc::default(),
            instance: Instance::ONLY,
        }
    }

    /// The same as those of an instance.
    #[must_use]
    pub fn of_instance(self, instance: Instance) -> Self {
        Self { instance, ..self }
    }

    /// Which instance they are of.
    #[must_use]
    pub fn instance(&self) -> Instance {
        self.instance
    }

    /// The calls that their service has answered.
    #[must_use]
    pub fn requests(&self) -> &Arc<RequestMeter> {
        &self.requests
    }

    /// All of them, by partition.
    pub fn iter(&self) -> impl Iterator<Item = &UnitHandle> {
        self.units.iter()
    }

    /// The partition of a key.
    #[must_use]
    pub fn partition_of(&self, key: &str) -> Partition {
        event_log::partition_of(key.as_bytes(), self.partition_count)
    }

    /// The unit that owns a key, among all partitions of the service.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] if another instance owns it.
    pub fn owner_of(&self, key: &str) -> Result<&UnitHandle, Error> {
        self.owner(self.partition_of(key))
    }

    /// The unit of a partition.
    ///
    /// # Errors
    /// [`Error::Elsewhere`] if another instance owns it.
    pub fn owner(&self, partition: Partition) -> Result<&UnitHandle, Error> {
        let found = self.iter().find(|unit| unit.partition() == partition);
        let elsewhere = Error::Elsewhere { partition };
        found.filter(|unit| !unit.is_given_up()).ok_or(elsewhere)
    }

    /// How many partitions the topics of the service have.
    #[must_use]
    pub fn partition_count(&self) -> u32 {
        self.partition_count
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
                Ok(()) | Err(Error::Parked { .. } | Error::Elsewhere { .. }) => {}
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
            match unit.wait_for(receipt, left).await {
                Ok(()) | Err(Error::Elsewhere { .. }) => {}
                Err(error) => return Err(error),
            }
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
