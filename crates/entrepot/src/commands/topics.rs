//! `entrepot topics`: makes the topics that a Kafka cluster lacks, and checks all of them. The one
//! command besides `up` that speaks to the brokers itself, because nothing else runs without topics.

use std::path::PathBuf;

use clap::Args;
use event_log::{EventLog, KafkaLog, KafkaOptions, KafkaProperties, Topic};
use serde_json::json;

use crate::arguments::Shared;
use crate::error::Error;
use crate::output::{self, Table};

const AFTER_HELP: &str = "\
A topic that exists is never changed; one that would lose events is told, with the command that
repairs it.

Examples:
  entrepot topics --kafka 127.0.0.1:9092 --replicas 1
  entrepot topics --kafka kafka:9093 --kafka-config client.properties";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct TopicsArguments {
    /// The brokers, as host:port, separated by commas
    #[arg(long, env = "ENTREPOT_KAFKA", value_name = "BROKERS")]
    kafka: String,
    /// A file of `name=value` lines that says how to reach them: TLS, credentials
    #[arg(long, env = "ENTREPOT_KAFKA_CONFIG", value_name = "FILE")]
    kafka_config: Option<PathBuf>,
    /// Partitions of topics that are made; fixed for their life
    #[arg(long, env = "ENTREPOT_TOPIC_PARTITIONS", value_name = "N", default_value_t = 12)]
    partitions: u32,
    /// Replicas of topics that are made
    #[arg(long, env = "ENTREPOT_TOPIC_REPLICAS", value_name = "N", default_value_t = 3)]
    replicas: u32,
}

pub(crate) async fn run(shared: &Shared, arguments: TopicsArguments) -> Result<(), Error> {
    let mut options = KafkaOptions::new(&arguments.kafka);
    options.partitions = arguments.partitions;
    options.replicas = arguments.replicas;
    if let Some(timeout) = shared.timeout {
        options.request_timeout = timeout;
    }
    if let Some(file) = &arguments.kafka_config {
        options.properties =
            KafkaProperties::from_file(file).map_err(|error| of_log("", &error))?;
    }
    let brokers = arguments.kafka.as_str();
    let of_brokers = |error| of_log(brokers, &error);
    KafkaLog::create_topics(&options).await.map_err(of_brokers)?;
    let log = KafkaLog::connect(options).await.map_err(of_brokers)?;
    let topics: Vec<(Topic, u32)> =
        Topic::ALL.into_iter().map(|topic| (topic.clone(), log.partition_count(&topic))).collect();
    if shared.json {
        let topics = topics.iter();
        let topics: Vec<_> = topics
            .map(|(topic, count)| json!({ "topic": topic.as_str(), "partitions": count }))
            .collect();
        return output::print_json(&json!({ "topics": topics }));
    }
    let mut table = Table::new(&["topic", "partitions"]).numbers(&[1]);
    for (topic, count) in topics {
        table.row([topic.as_str().to_owned(), count.to_string()]);
    }
    output::print(&table.text())
}

fn of_log(brokers: &str, error: &event_log::Error) -> Error {
    if error.is_retryable() {
        return Error::Brokers { brokers: brokers.to_owned(), reason: error.to_string() };
    }
    let remedy = "correct it, and run this again".to_owned();
    Error::Usage { message: error.to_string(), remedy }
}
