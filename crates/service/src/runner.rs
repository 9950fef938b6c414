//! The loop of a unit: read, apply, commit; derive, publish, read back.
//!
//! One task owns a unit. It folds its own outputs first, finishes what a crash left in the outbox
//! or in a spool, and only then reads its inputs. An event that cannot be applied parks the unit;
//! nothing in our own topics is ever skipped.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, Progress};
use api::types::LogPosition;
use event_log::{EventLog, Partition, Reader, Recorded, Unit};
use jiff::Timestamp;
use store::{Changes, Store};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::fold::{Fold, SEEN, SeenRow};
use crate::handle::{Command, UnitState};
use crate::inputs::{Batch, READ_BYTES, forward, open_reader};
use crate::publisher::{OPEN_SPOOLS, OpenSpool, Publisher};
use crate::{Error, Frontier, Outgoing, TopicPartition, UnitHandle, Work};

/// Batches that wait between a reader and the unit, for each input: about 2 MiB.
const READ_AHEAD: usize = 2;
/// Requests that wait for a unit; the next one waits at the door.
const COMMANDS_MAX: usize = 16;
/// A quiet time after which progress is said, so that steady input does not make an event a batch.
const PROGRESS_AFTER: Duration = Duration::from_millis(100);

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

struct Runner<W> {
    work: Arc<W>,
    store: Store,
    publisher: Publisher,
    own: Vec<(TopicPartition, Box<dyn Reader>)>,
    seen: BTreeMap<(TopicPartition, String), u64>,
    /// Applied positions of inputs, and what upstream services have said of theirs.
    applied: Frontier,
    /// What the own output says is published.
    published: Frontier,
    state: watch::Sender<UnitState>,
    /// Held, for a log closes when nobody does: what a stop finds half done is still appended.
    _log: Arc<dyn EventLog>,
}

/// Opens the store of a unit, takes its writer and starts its task in `tasks`.
///
/// # Errors
/// [`Error::Store`] or [`Error::Log`] if either cannot be opened; [`Error::LogReplaced`] if the log
/// is not the one that the store was made from.
pub async fn start_unit<W: Work>(
    work: Arc<W>,
    log: Arc<dyn EventLog>,
    options: UnitOptions,
    tasks: &mut JoinSet<Result<(), Error>>,
    shutdown: CancellationToken,
) -> Result<UnitHandle, Error> {
    let UnitOptions { unit, partition, dir, store: store_options } = options;
    let mut tables = W::tables().to_vec();
    tables.extend([SEEN, OPEN_SPOOLS]);
    let opened = on_blocking_thread(move || Ok(Store::open(&dir, &tables, store_options)?)).await?;
    if let Some(aside) = &opened.set_aside {
        tracing::warn!(unit = unit.as_str(), ?aside, "store set aside; rebuilding from the log");
    }
    let store = opened.store;
    let writer = log.writer(&unit).await?;
    let mut own = Vec::new();
    for output in work.outputs() {
        let reader = open_reader(&*log, &store, &output).await?;
        own.push((output, reader));
    }
    let (batches, inputs) = mpsc::channel(READ_AHEAD);
    for input in work.inputs() {
        let reader = open_reader(&*log, &store, &input).await?;
        tasks.spawn(forward(input, reader, batches.clone(), shutdown.clone()));
    }
    let (commands, requests) = mpsc::channel(COMMANDS_MAX);
    let (state, state_seen) = watch::channel(UnitState::default());
    let publisher = Publisher {
        unit: unit.as_str().to_owned(),
        store: store.clone(),
        writer,
        recorded: BTreeMap::new(),
    };
    let handle = UnitHandle {
        unit: unit.as_str().to_owned(),
        partition,
        store: store.clone(),
        log: log.clone(),
        inputs: work.inputs(),
        outputs: work.outputs(),
        commands,
        state: state_seen,
    };
    let mut runner = Runner {
        work,
        store,
        publisher,
        own,
        seen: BTreeMap::new(),
        applied: Frontier::default(),
        published: Frontier::default(),
        state,
        _log: log,
    };
    runner.recall()?;
    tasks.spawn(async move { runner.run(inputs, requests, shutdown).await });
    Ok(handle)
}

impl<W: Work> Runner<W> {
    async fn run(
        mut self,
        mut inputs: mpsc::Receiver<Batch>,
        mut requests: mpsc::Receiver<Command>,
        shutdown: CancellationToken,
    ) -> Result<(), Error> {
        let outcome = self.work_on(&mut inputs, &mut requests, &shutdown).await;
        let because = match outcome {
            Ok(()) => {
                let store = self.store.clone();
                return on_blocking_thread(move || Ok(store.sync()?)).await;
            }
            Err(Error::Parked { because, .. }) => because,
            Err(error) => return Err(error),
        };
        tracing::error!(unit = self.publisher.unit, because, "unit parked");
        self.state.send_modify(|state| state.parked_because = Some(because));
        drop(requests);
        shutdown.cancelled().await;
        Ok(())
    }

    async fn work_on(
        &mut self,
        inputs: &mut mpsc::Receiver<Batch>,
        requests: &mut mpsc::Receiver<Command>,
        shutdown: &CancellationToken,
    ) -> Result<(), Error> {
        self.read_own().await?;
        self.finish_what_a_crash_left().await?;
        let mut inputs_open = true;
        loop {
            self.derive_all(shutdown).await?;
            if shutdown.is_cancelled() {
                // What is left to derive is not published, so no receipt may count as covered.
                return Ok(());
            }
            let behind = self.tell_how_far();
            // All are cancel safe: `cancelled` and `sleep` hold nothing, `recv` loses nothing.
            tokio::select! {
                biased; // Shutdown wins over a busy log, and requests over reading on.
                () = shutdown.cancelled() => return Ok(()),
                request = requests.recv() => match request {
                    Some(request) => self.answer(request).await?,
                    None => return Ok(()),
                },
                batch = inputs.recv(), if inputs_open => match batch {
                    Some((source, batch)) => self.apply(&source, batch?).await?,
                    None => inputs_open = false,
                },
                () = tokio::time::sleep(PROGRESS_AFTER), if !behind.is_empty() => {
                    self.say_progress(behind).await?;
                }
            }
        }
    }

    async fn answer(&mut self, request: Command) -> Result<(), Error> {
        let (done, reply) = match request {
            Command::Publish { outgoing, reply } => {
                (self.publisher.publish(Changes::new(), outgoing).await, reply)
            }
            Command::PublishSpool { spooled, reply } => {
                (self.publisher.publish_spool(&spooled).await, reply)
            }
        };
        match done {
            Ok(positions) => {
                self.read_own().await?;
                self.derive_all(&CancellationToken::new()).await?;
                self.state.send_modify(|state| state.frontier = self.applied.clone());
                // Nobody waits any more: the events are facts all the same.
                let _ = reply.send(Ok(positions));
                Ok(())
            }
            // Nothing was written: the request fails and the unit goes on.
            Err(Error::Store(error @ store::Error::DiskFull { .. })) => {
                let _ = reply.send(Err(Error::Store(error)));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn derive_all(&mut self, shutdown: &CancellationToken) -> Result<(), Error> {
        while !shutdown.is_cancelled() {
            let (work, store) = (self.work.clone(), self.store.clone());
            let derived = on_blocking_thread(move || Ok(work.derive(&store))).await?;
            let derived = derived.map_err(|error| self.parked(&format!("derive: {error}")))?;
            let Some(derived) = derived else { return Ok(()) };
            let silent = derived.outgoing.is_empty();
            self.publisher.publish(derived.changes, derived.outgoing).await?;
            if !silent {
                self.read_own().await?;
            }
        }
        Ok(())
    }

    /// Folds the own outputs up to their ends.
    async fn read_own(&mut self) -> Result<(), Error> {
        for index in 0..self.own.len() {
            loop {
                let (source, reader) = &mut self.own[index];
                let batch = reader.try_next(READ_BYTES).await?;
                if batch.is_empty() {
                    break;
                }
                let source = source.clone();
                self.apply(&source, batch).await?;
            }
        }
        Ok(())
    }

    async fn finish_what_a_crash_left(&mut self) -> Result<(), Error> {
        // What of the outbox is in the log already was just read back: its seq is seen.
        loop {
            let pending = self.store.outbox(1)?;
            let Some(first) = pending.first() else { break };
            let event = api::decode_event(&first.payload)
                .map_err(|error| self.parked(&format!("outbox: {error}")))?;
            let at = self.own.iter().map(|(source, _)| source).find(|source| {
                source.topic.as_str() == first.topic && source.partition.0 == first.partition
            });
            let seen = at.and_then(|at| self.seen.get(&(at.clone(), event.unit.clone())));
            if seen.is_none_or(|seen| *seen < event.seq) {
                break;
            }
            self.store.trim_outbox(first.number)?;
        }
        self.publisher.flush().await?;
        self.read_own().await?;
        for row in self.store.scan(OPEN_SPOOLS, b"") {
            let (_, row) = row?;
            let row = <OpenSpool as prost::Message>::decode(row.as_slice())
                .map_err(|error| self.parked(&format!("open spool: {error}")))?;
            let spooled = row.to_spooled();
            let unit = self.publisher.unit.clone();
            let seen = self.seen.get(&(spooled.to.clone(), unit)).copied().unwrap_or(0);
            let from = (seen + 1).saturating_sub(row.first_seq);
            tracing::info!(path = %spooled.spool.path.display(), from, "resuming a spool");
            self.publisher.append_spool(&spooled, row.first_seq, from).await?;
            self.publisher.close_spool(&spooled).await?;
            self.read_own().await?;
        }
        Ok(())
    }

    /// Applies a batch in transactions of bounded size.
    async fn apply(&mut self, source: &TopicPartition, batch: Vec<Recorded>) -> Result<(), Error> {
        let (work, store, from) = (self.work.clone(), self.store.clone(), source.clone());
        let unit = self.publisher.unit.clone();
        let seen = std::mem::take(&mut self.seen);
        let fold = move || {
            let mut fold = Fold { work: &*work, store: &store, source: &from, unit: &unit, seen };
            let outcome = fold.batch(&batch);
            Ok((fold.seen, outcome))
        };
        let (seen, outcome) = on_blocking_thread(fold).await?;
        self.seen = seen;
        let folded = outcome?;
        let (topic, partition) = (source.topic.as_str(), source.partition.0);
        self.applied.advance(topic, partition, folded.next);
        for (topic, partition, next) in folded.upstream.iter() {
            self.applied.advance(topic, partition, next);
        }
        if let Some(position) = self.own.iter().position(|(own, _)| own == source) {
            debug_assert!(position < self.own.len());
            for (topic, partition, next) in folded.upstream.iter() {
                self.published.advance(topic, partition, next);
            }
            if let Some(recorded_at) = folded.recorded_at {
                self.publisher.recorded.insert(source.clone(), recorded_at);
            }
        }
        Ok(())
    }

    /// Tells waiting requests how far the unit is; answers with what no event has told yet.
    fn tell_how_far(&self) -> Vec<LogPosition> {
        if self.work.holds_back() {
            return Vec::new();
        }
        self.state.send_modify(|state| {
            state.frontier = self.applied.clone();
            state.started = true;
        });
        self.unsaid_progress()
    }

    /// Input partitions whose applied position no event of the own output has told yet.
    fn unsaid_progress(&self) -> Vec<LogPosition> {
        let mut unsaid = Vec::new();
        for input in self.work.inputs() {
            let (topic, partition) = (input.topic.as_str(), input.partition.0);
            let applied = self.applied.next(topic, partition).unwrap_or(0);
            if applied > self.published.next(topic, partition).unwrap_or(0) {
                unsaid.push(LogPosition::new(topic, partition, applied - 1));
            }
        }
        unsaid
    }

    async fn say_progress(&mut self, applied: Vec<LogPosition>) -> Result<(), Error> {
        let Some((to, _)) = self.own.first() else { return Ok(()) };
        let cause = Cause { kind: CauseKind::Event.into(), position: applied.last().cloned() };
        let payload = Payload::Progress(Progress { applied });
        let outgoing = Outgoing { to: to.clone(), key: Vec::new(), cause, payload };
        self.publisher.publish(Changes::new(), vec![outgoing]).await?;
        self.read_own().await
    }

    /// Reads back from the store what the loop keeps in memory.
    fn recall(&mut self) -> Result<(), Error> {
        // Known from the start, so that a receipt for the very first event is waited for.
        for source in self.work.inputs().into_iter().chain(self.work.upstream()) {
            self.applied.advance(source.topic.as_str(), source.partition.0, 0);
        }
        for ((topic, partition), consumed) in self.store.positions()? {
            self.applied.advance(&topic, partition, consumed.position);
        }
        for row in self.store.scan(SEEN, b"") {
            let (key, value) = row?;
            let row = <SeenRow as prost::Message>::decode(value.as_slice())
                .map_err(|error| self.parked(&format!("seen: {error}")))?;
            let _ = key;
            let all = self.work.inputs().into_iter().chain(self.work.outputs());
            let Some(source) = all.into_iter().find(|one| one.to_string() == row.source) else {
                continue;
            };
            let recorded_at = Timestamp::from_nanosecond(i128::from(row.recorded_nanoseconds));
            if let (true, Ok(recorded_at)) = (row.unit == self.publisher.unit, recorded_at) {
                self.publisher.recorded.insert(source.clone(), recorded_at);
            }
            for applied in &row.upstream {
                self.applied.advance(&applied.topic, applied.partition, applied.position);
                if row.unit == self.publisher.unit {
                    self.published.advance(&applied.topic, applied.partition, applied.position);
                }
            }
            self.seen.insert((source, row.unit), row.seq);
        }
        self.work.committed(&self.store).map_err(|error| self.parked(&error.to_string()))
    }

    fn parked(&self, because: &str) -> Error {
        Error::Parked { unit: self.publisher.unit.clone(), because: because.to_owned() }
    }
}

/// Runs what may block on a thread of its own.
pub(crate) async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Error::Panicked))
}
