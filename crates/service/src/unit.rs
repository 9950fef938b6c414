//! A unit through all its sessions: it opens the store once, and a writer and readers as often as the
//! log asks for.
//!
//! A log that does not answer, a commit whose outcome is unknown and a full disk all end the session;
//! after a pause the next one begins like a start after a crash, from the store and the end of the
//! own output. A unit whose writer was fenced gives its partition up: another instance has it. It
//! looks again much later, in case that instance is gone.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use event_log::{EventLog, Partition, Unit};
use store::Store;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::fold::SEEN;
use crate::handle::{Command, UnitState};
use crate::inputs::ReadTo;
use crate::metering::UnitMeter;
use crate::publisher::OPEN_SPOOLS;
use crate::session::{Pending, SUPERSEDED, Session};
use crate::skips::{self, SKIPPED, SKIPPING};
use crate::{Error, ParkedAt, UnitHandle, Work};

/// Requests that wait for a unit; the next one waits at the door.
const COMMANDS_MAX: usize = 16;
/// The first pause after a session that broke off, and the longest: twice as long each time.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// A session that lived so long was well: the next pause is the first again.
const SESSION_WELL_AFTER: Duration = Duration::from_secs(30);
/// When a partition that was given up is looked at again. Long, for whoever has it loses it then.
const RETAKE_AFTER: Duration = Duration::from_secs(120);

/// What a unit needs to start.
#[derive(Clone, Debug)]
pub struct UnitOptions {
    /// Its name.
    pub unit: Unit,
    /// The number of the partitions that it owns.
    pub partition: Partition,
    /// The directory of its store.
    pub dir: PathBuf,
    /// How its store is opened.
    pub store: store::Options,
}

/// What lives as long as the process.
pub(crate) struct Life<W> {
    pub(crate) work: Arc<W>,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) store: Store,
    pub(crate) unit: Unit,
    pub(crate) state: watch::Sender<UnitState>,
    pub(crate) read_to: ReadTo,
    pub(crate) meter: Arc<UnitMeter>,
    pub(crate) shutdown: CancellationToken,
}

/// What a broken session asks for.
enum Next {
    /// Another one after a pause.
    Session(String),
    /// To leave the partition to another instance.
    GiveUp,
    /// To stop at an event.
    Park(String, Option<Box<ParkedAt>>),
    /// To end the process.
    End(Error),
}

/// Opens the store of a unit, takes its writer and starts its task in `tasks`.
///
/// # Errors
/// [`Error::Store`] or [`Error::Log`] if either refuses for good; [`Error::LogReplaced`] if the log
/// is not the one that the store was made from. A log that does not answer is waited for.
pub async fn start_unit<W: Work>(
    work: Arc<W>,
    log: Arc<dyn EventLog>,
    options: UnitOptions,
    tasks: &mut JoinSet<Result<(), Error>>,
    shutdown: CancellationToken,
) -> Result<UnitHandle, Error> {
    let UnitOptions { unit, partition, dir, store: store_options } = options;
    let mut tables = W::tables().to_vec();
    tables.extend([SEEN, OPEN_SPOOLS, SUPERSEDED, SKIPPED, SKIPPING]);
    let opened = on_blocking_thread(move || Ok(Store::open(&dir, &tables, store_options)?)).await?;
    if let Some(aside) = &opened.set_aside {
        tracing::warn!(unit = unit.as_str(), ?aside, "store set aside; rebuilding from the log");
    }
    let store = opened.store;
    let (commands, requests) = mpsc::channel(COMMANDS_MAX);
    let (state, state_seen) = watch::channel(UnitState::default());
    let read_to = ReadTo::default();
    let meter = Arc::new(UnitMeter::default());
    let handle = UnitHandle {
        unit: unit.as_str().to_owned(),
        partition,
        store: store.clone(),
        log: log.clone(),
        inputs: work.inputs(),
        outputs: work.outputs(),
        digest_views: W::digest_views(),
        dataflows: Arc::new({
            let work = work.clone();
            move || work.dataflows()
        }),
        commands,
        state: state_seen,
        read_to: read_to.clone(),
        meter: meter.clone(),
    };
    let life = Life { work, log, store, unit, state, read_to, meter, shutdown };
    let first = match Session::open(&life).await {
        Ok(session) => Some(session),
        Err(error) => match judge(error) {
            Next::Session(_) => None,
            Next::GiveUp => None,
            Next::Park(because, at) => {
                return Err(Error::Parked { unit: life.unit.as_str().to_owned(), because, at });
            }
            Next::End(error) => return Err(error),
        },
    };
    let span = tracing::error_span!("unit", unit = life.unit.as_str());
    tasks.spawn(life.run(first, requests).instrument(span));
    Ok(handle)
}

impl<W: Work> Life<W> {
    async fn run(
        self,
        mut opened: Option<Session<W>>,
        mut requests: mpsc::Receiver<Command>,
    ) -> Result<(), Error> {
        let mut pending = None;
        let mut pause = PAUSE_FIRST;
        loop {
            let began = tokio::time::Instant::now();
            let worked = self.session(opened.take(), &mut requests, &mut pending).await;
            let Err(error) = worked else {
                let store = self.store.clone();
                return on_blocking_thread(move || Ok(store.sync()?)).await;
            };
            if let Error::Log(error) = &error {
                self.meter.count_log_error(error);
            }
            match judge(error) {
                Next::End(error) => return Err(error),
                Next::Park(because, at) => {
                    if let Some(waiting) = pending.take() {
                        // Nobody may wait any more.
                        let _ = waiting.reply.send(Err(self.parked(&because)));
                    }
                    pending = self.park(because, at, &mut requests).await;
                    pause = PAUSE_FIRST;
                }
                Next::GiveUp => {
                    tracing::warn!(unit = self.unit.as_str(), "a later writer has this partition");
                    refuse(pending.take(), self.partition());
                    self.give_up(&mut requests).await;
                    pause = PAUSE_FIRST;
                }
                Next::Session(because) => {
                    if began.elapsed() >= SESSION_WELL_AFTER {
                        pause = PAUSE_FIRST;
                    }
                    tracing::warn!(unit = self.unit.as_str(), because, "beginning again");
                    self.state.send_modify(|state| state.waits_for = Some(because));
                    // Both are cancel safe: neither holds state.
                    tokio::select! {
                        () = self.shutdown.cancelled() => {}
                        () = tokio::time::sleep(pause) => {}
                    }
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
            if self.shutdown.is_cancelled() {
                let store = self.store.clone();
                return on_blocking_thread(move || Ok(store.sync()?)).await;
            }
        }
    }

    async fn session(
        &self,
        opened: Option<Session<W>>,
        requests: &mut mpsc::Receiver<Command>,
        pending: &mut Option<Pending>,
    ) -> Result<(), Error> {
        let mut session = match opened {
            Some(session) => session,
            None => {
                self.work.interrupted();
                // Cancel safe: a session that is not open has written nothing.
                tokio::select! {
                    () = self.shutdown.cancelled() => return Ok(()),
                    session = Session::open(self) => session?,
                }
            }
        };
        session.work_on(requests, pending, &self.shutdown).await
    }

    /// Stands at an event until the shutdown, or until it is told to pass over it; then the request
    /// is to be answered when the log says so.
    async fn park(
        &self,
        because: String,
        at: Option<Box<ParkedAt>>,
        requests: &mut mpsc::Receiver<Command>,
    ) -> Option<Pending> {
        tracing::error!(unit = self.unit.as_str(), because, "unit parked");
        let stands_at = at.as_ref().map(|at| at.to_log_position());
        self.state.send_modify(|state| {
            state.parked_because = Some(because.clone());
            state.parked_at = stands_at;
            state.waits_for = None;
        });
        loop {
            // Both are cancel safe: `recv` loses nothing, the other holds no state.
            let request = tokio::select! {
                () = self.shutdown.cancelled() => return None,
                request = requests.recv() => request,
            };
            let (refused, reply) = match request {
                None => {
                    self.shutdown.cancelled().await;
                    return None;
                }
                Some(Command::Skip { at: wanted, reason, reply }) => {
                    match skips::ask(&self.store, &self.unit, at.as_deref(), &wanted, reason).await
                    {
                        Ok(()) => {
                            self.state.send_modify(|state| {
                                state.parked_because = None;
                                state.parked_at = None;
                            });
                            let to = self.work.outputs().into_iter().take(1).collect();
                            return Some(Pending { reply, to });
                        }
                        Err(error) => (error, reply),
                    }
                }
                Some(other) => (self.parked(&because), Pending::of(other).reply),
            };
            // Nobody may wait any more.
            let _ = reply.send(Err(refused));
        }
    }

    fn parked(&self, because: &str) -> Error {
        let unit = self.unit.as_str().to_owned();
        Error::Parked { unit, because: because.to_owned(), at: None }
    }

    /// Answers that the partition is elsewhere until it is time to look again.
    async fn give_up(&self, requests: &mut mpsc::Receiver<Command>) {
        self.state.send_modify(|state| {
            state.given_up = true;
            state.waits_for = None;
        });
        let until = tokio::time::Instant::now() + RETAKE_AFTER;
        loop {
            // All are cancel safe: `recv` loses nothing, the others hold no state.
            let request = tokio::select! {
                () = self.shutdown.cancelled() => return,
                () = tokio::time::sleep_until(until) => return,
                request = requests.recv() => request,
            };
            match request {
                Some(request) => refuse(Some(Pending::of(request)), self.partition()),
                None => return self.shutdown.cancelled().await,
            }
        }
    }

    fn partition(&self) -> Partition {
        self.work.outputs().first().map_or(Partition(0), |output| output.partition)
    }
}

fn refuse(pending: Option<Pending>, partition: Partition) {
    if let Some(pending) = pending {
        // Nobody may wait any more.
        let _ = pending.reply.send(Err(Error::Elsewhere { partition }));
    }
}

fn judge(error: Error) -> Next {
    match error {
        Error::Parked { because, at, .. } => Next::Park(because, at),
        error @ Error::SkipFound => Next::Session(error.to_string()),
        Error::Log(event_log::Error::Fenced { .. }) => Next::GiveUp,
        Error::Log(
            error @ (event_log::Error::Unavailable { .. }
            | event_log::Error::Uncertain { .. }
            | event_log::Error::DiskFull { .. }),
        ) => Next::Session(error.to_string()),
        Error::Store(error @ store::Error::DiskFull { .. }) => Next::Session(error.to_string()),
        other => Next::End(other),
    }
}

/// Runs what may block on a thread of its own.
pub(crate) async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Error::Panicked))
}
