//! The consumers that all readers of a log share.
//!
//! A consumer costs threads, sockets and a fetch under way at all times; a process has a hundred
//! readers and more. So readers share one, each with a partition assigned by hand and split into a
//! queue of its own, which librdkafka bounds by itself: while it is full, the partition is left out
//! of fetches and the others go on. A consumer has a partition once; a second reader of it gets
//! another consumer, so their number is that of readers of the same partition at one time.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::Notify;

use super::reports::Reports;
use super::{KafkaOptions, client, reports};
use crate::{Error, Partition, Position, Topic};

/// How long the thread of a consumer polls before it looks whether it is still wanted.
const POLL: Duration = Duration::from_millis(100);

/// All consumers of a log.
pub(super) struct Consumers {
    options: KafkaOptions,
    shared: Mutex<Vec<Arc<Consumer>>>,
    /// Never has a partition: a broker answers the requests of a connection one after another, and
    /// a question would wait behind a fetch that waits for events.
    questions: Arc<Consumer>,
}

/// A consumer with the partitions that are assigned to it.
pub(super) struct Consumer {
    client: Arc<BaseConsumer<Reports>>,
    assigned: Mutex<BTreeSet<(Topic, Partition)>>,
    /// Ends its thread.
    unwanted: Arc<AtomicBool>,
    /// An event came outside of the queues, which librdkafka excludes: a reader has lost it.
    stray: Arc<AtomicBool>,
    /// It fetches no more, though the cluster answers: seen after a broker's crash. No reader that
    /// is opened from then on gets it.
    worn: AtomicBool,
    /// When the cluster was last asked for a sign of life by this, and what came of it.
    pulse: tokio::sync::Mutex<Option<(Instant, Result<(), String>)>>,
}

/// A partition that is fetched into a queue until this is dropped.
pub(super) struct Assigned {
    queue: PartitionQueue<Reports>,
    /// Something has come into the empty queue.
    filled: Arc<Notify>,
    /// Given back last: the next reader's queue is the same one inside librdkafka.
    claim: Claim,
    questions: Arc<Consumer>,
}

/// The right to one partition of one consumer.
struct Claim {
    consumer: Arc<Consumer>,
    topic: Topic,
    partition: Partition,
}

impl Consumers {
    pub(super) fn start(options: &KafkaOptions) -> Result<Self, Error> {
        let questions = Arc::new(Consumer::start(options)?);
        Ok(Self { options: options.clone(), shared: Mutex::default(), questions })
    }

    /// The client for questions.
    pub(super) fn client(&self) -> &Arc<BaseConsumer<Reports>> {
        &self.questions.client
    }

    /// Fetches a partition from a position on. Blocks while librdkafka's thread takes it over.
    pub(super) fn assign(
        &self,
        topic: &Topic,
        partition: Partition,
        from: Position,
    ) -> Result<Assigned, Error> {
        Assigned::start(self.claim(topic, partition)?, Arc::clone(&self.questions), from)
    }

    /// A partition of the first consumer that does not have it.
    fn claim(&self, topic: &Topic, partition: Partition) -> Result<Claim, Error> {
        let key = (topic.clone(), partition);
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever reads with one keeps it; the last of them ends it.
        shared.retain(|consumer| !consumer.worn.load(Ordering::Acquire));
        let free = shared.iter().find(|consumer| consumer.lock().insert(key.clone()));
        let consumer = match free {
            Some(consumer) => Arc::clone(consumer),
            None => {
                let consumer = Arc::new(Consumer::start(&self.options)?);
                consumer.lock().insert(key);
                shared.push(Arc::clone(&consumer));
                consumer
            }
        };
        Ok(Claim { consumer, topic: topic.clone(), partition })
    }
}

impl Consumer {
    fn start(options: &KafkaOptions) -> Result<Self, Error> {
        let client: BaseConsumer<Reports> = client::consumer_config(options)
            .create_with_context(Reports::default())
            .map_err(|error| reports::failed("make a consumer", &error))?;
        let client = Arc::new(client);
        let unwanted = Arc::new(AtomicBool::new(false));
        let stray = Arc::new(AtomicBool::new(false));
        let (served, stop) = (Arc::clone(&client), Arc::clone(&unwanted));
        let strayed = Arc::clone(&stray);
        std::thread::Builder::new()
            .name("event-log-read".to_owned())
            .spawn(move || {
                // Reports come by this queue; events come by those of the partitions.
                while !stop.load(Ordering::Acquire) {
                    match served.poll(POLL) {
                        Some(Ok(_)) => strayed.store(true, Ordering::Release),
                        Some(Err(error)) => tracing::debug!(%error, "consumer"),
                        None => {}
                    }
                }
                // Closing a consumer blocks: it is dropped here, not on a thread of the runtime.
            })
            .map_err(|error| Error::Refused {
                action: "start a thread",
                detail: error.to_string(),
            })?;
        let (assigned, pulse) = (Mutex::default(), tokio::sync::Mutex::default());
        let worn = AtomicBool::new(false);
        Ok(Self { client, assigned, unwanted, stray, worn, pulse })
    }

    /// Asks the cluster for a sign of life. Who asks while a question is under way shares its
    /// answer: in an outage a hundred readers do not block a hundred threads.
    async fn pulse(
        &self,
        topic: &Topic,
        partition: Partition,
        limit: Duration,
    ) -> Result<(), Error> {
        let asked = Instant::now();
        // Cancel safe: a question that is dropped leaves the last answer.
        let mut pulse = self.pulse.lock().await;
        if pulse.as_ref().is_none_or(|(at, _)| *at < asked) {
            let (client, topic) = (Arc::clone(&self.client), topic.clone());
            let question = move || client::ends_now(&client, &[(&topic, partition)], limit);
            let answer = match client::blocking(question).await? {
                Ok(_) => Ok(()),
                Err(Error::Unavailable { detail, .. }) => Err(detail),
                Err(error) => return Err(error),
            };
            *pulse = Some((Instant::now(), answer));
        }
        match &*pulse {
            Some((_, Err(detail))) => Err(reports::unavailable("read on", detail.clone())),
            Some((_, Ok(()))) | None => Ok(()),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<(Topic, Partition)>> {
        self.assigned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Assigned {
    fn start(claim: Claim, questions: Arc<Consumer>, from: Position) -> Result<Self, Error> {
        let client = &claim.consumer.client;
        let number = client::partition_number(claim.partition);
        // Before the assignment: what comes earlier than the split would go elsewhere.
        let Some(mut queue) = client.split_partition_queue(claim.topic.as_str(), number) else {
            let detail = format!("there is no queue for `{}`", claim.topic);
            return Err(Error::Refused { action: "assign a partition", detail });
        };
        let filled = Arc::new(Notify::new());
        let notify = Arc::clone(&filled);
        queue.set_nonempty_callback(move || notify.notify_one());
        // From here on its end takes the partition back.
        let assigned = Self { queue, filled, claim, questions };
        let list = assigned.claim.list(Some(from))?;
        assigned
            .claim
            .consumer
            .client
            .incremental_assign(&list)
            .map_err(|error| reports::failed("assign a partition", &error))?;
        Ok(assigned)
    }

    /// Gives no other reader the consumer of this one.
    pub(super) fn wear_out(&self) {
        self.claim.consumer.worn.store(true, Ordering::Release);
    }

    pub(super) fn topic(&self) -> &Topic {
        &self.claim.topic
    }

    pub(super) fn partition(&self) -> Partition {
        self.claim.partition
    }

    /// The next of the queue, without waiting.
    pub(super) fn poll(&self) -> Option<Result<rdkafka::message::BorrowedMessage<'_>, KafkaError>> {
        if self.claim.consumer.stray.load(Ordering::Acquire) {
            return Some(Err(KafkaError::MessageConsumptionFatal(RDKafkaErrorCode::Fatal)));
        }
        self.queue.poll(Duration::ZERO)
    }

    /// Waits until something has come into the queue since it was found empty.
    ///
    /// # Cancel safety
    /// Cancel safe: what was missed is told to the next call.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// A sign of life of the cluster.
    pub(super) async fn pulse(&self, limit: Duration) -> Result<(), Error> {
        self.questions.pulse(&self.claim.topic, self.claim.partition, limit).await
    }

    /// The end of the partition, on this thread.
    pub(super) fn end_now(&self, limit: Duration) -> Result<Position, Error> {
        let question = [(&self.claim.topic, self.claim.partition)];
        let ends = client::ends_now(&self.questions.client, &question, limit)?;
        Ok(ends.first().copied().unwrap_or_default())
    }

    /// Up to where the queue was emptied, with Kafka's own records, on this thread. `None` before
    /// the first.
    pub(super) fn emptied_to_now(&self) -> Option<Position> {
        let positions = self.claim.consumer.client.position().ok()?;
        let number = client::partition_number(self.claim.partition);
        match positions.find_partition(self.claim.topic.as_str(), number)?.offset() {
            Offset::Offset(offset) => Some(client::position(offset)),
            _ => None,
        }
    }

    /// Fetches again from a position; what the queue gives after this was fetched after it. On this
    /// thread.
    pub(super) fn seek_now(&self, to: Position, limit: Duration) -> Result<(), Error> {
        let number = client::partition_number(self.claim.partition);
        self.claim
            .consumer
            .client
            .seek(self.claim.topic.as_str(), number, offset(to), limit)
            .map_err(|error| reports::failed("fetch again", &error))
    }
}

impl Claim {
    /// The partition as librdkafka lists it.
    fn list(&self, from: Option<Position>) -> Result<TopicPartitionList, Error> {
        let mut list = TopicPartitionList::new();
        let from = from.map_or(Offset::Invalid, offset);
        list.add_partition_offset(
            self.topic.as_str(),
            client::partition_number(self.partition),
            from,
        )
        .map_err(|error| reports::failed("assign a partition", &error))?;
        Ok(list)
    }
}

impl Drop for Assigned {
    fn drop(&mut self) {
        let Ok(list) = self.claim.list(None) else { return };
        // It fails only if the assignment has failed.
        if let Err(error) = self.claim.consumer.client.incremental_unassign(&list) {
            let Claim { topic, partition, .. } = &self.claim;
            tracing::debug!(%topic, %partition, %error, "unassign");
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.consumer.lock().remove(&(self.topic.clone(), self.partition));
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Release);
    }
}

fn offset(position: Position) -> Offset {
    Offset::Offset(i64::try_from(position.0).unwrap_or(i64::MAX))
}
