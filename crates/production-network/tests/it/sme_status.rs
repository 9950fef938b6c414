//! Who is a small or medium enterprise: by the definition of its home on the day, and only if no
//! larger firm holds it.

use jiff::civil::{Date, date};
use production_network::{FirmId, SmeBasis, SmeFinding, SmeStatus, Within, sme_statuses};

use crate::{network_of, paper_on, recorded};

fn found(entities: &[String], relations: &[String], firm: &str, day: Date) -> SmeFinding {
    let text = format!(
        r#"{{"network": "n", "entities": [{}], "relations": [{}]}}"#,
        entities.join(","),
        relations.join(",")
    );
    let snapshot = network_of(text.as_bytes()).as_of(day, recorded("2017-04-01T00:00:00Z"));
    let id = FirmId::try_new(firm).expect("an id");
    sme_statuses(&snapshot).remove(&id).expect("a firm")
}

fn status(entities: &[String], relations: &[String], firm: &str) -> (SmeStatus, SmeBasis) {
    let found = found(entities, relations, firm, date(2016, 6, 1));
    (found.status, found.basis)
}

/// Malaysia with a threshold for manufacturers and, from 2014 on, a lower one for services.
fn malaysia() -> String {
    r#"{"kind": "place", "id": "my", "name": "M", "type": "economy", "code": "MY", "source": "s",
        "attributes": [
        {"id": "institutions.sme_turnover_below.manufacturing", "value": "50000000",
         "unit": "MYR", "source": "s"},
        {"id": "institutions.sme_turnover_below.services", "value": "20000000",
         "unit": "MYR", "source": "s", "valid_from": "2014-01-01"},
        {"id": "institutions.sme_employees_up_to.manufacturing", "value": "200",
         "unit": "persons", "source": "s"}]}"#
        .to_owned()
}

fn firm(id: &str, size: &str, attributes: &[(&str, &str, &str)]) -> String {
    let attributes: Vec<String> = attributes
        .iter()
        .map(|(id, value, unit)| {
            format!(r#"{{"id": "{id}", "value": "{value}", "unit": "{unit}", "source": "s"}}"#)
        })
        .collect();
    format!(
        r#"{{"kind": "firm", "id": "{id}", "name": "{id}", "home": "MY", "size": "{size}",
            "source": "s", "attributes": [{}]}}"#,
        attributes.join(",")
    )
}

fn segments() -> [String; 2] {
    let segment = |id: &str, isic: &str| {
        format!(
            r#"{{"kind": "segment", "id": "{id}", "name": "{id}", "isic": "{isic}", "source": "s"}}"#
        )
    };
    [segment("electronics", "26"), segment("logistics", "52")]
}

fn relation(id: &str, kind: &str, from: &str, to: &str, more: &str) -> String {
    format!(
        r#"{{"id": "{id}", "kind": "{kind}", "from": "{from}", "to": "{to}", {more}
            "source": "s", "evidence": "e", "confidence": 1}}"#
    )
}

fn makes(segment: &str) -> String {
    relation("m", "produces", "firm:one", &format!("segment:{segment}"), "")
}

#[test]
fn the_homes_definition_decides_by_activity_and_day() {
    let with = |turnover: &str, unit: &str| {
        let mut all = vec![malaysia(), firm("one", "large", &[("size.turnover", turnover, unit)])];
        all.extend(segments());
        all
    };
    let maker = [makes("electronics")];
    let server = &[makes("logistics")];
    let by_definition = |status| (status, SmeBasis::Definition);
    // What its source calls it does not matter where the definition decides.
    assert_eq!(status(&with("49999999.99", "MYR"), &maker, "one"), by_definition(SmeStatus::Sme));
    assert_eq!(status(&with("50000000", "MYR"), &maker, "one"), by_definition(SmeStatus::Larger));
    assert_eq!(status(&with("30000000", "MYR"), server, "one"), by_definition(SmeStatus::Larger));
    assert_eq!(status(&with("19000000", "MYR"), server, "one"), by_definition(SmeStatus::Sme));
    // Neither another currency nor an unknown activity is guessed.
    let stated = (SmeStatus::Larger, SmeBasis::StatedSize);
    assert_eq!(status(&with("1000", "USD"), &maker, "one"), stated);
    assert_eq!(status(&with("1000", "MYR"), &[], "one"), stated);
    let early = found(&with("30000000", "MYR"), server, "one", date(2013, 6, 1));
    assert_eq!(early.basis, SmeBasis::StatedSize, "there was no definition for services then");
}

#[test]
fn criteria_that_disagree_leave_it_open() {
    let numbers = [("size.turnover", "40000000", "MYR"), ("size.employees", "201", "persons")];
    let mut entities = vec![malaysia(), firm("one", "sme", &numbers)];
    entities.extend(segments());
    let found = found(&entities, &[makes("electronics")], "one", date(2016, 6, 1));
    assert_eq!((found.status, found.basis), (SmeStatus::Open, SmeBasis::Definition));
    let within: Vec<Within> = found.criteria.iter().map(|one| one.within).collect();
    assert_eq!(within, [Within::Yes, Within::No]);
}

#[test]
fn a_firm_in_larger_hands_is_none() {
    let entities = [firm("one", "sme", &[]), firm("mid", "sme", &[]), firm("giant", "large", &[])];
    let owns = |id: &str, from: &str, to: &str, share: &str| {
        relation(id, "owns", &format!("firm:{from}"), &format!("firm:{to}"), share)
    };
    let check = |relations: &[String]| status(&entities, relations, "one");
    let small = (SmeStatus::Sme, SmeBasis::StatedSize);
    assert_eq!(check(&[]), small);
    assert_eq!(check(&[owns("o", "giant", "one", r#""share": 0.3,"#)]), small);
    let held = (SmeStatus::Larger, SmeBasis::Holders);
    assert_eq!(check(&[owns("o", "giant", "one", r#""share": 0.5,"#)]), held);
    // 0.6 of 0.6 is 0.36 of the equity, but a majority at each link.
    let chain = [
        owns("o1", "giant", "mid", r#""share": 0.6,"#),
        owns("o2", "mid", "one", r#""share": 0.6,"#),
    ];
    assert_eq!(check(&chain), held);
    let several = [
        owns("o1", "giant", "one", r#""share": 0.3,"#),
        owns("o2", "giant", "mid", r#""share": 0.5,"#),
        owns("o3", "mid", "one", r#""share": 0.4,"#),
    ];
    assert_eq!(check(&several), held, "0.3 + 0.5 x 0.4 = 0.5");
    let not_stated = [owns("o", "giant", "one", "")];
    assert_eq!(check(&not_stated), (SmeStatus::Open, SmeBasis::Holders));
}

#[test]
fn rings_of_owners_add_up() {
    let entities = [firm("one", "sme", &[]), firm("mid", "sme", &[]), firm("giant", "large", &[])];
    let share = |share: &str| format!(r#""share": {share},"#);
    let relations = [
        relation("o1", "owns", "firm:giant", "firm:one", &share("0.3")),
        relation("o2", "owns", "firm:giant", "firm:mid", &share("0.2")),
        relation("o3", "owns", "firm:mid", "firm:one", &share("0.5")),
        relation("o4", "owns", "firm:one", "firm:mid", &share("0.4")),
    ];
    let found = found(&entities, &relations, "one", date(2016, 6, 1));
    // z = 1 + 0.4 m is one with what it holds of itself, m = 0.5 z what mid holds of it: z = 1.25,
    // m = 0.625, and 0.3 z + 0.2 m = 0.5.
    let [low, high] = found.holders[0].share;
    assert!((low - 0.5).abs() < 1e-9 && (high - 0.5).abs() < 1e-9, "{found:?}");
    assert_eq!(found.status, SmeStatus::Larger);
}

#[test]
fn the_case_firms_are_what_their_source_says() {
    let statuses = sme_statuses(&paper_on(date(2016, 6, 1)));
    for id in ["cool", "atc", "eftech", "klt"] {
        let found = &statuses[&FirmId::try_new(id).expect("an id")];
        assert_eq!((found.status, found.basis), (SmeStatus::Sme, SmeBasis::StatedSize), "{id}");
    }
}
