//! An answer is of one point of two clocks: the day that a relation held, and the moment by which
//! it was recorded.

use api::network::{GetFirmRequest, ListRolesRequest, NetworkAsOf};
use api::types::{AsOf, as_of::Clock};
use jiff::Timestamp;
use tonic::Code;

use crate::harness::{Ingestion, Started, open_log, small, supplies};

fn request(valid_on: &str, recorded: Option<Timestamp>) -> ListRolesRequest {
    let clock = recorded.map(|at| Clock::RecordedAt(api::timestamp_to(at)));
    let recorded = clock.map(|clock| AsOf { clock: Some(clock) });
    ListRolesRequest {
        network: "asean".to_owned(),
        as_of: Some(NetworkAsOf { valid_on: valid_on.to_owned(), recorded }),
        ..ListRolesRequest::default()
    }
}

async fn role_of_maker(service: &mut Started, request: ListRolesRequest) -> String {
    let roles = service.client.list_roles(request).await.expect("roles").into_inner().roles;
    let maker = roles.into_iter().find(|one| one.firm == "maker");
    maker.map(|one| one.role).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_leaves_what_was_known_before_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let before = Timestamp::now();
    let mut ingestion = Ingestion::new(&log).await;
    ingestion.publish(&small(&supplies("standardized", "null"))).await;
    let between = Timestamp::now();
    let receipt = ingestion.publish(&small(&supplies("customer", "\"2010\""))).await;
    let mut service = Started::new(directory.path(), &log).await;
    let first = ListRolesRequest { after: Some(receipt), ..request("2005-06-01", None) };

    assert_eq!(role_of_maker(&mut service, first).await, "specialized-supplier-industry");
    let earlier = request("2005-06-01", Some(between));
    assert_eq!(role_of_maker(&mut service, earlier).await, "generic-supplier");
    // On the other clock: by what is known now the relation ended; by then it had not.
    assert_eq!(role_of_maker(&mut service, request("2015-01-01", None)).await, "");
    let then = request("2015-01-01", Some(between));
    assert_eq!(role_of_maker(&mut service, then).await, "generic-supplier");

    let refused = service.client.list_roles(request("", Some(before))).await;
    let refused = refused.expect_err("nothing was recorded then");
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("the earliest that can be answered"), "{refused}");
    let hour = jiff::SignedDuration::from_hours(1);
    let future = Timestamp::now().checked_add(hour).expect("a time");
    let refused = service.client.list_roles(request("", Some(future))).await;
    assert_eq!(refused.expect_err("the future").code(), Code::FailedPrecondition);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_joins_the_entities_of_an_earlier_one() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut ingestion = Ingestion::new(&log).await;
    let joining = br#"{"network": "asean", "relations": [{"id": "later", "kind": "supplies",
        "from": "firm:maker", "to": "firm:brand", "source": "s", "evidence": "e",
        "confidence": 1}]}"#;
    ingestion.publish(joining).await;
    ingestion.publish(&small("")).await;
    let mut service = Started::new(directory.path(), &log).await;
    for (publish, expected) in [(false, 0), (true, 1)] {
        let receipt = if publish { Some(ingestion.publish(joining).await) } else { None };
        let request = GetFirmRequest {
            network: "asean".to_owned(),
            id: "maker".to_owned(),
            after: receipt,
            ..GetFirmRequest::default()
        };
        let firm = service.client.get_firm(request).await.expect("a firm").into_inner();
        assert_eq!(firm.relations.len(), expected, "before the firms it joins nobody");
    }
    service.stop().await;
}
