//! A scenario over a snapshot's supplies: who is struck, who loses, and what it rests on.

use jiff::civil::date;
use production_network::{
    Error, Essentiality, FirmId, InputNeed, MissingVolume, PlaceId, Shock, ShockModel,
    ShockOptions, SmeStatus, Snapshot, Strike, Supplies,
};

use crate::{network_of, recorded};

/// A lead firm in Penang with two suppliers, one of them elsewhere, and one that it shares.
fn snapshot(volume_of_last: &str) -> Snapshot {
    let firm = |id: &str, size: &str| {
        format!(
            r#"{{"kind": "firm", "id": "{id}", "name": "{id}", "size": "{size}", "source": "s"}}"#
        )
    };
    let entities = [
        firm("lead", "large"),
        firm("near", "sme"),
        firm("far", "sme"),
        firm("other", "not_stated"),
        firm("below", "sme"),
        r#"{"kind": "place", "id": "penang", "name": "P", "type": "subdivision", "code": "MY-07",
            "source": "s"}"#
            .to_owned(),
        r#"{"kind": "place", "id": "estate", "name": "E", "type": "industrial_estate",
            "code": "MY-07", "within": "penang", "source": "s"}"#
            .to_owned(),
        r#"{"kind": "place", "id": "johor", "name": "J", "type": "subdivision", "code": "MY-01",
            "source": "s"}"#
            .to_owned(),
    ];
    let relation = |id: &str, kind: &str, from: &str, to: &str, more: &str| {
        format!(
            r#"{{"id": "{id}", "kind": "{kind}", "from": "firm:{from}", "to": "{to}", {more}
                "source": "s", "evidence": "e", "confidence": 1}}"#
        )
    };
    let volume = |amount: &str| {
        format!(r#""industry": "ict", "volume": {{"amount": "{amount}", "unit": "USD"}},"#)
    };
    let relations = [
        relation("r1", "supplies", "near", "firm:lead", &volume("60")),
        relation("r2", "supplies", "near", "firm:other", &volume("40")),
        relation("r3", "supplies", "far", "firm:lead", &volume("10")),
        relation("r4", "supplies", "below", "firm:near", volume_of_last),
        relation("r5", "located_in", "near", "place:estate", ""),
        relation("r6", "located_in", "far", "place:johor", ""),
        relation("r7", "located_in", "lead", "place:penang", ""),
    ];
    let text = format!(
        r#"{{"network": "n", "entities": [{}], "relations": [{}]}}"#,
        entities.join(","),
        relations.join(",")
    );
    network_of(text.as_bytes()).as_of(date(2016, 6, 1), recorded("2017-04-01T00:00:00Z"))
}

const IN_USD: &str = r#""industry": "parts", "volume": {"amount": "5", "unit": "USD"},"#;

fn id(firm: &str) -> FirmId {
    FirmId::try_new(firm).expect("an id")
}

fn place(place: &str) -> PlaceId {
    PlaceId::try_new(place).expect("an id")
}

#[test]
fn a_lead_firm_that_leaves_takes_its_purchases_from_those_in_the_place() {
    let snapshot = snapshot(IN_USD);
    let supplies = Supplies::of(&snapshot, MissingVolume::Refuse).expect("a network");
    assert_eq!((supplies.unit.as_deref(), supplies.left_out), (Some("USD"), 0));
    let leaves = [Strike::Leaves(id("lead"), place("penang"))];
    let shock = supplies.shock(&snapshot, &leaves).expect("a shock");
    // `near` is in an estate of Penang and sells 60 of 100 there; `far` is elsewhere.
    let near = supplies.number(&id("near")).expect("there");
    assert_eq!(shock, Shock { remaining: vec![(near, 0.4)] });

    let essentiality = Essentiality::uniform(supplies.industries.len(), InputNeed::Linear);
    let options = ShockOptions { eps: 1e-9, ..ShockOptions::default() };
    let model = ShockModel::try_new(&supplies.network, &essentiality, options).expect("a model");
    let cascade = model.spread().run(&shock).expect("spreads");
    let losers = supplies.losers(&snapshot, &cascade, 0.5);
    let found: Vec<(&str, SmeStatus)> =
        losers.iter().map(|one| (one.firm.as_str(), one.status)).collect();
    // `below` sells all to `near`, and loses as much.
    assert_eq!(found, [("below", SmeStatus::Sme), ("near", SmeStatus::Sme)]);
    assert!((losers[1].remaining - 0.4).abs() < 1e-12, "{losers:?}");
    assert_eq!(losers[1].places, [place("estate")]);
    assert_eq!(losers[1].industry.as_ref().map(ToString::to_string).as_deref(), Some("ict"));
    assert!(supplies.losers(&snapshot, &cascade, 0.7).is_empty());
}

#[test]
fn the_hardest_of_several_strikes_counts_and_bad_ones_are_refused() {
    let snapshot = snapshot(IN_USD);
    let supplies = Supplies::of(&snapshot, MissingVolume::Refuse).expect("a network");
    let near = supplies.number(&id("near")).expect("there");
    let strikes = [
        Strike::Keeps(id("near"), 0.7),
        Strike::Closes(id("near")),
        Strike::Keeps(id("near"), 0.9),
    ];
    let shock = supplies.shock(&snapshot, &strikes).expect("a shock");
    assert_eq!(shock.remaining, [(near, 0.0)]);
    for bad in [
        Strike::Closes(id("nobody")),
        Strike::Keeps(id("near"), 1.5),
        Strike::Keeps(id("near"), f64::NAN),
        Strike::Leaves(id("lead"), place("nowhere")),
    ] {
        assert!(supplies.shock(&snapshot, std::slice::from_ref(&bad)).is_err(), "{bad:?}");
    }
}

#[test]
fn volumes_that_are_missing_or_of_other_units_are_never_guessed() {
    let missing = snapshot(r#""industry": "parts","#);
    let refused = Supplies::of(&missing, MissingVolume::Refuse);
    assert!(matches!(refused, Err(Error::Volumes { .. })), "{refused:?}");
    let left_out = Supplies::of(&missing, MissingVolume::LeaveOut).expect("a network");
    assert_eq!((left_out.left_out, left_out.network.link_count()), (1, 3));
    let alike = Supplies::of(&missing, MissingVolume::CountAlike).expect("a network");
    assert_eq!((alike.unit, alike.network.link_count()), (None, 4));
    assert!(alike.network.sold().iter().all(|sold| [0.0, 1.0, 2.0].contains(sold)));
    let other = snapshot(r#""volume": {"amount": "5", "unit": "MYR"},"#);
    for missing in [MissingVolume::Refuse, MissingVolume::LeaveOut] {
        let refused = Supplies::of(&other, missing);
        assert!(matches!(refused, Err(Error::Volumes { .. })), "{refused:?}");
    }
}
