//! Places by segments: a firm is counted where its records leave no choice, and nowhere else.

use jiff::civil::date;
use production_network::relatedness::{Operations, operations};

use super::{network_of, recorded};

fn counted(relations: &[&str]) -> Operations {
    let relation = |(index, text): (usize, &&str)| {
        format!(
            r#"{{"id": "r{index}", {text}, "source": "s", "evidence": "e", "confidence": 1.0}}"#
        )
    };
    let relations: Vec<String> = relations.iter().enumerate().map(relation).collect();
    let text = format!(
        r#"{{"network": "n", "entities": [
          {{"kind": "segment", "id": "e", "name": "E", "isic": "26", "source": "s"}},
          {{"kind": "segment", "id": "e.a", "name": "A", "source": "s"}},
          {{"kind": "place", "id": "my", "name": "M", "type": "economy", "code": "MY",
            "source": "s"}},
          {{"kind": "place", "id": "th", "name": "T", "type": "economy", "code": "TH",
            "source": "s"}},
          {{"kind": "firm", "id": "f", "name": "F", "home": "MY", "source": "s"}},
          {{"kind": "firm", "id": "g", "name": "G", "home": "MY", "source": "s"}}],
        "relations": [{}]}}"#,
        relations.join(",")
    );
    let network = network_of(text.as_bytes());
    operations(&network.as_of(date(2010, 1, 1), recorded("2017-04-01T00:00:00Z")))
}

#[track_caller]
fn check(relations: &[&str], expected: &[(&str, &str, usize)], open: &[&str]) {
    let found = counted(relations);
    let cells: Vec<(&str, &str, usize)> =
        found.firms.iter().map(|((p, s), count)| (p.as_str(), s.as_str(), *count)).collect();
    assert_eq!(cells, expected, "{relations:?}");
    let names: Vec<&str> = found.open.iter().map(|firm| firm.as_str()).collect();
    assert_eq!(names, open, "{relations:?}");
}

const IN_MY: &str = r#""kind": "located_in", "from": "firm:f", "to": "place:my""#;
const IN_TH: &str = r#""kind": "located_in", "from": "firm:f", "to": "place:th""#;
const A_IN_MY: &str =
    r#""kind": "located_in", "from": "firm:f", "to": "place:my", "segment": "e.a""#;
const G_IN_MY: &str =
    r#""kind": "located_in", "from": "firm:g", "to": "place:my", "segment": "e.a""#;
const MAKES_A: &str = r#""kind": "produces", "from": "firm:f", "to": "segment:e.a""#;
const MAKES_E: &str = r#""kind": "produces", "from": "firm:f", "to": "segment:e""#;

#[test]
fn a_firm_is_counted_where_its_records_leave_no_choice() {
    check(&[A_IN_MY, G_IN_MY], &[("my", "e.a", 2)], &[]);
    check(&[A_IN_MY, A_IN_MY], &[("my", "e.a", 1)], &[]);
    check(&[IN_MY, IN_TH, MAKES_A], &[("my", "e.a", 1), ("th", "e.a", 1)], &[]);
    check(&[IN_MY, MAKES_A, MAKES_E], &[("my", "e", 1), ("my", "e.a", 1)], &[]);
    check(&[A_IN_MY, IN_MY, MAKES_E], &[("my", "e.a", 1)], &[]);
    check(&[A_IN_MY, IN_TH, MAKES_A], &[("my", "e.a", 1), ("th", "e.a", 1)], &[]);
}

#[test]
fn a_firm_of_which_it_stays_open_is_named_and_counted_nowhere() {
    check(&[IN_MY], &[], &["f"]);
    check(&[IN_MY, IN_TH, MAKES_A, MAKES_E], &[], &["f"]);
    check(&[A_IN_MY, IN_TH, MAKES_A, MAKES_E], &[("my", "e.a", 1)], &["f"]);
    check(&[A_IN_MY, IN_TH, MAKES_E], &[("my", "e.a", 1)], &["f"]);
    check(&[MAKES_A], &[], &[]);
}
