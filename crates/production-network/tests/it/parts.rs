//! A long document is cut into short ones that say the same when they are told in order.

use production_network::{Document, EntityId, Fact, Limits, Network, RecordedAt};

fn long() -> Document {
    let mut entities = vec![
        r#"{"kind": "place", "id": "estate", "name": "Estate", "type": "industrial_estate",
            "code": "MY-07", "within": "penang", "source": "s"}"#
            .to_owned(),
        r#"{"kind": "segment", "id": "parts.small", "name": "Small", "source": "s"}"#.to_owned(),
        r#"{"kind": "place", "id": "penang", "name": "Penang", "type": "subdivision",
            "code": "MY-07", "source": "s"}"#
            .to_owned(),
        r#"{"kind": "segment", "id": "parts", "name": "Parts", "isic": "25", "source": "s"}"#
            .to_owned(),
    ];
    let mut relations = Vec::new();
    for number in 0..40 {
        entities.push(format!(
            r#"{{"kind": "firm", "id": "f{number}", "name": "F{number}", "source": "s"}}"#
        ));
        relations.push(format!(
            r#"{{"id": "r{number}", "kind": "supplies", "from": "firm:f{number}",
                "to": "firm:f{}", "source": "s", "evidence": "e", "confidence": 1}}"#,
            (number + 7) % 40
        ));
    }
    let text = format!(
        r#"{{"network": "n", "entities": [{}], "relations": [{}],
            "merges": [{{"merged": "firm:f1", "into": "firm:f2", "source": "s", "evidence": "e"}}]}}"#,
        entities.join(","),
        relations.join(",")
    );
    let document = Document::parse(text.as_bytes(), &Limits::default()).expect("reads");
    assert_eq!(document.rejections, []);
    document
}

#[test]
fn parts_told_in_order_give_the_network_of_the_whole() {
    let recorded = RecordedAt::parse("2024-01-01T00:00:00Z").expect("a time");
    let whole = long();
    for bytes_max in [1, 700, 4_096, 1 << 20] {
        let mut network = Network::default();
        let mut facts: Vec<Fact> = Vec::new();
        for part in whole.clone().parts(bytes_max).expect("cut") {
            let mut bytes = Vec::new();
            part.write_json(&mut bytes).expect("written");
            assert!(bytes.len() <= bytes_max || part.facts.len() == 1, "{bytes_max}");
            let is_known = |id: &EntityId| network.knows(id);
            let read = Document::parse_beside(&bytes, &Limits::default(), is_known).expect("reads");
            assert_eq!(read.rejections, [], "{bytes_max}");
            for fact in read.facts {
                facts.push(fact.clone());
                network.apply(fact, recorded).expect("applied");
            }
        }
        let mut expected = whole.facts.clone();
        let text = |fact: &Fact| format!("{fact:?}");
        facts.sort_by_key(text);
        expected.sort_by_key(text);
        assert_eq!(facts, expected, "{bytes_max}");
    }
}

#[test]
fn a_document_without_facts_has_no_parts() {
    let nothing = Document::parse(br#"{"network": "n"}"#, &Limits::default()).expect("reads");
    assert_eq!(nothing.parts(100).expect("cut"), []);
}
