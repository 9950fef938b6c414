//! Topics that keep everything: a check of what is there, and the making of what is missing.
//!
//! A topic that drops events by age or size, compacts them, or may elect a replica that lacks some
//! is refused at the start, with the command that repairs it. Nothing here changes a topic that
//! exists.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigResource, NewTopic, OwnedResourceSpecifier, ResourceSpecifier,
    TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::types::RDKafkaErrorCode;

use super::{KafkaOptions, client};
use crate::{Error, Topic};

/// How often a topic that was just made is looked for.
const KNOWN_POLL: Duration = Duration::from_millis(50);

/// What a topic must be set to.
const SETTINGS: [(&str, &str); 4] = [
    ("retention.ms", "-1"),
    ("retention.bytes", "-1"),
    ("cleanup.policy", "delete"),
    ("unclean.leader.election.enable", "false"),
];

/// Checks all topics of the options and gives their partition counts.
pub(super) async fn check(
    options: &KafkaOptions,
    consumer: &Arc<BaseConsumer>,
) -> Result<BTreeMap<Topic, u32>, Error> {
    let counts = partition_counts(options, consumer).await?;
    let admin = admin(options)?;
    let resources: Vec<_> =
        options.topics.iter().map(|topic| ResourceSpecifier::Topic(topic.as_str())).collect();
    let timeout = AdminOptions::new().request_timeout(Some(options.request_timeout));
    let described = admin
        .describe_configs(&resources, &timeout)
        .await
        .map_err(|error| client::failed("describe topics", &error))?;
    for result in described {
        let resource = result.map_err(|code| {
            let error = rdkafka::error::KafkaError::AdminOp(code);
            client::failed("describe topics", &error)
        })?;
        let OwnedResourceSpecifier::Topic(name) = &resource.specifier else { continue };
        if let Some(topic) = options.topics.iter().find(|topic| topic.as_str() == name) {
            check_settings(options, topic, &resource)?;
        }
    }
    Ok(counts)
}

/// Makes the topics that are missing.
pub(super) async fn create(options: &KafkaOptions) -> Result<(), Error> {
    let admin = admin(options)?;
    let mut wanted = Vec::new();
    for topic in &options.topics {
        let replicas = TopicReplication::Fixed(options.replicas as i32);
        let mut new = NewTopic::new(topic.as_str(), options.partitions as i32, replicas);
        for (name, value) in SETTINGS {
            new = new.set(name, value);
        }
        wanted.push(new);
    }
    let timeout = AdminOptions::new()
        .request_timeout(Some(options.request_timeout))
        .operation_timeout(Some(options.request_timeout));
    let created = admin
        .create_topics(&wanted, &timeout)
        .await
        .map_err(|error| client::failed("create topics", &error))?;
    for result in created {
        match result {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => {
                let error = rdkafka::error::KafkaError::AdminOp(code);
                let Some(topic) = Topic::try_new(&name) else {
                    return Err(client::failed("create topics", &error));
                };
                let problem = format!("it cannot be created: {code}");
                return Err(Error::Topic {
                    repair: create_command(options, &topic),
                    topic,
                    problem,
                });
            }
        }
    }
    wait_until_known(options).await
}

/// Waits until the brokers have heard of the topics, which is a moment after they were made.
async fn wait_until_known(options: &KafkaOptions) -> Result<(), Error> {
    let consumer: BaseConsumer = client::consumer_config(options)
        .create()
        .map_err(|error| client::failed("make a consumer", &error))?;
    let consumer = Arc::new(consumer);
    let deadline = Instant::now() + options.request_timeout;
    loop {
        match partition_counts(options, &consumer).await {
            Err(Error::Topic { .. }) if Instant::now() < deadline => {
                tokio::time::sleep(KNOWN_POLL).await;
            }
            known => return known.map(drop),
        }
    }
}

async fn partition_counts(
    options: &KafkaOptions,
    consumer: &Arc<BaseConsumer>,
) -> Result<BTreeMap<Topic, u32>, Error> {
    let (consumer, timeout) = (Arc::clone(consumer), options.request_timeout);
    let metadata = client::blocking(move || consumer.fetch_metadata(None, timeout))
        .await?
        .map_err(|error| client::failed("ask for topics", &error))?;
    let mut counts = BTreeMap::new();
    for topic in &options.topics {
        let found = metadata.topics().iter().find(|found| found.name() == topic.as_str());
        match found.map(|found| found.partitions().len()) {
            Some(count @ 1..) => {
                counts.insert(topic.clone(), count as u32);
            }
            Some(0) | None => {
                let problem = "it does not exist".to_owned();
                let repair = create_command(options, topic);
                return Err(Error::Topic { topic: topic.clone(), problem, repair });
            }
        }
    }
    Ok(counts)
}

fn check_settings(
    options: &KafkaOptions,
    topic: &Topic,
    resource: &ConfigResource,
) -> Result<(), Error> {
    for (name, expected) in SETTINGS {
        let found = resource.get(name).and_then(|entry| entry.value.as_deref());
        if found != Some(expected) {
            let problem = format!("{name} is {}, not {expected}", found.unwrap_or("not known"));
            let repair = format!(
                "kafka-configs.sh --bootstrap-server {} --alter --entity-type topics \
                 --entity-name {topic} --add-config {}",
                options.brokers,
                SETTINGS.map(|(name, value)| format!("{name}={value}")).join(","),
            );
            return Err(Error::Topic { topic: topic.clone(), problem, repair });
        }
    }
    Ok(())
}

fn create_command(options: &KafkaOptions, topic: &Topic) -> String {
    format!(
        "kafka-topics.sh --bootstrap-server {} --create --topic {topic} --partitions {} \
         --replication-factor {} {}",
        options.brokers,
        options.partitions,
        options.replicas,
        SETTINGS.map(|(name, value)| format!("--config {name}={value}")).join(" "),
    )
}

fn admin(options: &KafkaOptions) -> Result<AdminClient<DefaultClientContext>, Error> {
    client::config(options)
        .create()
        .map_err(|error| client::failed("make an administration client", &error))
}
