//! Intra-firm and inter-firm shares are exact intervals, and no tier is made up.

use jiff::civil::date;
use production_network::{
    Boundary, Coordination, FirmId, Governance, IntraShare, SecondTier, coordination,
};

use super::stages::document;
use super::{network_of, recorded};

fn found(relations: &[String]) -> Coordination {
    let relations: Vec<&str> = relations.iter().map(String::as_str).collect();
    let snapshot = network_of(document(&relations).as_bytes())
        .as_of(date(2010, 1, 1), recorded("2017-04-01T00:00:00Z"));
    coordination(&snapshot, &FirmId::try_new("a").expect("an id")).expect("a firm")
}

fn supply(id: &str, from: &str, more: &str) -> String {
    format!(r#""id": "{id}", "kind": "supplies", "from": "firm:{from}", "to": "firm:a"{more}"#)
}

fn owns(share: &str) -> String {
    format!(r#""id": "o", "kind": "owns", "from": "firm:a", "to": "firm:b"{share}"#)
}

const ONE: &str = r#", "volume": {"amount": "1", "unit": "USD"}"#;
const THREE: &str = r#", "volume": {"amount": "3", "unit": "USD"}"#;
const BAHT: &str = r#", "volume": {"amount": "3", "unit": "THB"}"#;
const QUARTER: &str = r#", "share_of_purchases": 0.25"#;
const HALF: &str = r#", "share_of_purchases": 0.5"#;

#[test]
fn what_is_not_stated_widens_the_interval_and_nothing_else_does() {
    // All are quarters: exact in binary.
    for (stake, to_b, to_c, low, high) in [
        (r#", "share": 0.6"#, ONE, THREE, 0.25, 0.25),
        (r#", "share": 0.5"#, ONE, THREE, 0.0, 0.0),
        ("", ONE, THREE, 0.0, 0.25),
        (r#", "share": 0.6"#, "", THREE, 0.0, 1.0),
        (r#", "share": 0.6"#, ONE, "", 0.0, 1.0),
        (r#", "share": 0.5"#, "", "", 0.0, 0.0),
        (r#", "share": 0.6"#, "", "", 0.0, 1.0),
        (r#", "share": 0.6"#, QUARTER, HALF, 0.25, 0.5),
        (r#", "share": 0.6"#, QUARTER, "", 0.25, 1.0),
    ] {
        let made = found(&[owns(stake), supply("s", "b", to_b), supply("t", "c", to_c)]);
        let case = format!("{stake} {to_b} {to_c}");
        assert_eq!(made.intra_firm, IntraShare::Within { low, high }, "{case}");
    }
    let unlike = found(&[owns(""), supply("s", "b", ONE), supply("t", "c", BAHT)]);
    assert_eq!(unlike.intra_firm, IntraShare::UnlikeUnits);
    assert_eq!(found(&[owns("")]).intra_firm, IntraShare::NoSupplies);
}

#[test]
fn control_reaches_through_firms_that_are_controlled_and_stakes_of_a_group_add_up() {
    let own = |id: &str, from: &str, to: &str, share: &str| {
        format!(
            r#""id": "{id}", "kind": "owns", "from": "firm:{from}", "to": "firm:{to}",
            "share": {share}"#
        )
    };
    for (ab, bc, ac, boundary) in [
        ("0.51", "0.3", "0.3", Boundary::IntraFirm),
        ("0.5", "0.3", "0.3", Boundary::InterFirm),
        ("0.51", "0.6", "0.1", Boundary::IntraFirm),
        ("0.51", "0.3", "0.2", Boundary::InterFirm),
    ] {
        let made = found(&[
            own("o1", "a", "b", ab),
            own("o2", "b", "c", bc),
            own("o3", "a", "c", ac),
            supply("s", "c", ""),
        ]);
        assert_eq!(made.first_tier.first().map(|r| r.boundary), Some(boundary), "{ab} {bc} {ac}");
    }
    // A stake that nobody states takes nothing from a majority that is stated.
    let unstated = r#""id": "o3", "kind": "owns", "from": "firm:b", "to": "firm:c""#.to_owned();
    let majority = [own("o1", "a", "b", "0.6"), own("o2", "a", "c", "0.6")];
    let made = found(&[&majority[..], &[unstated, supply("s", "c", "")]].concat());
    assert_eq!(made.first_tier.first().map(|r| r.boundary), Some(Boundary::IntraFirm));
}

#[test]
fn each_supply_has_the_governance_that_its_relations_show() {
    let informs = |id: &str, from: &str, to: &str| {
        format!(
            r#""id": "{id}", "kind": "shares_information", "from": "firm:{from}",
            "to": "firm:{to}""#
        )
    };
    for (more, others, governance) in [
        (r#", "specification": "standardized""#, vec![], Governance::Market),
        (r#", "specification": "supplier""#, vec![], Governance::Modular),
        (r#", "specification": "customer", "share": 0.5"#, vec![], Governance::Captive),
        (r#", "specification": "customer", "share": 0.4"#, vec![], Governance::Modular),
        (r#", "specification": "customer""#, vec![], Governance::Unknown),
        ("", vec![], Governance::Unknown),
        ("", vec![informs("i", "a", "b")], Governance::Unknown),
        ("", vec![informs("i", "a", "b"), informs("j", "b", "a")], Governance::Relational),
        ("", vec![owns(r#", "share": 0.51"#)], Governance::Hierarchy),
        (r#", "specification": "supplier""#, vec![owns("")], Governance::Unknown),
    ] {
        let mut relations = vec![supply("s", "b", more)];
        relations.extend(others);
        let made = found(&relations);
        let first = made.first_tier.first().map(|relation| relation.governance);
        assert_eq!(first, Some(governance), "{relations:?}");
    }
}

#[test]
fn beyond_the_first_tier_what_is_not_recorded_is_unknown() {
    let beyond = r#""id": "z", "kind": "supplies", "from": "firm:c", "to": "firm:b",
        "specification": "standardized""#;
    let made = found(&[supply("s", "b", ""), supply("t", "c", ""), beyond.to_owned()]);
    let tier = |firm: &str| made.second_tier.get(&FirmId::try_new(firm).expect("an id"));
    assert_eq!(tier("c"), Some(&SecondTier::Unknown));
    let Some(SecondTier::Recorded(known)) = tier("b") else { panic!("{made:?}") };
    assert_eq!(known.first().map(|relation| relation.governance), Some(Governance::Market));
}
