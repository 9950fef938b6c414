//! PageRank and the parts of a network over gRPC.

use api::network::{ListCentralityRequest, SupplyPositions};
use tonic::Code;

use crate::harness::{asked_of, asked_of_paper, small, supplies};

fn along(kinds: &[&str]) -> ListCentralityRequest {
    ListCentralityRequest {
        network: "asean".to_owned(),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        ..ListCentralityRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_firms_have_the_ranks_that_can_be_worked_out_by_hand() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of(directory.path(), &small(&supplies("customer", "null"))).await;
    let asked = ListCentralityRequest { damping: Some(0.5), steps: 1, ..along(&["supplies"]) };
    let found = service.client.list_centrality(asked).await.expect("found").into_inner();
    assert_eq!((found.damping, found.steps), (0.5, 1), "what was asked is told");
    // From 1/2 each: the brand gives all of its rank to both, the maker its own to the brand:
    // 1/4 + 1/2 (1/2 / 2) = 3/8, and 1/4 more for the brand. Exact in binary.
    let ranks: Vec<(&str, f64)> =
        found.entities.iter().map(|one| (one.entity.as_str(), one.page_rank)).collect();
    assert_eq!(ranks, [("firm:brand", 0.625), ("firm:maker", 0.375)]);
    let maker = &found.entities[1];
    assert_eq!((maker.gives, maker.receives, maker.part.as_str()), (1, 0, "firm:brand"));
    assert_eq!((found.parts_total, found.alone_total, found.parts[0].entities), (1, 0, 2));
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_papers_network_has_lead_firms_in_the_middle_and_the_answer_is_bounded() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of_paper(directory.path()).await;
    let asked = ListCentralityRequest { limit: 10_000, ..along(&["supplies"]) };
    let all = service.client.list_centrality(asked).await.expect("found").into_inner();
    assert!(!all.is_cut);
    assert_eq!(
        (all.damping, all.steps, all.kinds.as_slice()),
        (0.85, 100, &["supplies".to_owned()][..])
    );
    assert_eq!(all.entities.len() as u64, all.entities_total);
    let sum: f64 = all.entities.iter().map(|one| one.page_rank).sum();
    // The rounding of some hundred sums of a hundred numbers.
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    assert!(all.entities.is_sorted_by(|one, other| one.page_rank >= other.page_rank));
    let rank = |id: &str| all.entities.iter().position(|one| one.entity == id).expect("ranked");
    assert!(rank("firm:toyota") < rank("firm:denso"), "it is supplied by many");
    assert!(all.entities[0].receives > 1, "{:?}", all.entities[0]);
    let gives: u64 = all.entities.iter().map(|one| u64::from(one.gives)).sum();
    assert_eq!(gives, all.relations_total);
    let joined: u64 = all.parts.iter().map(|part| part.entities).sum();
    assert_eq!(joined + all.alone_total, all.entities_total);

    let asked = ListCentralityRequest { limit: 3, ..along(&["supplies"]) };
    let cut = service.client.list_centrality(asked.clone()).await.expect("found").into_inner();
    assert!(cut.is_cut && cut.entities == all.entities[..3] && cut.parts.len() <= 3);

    for (asked, text) in [
        (along(&["sells"]), "sells"),
        (ListCentralityRequest { damping: Some(1.5), ..asked.clone() }, "damping"),
        (ListCentralityRequest { steps: 1_001, ..asked }, "steps"),
    ] {
        let refused = service.client.list_centrality(asked).await.expect_err("refused");
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
        assert!(refused.message().contains(text), "{}", refused.message());
    }
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_along_supplies_say_what_they_rest_on_or_why_there_are_none() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of_paper(directory.path()).await;
    let with = |missing: &str, order_by: &str| ListCentralityRequest {
        positions: Some(SupplyPositions {
            missing_volume: missing.to_owned(),
            labour_share: Some(1.0),
        }),
        order_by: order_by.to_owned(),
        ..along(&["supplies"])
    };
    let answer = service.client.list_centrality(with("", "")).await.expect("found").into_inner();
    let found = answer.positions.expect("was asked for");
    assert_eq!(found.missing_volume, "refuse");
    assert!(found.undefined_because.contains("not stated"), "{found:?}");
    assert_eq!(found.undefined_code, "volumes");
    assert!(answer.entities.iter().all(|one| one.upstreamness.or(one.influence).is_none()));

    let asked = with("count_alike", "upstreamness");
    let answer = service.client.list_centrality(asked).await.expect("found").into_inner();
    let found = answer.positions.expect("was asked for");
    assert_eq!((found.labour_share, found.unit.as_str(), found.left_out), (1.0, "", 0));
    // Plastics go to Hon Hai, which supplies Apple, and to Toyota: 1 + (2 + 1) / 2.
    let of = |id: &str| answer.entities.iter().find(|one| one.entity == id).expect("told");
    assert_eq!(of("firm:plastics-suppliers").upstreamness, Some(2.5));
    assert_eq!(answer.entities[0].entity, "firm:plastics-suppliers", "it is furthest");
    // Labour alone: each of the firms the same.
    let influence = of("firm:hon-hai").influence.expect("a part");
    assert!((influence * found.firms as f64 - 1.0).abs() < 1e-12, "{influence}");

    let little = SupplyPositions { labour_share: Some(0.01), ..SupplyPositions::default() };
    let little = ListCentralityRequest { positions: Some(little), ..along(&[]) };
    let refused = service.client.list_centrality(little).await.expect_err("refused");
    assert!(refused.message().contains("0.05 to 1"), "{}", refused.message());
    let none = ListCentralityRequest { order_by: "influence".to_owned(), ..along(&[]) };
    for (asked, text) in
        [(with("guess", ""), "guess"), (with("refuse", "size"), "size"), (none, "positions")]
    {
        let refused = service.client.list_centrality(asked).await.expect_err("refused");
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
        assert!(refused.message().contains(text), "{}", refused.message());
    }
    service.stop().await;
}

/// A ring of which a thousandth leaks out at a time.
const RING: &[u8] = br#"{"network": "asean", "entities": [
  {"kind": "firm", "id": "a", "name": "A", "source": "test"},
  {"kind": "firm", "id": "b", "name": "B", "source": "test"},
  {"kind": "firm", "id": "c", "name": "C", "source": "test"}
 ], "relations": [
  {"id": "ab", "kind": "supplies", "from": "firm:a", "to": "firm:b",
   "volume": {"amount": "1000", "unit": "USD"}, "source": "t", "evidence": "t", "confidence": 1},
  {"id": "ba", "kind": "supplies", "from": "firm:b", "to": "firm:a",
   "volume": {"amount": "999", "unit": "USD"}, "source": "t", "evidence": "t", "confidence": 1},
  {"id": "bc", "kind": "supplies", "from": "firm:b", "to": "firm:c",
   "volume": {"amount": "1", "unit": "USD"}, "source": "t", "evidence": "t", "confidence": 1}
 ]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_come_to_rest_takes_nothing_else_away() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut service = asked_of(directory.path(), RING).await;
    let positions = Some(SupplyPositions::default());
    let asked = ListCentralityRequest { positions, ..along(&["supplies"]) };
    let answer = service.client.list_centrality(asked).await.expect("found").into_inner();
    let found = answer.positions.expect("was asked for");
    assert!(found.upstreamness_undefined_because.contains("upstreamness"), "{found:?}");
    assert_eq!(
        (found.undefined_because.as_str(), found.influence_undefined_because),
        ("", String::new())
    );
    let influence: f64 = answer.entities.iter().filter_map(|one| one.influence).sum();
    // C buys from B alone and B from A alone, so all parts are of purchases and add up to 1.
    assert!((influence - 1.0).abs() < 1e-12, "{influence}");
    service.stop().await;
}
