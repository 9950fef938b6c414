//! The engine for everything beyond one machine: Apache Kafka through librdkafka.
//!
//! Kafka's transactions are the contract: one transactional producer a unit, whose
//! `transactional.id` is the unit's name, gives fencing and whole batches; readers with
//! `isolation.level=read_committed` see no others. Partitions are assigned by hand: no consumer
//! group, no rebalance, and no partition is chosen by librdkafka. Each producer and each consumer
//! is served by a thread of its own, so no call of librdkafka blocks the runtime.

mod client;
mod topic_checks;
mod writer;
mod reader;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::consumer::BaseConsumer;

use crate::{Error, EventLog, Partition, Position, Reader, Topic, Unit, Writer};

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
    /// Any other property of librdkafka, such as `security.protocol`.
    pub properties: BTreeMap<String, String>,
}

/// The topics of a Kafka cluster.
pub struct KafkaLog {
    options: KafkaOptions,
    partition_counts: BTreeMap<Topic, u32>,
    /// For questions about offsets only.
    consumer: Arc<BaseConsumer>,
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
            properties: BTreeMap::new(),
        }
    }
}

impl KafkaLog {
    /// Connects to a cluster and checks that its topics are there and keep everything.
    ///
    /// # Errors
    /// [`Error::Topic`] with the command that repairs; [`Error::Unavailable`], [`Error::Refused`].
    pub async fn connect(options: KafkaOptions) -> Result<Arc<Self>, Error> {
        let consumer: BaseConsumer = client::consumer_config(&options)
            .create()
            .map_err(|error| client::failed("make a consumer", &error))?;
        let consumer = Arc::new(consumer);
        let partition_counts = topic_checks::check(&options, &consumer).await?;
        Ok(Arc::new(Self { options, partition_counts, consumer }))
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
        let consumer = Arc::clone(&self.consumer);
        Ok(Box::new(TransactionWriter::start(&self.options, unit, counts, consumer).await?))
    }

    async fn reader(
        &self,
        topic: &Topic,
        partition: Partition,
        from: Position,
    ) -> Result<Box<dyn Reader>, Error> {
        self.check_partition(topic, partition)?;
        let timeout = self.options.request_timeout;
        let (start, end) = client::bounds(&self.consumer, topic, partition, timeout).await?;
        // Position 0 is the start of a log that has kept everything.
        if from < start || from > end {
            let topic = topic.clone();
            return Err(Error::OutOfRange { topic, partition, position: from, start, end });
        }
        Ok(Box::new(PartitionReader::start(&self.options, topic, partition, from)?))
    }

    async fn end(&self, topic: &Topic, partition: Partition) -> Result<Position, Error> {
        self.check_partition(topic, partition)?;
        let timeout = self.options.request_timeout;
        Ok(client::bounds(&self.consumer, topic, partition, timeout).await?.1)
    }
}

impl std::fmt::Debug for KafkaLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KafkaLog").field("brokers", &self.options.brokers).finish_non_exhaustive()
    }
}
