//! Batches that fail before their commit is asked for: nothing is written, and the writer goes on.

use RDKafkaRespErr::*;

use super::*;

const LIMIT: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_a_broker_rejects_is_taken_back_and_the_next_is_appended() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    writer.append(batch(&["first"])).await.expect("appended");
    for _ in 0..3 {
        mock.answers(RDKafkaApiKey::Produce, &[RD_KAFKA_RESP_ERR_INVALID_RECORD]);
        let refused = writer.append(batch(&["rejected", "with it"])).await;
        assert!(matches!(refused, Err(Error::Unavailable { .. })), "{refused:?}");
        // librdkafka counts events that a partition has not taken: it may have to start a new count
        // with the coordinator first, and one more batch is taken back for that.
        let (appended, unavailable) = append_in_the_end(&mut writer).await;
        assert!(appended.is_ok() && unavailable <= 1, "{appended:?} {unavailable}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_without_the_right_to_its_topic_is_refused_and_the_next_is_appended() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    for _ in 0..2 {
        let denied = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
        mock.answers(RDKafkaApiKey::AddPartitionsToTxn, &[denied]);
        let refused = writer.append(batch(&["not mine"])).await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
        writer.append(batch(&["next"])).await.expect("appended");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_although_there_was_nothing_to_take_back() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    let denied = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    mock.answers(RDKafkaApiKey::AddPartitionsToTxn, &[denied]);
    mock.answers(RDKafkaApiKey::EndTxn, &[RD_KAFKA_RESP_ERR_INVALID_TXN_STATE]);
    let refused = writer.append(batch(&["not mine"])).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    match writer.append(batch(&["next"])).await {
        Ok(_) => {}
        Err(Error::Uncertain { .. }) => {
            let mut writer = mock.writer().await.expect("a writer");
            writer.append(batch(&["next"])).await.expect("appended");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passing_troubles_of_leaders_and_coordinators_are_not_seen() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    for (request, errors) in [
        (RDKafkaApiKey::Produce, [RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION; 2]),
        (RDKafkaApiKey::Produce, [RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT; 2]),
        (RDKafkaApiKey::Produce, [RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS; 2]),
        (RDKafkaApiKey::Produce, [RD_KAFKA_RESP_ERR__TRANSPORT; 2]),
        (RDKafkaApiKey::AddPartitionsToTxn, [RD_KAFKA_RESP_ERR_NOT_COORDINATOR; 2]),
        (RDKafkaApiKey::AddPartitionsToTxn, [RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE; 2]),
        (RDKafkaApiKey::AddPartitionsToTxn, [RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS; 2]),
        (RDKafkaApiKey::AddPartitionsToTxn, [RD_KAFKA_RESP_ERR__TRANSPORT; 2]),
        (RDKafkaApiKey::EndTxn, [RD_KAFKA_RESP_ERR_NOT_COORDINATOR; 2]),
        (RDKafkaApiKey::EndTxn, [RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS; 2]),
        (RDKafkaApiKey::EndTxn, [RD_KAFKA_RESP_ERR__TRANSPORT; 2]),
        (RDKafkaApiKey::ListOffsets, [RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION; 2]),
    ] {
        mock.answers(request, &errors);
        let appended = writer.append(batch(&["an event"])).await;
        assert!(appended.is_ok(), "{request:?} {errors:?}: {appended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leaders_and_coordinators_may_move_and_be_far_away() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    mock.cluster.broker_round_trip_time(-1, Duration::from_millis(150)).expect("set");
    for broker in 1..=BROKERS {
        mock.cluster.partition_leader(TOPIC.as_str(), 0, Some(broker)).expect("set");
        let unit = rdkafka::mocking::MockCoordinator::Transaction("mock-0".to_owned());
        mock.cluster.coordinator(unit, broker).expect("set");
        writer.append(batch(&["an event", "and one"])).await.expect("appended");
    }
    let mut reader = mock.reader(0).await;
    assert_eq!(texts(&mut reader, 6).await.expect("read").len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_whose_events_got_no_answer_leaves_nothing_and_is_replaced() {
    let mock = Mock::start(SHORT);
    for _ in 0..2 {
        let mut writer = mock.writer().await.expect("a writer");
        writer.append(batch(&["before"])).await.expect("appended");
        mock.cluster.broker_down(-1).expect("down");
        let refused = writer.append(batch(&["meanwhile"])).await;
        assert!(matches!(refused, Err(Error::Unavailable { .. })), "{refused:?}");
        mock.cluster.broker_up(-1).expect("up");
        // The numbers of its events may be those of events that a broker has: none is sent again.
        let (appended, _) = append_in_the_end(&mut writer).await;
        assert!(matches!(appended, Err(Error::Uncertain { .. })), "{appended:?}");
    }
    let mut reader = mock.reader(0).await;
    let read = texts(&mut reader, 2).await.expect("read");
    assert_eq!(read, ["before", "before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_another_has_fenced_says_so_for_good() {
    for (request, error) in [
        (RDKafkaApiKey::AddPartitionsToTxn, RD_KAFKA_RESP_ERR_PRODUCER_FENCED),
        (RDKafkaApiKey::AddPartitionsToTxn, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH),
        (RDKafkaApiKey::Produce, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH),
    ] {
        let mock = Mock::start(LIMIT);
        let mut writer = mock.writer().await.expect("a writer");
        mock.answers(request, &[error]);
        for _ in 0..2 {
            let fenced = writer.append(batch(&["too late"])).await;
            assert!(matches!(fenced, Err(Error::Fenced { .. })), "{request:?} {fenced:?}");
        }
        drop(writer);
        let mut writer = mock.writer().await.expect("a writer");
        writer.append(batch(&["after"])).await.expect("appended");
    }
}

/// The coordinator ends a transaction that lasts too long, and tells its producer that it was
/// fenced. That is no later writer: the unit must not be given up.
#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_the_coordinator_has_timed_out_is_not_fenced() {
    let mock = Mock::start(SHORT);
    let mut writer = mock.writer().await.expect("a writer");
    // No event is taken, and the transaction that was begun for it cannot be taken back.
    mock.answers(RDKafkaApiKey::Produce, &[RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS; 1000]);
    mock.answers(RDKafkaApiKey::EndTxn, &[RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE; 1000]);
    let begun = std::time::Instant::now();
    while begun.elapsed() <= client::transaction_timeout(&mock.options) {
        let refused = writer.append(batch(&["meanwhile"])).await;
        assert!(matches!(refused, Err(Error::Unavailable { .. })), "{refused:?}");
    }
    for request in [RDKafkaApiKey::Produce, RDKafkaApiKey::EndTxn] {
        mock.cluster.clear_request_errors(request);
    }
    for request in [RDKafkaApiKey::EndTxn, RDKafkaApiKey::InitProducerId] {
        mock.answers(request, &[RD_KAFKA_RESP_ERR_PRODUCER_FENCED; 2]);
    }
    let (appended, _) = append_in_the_end(&mut writer).await;
    assert!(matches!(appended, Err(Error::Uncertain { .. })), "{appended:?}");
    for request in [RDKafkaApiKey::EndTxn, RDKafkaApiKey::InitProducerId] {
        mock.cluster.clear_request_errors(request);
    }
    let mut writer = mock.writer().await.expect("a writer");
    writer.append(batch(&["after"])).await.expect("appended");
}

/// A producer that fails and fails in a cluster that answers is given up for a new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_producer_that_does_not_recover_is_replaced() {
    let mock = Mock::start(SHORT);
    let mut writer = mock.writer().await.expect("a writer");
    mock.answers(RDKafkaApiKey::Produce, &[RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS; 10_000]);
    let (appended, unavailable) = append_in_the_end(&mut writer).await;
    assert!(matches!(appended, Err(Error::Uncertain { .. })), "{appended:?}");
    assert!((1..20).contains(&unavailable), "{unavailable}");
    mock.cluster.clear_request_errors(RDKafkaApiKey::Produce);
    let mut writer = mock.writer().await.expect("a writer");
    writer.append(batch(&["after"])).await.expect("appended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_starts_when_the_cluster_is_back() {
    let mock = Mock::start(SHORT);
    mock.cluster.broker_down(-1).expect("down");
    let refused = mock.writer().await.map(drop);
    assert!(matches!(refused, Err(Error::Unavailable { .. })), "{refused:?}");
    mock.cluster.broker_up(-1).expect("up");
    mock.answers(
        RDKafkaApiKey::InitProducerId,
        &[
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
            RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        ],
    );
    let mut tries = 0;
    let started = loop {
        match mock.writer().await {
            Err(Error::Unavailable { .. }) if tries < 20 => tries += 1,
            started => break started.map(drop),
        }
    };
    assert!(started.is_ok(), "{started:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_is_refused_is_told_apart_from_one_that_fails() {
    let mock = Mock::start(LIMIT);
    for (error, refused) in [
        (RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, true),
        (RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, true),
        // Another writer of the unit started at the same time: who tries again has it.
        (RD_KAFKA_RESP_ERR_PRODUCER_FENCED, false),
    ] {
        mock.answers(RDKafkaApiKey::InitProducerId, &[error]);
        match mock.writer().await.map(drop) {
            Err(Error::Refused { .. }) => assert!(refused, "{error:?}"),
            Err(Error::Unavailable { .. }) => assert!(!refused, "{error:?}"),
            other => panic!("{error:?}: {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_leaves_a_whole_batch_or_none() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    mock.cluster.broker_round_trip_time(-1, Duration::from_millis(50)).expect("set");
    for milliseconds in [0, 10, 60, 110, 160, 210] {
        let append = writer.append(batch(&["one", "two", "three"]));
        let limit = Duration::from_millis(milliseconds);
        drop(tokio::time::timeout(limit, append).await);
        let positions = writer.append(batch(&["last"])).await.expect("appended");
        // Three of each that was left, and one.
        let lasts = positions[0].0;
        let mut reader = mock.reader(lasts).await;
        assert_eq!(texts(&mut reader, 1).await.expect("read"), ["last"]);
    }
    drop(writer);
}
