//! A cluster whose topics would lose events is refused at the start, with the command that repairs.

use std::time::Duration;

use event_log::{Error, KafkaLog, KafkaOptions};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;

use super::broker::{Topics, free_port, topics_not_made};

#[tokio::test]
async fn a_missing_topic_is_refused_with_the_command_that_makes_it() {
    let Some(topics) = topics_not_made("a_missing_topic_is_refused") else { return };
    match KafkaLog::connect(topics.options.clone()).await {
        Err(Error::Topic { topic, repair, .. }) => {
            assert_eq!(topic, topics.options.topics[0]);
            assert!(repair.starts_with("kafka-topics.sh --bootstrap-server "), "{repair}");
            assert!(repair.contains("--partitions 3 "), "{repair}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_topic_that_drops_events_is_refused_with_the_command_that_repairs_it() {
    for (setting, value, problem) in [
        ("retention.ms", "1000", "retention.ms is 1000, not -1"),
        ("retention.bytes", "1000000", "retention.bytes is 1000000, not -1"),
        ("cleanup.policy", "compact", "cleanup.policy is compact, not delete"),
        (
            "unclean.leader.election.enable",
            "true",
            "unclean.leader.election.enable is true, not false",
        ),
    ] {
        let Some(topics) = topics_not_made("a_topic_that_drops_events") else { return };
        let mut settings = KEEPS_EVERYTHING.to_vec();
        settings.retain(|(name, _)| *name != setting);
        settings.push((setting, value));
        create(&topics, 3, &settings).await;
        let expected = "--add-config retention.ms=-1,retention.bytes=-1,cleanup.policy=delete,\
                        unclean.leader.election.enable=false";
        check_refused(&topics, problem, expected).await;
    }
}

#[tokio::test]
async fn a_topic_that_a_broker_has_made_by_itself_is_refused() {
    let Some(topics) = topics_not_made("a_topic_that_a_broker_has_made") else { return };
    // The settings of the broker, as for a topic that it makes when a producer names it.
    create(&topics, 3, &[]).await;
    check_refused(&topics, "retention.ms is 604800000, not -1", "--alter").await;
}

#[tokio::test]
async fn a_topic_with_another_number_of_partitions_is_refused() {
    let Some(topics) = topics_not_made("a_topic_with_another_number") else { return };
    create(&topics, 4, &KEEPS_EVERYTHING).await;
    let problem = "it has 4 partitions, not 3, and the number is fixed for its life";
    check_refused(&topics, problem, "(only if it is empty), then kafka-topics.sh ").await;
}

#[tokio::test]
async fn a_broker_that_is_away_is_unavailable() {
    let mut options = KafkaOptions::new(format!("127.0.0.1:{}", free_port()));
    options.request_timeout = Duration::from_secs(1);
    match KafkaLog::connect(options).await {
        Err(error @ Error::Unavailable { .. }) => {
            assert!(error.is_retryable());
            assert!(error.to_string().contains("Connection refused"), "{error}");
        }
        other => panic!("{other:?}"),
    }
}

const KEEPS_EVERYTHING: [(&str, &str); 3] =
    [("retention.ms", "-1"), ("retention.bytes", "-1"), ("cleanup.policy", "delete")];

pub(super) fn admin(brokers: &str) -> AdminClient<DefaultClientContext> {
    rdkafka::ClientConfig::new().set("bootstrap.servers", brokers).create().expect("a client")
}

/// Makes the second topic by hand; the log makes the first.
async fn create(topics: &Topics, partitions: i32, settings: &[(&str, &str)]) {
    let name = topics.options.topics[1].as_str();
    let mut new = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
    for (name, value) in settings {
        new = new.set(name, value);
    }
    let made = admin(&topics.options.brokers).create_topics([&new], &AdminOptions::new()).await;
    assert!(made.expect("asked").iter().all(Result::is_ok));
}

async fn check_refused(topics: &Topics, expected_problem: &str, expected_repair: &str) {
    // What exists is left as it is.
    match KafkaLog::create_topics(&topics.options).await {
        Ok(()) | Err(Error::Topic { .. }) => {}
        other => panic!("{other:?}"),
    }
    match KafkaLog::connect(topics.options.clone()).await {
        Err(Error::Topic { topic, problem, repair }) => {
            assert_eq!(topic, topics.options.topics[1]);
            assert_eq!(problem, expected_problem);
            assert!(repair.contains(expected_repair), "{repair}");
        }
        other => panic!("{other:?}"),
    }
}
