//! What no real broker does on request: the engine against librdkafka's mock cluster.
//!
//! The mock answers with the errors that it is told, drops connections, moves leaders and
//! coordinators. It is no log: it has no control records, so a transaction that was aborted, or is
//! open, is read like any other, and everything that was delivered counts as committed. What readers
//! must not see is tested against a real broker (tests/it/kafka). It knows no settings of topics
//! either, so these tests begin behind their check.

mod commits;
mod readers;
mod writers;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::consumers::Consumers;
use super::reader::PartitionReader;
use super::writer::TransactionWriter;
use super::{KafkaOptions, client};
use crate::{Error, Event, Partition, Position, Reader, Topic, Unit, Writer};

const TOPIC: Topic = Topic::from_static("mock.topic.v1");
/// Brokers of the cluster. Any of them may lead, and any may coordinate.
const BROKERS: i32 = 3;

/// A cluster of its own for each test.
struct Mock {
    cluster: MockCluster<'static, DefaultProducerContext>,
    options: KafkaOptions,
    consumers: Arc<Consumers>,
}

impl Mock {
    fn start(request_timeout: Duration) -> Self {
        let cluster = MockCluster::new(BROKERS).expect("a cluster");
        cluster.create_topic(TOPIC.as_str(), 2, BROKERS).expect("a topic");
        let mut options = KafkaOptions::new(cluster.bootstrap_servers());
        options.request_timeout = request_timeout;
        let consumers = Arc::new(Consumers::start(&options).expect("consumers"));
        Self { cluster, options, consumers }
    }

    async fn writer(&self) -> Result<TransactionWriter, Error> {
        let counts = BTreeMap::from([(TOPIC, 2)]);
        let unit = Unit::try_new("mock-0").expect("a unit");
        TransactionWriter::start(&self.options, &unit, counts, Arc::clone(&self.consumers)).await
    }

    async fn reader(&self, from: u64) -> PartitionReader {
        let (consumers, limit) = (Arc::clone(&self.consumers), self.options.request_timeout);
        let start =
            move || PartitionReader::start(consumers, &TOPIC, Partition(0), Position(from), limit);
        client::blocking(start).await.expect("no panic").expect("started")
    }

    /// The next answers to a request, in their order.
    fn answers(&self, request: RDKafkaApiKey, errors: &[RDKafkaRespErr]) {
        self.cluster.request_errors(request, errors);
    }
}

fn batch(texts: &[&'static str]) -> Vec<Event> {
    texts
        .iter()
        .map(|text| Event {
            topic: TOPIC,
            partition: Partition(0),
            key: Bytes::from_static(b"key"),
            payload: Bytes::from_static(text.as_bytes()),
        })
        .collect()
}

/// Appends until it is no longer unavailable, and says how often it was.
async fn append_in_the_end(writer: &mut TransactionWriter) -> (Result<Vec<Position>, Error>, u32) {
    let mut unavailable = 0;
    loop {
        match writer.append(batch(&["in the end"])).await {
            Err(Error::Unavailable { .. }) if unavailable < 60 => unavailable += 1,
            appended => return (appended, unavailable),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn texts(reader: &mut PartitionReader, count: usize) -> Result<Vec<String>, Error> {
    let mut texts = Vec::new();
    while texts.len() < count {
        for event in reader.next(1 << 20).await? {
            texts.push(String::from_utf8_lossy(&event.payload).into_owned());
        }
    }
    Ok(texts)
}
