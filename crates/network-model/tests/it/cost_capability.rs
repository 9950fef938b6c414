//! The cost-capability ratio over gRPC: home against abroad, a move, and why there is none.

use api::network::{GetCostCapabilityRequest, Ratio};
use tonic::Code;

use crate::harness::{asked_of, asked_of_paper};

/// The maker is at home in Singapore and works in Penang; Viet Nam has a wage of another unit.
const WAGES: &[u8] = br#"{"network": "asean", "entities": [
  {"kind": "place", "id": "sg", "name": "Singapore", "type": "economy", "code": "SG",
   "source": "test", "attributes": [
     {"id": "wage.hour", "value": "12", "unit": "USD", "source": "test"}]},
  {"kind": "place", "id": "my", "name": "Malaysia", "type": "economy", "code": "MY",
   "source": "test", "attributes": [
     {"id": "wage.hour", "value": "3", "unit": "USD", "source": "test"}]},
  {"kind": "place", "id": "penang", "name": "Penang", "type": "subdivision", "code": "MY-07",
   "within": "my", "source": "test"},
  {"kind": "place", "id": "vn", "name": "Viet Nam", "type": "economy", "code": "VN",
   "source": "test", "attributes": [
     {"id": "wage.hour", "value": "50000", "unit": "VND", "source": "test"}]},
  {"kind": "firm", "id": "maker", "name": "Maker", "home": "SG", "source": "test",
   "attributes": [
     {"id": "capability.parts", "value": "6", "unit": "parts", "source": "test"}]}
 ], "relations": [
  {"id": "at-home", "kind": "located_in", "from": "firm:maker", "to": "place:sg",
   "source": "test", "evidence": "test", "confidence": 1.0},
  {"id": "in-penang", "kind": "located_in", "from": "firm:maker", "to": "place:penang",
   "source": "test", "evidence": "test", "confidence": 1.0}
 ]}"#;

fn question(firm: &str, to: &str) -> GetCostCapabilityRequest {
    GetCostCapabilityRequest {
        network: "asean".to_owned(),
        firm: firm.to_owned(),
        cost: "wage.hour".to_owned(),
        capability: "capability.parts".to_owned(),
        to: to.to_owned(),
        ..GetCostCapabilityRequest::default()
    }
}

fn exactly(value: f64, unit: &str) -> Option<Ratio> {
    let (low, high) = (Some(value), Some(value));
    Some(Ratio { low, high, unit: unit.to_owned(), undefined_because: String::new() })
}

fn none(because: &str) -> Option<Ratio> {
    Some(Ratio { undefined_because: because.to_owned(), ..Ratio::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_has_a_ratio_at_home_and_abroad_and_a_move_is_a_part_of_home() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of(directory.path(), WAGES).await;
    let asked = question("maker", "my");
    let found = service.client.get_cost_capability(asked.clone()).await.expect("found");
    let found = found.into_inner();
    let [penang, home] = found.places.as_slice() else { panic!("{found:?}") };
    // Twelve, three and six: all quotients are exact in binary.
    assert_eq!((home.place.as_str(), home.side.as_str()), ("sg", "home"));
    assert_eq!((home.ratio.clone(), home.of_home.clone()), (exactly(2.0, "USD/parts"), None));
    assert_eq!((penang.place_name.as_str(), penang.side.as_str()), ("Penang", "abroad"));
    assert_eq!(
        (penang.ratio.clone(), penang.of_home.clone()),
        (exactly(0.5, "USD/parts"), exactly(0.25, "1"))
    );
    assert_eq!((penang.cost_of.as_str(), &penang.evidence), ("my", &vec!["in-penang".to_owned()]));
    let moved = found.r#move.expect("was asked for");
    assert_eq!((moved.place.as_str(), moved.of_home), ("my", exactly(0.25, "1")));
    assert_eq!(found.costs_recorded, ["wage.hour"]);
    assert_eq!(found.capabilities_recorded, ["capability.parts"]);

    let unlike = question("maker", "place:vn");
    let found = service.client.get_cost_capability(unlike).await.expect("found").into_inner();
    assert_eq!(found.r#move.and_then(|one| one.of_home), none("unlike-units"));

    for (asked, code, text) in [
        (question("maker", "maker"), Code::NotFound, "place:maker"),
        (question("", "my"), Code::InvalidArgument, "firm"),
        (
            GetCostCapabilityRequest { cost: "a b".to_owned(), ..asked },
            Code::InvalidArgument,
            "cost",
        ),
    ] {
        let refused = service.client.get_cost_capability(asked).await.expect_err("refused");
        assert_eq!(refused.code(), code, "{refused:?}");
        assert!(refused.message().contains(text), "{}", refused.message());
    }
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_paper_states_no_wage_so_atc_has_no_ratio_and_none_is_made_up() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of_paper(directory.path()).await;
    let asked = GetCostCapabilityRequest {
        cost: String::new(),
        capability: String::new(),
        ..question("atc", "penang")
    };
    let found = service.client.get_cost_capability(asked).await.expect("found").into_inner();
    assert_eq!(
        (found.cost.as_str(), found.capability.as_str()),
        ("wage.manufacturing", "capability.output")
    );
    assert!(!found.places.is_empty() && found.costs_recorded.is_empty(), "{found:?}");
    for place in found.places.iter().chain(&found.r#move) {
        assert_eq!(place.ratio, none("no-cost"), "{place:?}");
        assert!(place.of_home.is_none() || place.of_home == none("no-cost"), "{place:?}");
    }
    service.stop().await;
}
