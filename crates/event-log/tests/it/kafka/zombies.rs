//! An earlier writer of a unit has no effect, whatever it was doing when the later one started.

use std::time::{Duration, Instant};

use event_log::conformance::Subject;
use event_log::{Error, Partition, Position};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use super::broker::topics;
use crate::embedded::{event, read_all};

#[tokio::test(flavor = "multi_thread")]
async fn events_of_an_aborted_transaction_are_never_seen() {
    let Some(topics) = topics("events_of_an_aborted_transaction").await else { return };
    let log = topics.open().await;
    let [topic, _] = topics.topics();
    let unit = topics.unit("a");
    // A process that has crashed in the middle of a batch, as the broker sees it.
    let crashed: BaseProducer = rdkafka::ClientConfig::new()
        .set("bootstrap.servers", &topics.options.brokers)
        .set("transactional.id", unit.as_str())
        .create()
        .expect("a producer");
    let limit = Duration::from_secs(30);
    crashed.init_transactions(limit).expect("starts");
    crashed.begin_transaction().expect("begins");
    let record = BaseRecord::to(topic.as_str()).partition(0).key("key").payload("half a batch");
    crashed.send(record).expect("sent");
    crashed.flush(limit).expect("flushed");
    assert_eq!(log.end(&topic, Partition(0)).await.expect("the end"), Position(0));

    // Another unit's batch behind it is decided, but cannot be read before it: it is not "there".
    let mut reader = log.reader(&topic, Partition(0), Position(0)).await.expect("a reader");
    assert_eq!(reader.try_next(1 << 20).await.expect("read"), []);

    let mut writer = log.writer(&unit).await.expect("a writer");
    writer.append(vec![event(&topic, 0, "whole")]).await.expect("appended");
    let read = reader.try_next(1 << 20).await.expect("read");
    assert_eq!(read.iter().map(|e| &e.payload[..]).collect::<Vec<_>>(), [b"whole"]);
    assert_eq!(reader.try_next(1 << 20).await.expect("read"), []);
    assert!(crashed.commit_transaction(limit).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_behind_which_only_an_aborted_batch_is_left_finds_nothing() {
    let Some(topics) = topics("a_reader_behind_which_only").await else { return };
    let log = topics.open().await;
    let [topic, _] = topics.topics();
    let limit = Duration::from_secs(30);
    let producer = |name: &str| -> BaseProducer {
        let producer: BaseProducer = rdkafka::ClientConfig::new()
            .set("bootstrap.servers", &topics.options.brokers)
            .set("transactional.id", format!("{}-{name}", topics.name))
            .create()
            .expect("a producer");
        producer.init_transactions(limit).expect("starts");
        producer.begin_transaction().expect("begins");
        producer
    };
    let send = |producer: &BaseProducer| {
        let record = BaseRecord::to(topic.as_str()).partition(0).key("key").payload("an event");
        producer.send(record).expect("sent");
        producer.flush(limit).expect("flushed");
    };
    // The first is aborted, but the mark of that is behind an event of the second, still open: up
    // to there nothing can be read, and nothing in the partition says so.
    let (first, second) = (producer("first"), producer("second"));
    send(&first);
    send(&second);
    first.abort_transaction(limit).expect("aborted");
    // The partition hears of it a moment after the coordinator.
    let deadline = Instant::now() + limit;
    while log.end(&topic, Partition(0)).await.expect("the end") != Position(1) {
        assert!(Instant::now() < deadline, "the first stays open");
    }
    let mut reader = log.reader(&topic, Partition(0), Position(0)).await.expect("a reader");
    for _ in 0..2 {
        assert_eq!(reader.try_next(1 << 20).await.expect("read"), []);
    }
    second.commit_transaction(limit).expect("committed");
    let read = reader.next(1 << 20).await.expect("read");
    assert_eq!(read.iter().map(|e| e.position).collect::<Vec<_>>(), [Position(1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_is_fenced_while_it_appends_adds_nothing_afterwards() {
    let Some(topics) = topics("a_writer_that_is_fenced").await else { return };
    let log = topics.open().await;
    let [topic, other] = topics.topics();
    let unit = topics.unit("a");
    let mut acknowledged = 0_u32;
    for round in 0..8 {
        let mut zombie = log.writer(&unit).await.expect("a writer");
        let (topic, other) = (topic.clone(), other.clone());
        let (zombie_topic, zombie_other) = (topic.clone(), other.clone());
        let appends = tokio::task::JoinSet::from_iter([async move {
            let mut count = 0;
            loop {
                let text = format!("{round} {count}");
                let batch =
                    vec![event(&zombie_topic, 0, text.clone()), event(&zombie_other, 1, text)];
                match zombie.append(batch).await {
                    Ok(_) => count += 1,
                    Err(Error::Fenced { .. }) => return count,
                    Err(error) => panic!("{error}"),
                }
            }
        }]);
        tokio::time::sleep(Duration::from_millis(30 + 17 * round)).await;
        let mut new = log.writer(&unit).await.expect("a writer");
        let at_start = read_all(&*log, &topic, 0).await.expect("read");
        acknowledged += appends.join_all().await[0];
        assert_eq!(read_all(&*log, &topic, 0).await.expect("read"), at_start, "round {round}");
        assert_eq!(
            read_all(&*log, &other, 1).await.expect("read"),
            at_start,
            "the same batches, whole"
        );
        new.append(vec![event(&topic, 0, "new"), event(&other, 1, "new")]).await.expect("appended");
        acknowledged += 1;
    }
    let read = read_all(&*log, &topic, 0).await.expect("read");
    assert_eq!(read.len(), acknowledged as usize, "what was acknowledged, and nothing else");
}
