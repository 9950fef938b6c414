//! Coordination and logics of lead firms over gRPC, with what is not known kept apart.

use api::network::{GetCoordinationRequest, GetLogicsRequest, Range};
use tonic::Code;

use crate::harness::{asked_of, asked_of_paper};

/// The brand owns most of its maker; another maker sells it three times as much.
const TIERS: &[u8] = br#"{"network": "asean", "entities": [
  {"kind": "firm", "id": "brand", "name": "Brand", "home": "US", "source": "test"},
  {"kind": "firm", "id": "maker", "name": "Maker", "home": "MY", "source": "test"},
  {"kind": "firm", "id": "other", "name": "Other", "home": "MY", "source": "test"}
 ], "relations": [
  {"id": "owns", "kind": "owns", "from": "firm:brand", "to": "firm:maker", "share": 0.6,
   "source": "test", "evidence": "test", "confidence": 1.0},
  {"id": "s1", "kind": "supplies", "from": "firm:maker", "to": "firm:brand",
   "volume": {"amount": "1", "unit": "USD"}, "source": "test", "evidence": "test",
   "confidence": 1.0},
  {"id": "s2", "kind": "supplies", "from": "firm:other", "to": "firm:brand",
   "volume": {"amount": "3", "unit": "USD"}, "specification": "supplier", "source": "test",
   "evidence": "test", "confidence": 1.0},
  {"id": "s3", "kind": "supplies", "from": "firm:other", "to": "firm:maker",
   "specification": "standardized", "source": "test", "evidence": "test", "confidence": 1.0}
 ]}"#;

fn of(firm: &str) -> GetCoordinationRequest {
    GetCoordinationRequest {
        network: "asean".to_owned(),
        firm: firm.to_owned(),
        ..GetCoordinationRequest::default()
    }
}

fn logics_of(firm: &str) -> GetLogicsRequest {
    GetLogicsRequest {
        network: "asean".to_owned(),
        firm: firm.to_owned(),
        ..GetLogicsRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_firm_has_an_intra_firm_part_a_governance_and_a_second_tier() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of(directory.path(), TIERS).await;
    let found = service.client.get_coordination(of("brand")).await.expect("found").into_inner();
    // A quarter: exact in binary.
    assert_eq!(found.intra_firm, Some(Range { low: 0.25, high: 0.25 }));
    assert_eq!(found.inter_firm, Some(Range { low: 0.75, high: 0.75 }));
    let supply = |id: &str| found.first_tier.iter().find(|one| one.relation == id).expect("told");
    let (own, other) = (supply("s1"), supply("s2"));
    assert_eq!((own.boundary.as_str(), own.governance.as_str()), ("intra-firm", "hierarchy"));
    assert_eq!(own.evidence, ["owns"]);
    assert_eq!((other.boundary.as_str(), other.governance.as_str()), ("inter-firm", "modular"));
    let beyond = |firm: &str| found.second_tier.iter().find(|one| one.supplier == firm);
    let maker = beyond("maker").expect("told");
    assert_eq!((maker.is_recorded, maker.supplies[0].governance.as_str()), (true, "market"));
    assert!(!beyond("other").expect("told").is_recorded, "nobody recorded who supplies it");
    let counts: Vec<(&str, u32, u32)> = found
        .governance
        .iter()
        .map(|count| (count.governance.as_str(), count.first_tier, count.second_tier))
        .collect();
    assert_eq!(counts, [("hierarchy", 1, 0), ("modular", 1, 0), ("market", 0, 1)]);
    assert!(!found.is_cut && found.moment.is_some());

    let asked = GetCoordinationRequest { limit: 1, ..of("brand") };
    let cut = service.client.get_coordination(asked).await.expect("found").into_inner();
    assert!(cut.is_cut && cut.first_tier.len() == 1 && cut.second_tier.len() == 1, "{cut:?}");
    assert_eq!(cut.governance, found.governance, "counts are of all");

    let none = service.client.get_coordination(of("other")).await.expect("found").into_inner();
    assert_eq!((none.intra_firm, none.undefined_because.as_str()), (None, "no-supplies"));
    let refused = service.client.get_coordination(of("nobody")).await.expect_err("nobody");
    assert_eq!(refused.code(), Code::NotFound);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn petronas_is_served_between_firms_and_guards_against_risk() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of_paper(directory.path()).await;
    let found = service.client.get_coordination(of("petronas")).await.expect("found").into_inner();
    assert_eq!(found.lead_firm_in, ["oil_and_gas"]);
    let eftech = found.first_tier.iter().find(|one| one.supplier == "firm:eftech");
    assert_eq!(eftech.map(|one| one.boundary.as_str()), Some("inter-firm"));
    assert_eq!(found.intra_firm, Some(Range { low: 0.0, high: 0.0 }), "it owns no supplier");

    let found = service.client.get_logics(logics_of("petronas")).await.expect("found").into_inner();
    let risk = found.logics.iter().find(|one| one.logic == "risk").expect("a score");
    assert!(risk.evidence.contains(&"petronas-certifies-eftech".to_owned()), "{risk:?}");
    assert!(risk.reason.contains("certifies"), "{risk:?}");
    assert_eq!(found.logics.len() + found.not_shown.len(), 4, "each logic is told of");
    let refused = service.client.get_logics(logics_of("")).await.expect_err("no firm");
    assert_eq!(refused.code(), Code::InvalidArgument);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_tier_is_cut_where_it_is_too_much_and_only_there() {
    let firms = ["lead", "a", "b", "x", "y"];
    let entities = firms
        .map(|id| format!(r#"{{"kind": "firm", "id": "{id}", "name": "{id}", "source": "test"}}"#));
    let supplies = ["a-lead", "b-lead", "x-a", "y-a", "x-b", "y-b"].map(|id| {
        let (from, to) = id.split_once('-').expect("two ends");
        format!(
            r#"{{"id": "{id}", "kind": "supplies", "from": "firm:{from}", "to": "firm:{to}",
                "source": "test", "evidence": "test", "confidence": 1}}"#
        )
    });
    let (entities, supplies) = (entities.join(","), supplies.join(","));
    let document =
        format!(r#"{{"network": "asean", "entities": [{entities}], "relations": [{supplies}]}}"#);
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of(directory.path(), document.as_bytes()).await;
    for (limit, told, is_cut) in [(4, 4, false), (3, 3, true), (2, 2, true)] {
        let asked = GetCoordinationRequest { limit, ..of("lead") };
        let found = service.client.get_coordination(asked).await.expect("found").into_inner();
        let supplies: usize = found.second_tier.iter().map(|one| one.supplies.len()).sum();
        assert_eq!((supplies, found.is_cut), (told, is_cut), "{limit}: {found:?}");
    }
    service.stop().await;
}
