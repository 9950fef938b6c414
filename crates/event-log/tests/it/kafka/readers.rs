//! Readers while the broker is away, and when the log behind their position has become another.

use std::time::{Duration, Instant};

use event_log::conformance::Subject;
use event_log::{Error, KafkaLog, Partition, Position, Reader, Recorded};
use rdkafka::admin::AdminOptions;

use super::broker::{Topics, fragile, topics};
use super::topic_checks::admin;
use crate::embedded::event;

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_reader_says_that_the_log_is_away_and_reads_on_when_it_is_back() {
    let Some(broker) = fragile("a_waiting_reader_says").await else { return };
    let Some(broker) = &*broker else { return };
    let mut topics = Topics::named(&broker.address);
    KafkaLog::create_topics(&topics.options).await.expect("creates");
    topics.options.request_timeout = Duration::from_secs(2);
    let log = topics.open().await;
    let [topic, _] = topics.topics();
    let mut writer = log.writer(&topics.unit("a")).await.expect("a writer");
    writer.append(vec![event(&topic, 0, "before")]).await.expect("appended");
    let mut readers = Vec::new();
    for _ in 0..2 {
        let mut reader = log.reader(&topic, Partition(0), Position(0)).await.expect("a reader");
        assert_eq!(texts(&reader.next(1000).await.expect("read")), ["before"]);
        readers.push(reader);
    }

    // Nobody appends: waiting is no trouble, for as long as it takes.
    let waiting = readers[0].next(1000);
    assert!(tokio::time::timeout(Duration::from_secs(5), waiting).await.is_err());

    broker.order("kill", &[]).await;
    let start = Instant::now();
    for reader in &mut readers {
        match reader.next(1000).await {
            Err(error @ Error::Unavailable { .. }) => assert!(error.is_retryable()),
            other => panic!("{other:?}"),
        }
        assert!(matches!(reader.try_next(1000).await, Err(Error::Unavailable { .. })));
    }
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    broker.order("resume", &[]).await;

    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        assert!(Instant::now() < deadline, "no append after the outage");
        match writer.append(vec![event(&topic, 0, "after")]).await {
            Ok(_) => break,
            Err(Error::Unavailable { .. }) => tokio::time::sleep(Duration::from_millis(200)).await,
            // Nothing can have been written while the broker was away, so it is appended again.
            Err(Error::Uncertain { .. }) => {
                if let Ok(new) = log.writer(&topics.unit("a")).await {
                    writer = new;
                }
            }
            other => panic!("{other:?}"),
        }
    }
    for reader in &mut readers {
        assert_eq!(texts(&until_read(&mut **reader).await.expect("read")), ["after"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_was_made_anew_stops_its_readers() {
    let Some(topics) = topics("a_topic_that_was_made_anew").await else { return };
    let log = topics.open().await;
    let [topic, _] = topics.topics();
    let mut writer = log.writer(&topics.unit("a")).await.expect("a writer");
    for number in 0..5 {
        writer.append(vec![event(&topic, 0, format!("old {number}"))]).await.expect("appended");
    }
    let mut reader = log.reader(&topic, Partition(0), Position(0)).await.expect("a reader");
    while reader.next(1 << 20).await.expect("read").len() < 5 {}
    let end = log.end(&topic, Partition(0)).await.expect("the end");

    let admin = admin(&topics.options.brokers);
    admin.delete_topics(&[topic.as_str()], &AdminOptions::new()).await.expect("deleted");
    KafkaLog::create_topics(&topics.options).await.expect("creates");
    let new_log = topics.open().await;
    let mut writer = new_log.writer(&topics.unit("b")).await.expect("a writer");
    writer.append(vec![event(&topic, 0, "new 0")]).await.expect("appended");

    // It is shorter than before: this is seen from the position alone.
    match new_log.reader(&topic, Partition(0), end).await.map(drop) {
        Err(Error::OutOfRange { position, .. }) => assert_eq!(position, end),
        other => panic!("{other:?}"),
    }
    for _ in 0..2 {
        match until_read(&mut *reader).await {
            Err(error @ Error::Refused { .. }) => {
                assert!(!error.is_retryable());
                println!("told: {error}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_are_gone_are_refused() {
    let Some(topics) = topics("events_that_are_gone").await else { return };
    let log = topics.open().await;
    let [topic, _] = topics.topics();
    let mut writer = log.writer(&topics.unit("a")).await.expect("a writer");
    for number in 0..5 {
        writer.append(vec![event(&topic, 0, format!("{number}"))]).await.expect("appended");
    }
    let end = log.end(&topic, Partition(0)).await.expect("the end");
    let mut before = rdkafka::TopicPartitionList::new();
    before
        .add_partition_offset(topic.as_str(), 0, rdkafka::Offset::Offset(4))
        .expect("a partition");
    let admin = admin(&topics.options.brokers);
    admin.delete_records(&before, &AdminOptions::new()).await.expect("deleted");
    match log.reader(&topic, Partition(0), Position(0)).await.map(drop) {
        Err(Error::OutOfRange { start, end: found, .. }) => {
            assert_eq!((start, found), (Position(4), end));
        }
        other => panic!("{other:?}"),
    }
}

async fn until_read(reader: &mut dyn Reader) -> Result<Vec<Recorded>, Error> {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        match tokio::time::timeout_at(deadline.into(), reader.next(1 << 20)).await {
            Ok(Err(Error::Unavailable { .. })) => {}
            Ok(read) => return read,
            Err(_) => panic!("nothing is told"),
        }
    }
}

fn texts(events: &[Recorded]) -> Vec<String> {
    events.iter().map(|event| String::from_utf8_lossy(&event.payload).into_owned()).collect()
}
