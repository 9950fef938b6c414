//! The Kafka engine passes the suite against a real broker.
//!
//! The broker is `KAFKA_BROKERS`, or one that `tests/kafka/broker` runs for as long as this process
//! lives. Where there is neither that nor Java and Maven, each test says that it was skipped.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use event_log::conformance::Subject;
use event_log::{Error, EventLog, KafkaLog, KafkaOptions, Partition, Position, Topic, Unit};

use crate::embedded::event;

/// Topics of one test on the broker.
struct Broker {
    options: KafkaOptions,
    name: String,
}

#[async_trait]
impl Subject for Broker {
    async fn open(&self) -> Arc<dyn EventLog> {
        KafkaLog::connect(self.options.clone()).await.expect("connects")
    }
    fn topics(&self) -> [Topic; 2] {
        [self.options.topics[0].clone(), self.options.topics[1].clone()]
    }
    fn unit(&self, name: &str) -> Unit {
        Unit::try_new(format!("{}-{name}", self.name)).expect("a unit")
    }
}

event_log::conformance_tests!(broker);

async fn broker(case: &str) -> Option<Broker> {
    let broker = broker_without_topics(case)?;
    KafkaLog::create_topics(&broker.options).await.expect("creates");
    Some(broker)
}

/// Names are new for each run: a broker that is kept may hold those of earlier ones.
fn broker_without_topics(case: &str) -> Option<Broker> {
    let Some(brokers) = brokers() else {
        println!("SKIPPED: {case} needs KAFKA_BROKERS, or java and mvn on the PATH");
        return None;
    };
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let name = format!("t{:x}", since.as_nanos());
    let mut options = KafkaOptions::new(brokers);
    for number in 0..2 {
        options.topics.truncate(number);
        options.topics.push(Topic::try_new(&format!("{name}.{number}")).expect("a topic"));
    }
    options.partitions = 3;
    options.replicas = 1;
    Some(Broker { options, name })
}

fn brokers() -> Option<&'static str> {
    static BROKERS: OnceLock<Option<(String, Option<Child>)>> = OnceLock::new();
    let found = BROKERS.get_or_init(|| match std::env::var("KAFKA_BROKERS") {
        Ok(brokers) => Some((brokers, None)),
        Err(_) => {
            let found = on_path("java") && on_path("mvn");
            found.then(run_broker).map(|(brokers, child)| (brokers, Some(child)))
        }
    });
    found.as_ref().map(|(brokers, _)| brokers.as_str())
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

/// The script ends the broker when its standard input, which this process holds, ends.
fn run_broker() -> (String, Child) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/kafka/broker");
    let directory: PathBuf =
        std::env::temp_dir().join(format!("entrepot-kafka-{}", std::process::id()));
    let mut child = Command::new(script)
        .arg("run")
        .arg(directory)
        .arg(free_port().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the script starts");
    let mut address = String::new();
    let output = child.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut address).expect("its address");
    assert!(!address.is_empty(), "the broker did not start; see above");
    (address.trim().to_owned(), child)
}

/// A port with a free one after it, for the broker's controller.
fn free_port() -> u16 {
    loop {
        let first = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = first.local_addr().expect("bound").port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

#[tokio::test]
async fn a_missing_topic_is_refused_with_the_command_that_makes_it() {
    let Some(broker) = broker_without_topics("a_missing_topic_is_refused") else { return };
    match KafkaLog::connect(broker.options.clone()).await {
        Err(Error::Topic { topic, repair, .. }) => {
            assert_eq!(topic, broker.options.topics[0]);
            assert!(repair.starts_with("kafka-topics.sh --bootstrap-server "), "{repair}");
            assert!(repair.contains("--partitions 3 "), "{repair}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_topic_that_drops_events_is_refused_with_the_command_that_repairs_it() {
    let Some(broker) = broker_without_topics("a_topic_that_drops_events") else { return };
    let admin: rdkafka::admin::AdminClient<rdkafka::client::DefaultClientContext> =
        rdkafka::ClientConfig::new()
            .set("bootstrap.servers", &broker.options.brokers)
            .create()
            .expect("a client");
    let replicas = rdkafka::admin::TopicReplication::Fixed(1);
    let name = broker.options.topics[1].as_str();
    let forgetful = rdkafka::admin::NewTopic::new(name, 3, replicas).set("retention.ms", "1000");
    admin.create_topics([&forgetful], &rdkafka::admin::AdminOptions::new()).await.expect("asked");
    // What exists is left as it is.
    KafkaLog::create_topics(&broker.options).await.expect("creates");
    match KafkaLog::connect(broker.options.clone()).await {
        Err(Error::Topic { topic, problem, repair }) => {
            assert_eq!(topic.as_str(), name);
            assert_eq!(problem, "retention.ms is 1000, not -1");
            assert!(repair.contains("--add-config retention.ms=-1,"), "{repair}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_an_aborted_transaction_are_never_seen() {
    use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
    let Some(broker) = broker("events_of_an_aborted_transaction").await else { return };
    let log = broker.open().await;
    let [topic, _] = broker.topics();
    let unit = broker.unit("a");
    // A process that has crashed in the middle of a batch, as the broker sees it.
    let crashed: BaseProducer = rdkafka::ClientConfig::new()
        .set("bootstrap.servers", &broker.options.brokers)
        .set("transactional.id", unit.as_str())
        .create()
        .expect("a producer");
    let limit = std::time::Duration::from_secs(30);
    crashed.init_transactions(limit).expect("starts");
    crashed.begin_transaction().expect("begins");
    let record = BaseRecord::to(topic.as_str()).partition(0).key("key").payload("half a batch");
    crashed.send(record).expect("sent");
    crashed.flush(limit).expect("flushed");
    assert_eq!(log.end(&topic, Partition(0)).await.expect("the end"), Position(0));

    let mut writer = log.writer(&unit).await.expect("a writer");
    writer.append(vec![event(&topic, 0, "whole")]).await.expect("appended");
    let mut reader = log.reader(&topic, Partition(0), Position(0)).await.expect("a reader");
    let read = reader.try_next(1 << 20).await.expect("read");
    assert_eq!(read.iter().map(|e| &e.payload[..]).collect::<Vec<_>>(), [b"whole"]);
    assert_eq!(reader.try_next(1 << 20).await.expect("read"), []);
    assert!(crashed.commit_transaction(limit).is_err());
}

#[tokio::test]
async fn a_broker_that_is_away_is_unavailable() {
    let mut options = KafkaOptions::new(format!("127.0.0.1:{}", free_port()));
    options.request_timeout = std::time::Duration::from_secs(1);
    match KafkaLog::connect(options).await {
        Err(error @ Error::Unavailable { .. }) => assert!(error.is_retryable()),
        other => panic!("{other:?}"),
    }
}
