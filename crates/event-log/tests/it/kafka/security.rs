//! A cluster that wants TLS, credentials and rights: with them it works, without it says why.
//!
//! Each refusal must come soon and be for good: none of these is cured by another try.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use event_log::conformance::Subject;
use event_log::{Error, KafkaLog, KafkaProperties, Partition, Position};
use tokio::sync::OnceCell;

use super::broker::{OwnBroker, Topics};
use crate::embedded::{event, read_all};

/// Longer than any refusal takes, shorter than the request timeout.
const SOON: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn the_right_credentials_work() {
    let Some(broker) = secure("the_right_credentials").await else { return };
    let topics = topics_of_metrics(broker).await;
    let log = topics.open().await;
    let [topic, _] = topics.topics();
    let mut writer = log.writer(&topics.unit("a")).await.expect("a writer");
    writer.append(vec![event(&topic, 0, "kept")]).await.expect("appended");
    assert_eq!(read_all(&*log, &topic, 0).await.expect("read"), ["kept"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_soon_and_is_in_no_message() {
    let Some(broker) = secure("a_wrong_password").await else { return };
    let properties = properties(broker, "metrics").replace("metrics-secret", "Tr0ub4dor");
    let text = refused(broker, &properties, "Authentication failed").await;
    assert!(!text.contains("Tr0ub4dor"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_is_refused_soon() {
    let Some(broker) = secure("an_unknown_user").await else { return };
    refused(broker, &properties(broker, "nobody"), "Authentication failed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_authority_is_refused_soon() {
    let Some(broker) = secure("a_certificate_of_another_authority").await else { return };
    let properties = properties(broker, "metrics").replace("authority.pem", "stranger.pem");
    refused(broker, &properties, "certificate").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_tls_is_refused_soon() {
    let Some(broker) = secure("a_client_without_tls").await else { return };
    refused(broker, "", "security.protocol").await;
    let properties = properties(broker, "metrics").replace("SASL_SSL", "SASL_PLAINTEXT");
    refused(broker, &properties, "security.protocol").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_tls_at_a_broker_without_is_refused_soon() {
    let Some(broker) = secure("a_client_with_tls").await else { return };
    let tools = std::fs::read_to_string(broker.file("tools")).expect("an address");
    let mut topics = Topics::named(tools.trim());
    let properties = properties(broker, "metrics");
    topics.options.properties = properties.parse().expect("properties");
    let start = Instant::now();
    let refused = KafkaLog::connect(topics.options.clone()).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_a_topic_of_another_service_is_refused_soon_and_leaves_nothing() {
    let Some(broker) = secure("writing_a_topic").await else { return };
    let topics = topics_of_metrics(broker).await;
    let [own, foreign] = topics.topics();
    // May write the first topic and read both.
    let mut others = Topics::named(&broker.address);
    others.options = topics.options.clone();
    others.options.properties = properties(broker, "other").parse().expect("properties");
    let unit = others.unit("a");
    for rights in [
        vec!["--operation", "Write", "--topic", own.as_str()],
        vec![
            "--operation",
            "Read",
            "--operation",
            "DescribeConfigs",
            "--topic",
            &topics.name,
            "--resource-pattern-type",
            "prefixed",
        ],
        vec!["--operation", "Write", "--transactional-id", unit.as_str()],
    ] {
        allow(broker, "other", &rights).await;
    }
    let log = others.open().await;
    let mut writer = log.writer(&unit).await.expect("a writer");
    writer.append(vec![event(&own, 0, "own")]).await.expect("appended");
    let start = Instant::now();
    let batch = vec![event(&own, 0, "both"), event(&foreign, 0, "both")];
    match writer.append(batch).await {
        Err(error @ Error::Refused { .. }) => {
            assert!(!error.is_retryable());
            assert!(error.to_string().contains("Topic authorization failed"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    // If the coordinator has refused both topics at once, the writer has to be taken anew.
    let again = vec![event(&own, 0, "own again")];
    match writer.append(again.clone()).await {
        Err(Error::Uncertain { .. }) => {
            let mut writer = log.writer(&unit).await.expect("a writer");
            writer.append(again).await.expect("appended");
        }
        appended => drop(appended.expect("appended")),
    }
    assert_eq!(read_all(&*log, &own, 0).await.expect("read"), ["own", "own again"]);
    assert_eq!(log.end(&foreign, Partition(0)).await.expect("the end"), Position(0));

    // Nor may it be the writer of a unit of another service.
    let start = Instant::now();
    let refused = log.writer(&others.unit("b")).await.map(drop);
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

/// The one secure broker of this process.
async fn secure(case: &str) -> Option<&'static OwnBroker> {
    static BROKER: OnceLock<Option<OwnBroker>> = OnceLock::new();
    let start = || BROKER.get_or_init(|| OwnBroker::run("secure", &["secure"])).as_ref();
    let broker = tokio::task::spawn_blocking(start).await.expect("no panic");
    if broker.is_none() {
        println!("SKIPPED: {case} needs java and mvn on the PATH");
    }
    broker
}

/// New topics of the user `metrics`, who may do everything with them.
async fn topics_of_metrics(broker: &OwnBroker) -> Topics {
    static ALLOWED: OnceCell<()> = OnceCell::const_new();
    ALLOWED
        .get_or_init(async || {
            for rights in [
                ["--operation", "All", "--topic", "t", "--resource-pattern-type", "prefixed"],
                [
                    "--operation",
                    "Write",
                    "--transactional-id",
                    "t",
                    "--resource-pattern-type",
                    "prefixed",
                ],
            ] {
                allow(broker, "metrics", &rights).await;
            }
        })
        .await;
    let mut topics = Topics::named(&broker.address);
    let properties: KafkaProperties = properties(broker, "metrics").parse().expect("properties");
    topics.options.properties = properties;
    KafkaLog::create_topics(&topics.options).await.expect("creates");
    topics
}

async fn allow(broker: &OwnBroker, user: &str, rights: &[&str]) {
    let principal = format!("User:{user}");
    let mut arguments = vec!["--add", "--allow-principal", &principal];
    arguments.extend(rights);
    broker.order("acls", &arguments).await;
}

fn properties(broker: &OwnBroker, user: &str) -> String {
    let authority = broker.file("authority.pem");
    format!(
        "security.protocol=SASL_SSL\nssl.ca.location={}\nsasl.mechanism=SCRAM-SHA-512\n\
         sasl.username={user}\nsasl.password={user}-secret\n",
        authority.display()
    )
}

/// Checks that a client is refused soon, at its start and when it makes topics, and why.
async fn refused(broker: &OwnBroker, properties: &str, why: &str) -> String {
    let mut topics = Topics::named(&broker.address);
    topics.options.properties = properties.parse().expect("properties");
    for make_topics in [false, true] {
        let start = Instant::now();
        let refused = if make_topics {
            KafkaLog::create_topics(&topics.options).await
        } else {
            KafkaLog::connect(topics.options.clone()).await.map(drop)
        };
        match refused {
            Err(error @ Error::Refused { .. }) => {
                assert!(error.to_string().contains(why), "{error}");
            }
            other => panic!("{other:?}"),
        }
        assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    }
    format!("{:?} {:?}", KafkaLog::connect(topics.options.clone()).await, topics.options)
}
