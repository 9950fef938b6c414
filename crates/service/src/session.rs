//! One writer's time: read, apply, commit; derive, publish, read back.
//!
//! A session folds its own outputs first and finishes what the last one left in the outbox or in a
//! spool; only then it reads its inputs. It ends with the first error, and whoever opens the next
//! one goes on from the store. An event that cannot be applied parks the unit; nothing in our own
//! topics is ever skipped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, Progress};
use api::types::LogPosition;
use event_log::{EventLog, Reader, Recorded};
use jiff::Timestamp;
use store::{Changes, Store, Table};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::fold::{Fold, SEEN, SeenRow};
use crate::handle::{Command, Reply, UnitState};
use crate::inputs::{Batch, READ_BYTES, ReadTo, forward, open_reader};
use crate::leftovers::Leftovers;
use crate::metering::{UnitMeter, timed};
use crate::origins::Origins;
use crate::publisher::Publisher;
use crate::skips::Skips;
use crate::unit::{Life, on_blocking_thread};
use crate::{Error, Frontier, Outgoing, TopicPartition, Work};

/// Batches that wait between a reader and the unit, for each input: about 2 MiB.
const READ_AHEAD: usize = 2;
/// Batches that are applied before what follows from them is worked out, some 16 MiB: requests wait
/// as long.
const AT_A_TIME: usize = 16;
/// The same while much is told at once.
const AT_A_TIME_OF_A_LOAD: usize = 256;
/// A quiet time after which progress is said, so that steady input does not make an event a batch.
const PROGRESS_AFTER: Duration = Duration::from_millis(100);

/// One row, if what the outbox holds was overtaken by another writer of the unit.
pub(crate) const SUPERSEDED: Table = Table::derived("superseded");

/// A request that is in the store and not known to be in the log.
pub(crate) struct Pending {
    pub(crate) reply: Reply,
    pub(crate) to: Vec<TopicPartition>,
}

pub(crate) struct Session<W> {
    pub(crate) work: Arc<W>,
    pub(crate) store: Store,
    pub(crate) publisher: Publisher,
    pub(crate) own: Vec<(TopicPartition, Box<dyn Reader>)>,
    pub(crate) seen: BTreeMap<(TopicPartition, String), u64>,
    /// Applied positions of inputs, and what upstream services have said of theirs.
    applied: Frontier,
    /// What the own output says is published.
    published: Frontier,
    pub(crate) leftovers: Leftovers,
    state: watch::Sender<UnitState>,
    read_to: ReadTo,
    meter: Arc<UnitMeter>,
    origins: Origins,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) skips: Skips,
    inputs: mpsc::Receiver<Batch>,
    /// Readers of inputs; they end with the session.
    _reading: JoinSet<Result<(), Error>>,
}

impl Pending {
    /// A request as it waits.
    pub(crate) fn of(command: Command) -> Self {
        match command {
            Command::Publish { outgoing, reply, .. } => Self { reply, to: places_of(&outgoing) },
            Command::Skip { reply, .. } => Self { reply, to: Vec::new() },
            Command::PublishSpool { spooled, reply, .. } => Self { reply, to: vec![spooled.to] },
        }
    }
}

impl<W: Work> Session<W> {
    /// Takes the writer of the unit and opens its readers behind what the store holds.
    pub(crate) async fn open(life: &Life<W>) -> Result<Self, Error> {
        let Life { work, log, store, unit, state, read_to, meter, shutdown } = life;
        let writer = timed(log.writer(unit).await?, meter.clone());
        let mut own = Vec::new();
        for output in work.outputs() {
            let reader = open_reader(&**log, store, &output).await?;
            own.push((output, reader));
        }
        let (batches, inputs) = mpsc::channel(READ_AHEAD);
        let mut reading = JoinSet::new();
        for input in work.inputs() {
            let reader = open_reader(&**log, store, &input).await?;
            let (batches, read_to) = (batches.clone(), read_to.clone());
            let reads = forward(input, reader, batches, read_to, meter.clone(), shutdown.clone());
            reading.spawn(reads.in_current_span());
        }
        let publisher = Publisher {
            unit: unit.as_str().to_owned(),
            store: store.clone(),
            writer,
            meter: meter.clone(),
            trace: None,
            recorded: BTreeMap::new(),
        };
        let from = (store.clone(), unit.as_str().to_owned());
        let leftovers = on_blocking_thread(move || Leftovers::load(&from.0, &from.1)).await?;
        let skips = Skips::load(store)?;
        let mut session = Self {
            work: work.clone(),
            store: store.clone(),
            publisher,
            own,
            seen: BTreeMap::new(),
            applied: Frontier::default(),
            published: Frontier::default(),
            leftovers,
            state: state.clone(),
            read_to: read_to.clone(),
            meter: meter.clone(),
            origins: Origins::default(),
            log: log.clone(),
            skips,
            inputs,
            _reading: reading,
        };
        session.recall()?;
        Ok(session)
    }

    /// Works until shutdown. A request whose events are in the store when an error ends the session
    /// stays in `pending`: the next session brings them to the log, and answers.
    pub(crate) async fn work_on(
        &mut self,
        requests: &mut mpsc::Receiver<Command>,
        pending: &mut Option<Pending>,
        shutdown: &CancellationToken,
    ) -> Result<(), Error> {
        self.read_own().await?;
        self.finish_leftovers().await?;
        self.publish_skips().await?;
        self.state.send_modify(|state| {
            state.waits_for = None;
            state.given_up = false;
        });
        if let Some(pending) = pending.take() {
            let positions = self.ends_of(&pending.to);
            self.settle(pending.reply, positions);
        }
        let mut inputs_open = true;
        loop {
            self.derive_all(shutdown).await?;
            if shutdown.is_cancelled() {
                // What is left to derive is not published, so no receipt may count as covered.
                return Ok(());
            }
            let behind = self.tell_how_far()?;
            // All are cancel safe: `cancelled` and `sleep` hold nothing, `recv` loses nothing.
            tokio::select! {
                biased; // Shutdown wins over a busy log, and requests over reading on.
                () = shutdown.cancelled() => return Ok(()),
                request = requests.recv() => match request {
                    Some(request) => self.answer(request, pending).await?,
                    None => return Ok(()),
                },
                batch = self.inputs.recv(), if inputs_open => match batch {
                    Some(batch) => self.apply_waiting(batch).await?,
                    None => inputs_open = false,
                },
                () = tokio::time::sleep(PROGRESS_AFTER), if !behind.is_empty() => {
                    self.say_progress(behind).await?;
                }
            }
        }
    }

    async fn answer(
        &mut self,
        request: Command,
        pending: &mut Option<Pending>,
    ) -> Result<(), Error> {
        let (done, waiting) = match request {
            Command::Skip { reply, .. } => {
                let unit = self.publisher.unit.clone();
                let stands = "is not parked".to_owned();
                // Nobody may wait any more.
                let _ = reply.send(Err(Error::NotParkedThere { unit, stands }));
                return Ok(());
            }
            Command::Publish { outgoing, trace, reply } => {
                let waiting = Pending { reply, to: places_of(&outgoing) };
                let _publishing = self.publisher.follow(trace);
                (self.publisher.publish(Changes::new(), outgoing).await, waiting)
            }
            Command::PublishSpool { spooled, trace, reply } => {
                let _publishing = self.publisher.follow(trace);
                let published = self.publisher.publish_spool(&spooled).await;
                (published, Pending::of(Command::PublishSpool { spooled, trace, reply }))
            }
        };
        self.publisher.trace = None;
        match done {
            Ok(positions) => {
                *pending = Some(waiting);
                self.read_own().await?;
                self.derive_all(&CancellationToken::new()).await?;
                if let Some(answered) = pending.take() {
                    self.settle(answered.reply, positions);
                }
                Ok(())
            }
            // Nothing was written: the request fails and the unit goes on.
            Err(Error::Store(error @ store::Error::DiskFull { .. })) => {
                let _ = waiting.reply.send(Err(Error::Store(error)));
                Ok(())
            }
            Err(error) => {
                *pending = Some(waiting);
                Err(error)
            }
        }
    }

    /// Answers a request whose events are in the log and applied.
    fn settle(&self, reply: Reply, positions: Vec<LogPosition>) {
        self.state.send_modify(|state| state.frontier = self.applied.clone());
        // Nobody waits any more: the events are facts all the same.
        let _ = reply.send(Ok(positions));
    }

    /// The last applied positions of own outputs: at or behind whatever was published there.
    fn ends_of(&self, outputs: &[TopicPartition]) -> Vec<LogPosition> {
        let mut ends = Vec::with_capacity(outputs.len());
        for TopicPartition { topic, partition } in outputs {
            let next = self.applied.next(topic.as_str(), partition.0).unwrap_or(0);
            if let Some(last) = next.checked_sub(1) {
                ends.push(LogPosition::new(topic.as_str(), partition.0, last));
            }
        }
        ends
    }

    async fn derive_all(&mut self, shutdown: &CancellationToken) -> Result<(), Error> {
        while !shutdown.is_cancelled() {
            let (work, store) = (self.work.clone(), self.store.clone());
            let derived = on_blocking_thread(move || Ok(work.derive(&store))).await?;
            let derived = derived.map_err(|error| self.parked(&format!("derive: {error}")))?;
            let Some(derived) = derived else { return Ok(()) };
            let silent = derived.outgoing.is_empty();
            {
                let _publishing = self.publisher.follow(self.origins.of(&derived.outgoing));
                self.publisher.publish(derived.changes, derived.outgoing).await?;
            }
            self.publisher.trace = None;
            if !silent {
                self.read_own().await?;
            }
        }
        Ok(())
    }

    /// Folds the own outputs up to their ends.
    pub(crate) async fn read_own(&mut self) -> Result<(), Error> {
        for index in 0..self.own.len() {
            loop {
                let (source, reader) = &mut self.own[index];
                let batch = reader.try_next(READ_BYTES).await?;
                let given = batch.last().map(|last| last.position.0 + 1);
                self.read_to.note(source, given, reader.read_to());
                if batch.is_empty() {
                    break;
                }
                let source = source.clone();
                self.apply(&source, batch).await?;
            }
        }
        Ok(())
    }

    /// Applies a batch and those that wait behind it: what follows from many is then worked out with
    /// all of them known.
    async fn apply_waiting(&mut self, (source, batch): Batch) -> Result<(), Error> {
        self.apply(&source, batch?).await?;
        let mut applied = 1;
        while applied < if self.work.is_loading() { AT_A_TIME_OF_A_LOAD } else { AT_A_TIME } {
            // The readers fill up what was taken.
            tokio::task::yield_now().await;
            let Ok((source, batch)) = self.inputs.try_recv() else { break };
            self.apply(&source, batch?).await?;
            applied += 1;
        }
        Ok(())
    }

    /// Applies a batch in transactions of bounded size.
    async fn apply(&mut self, source: &TopicPartition, batch: Vec<Recorded>) -> Result<(), Error> {
        let (work, store, from) = (self.work.clone(), self.store.clone(), source.clone());
        let unit = self.publisher.unit.clone();
        let seen = std::mem::take(&mut self.seen);
        let (leftovers, skips) = (self.leftovers.clone(), self.skips.clone());
        let meter = self.meter.clone();
        let fold = move || {
            let mut fold = Fold {
                work: &*work,
                store: &store,
                source: &from,
                unit: &unit,
                leftovers: &leftovers,
                meter: &meter,
                skips: &skips,
                seen,
            };
            let outcome = fold.batch(&batch);
            Ok((fold.seen, outcome))
        };
        let began = SystemTime::now();
        let (seen, outcome) = on_blocking_thread(fold).await?;
        self.seen = seen;
        let folded = match outcome {
            Err(Error::Parked { unit, because, at: Some(at) }) => {
                return Err(self.look_ahead(unit, because, at).await?);
            }
            outcome => outcome?,
        };
        self.origins.applied(source, &folded.origins, began);
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
    fn tell_how_far(&self) -> Result<Vec<LogPosition>, Error> {
        if self.work.holds_back() {
            return Ok(Vec::new());
        }
        self.state.send_modify(|state| {
            state.frontier = self.applied.clone();
            state.started = true;
        });
        self.unsaid_progress()
    }

    /// Input partitions whose applied position no event of the own output has told yet.
    fn unsaid_progress(&self) -> Result<Vec<LogPosition>, Error> {
        let mut unsaid = Vec::new();
        for input in self.work.inputs() {
            let (topic, partition) = (input.topic.as_str(), input.partition.0);
            let applied = self.applied.next(topic, partition).unwrap_or(0);
            let applied = self
                .work
                .worked_off(&self.store, &input, applied)
                .map_err(|error| self.parked(&error.to_string()))?;
            if applied > self.published.next(topic, partition).unwrap_or(0) {
                unsaid.push(LogPosition::new(topic, partition, applied - 1));
            }
        }
        Ok(unsaid)
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

    pub(crate) fn parked(&self, because: &str) -> Error {
        Error::Parked { unit: self.publisher.unit.clone(), because: because.to_owned(), at: None }
    }
}

/// The partitions that events go to, each once.
fn places_of(outgoing: &[Outgoing]) -> Vec<TopicPartition> {
    let mut places: Vec<TopicPartition> =
        outgoing.iter().map(|outgoing| outgoing.to.clone()).collect();
    places.sort_unstable();
    places.dedup();
    places
}
