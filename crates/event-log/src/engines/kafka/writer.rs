//! One transactional producer a unit, on a thread of its own.
//!
//! A batch is a transaction. Delivery reports are polled until none is in flight before the commit:
//! a commit that has to flush waits 100 ms for nothing. What fails before the commit is aborted and
//! leaves nothing; a commit without an answer is repeated until the timeout, and is then uncertain:
//! the writer ends, and the next one's start settles it. The coordinator answers a commit before it
//! has told the partitions, so an append also waits until readers see its events.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rdkafka::ClientContext;
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};
use tokio::sync::{mpsc, oneshot};

use super::{KafkaOptions, client};
use crate::log::check_limits;
use crate::{Error, Event, Position, Topic, Unit, Writer};

/// librdkafka's `poll` waits this long even when it has had something to do.
const POLL: Duration = Duration::from_millis(1);

/// Hands batches to the thread of a producer.
pub(super) struct TransactionWriter {
    unit: Unit,
    partition_counts: BTreeMap<Topic, u32>,
    batches: mpsc::Sender<Batch>,
}

struct Batch {
    events: Vec<Event>,
    reply: oneshot::Sender<Result<Vec<Position>, Error>>,
}

/// The producer on its thread.
struct Transactions {
    unit: Unit,
    producer: BaseProducer<Deliveries>,
    /// For questions about offsets only.
    consumer: Arc<BaseConsumer>,
    timeout: Duration,
    /// Why no further batch can succeed, once that is so.
    ended: Option<Ended>,
}

#[derive(Clone, Debug)]
enum Ended {
    Fenced,
    Uncertain(String),
}

/// Where each event of a batch was put.
#[derive(Default)]
struct Deliveries(Mutex<Vec<Option<Result<Position, KafkaError>>>>);

impl TransactionWriter {
    /// Starts the thread and fences earlier producers of the unit.
    pub(super) async fn start(
        options: &KafkaOptions,
        unit: &Unit,
        partition_counts: BTreeMap<Topic, u32>,
        consumer: Arc<BaseConsumer>,
    ) -> Result<Self, Error> {
        let producer: BaseProducer<Deliveries> = client::producer_config(options, unit)
            .create_with_context(Deliveries::default())
            .map_err(|error| client::failed("make a producer", &error))?;
        // One batch is worked on while the next one waits: a unit appends one after another.
        let (batches, queue) = mpsc::channel(1);
        let (ready, started) = oneshot::channel();
        let timeout = options.request_timeout;
        let transactions =
            Transactions { unit: unit.clone(), producer, consumer, timeout, ended: None };
        std::thread::Builder::new()
            .name(format!("event-log-{unit}"))
            .spawn(move || transactions.run(ready, queue))
            .map_err(|error| Error::Refused {
                action: "start a thread",
                detail: error.to_string(),
            })?;
        started.await.map_err(|_| Error::Closed)??;
        Ok(Self { unit: unit.clone(), partition_counts, batches })
    }
}

#[async_trait]
impl Writer for TransactionWriter {
    async fn append(&mut self, batch: Vec<Event>) -> Result<Vec<Position>, Error> {
        check_limits(&batch)?;
        for Event { topic, partition, .. } in &batch {
            let Some(count) = self.partition_counts.get(topic).copied() else {
                return Err(Error::UnknownTopic { topic: topic.clone() });
            };
            if partition.0 >= count {
                let (topic, partition) = (topic.clone(), *partition);
                return Err(Error::UnknownPartition { topic, partition, count });
            }
        }
        let permit = self.batches.reserve().await.map_err(|_| Error::Closed)?;
        let (reply, answer) = oneshot::channel();
        permit.send(Batch { events: batch, reply });
        answer.await.unwrap_or_else(|_| {
            let detail = "its thread has ended".to_owned();
            Err(Error::Uncertain { unit: self.unit.clone(), detail })
        })
    }
}

impl Transactions {
    fn run(mut self, ready: oneshot::Sender<Result<(), Error>>, mut queue: mpsc::Receiver<Batch>) {
        let started = self.producer.init_transactions(self.timeout);
        let failed = started.is_err();
        // A caller that is gone drops the queue as well, which ends the loop below.
        drop(ready.send(started.map_err(|error| client::failed("start a producer", &error))));
        if failed {
            return;
        }
        while let Some(batch) = queue.blocking_recv() {
            let appended = self.append(&batch.events);
            drop(batch.reply.send(appended));
        }
    }

    fn append(&mut self, events: &[Event]) -> Result<Vec<Position>, Error> {
        if let Some(ended) = &self.ended {
            return Err(self.ended_error(ended.clone()));
        }
        if events.is_empty() {
            return Ok(Vec::new());
        }
        self.producer.begin_transaction().map_err(|error| self.judge("begin", &error))?;
        let sent = self.send(events);
        let positions = match sent {
            Ok(positions) => positions,
            Err(error) => return Err(self.abort("send a batch", error)),
        };
        self.commit()?;
        self.wait_until_visible(events, &positions)?;
        Ok(positions)
    }

    /// Sends a batch and waits until all of it has a position.
    fn send(&self, events: &[Event]) -> Result<Vec<Position>, KafkaError> {
        let deadline = Instant::now() + self.timeout;
        let deliveries = self.producer.context();
        deliveries.expect(events.len());
        for (index, event) in events.iter().enumerate() {
            let mut record = BaseRecord::with_opaque_to(event.topic.as_str(), index)
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
            self.producer.poll(POLL);
        }
        deliveries.take()
    }

    fn commit(&mut self) -> Result<(), Error> {
        let deadline = Instant::now() + self.timeout;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Err(error) = self.producer.commit_transaction(left.max(POLL)) else {
                return Ok(());
            };
            if let KafkaError::Transaction(refused) = &error {
                if refused.txn_requires_abort() {
                    return Err(self.abort("commit a batch", error));
                }
                if is_fenced(&self.producer, &error) {
                    return Err(self.end(Ended::Fenced));
                }
                if !refused.is_retriable() {
                    return Err(self.end(Ended::Uncertain(error.to_string())));
                }
            }
            if Instant::now() > deadline {
                return Err(self.end(Ended::Uncertain(error.to_string())));
            }
        }
    }

    /// Waits until the stable part of each partition holds the batch.
    fn wait_until_visible(
        &mut self,
        events: &[Event],
        positions: &[Position],
    ) -> Result<(), Error> {
        let deadline = Instant::now() + self.timeout;
        let mut last = BTreeMap::new();
        for (event, position) in events.iter().zip(positions) {
            last.insert((&event.topic, event.partition), *position);
        }
        for ((topic, partition), position) in last {
            loop {
                let bounds = client::bounds_now(&self.consumer, topic, partition, self.timeout);
                if bounds.as_ref().is_ok_and(|(_, end)| *end > position) {
                    break;
                }
                if Instant::now() > deadline {
                    let detail = "committed, but not yet seen by readers".to_owned();
                    return Err(self.end(Ended::Uncertain(detail)));
                }
                std::thread::sleep(POLL);
            }
        }
        Ok(())
    }

    /// Takes back a transaction that was not committed.
    fn abort(&mut self, action: &'static str, cause: KafkaError) -> Error {
        if is_fenced(&self.producer, &cause) {
            return self.end(Ended::Fenced);
        }
        if let Err(error) = self.producer.abort_transaction(self.timeout) {
            if is_fenced(&self.producer, &error) {
                return self.end(Ended::Fenced);
            }
            // Nothing is committed, but this producer cannot go on: its transaction is still open.
            return self.end(Ended::Uncertain(error.to_string()));
        }
        client::failed(action, &cause)
    }

    fn judge(&mut self, action: &'static str, error: &KafkaError) -> Error {
        if is_fenced(&self.producer, error) {
            return self.end(Ended::Fenced);
        }
        client::failed(action, error)
    }

    fn end(&mut self, ended: Ended) -> Error {
        self.ended = Some(ended.clone());
        self.ended_error(ended)
    }

    fn ended_error(&self, ended: Ended) -> Error {
        let unit = self.unit.clone();
        match ended {
            Ended::Fenced => Error::Fenced { unit },
            Ended::Uncertain(detail) => Error::Uncertain { unit, detail },
        }
    }
}

impl Deliveries {
    /// Forgets earlier batches.
    fn expect(&self, count: usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = vec![None; count];
    }

    /// The positions of the batch, if all of it was delivered.
    fn take(&self) -> Result<Vec<Position>, KafkaError> {
        let delivered = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut positions = Vec::with_capacity(delivered.len());
        for delivery in delivered {
            let lost = || Err(KafkaError::MessageProduction(RDKafkaErrorCode::Fail));
            positions.push(delivery.unwrap_or_else(lost)?);
        }
        Ok(positions)
    }
}

impl ClientContext for Deliveries {
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "producer");
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, index: usize) {
        let delivered = match result {
            Ok(message) => Ok(client::position(message.offset())),
            Err((error, _)) => Err(error.clone()),
        };
        let mut deliveries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A report of an aborted batch may come late.
        if let Some(slot) = deliveries.get_mut(index) {
            *slot = Some(delivered);
        }
    }
}

fn is_fenced(producer: &BaseProducer<Deliveries>, error: &KafkaError) -> bool {
    let fatal = producer.client().fatal_error().map(|(code, _)| code);
    [error.rdkafka_error_code(), fatal].into_iter().flatten().any(client::is_fencing)
}
