//! Segments are a tree by their ids, zones lie in places, assets and outcomes are dated values.

use production_network::{
    AttributeValue, Document, Entity, EntityId, Fact, Limits, Presence, Rule,
};

fn parse(entities: &str) -> Document {
    let text = format!(r#"{{"network": "n", "entities": [{entities}]}}"#);
    Document::parse(text.as_bytes(), &Limits::default()).expect("a document")
}

fn check(entities: &str, expected: &[(&str, Rule)]) {
    let document = parse(entities);
    let found: Vec<(&str, Rule)> =
        document.rejections.iter().map(|one| (one.position.as_str(), one.rule)).collect();
    assert_eq!(found, expected, "{entities}");
    for rejection in &document.rejections {
        assert!(!rejection.rule.remedy().is_empty() && !rejection.reason.is_empty());
    }
}

fn segment(id: &str, more: &str) -> String {
    format!(r#"{{"kind": "segment", "id": "{id}", "name": "S", "source": "s"{more}}}"#)
}

fn place(id: &str, more: &str) -> String {
    format!(
        r#"{{"kind": "place", "id": "{id}", "name": "P", "type": "cluster", "code": "MY-07",
            "source": "s"{more}}}"#
    )
}

#[test]
fn a_segment_hangs_below_its_path() {
    let root = segment("electronics", r#", "isic": "26""#);
    let child = segment(
        "electronics.assembly",
        r#", "parent": "electronics", "difficulty": 0.3,
           "needs": {"capabilities": ["capability.smt"], "certificates": ["iso-9001"]}"#,
    );
    // The order of the document does not matter.
    check(&[child.clone(), root.clone()].join(","), &[]);
    let misplaced = segment("electronics.assembly", r#", "parent": "textiles""#);
    check(&[root.clone(), misplaced].join(","), &[("entities[1]", Rule::SegmentTree)]);
    check(&segment("electronics", ""), &[("entities[0]", Rule::SegmentTree)]);
    check(&segment("electronics..smt", ""), &[("entities[0]", Rule::SegmentTree)]);
    check(&segment("electronics", r#", "isic": "34""#), &[("entities[0]", Rule::Code)]);
    let hard = segment("electronics", r#", "isic": "26", "difficulty": 1.1"#);
    check(&hard, &[("entities[0]", Rule::UnitInterval)]);
    let capable = segment("x", r#", "isic": "26", "needs": {"capabilities": ["wage.minimum"]}"#);
    check(&capable, &[("entities[0]", Rule::Code)]);
}

#[test]
fn a_refused_segment_takes_those_below_it_along() {
    let grandchild = segment("a.b.c", "");
    let child = segment("a.b", "");
    let refused = segment("a", r#", "isic": "00""#);
    check(
        &[grandchild, child, refused].join(","),
        &[
            ("entities[0]", Rule::UnknownEntity),
            ("entities[1]", Rule::UnknownEntity),
            ("entities[2]", Rule::Code),
        ],
    );
}

#[test]
fn a_cluster_may_lie_in_a_place_but_not_in_itself() {
    let penang = place("penang", "");
    let bayan = place("bayan-lepas", r#", "within": "penang""#);
    check(&[bayan.clone(), penang.clone()].join(","), &[]);
    check(&bayan, &[("entities[0]", Rule::UnknownEntity)]);
    let (one, two) = (place("a", r#", "within": "b""#), place("b", r#", "within": "a""#));
    let leading = place("c", r#", "within": "a""#);
    check(
        &[leading, one, two, penang].join(","),
        &[
            ("entities[0]", Rule::UnknownEntity),
            ("entities[1]", Rule::PlaceCycle),
            ("entities[2]", Rule::PlaceCycle),
        ],
    );
    check(&place("d", r#", "within": "d""#), &[("entities[0]", Rule::PlaceCycle)]);
}

#[test]
fn assets_keep_digits_unit_source_and_time() {
    let wage = r#", "attributes": [{"id": "wage.minimum", "value": "1500.00",
        "unit": "MYR_per_month", "source": "gazette", "valid_from": "2022-05", "valid_to": "2025-01-31"},
        {"id": "infrastructure.port", "value": "yes", "source": "s"}]"#;
    let document = parse(&place("penang", wage));
    assert_eq!(document.rejections, Vec::new());
    let Some(Fact::EntityAsserted(entity)) = document.facts.first() else { panic!("no place") };
    let [minimum, port] = entity.attributes() else { panic!("two assets") };
    assert_eq!(minimum.value.as_str(), "1500.00");
    assert_eq!(minimum.unit.as_deref(), Some("MYR_per_month"));
    assert_eq!(minimum.presence(jiff::civil::date(2025, 2, 1)), Presence::Absent);
    assert_eq!(minimum.presence(jiff::civil::date(2024, 1, 1)), Presence::Certain);
    assert_eq!(port.value, AttributeValue::Text("yes".to_owned()));

    let attribute = |fields: &str| place("p", &format!(r#", "attributes": [{{{fields}}}]"#));
    let source = r#""source": "s""#;
    for (fields, rule) in [
        (format!(r#""id": "outcome.firms", "value": "3", {source}"#), Rule::Shape),
        (format!(r#""id": "weather.rain", "value": "3", {source}"#), Rule::Code),
        (format!(r#""id": "wage", "value": "3", {source}"#), Rule::Code),
        (r#""id": "wage.minimum", "value": "3", "source": """#.to_owned(), Rule::Unsourced),
        (format!(r#""id": "wage.minimum", "value": "3", "valid_to": "x", {source}"#), Rule::Date),
        (format!(r#""id": "wage.minimum", "value": 1e300, {source}"#), Rule::Amount),
    ] {
        check(&attribute(&fields), &[("entities[0]", rule)]);
    }
}

#[test]
fn a_programme_has_an_owner_rules_a_budget_and_outcomes() {
    let programme = r#"{"kind": "programme", "id": "vdp", "name": "V", "type": "vendor_development",
        "operator": "firm:x", "rules": ["at least 51% local equity"],
        "budget": {"amount": "5000000", "unit": "MYR"}, "valid_from": "1993",
        "attributes": [{"id": "outcome.vendors", "value": 120, "unit": "firms", "source": "s",
            "valid_from": "2010", "valid_to": "2010"}], "source": "s"}"#;
    let document = parse(programme);
    assert_eq!(document.rejections, Vec::new());
    let Some(Fact::EntityAsserted(Entity::Programme(read))) = document.facts.first() else {
        panic!("no programme")
    };
    assert_eq!(read.operator, Some(EntityId::parse("firm:x").expect("a reference")));
    assert_eq!(read.budget.as_ref().map(|budget| budget.amount.as_str()), Some("5000000"));
    assert_eq!((read.rules.len(), read.attributes.len()), (1, 1));
    let misplaced = place("p", r#", "budget": {"amount": "1", "unit": "MYR"}"#);
    check(&misplaced, &[("entities[0]", Rule::Shape)]);
}
