//! The logics of a lead firm are scores with evidence, and silence is no score.

use jiff::civil::date;
use production_network::{FirmId, Logic, LogicScore, Snapshot, logics};

use super::stages::document;
use super::{network_of, recorded};

fn snapshot(relations: &[&str]) -> Snapshot {
    network_of(document(relations).as_bytes())
        .as_of(date(2010, 1, 1), recorded("2017-04-01T00:00:00Z"))
}

/// Logic and score in thousandths.
fn found(snapshot: &Snapshot) -> Vec<(Logic, u32)> {
    let firm = FirmId::try_new("a").expect("an id");
    let scores: Vec<LogicScore> = logics(snapshot, &firm).expect("a firm");
    scores.iter().map(|scored| (scored.logic, scored.score.thousandths())).collect()
}

const CHEAP: &str = r#""id": "c", "kind": "supplies", "from": "firm:c", "to": "firm:a",
    "product": "craft", "specification": "standardized""#;
const SECOND: &str = r#""id": "d", "kind": "supplies", "from": "firm:b", "to": "firm:a",
    "product": "craft", "specification": "customer""#;
const MARKET: &str = r#""id": "m", "kind": "serves", "from": "firm:a", "to": "place:th""#;
const MONEY: &str = r#""id": "f", "kind": "finances", "from": "firm:b", "to": "firm:a""#;

#[test]
fn each_logic_rests_on_its_own_relations() {
    for (relations, expected) in [
        (vec![], vec![]),
        (vec![CHEAP], vec![(Logic::Cost, 1_000)]),
        (vec![SECOND], vec![]),
        (vec![MARKET], vec![(Logic::Market, 400)]),
        (vec![MONEY], vec![(Logic::Finance, 600)]),
        (vec![CHEAP, SECOND], vec![(Logic::Cost, 1_000), (Logic::Risk, 700)]),
        (
            vec![CHEAP, SECOND, MARKET, MONEY],
            vec![
                (Logic::Cost, 1_000),
                (Logic::Risk, 700),
                (Logic::Finance, 600),
                (Logic::Market, 400),
            ],
        ),
    ] {
        assert_eq!(found(&snapshot(&relations)), expected, "{relations:?}");
    }
}

#[test]
fn without_the_second_supplier_there_is_no_logic_of_risk() {
    let whole = snapshot(&[CHEAP, SECOND]);
    let firm = FirmId::try_new("a").expect("an id");
    let scores = logics(&whole, &firm).expect("a firm");
    let risk = scores.iter().find(|scored| scored.logic == Logic::Risk).expect("a score");
    for removed in &risk.evidence {
        let thinner = whole.without_relations(|relation| relation.id == *removed);
        assert!(found(&thinner).iter().all(|(logic, _)| *logic != Logic::Risk), "{removed}");
    }
    assert_eq!(risk.evidence.len(), 2);
}
