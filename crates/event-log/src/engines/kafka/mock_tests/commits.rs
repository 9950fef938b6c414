//! Commits without a plain answer. To the mock, whatever was delivered is committed.

use RDKafkaRespErr::*;

use super::*;

const LIMIT: Duration = Duration::from_secs(2);

/// The answer to the first try is lost; a later writer's start settles the batch and fences; the
/// next try is refused. "Fenced" would say that nothing was written.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_committed_before_the_writer_was_fenced_is_acknowledged() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    mock.answers(
        RDKafkaApiKey::EndTxn,
        &[RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_PRODUCER_FENCED],
    );
    assert_eq!(writer.append(batch(&["in time"])).await.expect("appended"), [Position(0)]);
    let fenced = writer.append(batch(&["too late"])).await;
    assert!(matches!(fenced, Err(Error::Fenced { .. })), "{fenced:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_after_it_was_done_is_looked_up() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    for error in [
        RD_KAFKA_RESP_ERR_UNKNOWN,
        RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
        RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING,
    ] {
        mock.answers(RDKafkaApiKey::EndTxn, &[error]);
        let appended = writer.append(batch(&["an event"])).await;
        assert!(appended.is_ok(), "{error:?}: {appended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_cannot_be_looked_up_is_uncertain_and_a_new_writer_goes_on() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    for error in [RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE]
    {
        mock.answers(RDKafkaApiKey::EndTxn, &[error; 1000]);
        mock.answers(RDKafkaApiKey::ListOffsets, &[RD_KAFKA_RESP_ERR_UNKNOWN; 1000]);
        for _ in 0..2 {
            let uncertain = writer.append(batch(&["perhaps"])).await;
            assert!(matches!(uncertain, Err(Error::Uncertain { .. })), "{uncertain:?}");
        }
        mock.cluster.clear_request_errors(RDKafkaApiKey::EndTxn);
        mock.cluster.clear_request_errors(RDKafkaApiKey::ListOffsets);
        writer = mock.writer().await.expect("a writer");
        writer.append(batch(&["after"])).await.expect("appended");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_goes_away_at_the_commit_makes_it_uncertain() {
    let mock = Mock::start(LIMIT);
    let mut writer = mock.writer().await.expect("a writer");
    mock.answers(RDKafkaApiKey::EndTxn, &[RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE; 1000]);
    let append = writer.append(batch(&["perhaps"]));
    let (uncertain, ()) = tokio::join!(append, async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        mock.cluster.broker_down(-1).expect("down");
    });
    assert!(matches!(uncertain, Err(Error::Uncertain { .. })), "{uncertain:?}");
    let refused = mock.writer().await.map(drop);
    assert!(matches!(refused, Err(Error::Unavailable { .. })), "{refused:?}");
}
