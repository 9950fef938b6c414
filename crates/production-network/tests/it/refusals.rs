//! A bad edge is refused alone, with its rule and a remedy; a document over a limit, whole.

use production_network::{Document, Error, Limits, Rule};

const ENTITIES: &str = r#"
    {"kind": "firm", "id": "a", "name": "A", "source": "s"},
    {"kind": "firm", "id": "b", "name": "B", "source": "s"},
    {"kind": "place", "id": "p", "name": "P", "type": "economy", "code": "MY", "source": "s"}"#;

fn document(entities: &str, relations: &str) -> Document {
    let text =
        format!(r#"{{"network": "n", "entities": [{entities}], "relations": [{relations}]}}"#);
    Document::parse(text.as_bytes(), &Limits::default()).expect("a document")
}

fn check_relation(fields: &str, expected: Option<Rule>) {
    let good = r#"{"id": "good", "kind": "serves", "from": "firm:a", "to": "firm:b",
        "source": "s", "evidence": "e", "confidence": 1}"#;
    let read = document(ENTITIES, &format!("{{{fields}}}, {good}"));
    let rules: Vec<Rule> = read.rejections.iter().map(|rejection| rejection.rule).collect();
    assert_eq!(rules, expected.into_iter().collect::<Vec<_>>(), "{fields}");
    assert_eq!(read.facts.len(), 4 + usize::from(expected.is_none()), "the rest goes on");
    for rejection in &read.rejections {
        assert_eq!(rejection.position, "relations[0]");
        assert!(!rejection.rule.remedy().is_empty() && !rejection.reason.is_empty());
    }
}

#[test]
fn each_bad_edge_breaks_its_rule() {
    let tail = r#""source": "s", "evidence": "e", "confidence": 0.5"#;
    let ab = r#""id": "r", "kind": "supplies", "from": "firm:a", "to": "firm:b""#;
    check_relation(&format!("{ab}, {tail}"), None);
    check_relation(
        &format!(r#"{ab}, "share": 1, "valid_from": "2001", "valid_to": "2001-05", {tail}"#),
        None,
    );
    for (fields, rule) in [
        (format!(r#"{ab}, "share": 1.01, {tail}"#), Rule::UnitInterval),
        (
            format!(r#"{ab}, "source": "s", "evidence": "e", "confidence": -0.1"#),
            Rule::UnitInterval,
        ),
        (
            format!(r#"{ab}, "valid_from": "2005", "valid_to": "2004", {tail}"#),
            Rule::EndBeforeStart,
        ),
        (format!(r#"{ab}, "valid_from": "2005-13", {tail}"#), Rule::Date),
        (format!(r#"{ab}, "volume": {{"amount": "5m", "unit": "AUD"}}, {tail}"#), Rule::Amount),
        (format!(r#"{ab}, "specification": "mine", {tail}"#), Rule::Code),
        (format!(r#"{ab}, "shares": 1, {tail}"#), Rule::Shape),
        (format!(r#"{ab}, "source": " ", "evidence": "e", "confidence": 1"#), Rule::Unsourced),
        (format!(r#"{ab}, "product": "nothing", {tail}"#), Rule::UnknownEntity),
        (
            format!(r#""id": "r", "kind": "supplies", "from": "firm:a", "to": "firm:z", {tail}"#),
            Rule::UnknownEntity,
        ),
        (
            format!(r#""id": "r", "kind": "supplies", "from": "firm:a", "to": "firm:a", {tail}"#),
            Rule::SelfLoop,
        ),
        (
            format!(
                r#""id": "r", "kind": "co_designs", "from": "firm:a", "to": "place:p", {tail}"#
            ),
            Rule::EndKind,
        ),
        (
            format!(r#""id": "r", "kind": "serves", "from": "place:p", "to": "firm:a", {tail}"#),
            Rule::EndKind,
        ),
        (
            format!(r#""id": "r", "kind": "serves", "from": "a", "to": "firm:a", {tail}"#),
            Rule::Code,
        ),
    ] {
        check_relation(&fields, Some(rule));
    }
}

#[test]
fn a_second_record_of_one_id_is_refused() {
    let relation = r#"{"id": "r", "kind": "serves", "from": "firm:a", "to": "firm:b",
        "source": "s", "evidence": "e", "confidence": 1}"#;
    let read = document(ENTITIES, &format!("{relation}, {relation}"));
    assert_eq!(read.rejections[0].rule, Rule::Duplicate);
    assert_eq!(read.rejections[0].position, "relations[1]");
}

#[test]
fn a_bad_entity_takes_its_edges_along() {
    let entities = r#"{"kind": "firm", "id": "a", "name": "A", "source": "s"},
        {"kind": "firm", "id": "b", "name": "B", "home": "Malaysia", "source": "s"},
        {"kind": "firm", "id": "c", "name": "C", "source": "s", "code": "MY"},
        {"kind": "place", "id": "d", "name": "D", "type": "economy", "source": "s"},
        {"kind": "person", "id": "e", "name": "E", "source": "s"}"#;
    let relation = r#"{"id": "r", "kind": "serves", "from": "firm:a", "to": "firm:b",
        "source": "s", "evidence": "e", "confidence": 1}"#;
    let rules: Vec<Rule> =
        document(entities, relation).rejections.iter().map(|rejection| rejection.rule).collect();
    assert_eq!(rules, [Rule::Code, Rule::Shape, Rule::Shape, Rule::Code, Rule::UnknownEntity]);
}

#[test]
fn limits_and_syntax_stop_the_whole_document() {
    let small = Limits { bytes_max: 10, ..Limits::default() };
    let few = Limits { entities_max: 1, ..Limits::default() };
    let two = r#"{"network": "n", "entities": [{}, {}]}"#.as_bytes();
    assert!(matches!(Document::parse(two, &small), Err(Error::DocumentBytes { limit: 10, .. })));
    assert!(matches!(Document::parse(two, &few), Err(Error::DocumentCount { found: 2, .. })));
    let broken = Document::parse(b"{\n\"network\": ", &Limits::default());
    assert!(matches!(broken, Err(Error::DocumentSyntax { line: 2, .. })));
    let deep = "[".repeat(100_000);
    assert!(matches!(
        Document::parse(deep.as_bytes(), &Limits::default()),
        Err(Error::DocumentSyntax { .. })
    ));
}
