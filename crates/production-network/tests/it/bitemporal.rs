//! Nothing is overwritten: what was known at a time stays the answer for that time, on both clocks,
//! and the order of independent facts does not matter.

use jiff::civil::{Date, date};
use production_network::{
    Applied, Confidence, Document, EntityId, Error, Fact, Limits, Network, PartialDate, Relation,
    RelationId, Share, roles,
};
use proptest::prelude::*;

use crate::{FEED, recorded};

const DOCUMENT: &[u8] = br#"{"network": "n", "entities": [
    {"kind": "firm", "id": "a", "name": "A", "founded": "2001", "source": "s"},
    {"kind": "firm", "id": "b", "name": "B", "founded": "2001", "source": "s"}],
  "relations": [{"id": "r", "kind": "supplies", "from": "firm:a", "to": "firm:b", "share": 0.2,
    "valid_from": "2002", "valid_to": "2010", "source": "s", "evidence": "e", "confidence": 1}]}"#;

fn facts(bytes: &[u8]) -> Vec<Fact> {
    Document::parse(bytes, &Limits::default()).expect("a document").facts
}

fn relation_in(facts: &[Fact]) -> Relation {
    let found = facts.iter().find_map(|fact| match fact {
        Fact::RelationAsserted(relation) => Some(relation.clone()),
        _ => None,
    });
    found.expect("a relation")
}

fn share(network: &Network, day: Date, known: &str) -> Option<f64> {
    let id = RelationId::try_new("r").expect("an id");
    let snapshot = network.as_of(day, recorded(known));
    snapshot.relation(&id).and_then(|relation| relation.share).map(Share::as_f64)
}

#[test]
fn a_change_and_an_end_leave_the_earlier_answers_as_they_were() {
    let facts = facts(DOCUMENT);
    let mut changed = relation_in(&facts);
    changed.share = Some(Share::try_new(0.5).expect("a share"));
    let mut network = Network::default();
    for fact in facts {
        network.apply(fact, recorded("2011-01-01T00:00:00Z")).expect("applies");
    }
    let effective = PartialDate::parse("2006-07").expect("a date");
    let change = Fact::RelationChanged { relation: changed, effective };
    let applied = network.apply(change, recorded("2012-01-01T00:00:00Z"));
    assert_eq!(applied.expect("applies"), Applied::Superseded);
    let id = RelationId::try_new("r").expect("an id");
    let on = PartialDate::parse("2008-03-31").expect("a date");
    let end = Fact::RelationEnded { id: id.clone(), on };
    network.apply(end, recorded("2013-01-01T00:00:00Z")).expect("applies");

    let (first, second, third) =
        ("2011-06-01T00:00:00Z", "2012-06-01T00:00:00Z", "2013-06-01T00:00:00Z");
    for (day, known, expected) in [
        (date(2005, 1, 1), "2010-01-01T00:00:00Z", None),
        (date(2001, 12, 31), first, None),
        (date(2009, 1, 1), first, Some(0.2)),
        (date(2006, 6, 30), second, Some(0.2)),
        (date(2006, 7, 1), second, Some(0.5)),
        (date(2009, 1, 1), second, Some(0.5)),
        (date(2008, 3, 31), third, Some(0.5)),
        (date(2008, 4, 1), third, None),
        (date(2006, 6, 30), third, Some(0.2)),
        (date(2011, 1, 1), third, None),
    ] {
        assert_eq!(share(&network, day, known), expected, "{day} as known {known}");
    }
    assert_eq!(network.relation_history(&id).len(), 3);
}

#[test]
fn the_same_fact_twice_changes_nothing() {
    let mut network = Network::default();
    let at = recorded("2011-01-01T00:00:00Z");
    let all = facts(DOCUMENT);
    for fact in all.iter().chain(&all) {
        network.apply(fact.clone(), at).expect("applies");
    }
    for fact in all {
        assert_eq!(network.apply(fact, at).expect("applies"), Applied::Unchanged);
    }
}

#[test]
fn facts_that_do_not_fit_are_refused_and_leave_no_trace() {
    let all = facts(DOCUMENT);
    let mut network = Network::default();
    let at = recorded("2011-01-01T00:00:00Z");
    let relation = relation_in(&all);
    let unknown = network.apply(Fact::RelationAsserted(relation.clone()), at);
    assert!(matches!(unknown, Err(Error::UnknownEntity { .. })));
    let on = PartialDate::parse("2008").expect("a date");
    let ended = network.apply(Fact::RelationEnded { id: relation.id, on }, at);
    assert!(matches!(ended, Err(Error::UnknownRelation { .. })));
    assert_eq!(network.last_recorded(), None);
    for fact in all.clone() {
        network.apply(fact, at).expect("applies");
    }
    let backwards = network.apply(all[0].clone(), recorded("2010-01-01T00:00:00Z"));
    assert!(matches!(backwards, Err(Error::RecordedBackwards { .. })));
}

#[test]
fn a_relation_needs_both_its_ends() {
    let mut network = Network::default();
    let at = recorded("2011-01-01T00:00:00Z");
    for fact in facts(DOCUMENT) {
        network.apply(fact, at).expect("applies");
    }
    let id = EntityId::parse("firm:b").expect("a reference");
    let on = PartialDate::parse("2004").expect("a date");
    network.apply(Fact::EntityEnded { id, on }, at).expect("applies");
    assert_eq!(share(&network, date(2004, 6, 1), "2012-01-01T00:00:00Z"), Some(0.2));
    assert_eq!(share(&network, date(2005, 1, 1), "2012-01-01T00:00:00Z"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn roles_do_not_depend_on_the_order_of_independent_facts(
        shuffled in Just(facts(FEED)).prop_shuffle()
    ) {
        let at = recorded("2017-04-01T00:00:00Z");
        let (mut one, mut other) = (Network::default(), Network::default());
        for fact in facts(FEED) {
            one.apply(fact, at).expect("applies");
        }
        let is_entity = |fact: &&Fact| matches!(fact, Fact::EntityAsserted(_));
        for fact in shuffled.iter().filter(is_entity) {
            other.apply(fact.clone(), at).expect("applies");
        }
        for fact in shuffled.iter().filter(|fact| !is_entity(fact)) {
            other.apply(fact.clone(), at).expect("applies");
        }
        let day = date(2016, 12, 31);
        prop_assert_eq!(roles(&one.as_of(day, at)), roles(&other.as_of(day, at)));
    }

    #[test]
    fn a_score_is_the_sum_of_its_signals(year in 1985_i16..2017) {
        let at = recorded("2017-04-01T00:00:00Z");
        let mut network = Network::default();
        for fact in facts(FEED) {
            network.apply(fact, at).expect("applies");
        }
        for finding in roles(&network.as_of(date(year, 6, 30), at)) {
            for scored in finding.scores {
                let points: u32 = scored.signals.iter()
                    .map(|signal| signal.weight * signal.strength.thousandths()).sum();
                prop_assert_eq!(scored.score.thousandths(), points / 100);
                prop_assert!(scored.score <= Confidence::FULL);
            }
        }
    }
}
