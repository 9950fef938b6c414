//! The engine for everything beyond one machine: Apache Kafka through librdkafka.
//!
//! Kafka's transactions are the contract: one transactional producer a unit, whose
//! `transactional.id` is the unit's name, gives fencing and whole batches; readers with
//! `isolation.level=read_committed` see no others. Partitions are assigned by hand: no consumer
//! group, no rebalance, and no partition is chosen by librdkafka. A producer is served by a thread
//! of its own; readers share few consumers. No call of librdkafka blocks the runtime.

mod properties;
mod reports;
mod client;
mod topic_checks;
mod deliveries;
mod settle;
mod transactions;
mod writer;
mod consumers;
mod reader;
#[cfg(test)]
mod mock_tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{Error, EventLog, Partition, Position, Reader, Topic, Unit, Writer};

use consumers::Consumers;
pub use properties::KafkaProperties;
use reader::PartitionReader;
use writer::TransactionWriter;

/// How to reach a cluster, and what its topics should be.
#[derive(Clone, Debug)]
pub struct KafkaOptions {
    /// `host:port` of some brokers, separated by commas.
    pub brokers: String,
    /// The topics of the log, by default all.
    pub topics: Vec<Topic>,
    /// Partitions of a topic that [`KafkaLog::create_topics`] makes, by default 12. Fixed for a
    /// topic's life: another number would send keys elsewhere.
    pub partitions: u32,
    /// Replicas of a topic that [`KafkaLog::create_topics`] makes, by default 3.
    pub replicas: u32,
    /// The longest that the cluster may take to answer, by default 30 s. After it, a call is
    /// [`Error::Unavailable`], or [`Error::Uncertain`] if it was a commit.
    pub request_timeout: Duration,
    /// How to reach the cluster beyond its address, such as `security.protocol`.
    pub properties: KafkaProperties,
}

/// The topics of a Kafka cluster.
pub struct KafkaLog {
    options: KafkaOptions,
    partition_counts: BTreeMap<Topic, u32>,
    consumers: Arc<Consumers>,
}

impl KafkaOptions {
    /// The options for a cluster, all else by default.
    pub fn new(brokers: impl Into<String>) -> Self {
        Self {
            brokers: brokers.into(),
            topics: Topic::ALL.to_vec(),
            partitions: 12,
            replicas: 3,
            request_timeout: Duration::from_secs(30),
            properties: KafkaProperties::default(),
        }
    }
}

impl KafkaLog {
    /// Connects to a cluster and checks that its topics are there and keep everything.
    ///
    /// # Errors
    /// [`Error::Topic`] with the command that repairs; [`Error::Unavailable`], [`Error::Refused`].
    pub async fn connect(options: KafkaOptions) -> Result<Arc<Self>, Error> {
        let consumers = Arc::new(Consumers::start(&options)?);
        let partition_counts = topic_checks::check(&options, &consumers).await?;
        Ok(Arc::new(Self { options, partition_counts, consumers }))
    }

    /// Makes the topics that are missing, with settings that keep everything. Leaves others alone.
    ///
    /// # Errors
    /// [`Error::Topic`], [`Error::Unavailable`], [`Error::Refused`].
    pub async fn create_topics(options: &KafkaOptions) -> Result<(), Error> {
        topic_checks::create(options).await
    }

    fn check_partition(&self, topic: &Topic, partition: Partition) -> Result<(), Error> {
        let Some(count) = self.partition_counts.get(topic).copied() else {
            return Err(Error::UnknownTopic { topic: topic.clone() });
        };
        if partition.0 >= count {
            return Err(Error::UnknownPartition { topic: topic.clone(), partition, count });
        }
        Ok(())
    }
}

#[async_trait]
impl EventLog for KafkaLog {
    fn partition_count(&self, topic: &Topic) -> u32 {
        self.partition_counts.get(topic).copied().unwrap_or(0)
    }

    async fn writer(&self, unit: &Unit) -> Result<Box<dyn Writer>, Error> {
        let counts = self.partition_counts.clone();
        let consumers = Arc::clone(&self.consumers);
        Ok(Box::new(TransactionWriter::start(&self.options, unit, counts, consumers).await?))
    }

    async fn reader(
        &self,
        topic: &Topic,
        partition: Partition,
        from: Position,
    ) -> Result<Box<dyn Reader>, Error> {
        self.check_partition(topic, partition)?;
        let timeout = self.options.request_timeout;
        let (consumers, topic) = (Arc::clone(&self.consumers), topic.clone());
        let reader = client::blocking(move || {
            let bounds = client::bounds_now(consumers.client(), &topic, partition, timeout);
            let (start, end) = bounds?;
            // Position 0 is the start of a log that has kept everything.
            if from < start || from > end {
                return Err(Error::OutOfRange { topic, partition, position: from, start, end });
            }
            PartitionReader::start(consumers, &topic, partition, from, timeout)
        });
        Ok(Box::new(reader.await??))
    }

    async fn end(&self, topic: &Topic, partition: Partition) -> Result<Position, Error> {
        self.check_partition(topic, partition)?;
        let timeout = self.options.request_timeout;
        let (consumers, topic) = (Arc::clone(&self.consumers), topic.clone());
        let ends = client::blocking(move || {
            client::ends_now(consumers.client(), &[(&topic, partition)], timeout)
        });
        Ok(ends.await??.first().copied().unwrap_or_default())
    }
}

impl std::fmt::Debug for KafkaLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KafkaLog").field("brokers", &self.options.brokers).finish_non_exhaustive()
    }
}
