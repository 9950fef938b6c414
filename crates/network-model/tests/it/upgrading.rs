//! A firm on two days over gRPC: what was gained and lost, and what nobody recorded.

use api::network::{GetUpgradingRequest, NetworkAsOf, UpgradingOfKind};
use api::types::{AsOf, as_of::Clock};
use tonic::Code;

use crate::harness::{Ingestion, Started, asked_of_paper, open_log, small, supplies};

fn question(firm: &str, from: &str, until: &str) -> GetUpgradingRequest {
    GetUpgradingRequest {
        network: "asean".to_owned(),
        firm: firm.to_owned(),
        from: from.to_owned(),
        until: until.to_owned(),
        ..GetUpgradingRequest::default()
    }
}

fn of<'a>(kinds: &'a [UpgradingOfKind], kind: &str) -> &'a UpgradingOfKind {
    kinds.iter().find(|one| one.kind == kind).expect("all kinds are told")
}

#[tokio::test(flavor = "multi_thread")]
async fn atc_lost_semiconductors_and_nothing_says_what_it_pays() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of_paper(directory.path()).await;
    let asked = question("firm:atc", "2008-06-01", "2014-06-01");
    let found = service.client.get_upgrading(asked.clone()).await.expect("found").into_inner();
    assert_eq!((found.from.as_str(), found.until.as_str()), ("2008-06-01", "2014-06-01"));
    assert_eq!(found.moment.as_ref().map(|one| one.valid_on.as_str()), Some("2014-06-01"));
    let chain = of(&found.industrial, "chain");
    assert_eq!(chain.change, "fallen", "{chain:?}");
    let lost = chain.fallen.first().expect("a relation");
    assert_eq!(lost.relation, "atc-supplies-semiconductor");
    assert_eq!((lost.industry.as_str(), lost.valid_to.as_str()), ("semiconductors", "2009"));
    assert_eq!(lost.with, "firm:semiconductor-customers");
    assert_eq!(of(&found.industrial, "product").change, "unchanged");
    assert_eq!(of(&found.social, "wages").change, "undefined");
    assert!(found.social.iter().all(|one| one.risen.is_empty() && one.fallen.is_empty()));

    let eftech = question("eftech", "2004-06-01", "2014-06-01");
    let found = service.client.get_upgrading(eftech).await.expect("found").into_inner();
    let process = of(&found.industrial, "process");
    assert_eq!(process.change, "risen");
    assert_eq!(process.risen[0].relation, "petronas-certifies-eftech");
    assert_eq!(process.risen[0].with_name, "Petronas");

    for (asked, code, text) in [
        (question("atc", "2014-06-01", "2008-06-01"), Code::InvalidArgument, "not before"),
        (question("atc", "", "2008-06-01"), Code::InvalidArgument, "from"),
        (question("atc", "2008", ""), Code::InvalidArgument, "not a day"),
        (question("place:penang", "2008-06-01", ""), Code::InvalidArgument, "no firm"),
        (question("nobody", "2008-06-01", ""), Code::NotFound, "nobody"),
        (GetUpgradingRequest { limit: 1_001, ..asked }, Code::InvalidArgument, "limit"),
    ] {
        let refused = service.client.get_upgrading(asked).await.expect_err("refused");
        assert_eq!(refused.code(), code, "{refused:?}");
        assert!(refused.message().contains(text), "{}", refused.message());
    }
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_document_changes_neither_day_as_it_was_known() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut ingestion = Ingestion::new(&log).await;
    ingestion.publish(&small(&supplies("customer", "null"))).await;
    let before = jiff::Timestamp::now();
    let lost = supplies("customer", r#""2009""#);
    let receipt = ingestion.publish(&small(&lost)).await;
    let mut service = Started::new(directory.path(), &log).await;
    let now = GetUpgradingRequest {
        after: Some(receipt),
        ..question("maker", "2005-06-01", "2012-06-01")
    };
    let clock = Clock::RecordedAt(api::timestamp_to(before));
    let recorded = Some(AsOf { clock: Some(clock) });
    let then = NetworkAsOf { valid_on: String::new(), recorded };
    for (as_of, change) in [(None, "fallen"), (Some(then), "unchanged")] {
        let asked = GetUpgradingRequest { as_of, ..now.clone() };
        let found = service.client.get_upgrading(asked).await.expect("found").into_inner();
        assert_eq!(of(&found.industrial, "chain").change, change);
        assert!(found.frontier.is_some());
    }
    service.stop().await;
}
