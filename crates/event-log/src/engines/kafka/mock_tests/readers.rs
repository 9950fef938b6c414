//! Fetches that fail: what passes is not seen, what does not is told for good.

use RDKafkaRespErr::*;

use super::*;

const LIMIT: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn passing_troubles_of_fetches_are_not_seen() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    let mut reader = mock.reader(0).await;
    for error in [
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR__TRANSPORT,
    ] {
        mock.answers(RDKafkaApiKey::Fetch, &[error; 2]);
        writer.append(batch(&["an event"])).await.expect("appended");
        let read = tokio::time::timeout(Duration::from_secs(20), texts(&mut reader, 1)).await;
        assert_eq!(read.expect("in time").expect("read"), ["an event"], "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_is_gone_is_told_to_each_call() {
    let mock = Mock::start(LIMIT);
    let mut reader = mock.reader(0).await;
    mock.answers(RDKafkaApiKey::Fetch, &[RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE; 5]);
    for _ in 0..2 {
        let refused = reader.next(1000).await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
        let refused = reader.try_next(1000).await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_without_the_right_to_its_topic_is_refused() {
    let mock = Mock::start(LIMIT);
    let mut reader = mock.reader(0).await;
    mock.answers(RDKafkaApiKey::Fetch, &[RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED; 5]);
    let refused = reader.next(1000).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_readers_that_wait_in_an_outage_ask_once() {
    let mock = Mock::start(LIMIT);
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let mut reader = mock.reader(0).await;
        waiting.spawn(async move { reader.next(1000).await });
    }
    mock.cluster.broker_down(-1).expect("down");
    let start = std::time::Instant::now();
    while let Some(told) = waiting.join_next().await {
        let told = told.expect("no panic");
        assert!(matches!(told, Err(Error::Unavailable { .. })), "{told:?}");
    }
    // Each alone would wait for two seconds and ask for two more, and half of them twice.
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_fetches_no_more_is_left() {
    let mock = Mock::start(Duration::from_millis(500));
    let mut writer = mock.writer().await.expect("a writer");
    writer.append(batch(&["before", "after"])).await.expect("appended");
    let mut reader = mock.reader(0).await;
    let read = reader.next(1).await.expect("read");
    assert_eq!(read.len(), 1);
    // Taken with the first, and handed out from memory.
    assert_eq!(texts(&mut reader, 1).await.expect("read"), ["after"]);
    let left = reader.assigned();
    // For longer than anybody waits; the cluster answers all other questions.
    mock.answers(RDKafkaApiKey::Fetch, &[RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT; 1000]);
    writer.append(batch(&["unseen"])).await.expect("appended");
    let told = reader.next(1000).await;
    assert!(matches!(told, Err(Error::Unavailable { .. })), "{told:?}");
    assert!(!Arc::ptr_eq(&left, &reader.assigned()), "the reader has its old consumer");
    mock.cluster.clear_request_errors(RDKafkaApiKey::Fetch);
    assert_eq!(texts(&mut reader, 1).await.expect("read"), ["unseen"]);
    assert!(!Arc::ptr_eq(&left, &mock.reader(0).await.assigned()), "a new reader got it");
}
