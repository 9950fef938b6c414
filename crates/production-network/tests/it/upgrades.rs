//! Industrial and social upgrading stand apart, and what nobody recorded is undefined.

use jiff::civil::date;
use production_network::{
    Change, FirmId, IndustrialUpgrading as Industrial, Shown, SocialUpgrading as Social, Upgrading,
    upgrading,
};

use super::stages::document;
use super::{network_of, recorded};

fn between(text: &str) -> Upgrading {
    let network = network_of(text.as_bytes());
    let on = |day| network.as_of(day, recorded("2017-04-01T00:00:00Z"));
    let firm = FirmId::try_new("a").expect("an id");
    upgrading(&on(date(2005, 6, 1)), &on(date(2010, 6, 1)), &firm).expect("a firm on both days")
}

fn industrial(found: &Upgrading, kind: Industrial) -> Change {
    let (_, change) = found.industrial.iter().find(|(of, _)| *of == kind).expect("all kinds");
    change.clone()
}

fn social(found: &Upgrading, kind: Social) -> Change {
    let (_, change) = found.social.iter().find(|(of, _)| *of == kind).expect("all kinds");
    change.clone()
}

/// A relation of `a` with `b`.
fn relation(id: &str, kind: &str, ends: [&str; 2], more: &str) -> String {
    let [from, to] = ends;
    format!(r#""id": "{id}", "kind": "{kind}", "from": "firm:{from}", "to": "firm:{to}"{more}"#)
}

fn by(ids: &[&str]) -> Vec<Shown> {
    let id = |id: &&str| production_network::RelationId::try_new(*id).expect("an id");
    ids.iter().map(|text| Shown::Relation(id(text))).collect()
}

const OLD: &str = r#", "valid_to": "2007", "industry": "i""#;
const NEW: &str = r#", "valid_from": "2008", "industry": "i""#;

#[test]
fn nothing_recorded_is_undefined_on_every_kind() {
    let found = between(&document(&[]));
    assert!(found.industrial.iter().all(|(_, change)| *change == Change::Undefined));
    assert!(found.social.iter().all(|(_, change)| *change == Change::Undefined));
    let sizes = (found.industrial.len(), found.social.len());
    assert_eq!(sizes, (Industrial::ALL.len(), Social::ALL.len()));
}

#[test]
fn each_relation_moves_its_own_kind_only() {
    let standard = format!(r#"{OLD}, "specification": "standardized""#);
    let own = format!(r#"{NEW}, "specification": "supplier""#);
    let certificate = |name: &str| format!(r#"{NEW}, "certificate": "{name}""#);
    let [old, new] = [
        relation("old", "supplies", ["a", "b"], &standard),
        relation("new", "supplies", ["a", "b"], &own),
    ];
    let design = relation("design", "co_designs", ["a", "b"], NEW);
    let iso = relation("iso", "certifies", ["b", "a"], &certificate("iso-9001"));
    let labour = relation("labour", "certifies", ["b", "a"], &certificate("sa-8000"));
    let trains = relation("trains", "trains", ["b", "a"], OLD);

    let found = between(&document(&[&old, &new]));
    assert_eq!(industrial(&found, Industrial::Product), Change::Risen(by(&["new"])));
    assert_eq!(industrial(&found, Industrial::Functional), Change::Unchanged);
    assert_eq!(industrial(&found, Industrial::Chain), Change::Unchanged);
    assert!(found.social.iter().all(|(_, change)| *change == Change::Undefined));

    let found = between(&document(&[&design]));
    assert_eq!(industrial(&found, Industrial::Functional), Change::Risen(by(&["design"])));
    assert_eq!(industrial(&found, Industrial::Product), Change::Undefined);

    let found = between(&document(&[&iso]));
    assert_eq!(industrial(&found, Industrial::Process), Change::Risen(by(&["iso"])));
    assert_eq!(social(&found, Social::LabourStandards), Change::Undefined);

    let found = between(&document(&[&labour, &trains]));
    assert_eq!(industrial(&found, Industrial::Process), Change::Undefined);
    assert_eq!(social(&found, Social::LabourStandards), Change::Risen(by(&["labour"])));
    assert_eq!(social(&found, Social::Training), Change::Fallen(by(&["trains"])));
}

#[test]
fn a_new_industry_and_a_lost_one_are_both_said() {
    let old = relation("old", "supplies", ["a", "b"], OLD);
    let new = relation("new", "supplies", ["a", "c"], &NEW.replace("\"i\"", "\"k\""));
    let found = between(&document(&[&old, &new]));
    let mixed = Change::Mixed { risen: by(&["new"]), fallen: by(&["old"]) };
    assert_eq!(industrial(&found, Industrial::Chain), mixed);
}

#[test]
fn wages_rise_only_where_both_days_have_them_in_one_unit() {
    let wage = |value: &str, unit: &str, when: &str| {
        format!(
            r#"{{"id": "capability.wage", "value": "{value}", "unit": "{unit}",
            "source": "s", {when}}}"#
        )
    };
    let (early, late) = (r#""valid_to": "2007""#, r#""valid_from": "2008""#);
    let shown = vec![Shown::Attribute("capability.wage".to_owned())];
    for (wages, expected) in [
        ([wage("3", "USD", early), wage("4", "USD", late)], Change::Risen(shown.clone())),
        ([wage("4", "USD", early), wage("3", "USD", late)], Change::Fallen(shown)),
        ([wage("4", "USD", early), wage("4.0", "USD", late)], Change::Unchanged),
        ([wage("4", "USD", early), wage("9", "THB", late)], Change::Undefined),
        ([wage("4", "USD", late), wage("9", "USD", late)], Change::Undefined),
    ] {
        let attributes = format!(r#""name": "A", "attributes": [{}], "#, wages.join(","));
        let text = document(&[]).replace(r#""name": "A", "#, &attributes);
        assert_eq!(social(&between(&text), Social::Wages), expected, "{wages:?}");
    }
}
