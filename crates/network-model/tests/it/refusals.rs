//! What cannot be answered says which field, and what is near; what is not applied in time says so.

use std::time::Duration;

use api::network::{GetFirmRequest, ListCouplingsRequest, ListRolesRequest, NetworkAsOf};
use api::types::{LogPosition, Receipt};
use tonic::{Code, Request};

use crate::harness::{Ingestion, PAPER, Started, open_log, partition};

#[tokio::test(flavor = "multi_thread")]
async fn unknown_ids_and_malformed_days_are_refused_with_a_remedy() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let receipt = Ingestion::new(&log).await.publish(PAPER).await;
    let mut service = Started::new(directory.path(), &log).await;
    let firm = |network: &str, id: &str, valid_on: &str| GetFirmRequest {
        network: network.to_owned(),
        id: id.to_owned(),
        as_of: Some(NetworkAsOf { valid_on: valid_on.to_owned(), recorded: None }),
        after: Some(receipt.clone()),
    };
    for (request, code, says) in [
        (firm("asean", "eftec", ""), Code::NotFound, "eftech"),
        (firm("asean", "eftech", "1990-01-01"), Code::NotFound, "not on 1990-01-01"),
        (firm("asian", "eftech", ""), Code::NotFound, "network `asian`"),
        (firm("", "eftech", ""), Code::InvalidArgument, "`network`"),
        (firm("asean", "", ""), Code::InvalidArgument, "`id`"),
        (firm("asean", "eftech", "2014-13-01"), Code::InvalidArgument, "as_of.valid_on"),
        (firm("asean", "eftech", "2014"), Code::InvalidArgument, "2014-12-31"),
    ] {
        let refused = service.client.get_firm(request.clone()).await.expect_err("a refusal");
        assert_eq!(refused.code(), code, "{request:?}: {refused}");
        assert!(refused.message().contains(says), "{request:?}: {refused}");
    }
    let roles = ListRolesRequest {
        network: "asean".to_owned(),
        industry: "aerospce".to_owned(),
        ..ListRolesRequest::default()
    };
    let refused = service.client.list_roles(roles).await.expect_err("no such industry");
    assert!(refused.message().contains("near it: aerospace"), "{refused}");
    let couplings = ListCouplingsRequest {
        network: "asean".to_owned(),
        firm: "firm:klt-fruits".to_owned(),
        ..ListCouplingsRequest::default()
    };
    let refused = service.client.list_couplings(couplings).await.expect_err("no such firm");
    assert!(refused.message().contains("near it: klt"), "{refused}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_waited_for_within_the_deadline() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut service = Started::new(directory.path(), &log).await;
    let at = LogPosition::new("entrepot.network.v1", partition().0, 0);
    let question = ListRolesRequest {
        network: "asean".to_owned(),
        after: Some(Receipt { positions: vec![at] }),
        ..ListRolesRequest::default()
    };
    let mut late = Request::new(question.clone());
    late.set_timeout(Duration::from_millis(300));
    let refused = service.client.list_roles(late).await.expect_err("nothing is there yet");
    assert!(matches!(refused.code(), Code::DeadlineExceeded | Code::Cancelled), "{refused}");

    let mut waiting = service.client.clone();
    let asking = async move { waiting.list_roles(question).await };
    let writing = async { Ingestion::new(&log).await.publish(PAPER).await };
    let (answer, _) = tokio::join!(asking, writing);
    assert!(!answer.expect("an answer").into_inner().roles.is_empty());
    service.stop().await;
}
