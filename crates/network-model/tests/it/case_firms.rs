//! The four case firms of the paper come out as section 3.2 has them, asked over gRPC.

use api::network::{GetFirmRequest, ListCouplingsRequest, ListRolesRequest};

use crate::harness::{Ingestion, PAPER, Started, open_log};

#[tokio::test(flavor = "multi_thread")]
async fn the_four_case_firms_have_the_mechanism_and_configuration_of_the_paper() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let receipt = Ingestion::new(&log).await.publish(PAPER).await;
    let mut service = Started::new(directory.path(), &log).await;

    let request = ListCouplingsRequest {
        network: "asean".to_owned(),
        after: Some(receipt),
        ..ListCouplingsRequest::default()
    };
    let couplings = service.client.list_couplings(request).await.expect("couplings").into_inner();
    for (firm, mechanism, configuration) in [
        ("cool", "international-partnership", "strategic-partnership"),
        ("atc", "industrial-specialization", "lead-firm-centric"),
        ("eftech", "industrial-specialization", "lead-firm-centric"),
        ("klt", "production-platform", ""),
    ] {
        let found = couplings.couplings.iter().find(|one| one.firm == firm).expect("a coupling");
        assert_eq!(found.mechanism, mechanism, "{found:?}");
        assert_eq!(found.configuration, configuration, "{found:?}");
        assert!(!found.evidence.is_empty() && !found.reason.is_empty(), "{found:?}");
        assert!(found.network_scope.starts_with("global production network"), "{found:?}");
    }

    let request = ListRolesRequest {
        network: "asean".to_owned(),
        industry: "oil_and_gas".to_owned(),
        ..ListRolesRequest::default()
    };
    let roles = service.client.list_roles(request).await.expect("roles").into_inner().roles;
    let role = |firm: &str| {
        roles.iter().find(|one| one.firm == firm).map(|one| one.role.clone()).unwrap_or_default()
    };
    assert_eq!(role("petronas"), "lead-firm");
    assert_eq!(role("eftech"), "specialized-supplier-industry");
    assert!(roles.iter().all(|one| one.industry == "oil_and_gas"));
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_answers_with_its_relations_and_findings() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let receipt = Ingestion::new(&log).await.publish(PAPER).await;
    let mut service = Started::new(directory.path(), &log).await;

    let request = GetFirmRequest {
        network: "asean".to_owned(),
        id: "atc".to_owned(),
        after: Some(receipt),
        ..GetFirmRequest::default()
    };
    let answer = service.client.get_firm(request.clone()).await.expect("a firm").into_inner();
    let entity = answer.entity.expect("an entity");
    assert_eq!((entity.kind.as_str(), entity.home.as_str()), ("firm", "SG"));
    let penang =
        answer.relations.iter().find(|one| one.kind == "located-in" && one.to_name == "Penang");
    let penang = penang.expect("Penang");
    assert_eq!((penang.to.as_str(), penang.valid_from.as_str()), ("place:penang", "2012"));
    let value = |kind: &str| {
        answer.findings.iter().find(|one| one.kind == kind).map(|one| one.value.clone())
    };
    assert_eq!(value("coupling").as_deref(), Some("industrial-specialization"));
    assert_eq!(value("location").as_deref(), Some("MY-07,SG"));
    assert_eq!(value("route").as_deref(), Some("beside-lead-firm"));
    assert_eq!(value("driver").as_deref(), Some("cost-capability"));
    assert_eq!(value("match").as_deref(), Some("capability"));
    let sme = answer.sme.expect("a standing");
    assert_eq!((sme.status.as_str(), sme.basis.as_str()), ("sme", "stated-size"));
    assert!(answer.findings.iter().all(|one| one.subject == "firm:atc"));

    let place = GetFirmRequest { id: "place:penang".to_owned(), ..request };
    let answer = service.client.get_firm(place).await.expect("a place").into_inner();
    assert_eq!(answer.entity.expect("an entity").kind, "place");
    service.stop().await;
}
