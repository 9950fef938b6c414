//! Each criterion of a match has its anchors, and silence is neither yes nor no.

use production_network::{Ask, Bounds, PlaceId, suppliers_for};

use crate::matching::{
    attribute, certificates, firm, id, need, preferred, price, relation, snapshot,
};

/// What one ask comes to for the firm `a`.
fn degree(ask: Ask, firms: &[String], relations: &[String]) -> Bounds {
    let answer = suppliers_for(&snapshot(firms, relations), &need(None, vec![preferred(ask, 1)]));
    let answer = answer.expect("an answer");
    let found = answer.matches.iter().find(|one| one.firm == id("a")).expect("a match");
    let finding = found.findings.last().expect("a finding");
    assert!(!finding.because.is_empty());
    assert_eq!(Some(finding.degree), found.score, "a lone preference is the score");
    finding.degree
}

#[test]
fn a_number_lies_between_its_anchors() {
    let unknown = Bounds::UNKNOWN;
    for (value, expected) in [
        ("10", Bounds::point(1.0)),
        ("5", Bounds::point(1.0)),
        ("12.5", Bounds::point(0.75)),
        ("20", Bounds::point(0.0)),
        ("25", Bounds::point(0.0)),
        ("cheap", unknown),
    ] {
        let firms = [firm("a", "sme", "", &[("price.unit", value)])];
        assert_eq!(degree(price(), &firms, &[]), expected, "{value}");
    }
    assert_eq!(degree(price(), &[firm("a", "sme", "", &[])], &[]), unknown, "silence");
    let two = [firm("a", "sme", "", &[("price.unit", "12"), ("price.unit", "16")])];
    let both = degree(price(), &two, &[]);
    assert!((both.low - 0.4).abs() < 1e-12 && (both.high - 0.8).abs() < 1e-12, "{both:?}");
    let attribute = attribute("price.unit");
    let euros = Ask::Measure { attribute, unit: Some("EUR".to_owned()), worst: 20.0, best: 10.0 };
    assert_eq!(degree(euros, &two, &[]), unknown, "another unit is not compared");
}

#[test]
fn certificates_are_equal_parts_and_silence_is_no_refusal() {
    let plain = [firm("a", "sme", "", &[])];
    let certified = |more: &str| {
        let more = format!(r#", "certificate": "iso-9001"{more}"#);
        [relation("c", "certifies", "actor:board", "firm:a", &more)]
    };
    assert_eq!(degree(certificates(), &plain, &certified("")), Bounds { low: 0.5, high: 1.0 });
    // In 2016 perhaps, and on the day not surely.
    let perhaps = certified(r#", "valid_from": "2016""#);
    assert_eq!(degree(certificates(), &plain, &perhaps), Bounds::UNKNOWN);
    let refused = [firm("a", "sme", "", &[("certificate.iso-14001", "no")])];
    assert_eq!(degree(certificates(), &refused, &certified("")), Bounds::point(0.5));
    let stated = [firm("a", "sme", "", &[("certificate.iso-14001", "yes")])];
    assert_eq!(degree(certificates(), &stated, &certified("")), Bounds::point(1.0));
}

#[test]
fn a_place_holds_what_lies_in_it() {
    let places = |id: &str| Ask::Places(vec![PlaceId::try_new(id).expect("an id")]);
    let located =
        |place: &str| [relation("l", "located_in", "firm:a", &format!("place:{place}"), "")];
    let homeless = || [firm("a", "sme", "", &[])];
    let malaysian = || [firm("a", "sme", r#", "home": "MY""#, &[])];
    let thai = || [firm("a", "sme", r#", "home": "TH""#, &[])];
    let (yes, no) = (Bounds::point(1.0), Bounds::point(0.0));
    assert_eq!(degree(places("penang"), &homeless(), &located("bayan")), yes);
    assert_eq!(degree(places("my"), &homeless(), &located("bayan")), yes);
    assert_eq!(degree(places("bayan"), &homeless(), &located("kulim")), no);
    assert_eq!(degree(places("penang"), &homeless(), &[]), Bounds::UNKNOWN);
    assert_eq!(degree(places("penang"), &malaysian(), &[]), Bounds::UNKNOWN, "somewhere in it");
    assert_eq!(degree(places("penang"), &malaysian(), &located("kulim")), no);
    assert_eq!(degree(places("my"), &malaysian(), &[]), yes);
    assert_eq!(degree(places("my"), &thai(), &[]), no);
    assert_eq!(degree(places("bayan"), &homeless(), &located("penang")), Bounds::UNKNOWN);
}

#[test]
fn relations_count_by_their_length_and_helpers_by_their_sides() {
    let firms = || [firm("a", "sme", "", &[])];
    let ask = |years: f64| Ask::Acquaintance { years };
    let since = |date: &str| {
        [relation("s", "supplies", "firm:a", "firm:lead", &format!(r#", "valid_from": "{date}""#))]
    };
    assert_eq!(degree(ask(0.0), &firms(), &[]), Bounds::point(0.0));
    assert_eq!(degree(ask(0.0), &firms(), &since("2010")), Bounds::point(1.0));
    let half = degree(ask(10.0), &firms(), &since("2011-01-01"));
    // 1,826 days of 3,652.425.
    assert!((half.low - 1_826.0 / 3_652.425).abs() < 1e-9 && half.is_point(), "{half:?}");
    assert!(!degree(ask(10.0), &firms(), &since("2011")).is_point(), "a year gives bounds");

    let on = |id: &str, from: &str, to: &str| relation(id, "introduces", from, to, "");
    let by_fund = relation("f", "supports_by_programme", "programme:fund", "firm:lead", "");
    let ours = on("i", "actor:board", "firm:a");
    let value = |relations: &[String]| degree(Ask::Intermediary, &firms(), relations);
    assert_eq!(value(&[]), Bounds::point(0.0));
    assert_eq!(value(std::slice::from_ref(&ours)), Bounds::point(0.5));
    assert_eq!(value(&[ours, by_fund]), Bounds::point(1.0), "the fund is the board's");
}
