//! A large network answers as a small one does, and says what it leaves out.

use api::network::{
    GetFirmRequest, GetUpgradingRequest, ListCouplingsRequest, ListRolesRequest, NetworkAsOf,
};
use api::types::Receipt;

use crate::harness::{Ingestion, PAPER, Started, open_log};

/// The paper's network, which is large for the service.
async fn large(directory: &std::path::Path) -> (Started, Receipt) {
    let log = open_log(directory);
    let receipt = Ingestion::new(&log).await.publish(PAPER).await;
    (Started::with(directory, &log, 1).await, receipt)
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_receipt_all_answers_are_those_of_a_small_one() {
    let directories = [tempfile::tempdir(), tempfile::tempdir()].map(|one| one.expect("one"));
    let [one, other] = &directories;
    let (mut large, receipt) = large(one.path()).await;
    let mut small = crate::harness::asked_of_paper(other.path()).await;
    let network = "asean".to_owned();
    let roles = ListRolesRequest { network: network.clone(), ..ListRolesRequest::default() };
    let couplings = ListCouplingsRequest { network, ..ListCouplingsRequest::default() };
    for valid_on in ["", "2014-06-01", "2006-06-01"] {
        let as_of = Some(NetworkAsOf { valid_on: valid_on.to_owned(), recorded: None });
        let asked = ListRolesRequest { as_of: as_of.clone(), ..roles.clone() };
        let after = Some(receipt.clone());
        let behind = ListRolesRequest { after: after.clone(), ..asked.clone() };
        let found = large.client.list_roles(behind).await.expect("roles").into_inner();
        let expected = small.client.list_roles(asked).await.expect("roles").into_inner();
        assert_eq!(found.roles, expected.roles, "{valid_on}");
        let asked = ListCouplingsRequest { as_of: as_of.clone(), ..couplings.clone() };
        let found = large.client.list_couplings(asked.clone()).await.expect("some").into_inner();
        let expected = small.client.list_couplings(asked).await.expect("some").into_inner();
        assert_eq!(found.couplings, expected.couplings, "{valid_on}");
        let asked = GetFirmRequest {
            network: "asean".to_owned(),
            id: "atc".to_owned(),
            as_of,
            ..GetFirmRequest::default()
        };
        let found = large.client.get_firm(asked.clone()).await.expect("a firm").into_inner();
        let expected = small.client.get_firm(asked).await.expect("a firm").into_inner();
        assert_eq!((found.entity, found.relations), (expected.entity, expected.relations));
        assert_eq!(found.findings_left_out, !valid_on.is_empty(), "of a past day they are");
        if valid_on.is_empty() {
            assert_eq!(found.findings, expected.findings);
        }
    }
    large.stop().await;
    small.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_receipt_an_answer_never_says_that_it_knows_more_than_it_does() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut ingestion = Ingestion::new(&log).await;
    let receipt = ingestion.publish(PAPER).await;
    let mut service = Started::with(directory.path(), &log, 1).await;
    let asked = |after| GetFirmRequest {
        network: "asean".to_owned(),
        id: "atc".to_owned(),
        after,
        ..GetFirmRequest::default()
    };
    service.client.get_firm(asked(Some(receipt))).await.expect("a firm");
    for _ in 0..20 {
        let receipt = ingestion.publish(br#"{"network": "asean"}"#).await;
        for _ in 0..5 {
            let found = service.client.get_firm(asked(None)).await.expect("a firm").into_inner();
            let knows = found.moment.and_then(|moment| moment.document).expect("a document");
            let said = found.frontier.expect("a frontier").positions;
            let said = said.iter().find(|at| at.topic == knows.topic).expect("of the network");
            assert!(said.position <= knows.position, "{said:?} with {knows:?}");
        }
        let found = service.client.get_firm(asked(Some(receipt.clone()))).await.expect("a firm");
        let moment = found.into_inner().moment.expect("a moment");
        assert_eq!(moment.document, receipt.positions.first().cloned());
    }
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_that_was_merged_between_two_days_is_one_firm_on_both() {
    let firm = |id: &str| {
        format!(r#"{{"kind": "firm", "id": "{id}", "name": "{id}", "home": "MY", "source": "t"}}"#)
    };
    let supply = |from: &str, industry: &str, day: &str| {
        format!(
            r#"{{"id": "{from}-{industry}", "kind": "supplies", "from": "firm:{from}",
                "to": "firm:buyer", "industry": "{industry}", "valid_from": "{day}",
                "source": "t", "evidence": "t", "confidence": 1}}"#
        )
    };
    let entities = [firm("old"), firm("new"), firm("buyer")].join(",");
    let relations = [supply("new", "cars", "2005"), supply("old", "cars", "2006")].join(",");
    let document = format!(
        r#"{{"network": "asean", "entities": [{entities}], "relations": [{relations}],
            "merges": [{{"merged": "firm:old", "into": "firm:new", "effective": "2012",
                         "source": "t", "evidence": "t"}}]}}"#
    );
    for large_from in [1, usize::MAX] {
        let directory = tempfile::tempdir().expect("a directory");
        let log = open_log(directory.path());
        let receipt = Ingestion::new(&log).await.publish(document.as_bytes()).await;
        let mut service = Started::with(directory.path(), &log, large_from).await;
        let asked = GetUpgradingRequest {
            network: "asean".to_owned(),
            firm: "old".to_owned(),
            from: "2008-06-01".to_owned(),
            until: "2014-06-01".to_owned(),
            after: Some(receipt),
            ..GetUpgradingRequest::default()
        };
        let found = service.client.get_upgrading(asked).await.expect("found").into_inner();
        assert_eq!(found.firm, "new");
        let chain = found.industrial.iter().find(|one| one.kind == "chain").expect("told");
        assert_eq!(chain.change, "unchanged", "{large_from}: {chain:?}");
        service.stop().await;
    }
}
