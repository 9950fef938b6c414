//! Topics that keep everything: a check of what is there, and the making of what is missing.
//!
//! A topic that drops events by age or size, compacts them, or may elect a replica that lacks some
//! is refused at the start, with the command that repairs it; so is one with another number of
//! partitions, and a cluster that would make a deleted topic anew by itself. Nothing here changes a
//! topic that exists.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::admin::{
    AdminClient, AdminOptions, ConfigResource, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;

use super::consumers::Consumers;
use super::reports::{self, Reports};
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

/// What a broker must be set to: a deleted topic that is made anew by the next append would forget.
const BROKER_SETTING: (&str, &str) = ("auto.create.topics.enable", "false");

/// Copies that must be written before an append is acknowledged, where a topic has more.
const REPLICAS_IN_SYNC_MIN: u32 = 2;

/// Checks all topics of the options and gives their partition counts.
pub(super) async fn check(
    options: &KafkaOptions,
    consumers: &Consumers,
) -> Result<BTreeMap<Topic, u32>, Error> {
    let (counts, broker) = partition_counts(options, consumers.client()).await?;
    let admin = admin(options)?;
    let mut resources: Vec<_> =
        options.topics.iter().map(|topic| ResourceSpecifier::Topic(topic.as_str())).collect();
    resources.push(ResourceSpecifier::Broker(broker));
    let timeout = AdminOptions::new().request_timeout(Some(options.request_timeout));
    let described = admin
        .describe_configs(&resources, &timeout)
        .await
        .map_err(|error| reports::failed("describe topics", &error))?;
    // Answers come in the order of the questions.
    for (specifier, result) in resources.iter().zip(described) {
        match (specifier, result) {
            (ResourceSpecifier::Topic(name), Ok(resource)) => {
                if let Some(topic) = options.topics.iter().find(|topic| topic.as_str() == *name) {
                    check_settings(options, topic, &resource)?;
                }
            }
            (ResourceSpecifier::Broker(_), Ok(resource)) => check_broker(broker, &resource)?,
            (ResourceSpecifier::Broker(_), Err(code)) => tracing::debug!(%code, "settings"),
            (_, Err(code)) => {
                return Err(reports::failed("describe topics", &KafkaError::AdminOp(code)));
            }
            (_, Ok(_)) => {}
        }
    }
    Ok(counts)
}

/// Makes the topics that are missing.
pub(super) async fn create(options: &KafkaOptions) -> Result<(), Error> {
    // The client for administration does not say why it is refused: this one does.
    let consumers = Consumers::start(options)?;
    let (client, timeout) = (Arc::clone(consumers.client()), options.request_timeout);
    client::blocking(move || client::metadata_now(&client, timeout).map(drop)).await??;
    let admin = admin(options)?;
    let in_sync = REPLICAS_IN_SYNC_MIN.min(options.replicas.saturating_sub(1)).max(1).to_string();
    let mut wanted = Vec::new();
    for topic in &options.topics {
        let replicas = TopicReplication::Fixed(options.replicas as i32);
        let mut new = NewTopic::new(topic.as_str(), options.partitions as i32, replicas);
        for (name, value) in SETTINGS {
            new = new.set(name, value);
        }
        new = new.set("min.insync.replicas", &in_sync);
        wanted.push(new);
    }
    let timeout = AdminOptions::new()
        .request_timeout(Some(options.request_timeout))
        .operation_timeout(Some(options.request_timeout));
    let created = admin
        .create_topics(&wanted, &timeout)
        .await
        .map_err(|error| reports::failed("create topics", &error))?;
    for result in created {
        match result {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((name, code)) => {
                let error = KafkaError::AdminOp(code);
                let Some(topic) = Topic::try_new(&name) else {
                    return Err(reports::failed("create topics", &error));
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
    wait_until_known(options, &consumers).await
}

/// Waits until the brokers have heard of the topics, which is a moment after they were made.
async fn wait_until_known(options: &KafkaOptions, consumers: &Consumers) -> Result<(), Error> {
    let deadline = Instant::now() + options.request_timeout;
    loop {
        match partition_counts(options, consumers.client()).await {
            Err(Error::Topic { .. }) if Instant::now() < deadline => {
                tokio::time::sleep(KNOWN_POLL).await;
            }
            known => return known.map(drop),
        }
    }
}

/// The partition counts of all topics, and the number of a broker.
async fn partition_counts(
    options: &KafkaOptions,
    consumer: &Arc<BaseConsumer<Reports>>,
) -> Result<(BTreeMap<Topic, u32>, i32), Error> {
    let (consumer, timeout) = (Arc::clone(consumer), options.request_timeout);
    let metadata = client::blocking(move || client::metadata_now(&consumer, timeout)).await??;
    let mut counts = BTreeMap::new();
    for topic in &options.topics {
        let found = metadata.topics().iter().find(|found| found.name() == topic.as_str());
        let count = found.map_or(0, |found| found.partitions().len() as u32);
        let create = create_command(options, topic);
        if count == 0 {
            let problem = "it does not exist, or this client may not see it".to_owned();
            return Err(Error::Topic { topic: topic.clone(), problem, repair: create });
        }
        if count != options.partitions {
            let problem = format!(
                "it has {count} partitions, not {}, and the number is fixed for its life",
                options.partitions
            );
            let repair = format!(
                "kafka-topics.sh --bootstrap-server {} --delete --topic {topic} (only if it is \
                 empty), then {create}",
                options.brokers
            );
            return Err(Error::Topic { topic: topic.clone(), problem, repair });
        }
        counts.insert(topic.clone(), count);
    }
    // The one that has answered may be known by its address only.
    let broker = metadata.brokers().first().map_or(-1, |broker| broker.id());
    Ok((counts, broker))
}

fn check_broker(broker: i32, resource: &ConfigResource) -> Result<(), Error> {
    let (name, expected) = BROKER_SETTING;
    let found = resource.get(name).and_then(|entry| entry.value.as_deref());
    // Who may not see it gets none; then it is between the operator and the broker.
    let Some(found) = found.filter(|found| *found != expected) else { return Ok(()) };
    let detail = format!(
        "{name} is {found} at broker {broker}, not {expected}: a deleted topic would come back by \
         itself, without its events; set it in server.properties and restart the brokers"
    );
    Err(Error::Refused { action: "use the cluster", detail })
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
        .map_err(|error| reports::failed("make an administration client", &error))
}

#[cfg(test)]
mod tests {
    use rdkafka::admin::{ConfigEntry, ConfigSource, OwnedResourceSpecifier};

    use super::*;

    #[test]
    fn a_cluster_that_makes_topics_by_itself_is_refused() {
        let broker = |settings: &[(&str, &str)]| ConfigResource {
            specifier: OwnedResourceSpecifier::Broker(1),
            entries: settings
                .iter()
                .map(|(name, value)| ConfigEntry {
                    name: (*name).to_owned(),
                    value: Some((*value).to_owned()),
                    source: ConfigSource::Default,
                    is_read_only: true,
                    is_default: true,
                    is_sensitive: false,
                })
                .collect(),
        };
        assert!(check_broker(1, &broker(&[("auto.create.topics.enable", "false")])).is_ok());
        // Who may not describe the cluster sees none.
        assert!(check_broker(1, &broker(&[])).is_ok());
        match check_broker(1, &broker(&[("auto.create.topics.enable", "true")])) {
            Err(error @ Error::Refused { .. }) => {
                assert!(
                    error.to_string().contains("auto.create.topics.enable is true at broker 1")
                );
            }
            other => panic!("{other:?}"),
        }
    }
}
