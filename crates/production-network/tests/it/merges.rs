//! Duplicates are read as one from when it was known on, and as two again when it is undone.

use jiff::civil::date;
use production_network::{
    Applied, Document, EntityId, Error, Fact, Limits, Merge, Network, PartialDate, Rule, Snapshot,
};
use proptest::prelude::*;

use crate::recorded;

const DOCUMENT: &str = r#"{"network": "n", "entities": [
    {"kind": "firm", "id": "a", "name": "A", "source": "s"},
    {"kind": "firm", "id": "a-ltd", "name": "A Ltd", "source": "s"},
    {"kind": "firm", "id": "a-plc", "name": "A Plc", "source": "s"},
    {"kind": "firm", "id": "b", "name": "B", "source": "s"},
    {"kind": "actor", "id": "x", "name": "X", "type": "ngo", "source": "s"}],
  "relations": [
    {"id": "r1", "kind": "supplies", "from": "firm:a", "to": "firm:b", "source": "s",
     "evidence": "e", "confidence": 1},
    {"id": "r2", "kind": "supplies", "from": "firm:a-ltd", "to": "firm:b", "source": "s",
     "evidence": "e", "confidence": 1},
    {"id": "r3", "kind": "owns", "from": "firm:a-ltd", "to": "firm:a", "source": "s",
     "evidence": "e", "confidence": 1}]"#;

fn parse(merges: &str) -> Document {
    let text = format!(r#"{DOCUMENT}, "merges": [{merges}]}}"#);
    Document::parse(text.as_bytes(), &Limits::default()).expect("a document")
}

fn firm(id: &str) -> EntityId {
    EntityId::parse(&format!("firm:{id}")).expect("a reference")
}

fn merge(merged: &str, survivor: &str, effective: Option<&str>) -> Fact {
    Fact::EntitiesMerged(Merge {
        merged: firm(merged),
        survivor: firm(survivor),
        effective: effective.map(|date| PartialDate::parse(date).expect("a date")),
        source: "s".to_owned(),
        evidence: "e".to_owned(),
    })
}

fn undo(merged: &str) -> Fact {
    let (source, evidence) = ("s".to_owned(), "e".to_owned());
    Fact::MergeUndone { merged: firm(merged), effective: None, source, evidence }
}

fn network(later: &[(Fact, &str)]) -> Network {
    let mut network = Network::default();
    for fact in parse("").facts {
        network.apply(fact, recorded("2011-01-01T00:00:00Z")).expect("applies");
    }
    for (fact, at) in later {
        network.apply(fact.clone(), recorded(at)).expect("applies");
    }
    network
}

fn gives(snapshot: &Snapshot, id: &str) -> Vec<String> {
    snapshot.outgoing(&firm(id)).map(|relation| relation.id.to_string()).collect()
}

#[test]
fn a_merge_and_its_undoing_leave_the_earlier_answers_as_they_were() {
    let network = network(&[
        (merge("a-ltd", "a", None), "2012-01-01T00:00:00Z"),
        (undo("a-ltd"), "2013-01-01T00:00:00Z"),
    ]);
    let day = date(2010, 1, 1);
    let before = network.as_of(day, recorded("2011-06-01T00:00:00Z"));
    assert_eq!(gives(&before, "a"), ["r1"]);
    assert_eq!(gives(&before, "a-ltd"), ["r2", "r3"]);

    let merged = network.as_of(day, recorded("2012-06-01T00:00:00Z"));
    // r3 would join the firm with itself.
    assert_eq!(gives(&merged, "a"), ["r1", "r2"]);
    assert_eq!(gives(&merged, "a-ltd"), ["r1", "r2"], "the old id finds the survivor");
    assert_eq!(merged.entity(&firm("a-ltd")).map(|entity| entity.name()), Some("A"));
    assert_eq!(merged.firms().count(), 3);
    assert!(merged.relations().all(|relation| relation.from == firm("a")));

    let undone = network.as_of(day, recorded("2013-06-01T00:00:00Z"));
    assert_eq!(gives(&undone, "a"), ["r1"]);
    assert_eq!(gives(&undone, "a-ltd"), ["r2", "r3"]);
}

#[test]
fn a_merge_may_begin_on_a_day() {
    let known = "2012-06-01T00:00:00Z";
    let network = network(&[(merge("a-ltd", "a", Some("2005-07")), "2012-01-01T00:00:00Z")]);
    assert_eq!(gives(&network.as_of(date(2005, 6, 30), recorded(known)), "a"), ["r1"]);
    assert_eq!(gives(&network.as_of(date(2005, 7, 1), recorded(known)), "a"), ["r1", "r2"]);
}

#[test]
fn merges_follow_each_other_and_the_last_word_turns_a_ring() {
    let at = "2012-01-01T00:00:00Z";
    let chain = network(&[(merge("a-plc", "a-ltd", None), at), (merge("a-ltd", "a", None), at)]);
    let snapshot = chain.as_of(date(2010, 1, 1), recorded(at));
    assert_eq!(snapshot.resolve(&firm("a-plc")), &firm("a"));
    let turned = network(&[(merge("a-ltd", "a", None), at), (merge("a", "a-ltd", None), at)]);
    let snapshot = turned.as_of(date(2010, 1, 1), recorded(at));
    assert_eq!(snapshot.resolve(&firm("a")), &firm("a-ltd"));
    assert_eq!(gives(&snapshot, "a"), ["r1", "r2"]);
}

#[test]
fn telling_again_or_undoing_nothing_changes_nothing() {
    let at = recorded("2012-01-01T00:00:00Z");
    let mut network = network(&[]);
    let mut apply = |fact: Fact| network.apply(fact, at);
    assert!(matches!(apply(undo("a")), Ok(Applied::Unchanged)));
    assert!(matches!(apply(merge("a-ltd", "a", None)), Ok(Applied::First)));
    assert!(matches!(apply(merge("a-ltd", "a", None)), Ok(Applied::Unchanged)));
    assert!(matches!(apply(undo("a-ltd")), Ok(Applied::Superseded)));
    assert!(matches!(apply(undo("a-ltd")), Ok(Applied::Unchanged)));
    assert!(matches!(apply(merge("a", "a", None)), Err(Error::Merge { .. })));
    assert!(matches!(apply(merge("nobody", "a", None)), Err(Error::UnknownEntity { .. })));
}

#[test]
fn a_document_states_merges_and_bad_ones_are_refused_alone() {
    let tail = r#""source": "s", "evidence": "e"}"#;
    let good = format!(r#"{{"merged": "firm:a-ltd", "into": "firm:a", {tail}"#);
    let document = parse(&good);
    assert_eq!(document.rejections, Vec::new());
    assert_eq!(document.facts.last(), Some(&merge("a-ltd", "a", None)));
    for (bad, rule) in [
        (format!(r#"{{"merged": "firm:a", "into": "firm:a", {tail}"#), Rule::Merge),
        (format!(r#"{{"merged": "firm:a", "into": "actor:x", {tail}"#), Rule::Merge),
        (format!(r#"{{"merged": "firm:z", "into": "firm:a", {tail}"#), Rule::UnknownEntity),
        (format!(r#"{{"merged": "firm:a", {tail}"#), Rule::Shape),
        (format!(r#"{{"merged": "firm:a", "into": "firm:b", "undone": true, {tail}"#), Rule::Shape),
        (
            r#"{"merged": "firm:a", "into": "firm:b", "source": "s", "evidence": ""}"#.to_owned(),
            Rule::Unsourced,
        ),
    ] {
        let document = parse(&format!("{bad}, {good}"));
        let found: Vec<(&str, Rule)> =
            document.rejections.iter().map(|one| (one.position.as_str(), one.rule)).collect();
        assert_eq!(found, [("merges[0]", rule)], "{bad}");
        assert_eq!(document.facts.len(), 9, "the rest goes on");
    }
}

proptest! {
    #[test]
    fn no_order_of_merges_makes_a_ring_or_loses_a_relation(
        told in prop::collection::vec((0_usize..4, 0_usize..5), 0..12)
    ) {
        let ids = ["a", "a-ltd", "a-plc", "b"];
        let at = "2012-01-01T00:00:00Z";
        let mut later = Vec::new();
        for (merged, survivor) in told {
            match ids.get(survivor) {
                Some(survivor) if *survivor != ids[merged] => {
                    later.push((merge(ids[merged], survivor, None), at));
                }
                Some(_) | None => later.push((undo(ids[merged]), at)),
            }
        }
        let snapshot = network(&later).as_of(date(2010, 1, 1), recorded(at));
        for id in ids {
            let id = firm(id);
            let survivor = snapshot.resolve(&id).clone();
            prop_assert_eq!(snapshot.resolve(&survivor), &survivor, "a survivor stands for itself");
            prop_assert!(snapshot.entity(&id).is_some());
        }
        let apart = [("r1", "a", "b"), ("r2", "a-ltd", "b"), ("r3", "a-ltd", "a")];
        for (id, from, to) in apart {
            let is_loop = snapshot.resolve(&firm(from)) == snapshot.resolve(&firm(to));
            let kept = snapshot.relations().any(|relation| relation.id.as_str() == id);
            prop_assert_eq!(kept, !is_loop);
        }
    }
}
