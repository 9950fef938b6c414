//! One transactional producer a unit, on a thread of its own. A batch is a transaction.
//!
//! Delivery reports are polled until none is in flight before the commit: a commit that has to
//! flush waits 100 ms for nothing. What fails before the commit was asked for leaves nothing: it is
//! taken back, by the next append if the cluster is away ([`Error::Unavailable`]). If a broker has
//! refused it, the writer goes on. If events of it got no answer, the writer ends: librdkafka may
//! number the next ones alike, and a broker that has seen the first would take them for repetitions
//! and drop them (seen with 2.12 after crashes of a broker). A commit without a plain answer is
//! looked up in the log itself; only where that cannot be done is it [`Error::Uncertain`], the
//! writer ends, and the next one's start settles it. The coordinator answers a commit before it has
//! told the partitions, so an append also waits until readers see its events.

mod decision;
mod endings;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use endings::{Ended, is_retriable, requires_abort};

use super::consumers::Consumers;
use super::deliveries::Deliveries;
use super::{KafkaOptions, client};
use crate::{Error, Event, Partition, Position, Topic, Unit};

/// librdkafka's `poll` waits this long even when it has had something to do.
const POLL: Duration = Duration::from_millis(1);
/// How often the producer is looked after while there is nothing to append.
const IDLE_POLL: Duration = Duration::from_secs(1);
/// How long one call to the coordinator lasts before reports are polled and it is made again. An
/// abort cannot end before the reports of the events that it takes back were polled.
const COORDINATOR_SLICE: Duration = Duration::from_millis(200);
/// How long an append waits for its own abort. The abort goes on by itself and with the next
/// append; a caller that is told sooner can tell others.
const ABORT_WAIT: Duration = Duration::from_secs(2);

pub(super) struct Batch {
    pub(super) events: Vec<Event>,
    pub(super) reply: oneshot::Sender<Result<Vec<Position>, Error>>,
    /// Given back when the batch is done: there is one at a time.
    pub(super) permit: OwnedSemaphorePermit,
}

/// The producer on its thread.
pub(super) struct Transactions {
    unit: Unit,
    producer: BaseProducer<Deliveries>,
    /// For questions about the log.
    consumers: Arc<Consumers>,
    timeout: Duration,
    transaction_timeout: Duration,
    state: State,
    /// Events of a batch that is taken back may be in the log: the next ones need another producer.
    in_doubt: bool,
    /// Partitions before whose next batch all is decided, as far as this unit goes.
    known_decided: BTreeSet<(Topic, Partition)>,
    /// Since when no batch was appended, though each could have been.
    failing_since: Option<Instant>,
}

/// What the next batch finds.
#[derive(Debug)]
enum State {
    Ready,
    /// A transaction, begun then, is to be taken back first. Its commit was never asked for.
    Aborting(Instant),
    /// No further batch can succeed.
    Ended(Ended),
}

impl Transactions {
    pub(super) fn new(
        options: &KafkaOptions,
        unit: &Unit,
        producer: BaseProducer<Deliveries>,
        consumers: Arc<Consumers>,
    ) -> Self {
        let timeout = options.request_timeout;
        let transaction_timeout = client::transaction_timeout(options);
        Self {
            unit: unit.clone(),
            producer,
            consumers,
            timeout,
            transaction_timeout,
            state: State::Ready,
            in_doubt: false,
            known_decided: BTreeSet::new(),
            failing_since: None,
        }
    }

    pub(super) fn run(
        mut self,
        ready: oneshot::Sender<Result<(), Error>>,
        queue: mpsc::Receiver<Batch>,
    ) {
        let started = self.start();
        let failed = started.is_err();
        // A caller that is gone drops the queue as well, which ends the loop below.
        drop(ready.send(started));
        if failed {
            return;
        }
        loop {
            match queue.recv_timeout(IDLE_POLL) {
                Ok(Batch { events, reply, permit }) => {
                    let appended = self.append(&events);
                    let appended = self.watch(appended);
                    drop((permit, reply.send(appended)));
                }
                Err(RecvTimeoutError::Timeout) => self.idle(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Gives a producer up that does not get over an outage which is over: once, on a loaded
    /// machine, one failed batch after batch for 90 s after its broker had been frozen.
    fn watch(&mut self, appended: Result<Vec<Position>, Error>) -> Result<Vec<Position>, Error> {
        let Err(Error::Unavailable { detail, .. }) = &appended else {
            self.failing_since = None;
            return appended;
        };
        let since = *self.failing_since.get_or_insert_with(Instant::now);
        if since.elapsed() < self.transaction_timeout || !self.cluster_answers() {
            return appended;
        }
        Err(self.end(Ended::Uncertain(detail.clone())))
    }

    fn cluster_answers(&self) -> bool {
        self.consumers.client().fetch_metadata(None, COORDINATOR_SLICE).is_ok()
    }

    /// Reads the reports, which would pile up in a long outage, and goes on taking back a batch that
    /// readers wait behind.
    fn idle(&mut self) {
        self.producer.poll(POLL);
        if let State::Aborting(begun) = self.state {
            drop(self.abort(begun));
        }
    }

    /// Fences earlier producers of the unit; what they have left open is settled by that.
    fn start(&self) -> Result<(), Error> {
        let deadline = Instant::now() + self.timeout;
        let reports = &self.producer.context().reports;
        loop {
            let Err(error) = self.producer.init_transactions(COORDINATOR_SLICE) else {
                reports.accept();
                return Ok(());
            };
            self.producer.poll(POLL);
            let last = Instant::now() >= deadline || reports.refusal().is_some();
            if last || !is_retriable(&error) {
                return Err(reports.failed("start a producer", &error));
            }
        }
    }

    fn append(&mut self, events: &[Event]) -> Result<Vec<Position>, Error> {
        if let State::Aborting(begun) = self.state {
            self.abort(begun)?;
        }
        if let State::Ended(ended) = &self.state {
            return Err(ended.error(&self.unit));
        }
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let begun = Instant::now();
        let mut positions = self.begin_and_send(begun, events)?;
        if self.is_behind_undecided(events, &positions) {
            // Once is enough: where units share a partition, another's batch may always be open.
            let known = self.known_decided.clone();
            self.abort(begun)?;
            self.known_decided = known;
            positions = self.begin_and_send(begun, events)?;
        }
        self.commit(begun, events, &positions)?;
        self.wait_until_visible(events, &positions)?;
        Ok(positions)
    }

    fn begin_and_send(&mut self, begun: Instant, events: &[Event]) -> Result<Vec<Position>, Error> {
        if let Err(error) = self.producer.begin_transaction() {
            return Err(match self.ending("begin a batch", begun, &error) {
                Some(ended) => self.end(ended),
                None => self.failed("begin a batch", &error),
            });
        }
        let error = match self.send(events) {
            Ok(positions) => return Ok(positions),
            Err(error) => self.cause(error),
        };
        self.in_doubt = !self.is_answered(&error);
        if let Some(ended) = self.ending("send a batch", begun, &error) {
            return Err(self.end(ended));
        }
        let failure = self.failed("send a batch", &error);
        Err(match (self.abort(begun), failure) {
            // Nothing was written, also where there was no transaction to take back: a
            // coordinator that refuses one partition begins none, and then ends this
            // producer for taking it back.
            (Err(Error::Unavailable { .. } | Error::Uncertain { .. }), failure)
                if matches!(failure, Error::Refused { .. }) =>
            {
                failure
            }
            (Err(ended), _) => ended,
            (Ok(()), failure) => failure,
        })
    }

    /// Sends a batch and waits until all of it has a position, or one event has failed.
    fn send(&self, events: &[Event]) -> Result<Vec<Position>, KafkaError> {
        let deadline = Instant::now() + self.timeout;
        let deliveries = self.producer.context();
        let first_mark = deliveries.expect(events.len());
        for (index, event) in events.iter().enumerate() {
            let mut record = BaseRecord::with_opaque_to(event.topic.as_str(), first_mark + index)
                .partition(client::partition_number(event.partition))
                .key(&event.key[..])
                .payload(&event.payload[..]);
            while let Err((error, refused)) = self.producer.send(record) {
                let full = error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull);
                if !full || Instant::now() > deadline {
                    return Err(error);
                }
                self.producer.poll(POLL);
                record = refused;
            }
        }
        while self.producer.in_flight_count() > 0 {
            if Instant::now() > deadline {
                return Err(KafkaError::MessageProduction(RDKafkaErrorCode::MessageTimedOut));
            }
            if let Some(failure) = deliveries.failure() {
                return Err(failure);
            }
            if self.producer.client().fatal_error().is_some() {
                return Err(KafkaError::MessageProduction(RDKafkaErrorCode::Fatal));
            }
            self.producer.poll(POLL);
        }
        deliveries.take()
    }

    /// Whether it is known of each event of a failed batch that no broker will ever have it.
    fn is_answered(&self, error: &KafkaError) -> bool {
        // Another partition may have been asked at the same time, and be about to answer.
        let deadline = Instant::now() + COORDINATOR_SLICE;
        while self.producer.in_flight_count() > 0 && Instant::now() < deadline {
            self.producer.poll(POLL);
        }
        // Codes of librdkafka's own are below nil: no broker has said them.
        let is_of_broker = error.rdkafka_error_code().is_some_and(|code| code as i32 > 0);
        is_of_broker && self.producer.in_flight_count() == 0
    }

    /// Why a transaction cannot be committed: events only say that they were purged for it.
    fn cause(&self, error: KafkaError) -> KafkaError {
        // None begins in the middle of another: the refusal tells the state of that.
        match self.producer.begin_transaction() {
            Err(cause) if requires_abort(&cause) => cause,
            _ => error,
        }
    }

    /// Takes back a transaction whose commit was never granted. Without an answer in time, the next
    /// batch goes on with that.
    fn abort(&mut self, begun: Instant) -> Result<(), Error> {
        let deadline = Instant::now() + ABORT_WAIT.min(self.timeout);
        self.state = State::Aborting(begun);
        // A partition may not be told of this decision either.
        self.known_decided.clear();
        loop {
            let Err(error) = self.producer.abort_transaction(COORDINATOR_SLICE) else {
                self.state = if self.in_doubt {
                    let detail = "events that were taken back got no answer".to_owned();
                    State::Ended(Ended::Uncertain(detail))
                } else {
                    State::Ready
                };
                return Ok(());
            };
            if let Some(ended) = self.ending("take back a batch", begun, &error) {
                return Err(self.end(ended));
            }
            self.producer.poll(POLL);
            if Instant::now() >= deadline {
                return Err(self.failed("take back a batch", &error));
            }
        }
    }

    /// Why the producer cannot go on after an error; `None` if it can.
    fn ending(&self, action: &'static str, begun: Instant, error: &KafkaError) -> Option<Ended> {
        let fatal = self.producer.client().fatal_error();
        let outlived = begun.elapsed() >= self.transaction_timeout;
        Ended::by(action, error, fatal, outlived)
    }

    fn failed(&self, action: &'static str, error: &KafkaError) -> Error {
        self.producer.context().reports.failed(action, error)
    }

    fn end(&mut self, ended: Ended) -> Error {
        let error = ended.error(&self.unit);
        self.state = State::Ended(ended);
        error
    }
}
