//! An entity looked at alone is the same as in the whole network.

use jiff::civil::date;
use production_network::{
    EntityId, Fact, Merge, Network, PartialDate, Readable, RelationKind, Snapshot,
};

use crate::{FEED, network_of, recorded};

/// All that is to be seen of an entity.
fn seen(snapshot: &Snapshot, id: &EntityId) -> Vec<String> {
    let entity = snapshot.entity(id).map(|entity| format!("{entity:?}"));
    let relations = snapshot.outgoing(id).chain(snapshot.incoming(id));
    let ends = |relation: &production_network::Relation| {
        let names = [&relation.from, &relation.to].map(|end| snapshot.entity(end).is_some());
        format!("{relation:?} {names:?}")
    };
    entity.into_iter().chain(relations.map(ends)).collect()
}

fn check(network: &Network) {
    let at = recorded("2018-01-01T00:00:00Z");
    let mut relations = 0;
    for year in [1990, 2008, 2010, 2016] {
        let day = date(year, 6, 1);
        let whole = network.as_of(day, at);
        let public = whole.visible_to(&Readable::public());
        for id in network.entity_ids() {
            let alone = network.as_of_around(id, day, at);
            assert_eq!(seen(&alone, id), seen(&whole, id), "{id} in {year}");
            let alone = alone.visible_to(&Readable::public());
            assert_eq!(seen(&alone, id), seen(&public, id), "{id} in {year}, in public");
            relations += alone.relations().count();
        }
    }
    assert!(relations > 100, "something was compared");
}

#[test]
fn an_entity_alone_is_as_in_the_whole_network() {
    check(&network_of(FEED));
}

#[test]
fn the_same_holds_for_what_was_merged_and_what_is_withheld() {
    let text = String::from_utf8(FEED.to_vec()).expect("text");
    // Each third record is for agencies only.
    let tiered = text.lines().enumerate().map(|(number, line)| match line.strip_prefix("    {") {
        Some(rest) if number % 3 == 0 => format!("    {{\"tier\": \"agency\", {rest}"),
        Some(_) | None => line.to_owned(),
    });
    let text = tiered.collect::<Vec<_>>().join("\n");
    let document = production_network::Document::parse(
        text.as_bytes(),
        &production_network::Limits::default(),
    );
    let mut network = Network::default();
    let at = recorded("2017-04-01T00:00:00Z");
    for fact in document.expect("reads").facts {
        network.apply(fact, at).expect("applies");
    }
    let id = |text: &str| EntityId::parse(text).expect("an id");
    let merge = Merge {
        merged: id("firm:electronics-customers"),
        survivor: id("firm:aerospace-customers"),
        effective: None,
        source: "s".to_owned(),
        evidence: "e".to_owned(),
    };
    network.apply(Fact::EntitiesMerged(merge), at).expect("merged");
    check(&network);
}

#[test]
fn the_same_holds_for_a_relation_that_changed_its_ends() {
    let mut network = network_of(FEED);
    let at = recorded("2017-06-01T00:00:00Z");
    let snapshot = network.as_of(date(2008, 6, 1), at);
    let relation = snapshot.relations().find(|one| one.kind == RelationKind::Supplies);
    let mut relation = relation.expect("a supply").clone();
    let before = relation.to.clone();
    let other = snapshot.firms().map(|firm| EntityId::Firm(firm.id.clone()));
    relation.to =
        other.into_iter().find(|id| ![&relation.from, &before].contains(&id)).expect("one");
    let after = relation.to.clone();
    let effective = PartialDate::parse("2009").expect("a year");
    let changed = Fact::RelationChanged { relation, effective };
    network.apply(changed, at).expect("applies");
    let joins = |id: &EntityId, year| {
        let alone = network.as_of_around(id, date(year, 6, 1), at);
        alone.relations().map(|one| one.id.clone()).collect::<Vec<_>>()
    };
    assert_ne!(joins(&before, 2008), joins(&before, 2010));
    assert_ne!(joins(&after, 2008), joins(&after, 2010));
    check(&network);
}
