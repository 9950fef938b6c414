//! A firm's stage is the furthest rung that its relations show, and says what would change it.

use jiff::civil::date;
use production_network::{FirmId, Snapshot, Stage, StageFinding, StageSignal, stage};

use super::{network_of, paper_on, recorded};

/// Firms `a` (at home in MY), `b`, a brand and a technology, and the relations given.
pub(crate) fn document(relations: &[&str]) -> String {
    let relations: Vec<String> = relations
        .iter()
        .map(|relation| {
            format!(r#"{{{relation}, "source": "s", "evidence": "e", "confidence": 1.0}}"#)
        })
        .collect();
    let relations = relations.join(",");
    format!(
        r#"{{"network": "n", "entities": [
        {{"kind": "place", "id": "my", "name": "M", "type": "economy", "code": "MY",
            "source": "s"}},
        {{"kind": "place", "id": "th", "name": "T", "type": "economy", "code": "TH",
            "source": "s"}},
        {{"kind": "firm", "id": "a", "name": "A", "home": "MY", "size": "sme", "source": "s"}},
        {{"kind": "firm", "id": "b", "name": "B", "home": "MY", "source": "s"}},
        {{"kind": "firm", "id": "c", "name": "C", "home": "TH", "source": "s"}},
        {{"kind": "product", "id": "mark", "name": "P", "type": "brand", "source": "s"}},
        {{"kind": "product", "id": "craft", "name": "P", "type": "technology", "source": "s"}}
        ], "relations": [{relations}]}}"#
    )
}

fn snapshot(relations: &[&str]) -> Snapshot {
    network_of(document(relations).as_bytes())
        .as_of(date(2010, 1, 1), recorded("2017-04-01T00:00:00Z"))
}

fn found(snapshot: &Snapshot, firm: &str) -> StageFinding {
    let firm = FirmId::try_new(firm).expect("an id");
    stage(snapshot, &firm).expect("a firm")
}

const SUPPLY: &str = r#""id": "s", "kind": "supplies", "from": "firm:a", "to": "firm:b",
    "industry": "i", "specification": "customer""#;
const JOINT: &str =
    r#""id": "j", "kind": "co_designs", "from": "firm:a", "to": "firm:b", "industry": "i""#;
const OWN: &str = r#""id": "o", "kind": "supplies", "from": "firm:a", "to": "firm:c",
    "industry": "i", "specification": "supplier""#;
const BRAND: &str = r#""id": "m", "kind": "produces", "from": "firm:a", "to": "product:mark""#;
const SETS: &str = r#""id": "d", "kind": "standardizes", "from": "firm:a", "to": "product:craft",
    "industry": "i""#;
const MARKET: &str =
    r#""id": "k", "kind": "serves", "from": "firm:a", "to": "place:my", "industry": "i""#;
const BOUGHT: &str = r#""id": "u", "kind": "supplies", "from": "firm:c", "to": "firm:a",
    "industry": "i", "specification": "customer""#;

#[test]
fn each_relation_lifts_the_firm_to_its_rung_and_the_one_below_is_the_runner_up() {
    let mut relations = Vec::new();
    assert_eq!(found(&snapshot(&relations), "a").stage, None);
    let mut below = None;
    for (more, stage) in [
        (vec![SUPPLY], Stage::LocalSupplier),
        (vec![JOINT], Stage::CoDesigner),
        (vec![OWN], Stage::Innovator),
        (vec![BRAND], Stage::OwnBrand),
    ] {
        relations.extend(more);
        let finding = found(&snapshot(&relations), "a");
        assert_eq!((finding.stage, finding.runner_up), (Some(stage), below));
        below = Some(stage);
    }
    // A firm that only defines and buys is a lead firm; nothing below it shows.
    let lead = found(&snapshot(&[SETS, MARKET, BOUGHT]), "a");
    assert_eq!((lead.stage, lead.runner_up, lead.next), (Some(Stage::LeadFirm), None, None));
}

#[test]
fn it_says_which_relation_would_change_the_answer_and_what_the_next_rung_lacks() {
    let finding = found(&snapshot(&[SUPPLY, JOINT]), "a");
    let without: Vec<(&str, Option<Stage>)> =
        finding.without.iter().map(|w| (w.relation.as_str(), w.stage)).collect();
    assert_eq!(without, [("j", Some(Stage::LocalSupplier))]);
    let next = finding.next.expect("a next rung");
    assert_eq!((next.stage, next.lacks), (Stage::Innovator, vec![StageSignal::SellsOwnDesign]));
    // Two relations that show the same: none alone changes it.
    let other = JOINT.replace("\"j\"", "\"j2\"").replace("firm:b", "firm:c");
    let doubled = found(&snapshot(&[SUPPLY, JOINT, &other]), "a");
    assert_eq!((doubled.stage, doubled.without), (Some(Stage::CoDesigner), Vec::new()));
}

#[test]
fn the_case_firms_stand_where_the_paper_puts_them() {
    let paper = paper_on(date(2016, 6, 1));
    for (firm, stage) in [
        ("cool", Stage::CoDesigner),
        ("atc", Stage::LocalSupplier),
        ("eftech", Stage::LocalSupplier),
        // The own brand is a plan and no relation.
        ("klt", Stage::LocalSupplier),
        ("apple", Stage::LeadFirm),
        ("toyota", Stage::LeadFirm),
    ] {
        assert_eq!(found(&paper, firm).stage, Some(stage), "{firm}");
    }
    let thinner = paper.without_relations(|relation| relation.id.as_str() == "cool-codesigns-oem");
    assert_eq!(found(&thinner, "cool").stage, None);
}
