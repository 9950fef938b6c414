//! What is known of shares gives bounds that hold, and what depends on few is found unasked.

use jiff::civil::date;
use production_network::{
    AlertKind, Certainty, Concentration, DependenceReport, Document, EntityId, FirmId, Limits,
    Network, Side, Snapshot, Thresholds, concentration_of, couplings, dependence_of,
    dependence_report, roles,
};
use proptest::prelude::*;

use crate::{network_of, paper_on, recorded};

/// A firm that sells to others by these shares in millionths; `None` is not stated.
fn seller(shares: &[Option<u32>]) -> Snapshot {
    let mut entities =
        vec![r#"{"kind": "firm", "id": "f", "name": "F", "home": "MY", "source": "s"}"#.to_owned()];
    let mut relations = Vec::new();
    for (number, share) in shares.iter().enumerate() {
        entities.push(format!(
            r#"{{"kind": "firm", "id": "c{number}", "name": "C{number}", "source": "s"}}"#
        ));
        let share = share
            .map_or(String::new(), |share| format!(r#""share": {}, "#, f64::from(share) / 1e6));
        relations.push(format!(
            r#"{{"id": "r{number}", "kind": "supplies", "from": "firm:f", "to": "firm:c{number}",
                {share}"source": "s", "evidence": "e", "confidence": 1}}"#
        ));
    }
    snapshot(&entities, &relations)
}

fn snapshot(entities: &[String], relations: &[String]) -> Snapshot {
    let text = format!(
        r#"{{"network": "n", "entities": [{}], "relations": [{}]}}"#,
        entities.join(","),
        relations.join(",")
    );
    let at = recorded("2017-04-01T00:00:00Z");
    network_of(text.as_bytes()).as_of(date(2016, 6, 1), at)
}

fn customers(snapshot: &Snapshot) -> Option<Concentration> {
    concentration_of(snapshot, &FirmId::try_new("f").expect("an id"), Side::Customers)
}

/// The measures of a register that is wholly known.
fn truth(shares: &[u32]) -> (u32, u64) {
    let top = shares.iter().copied().max().unwrap_or(0);
    (top, shares.iter().map(|share| u64::from(*share).pow(2)).sum())
}

/// Parts of a million that add up to it.
fn whole() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(1u32..1_000, 1..8).prop_map(|weights| {
        let sum: u32 = weights.iter().sum();
        let mut parts: Vec<u32> = weights.iter().map(|weight| weight * (1_000_000 / sum)).collect();
        parts[0] += 1_000_000 - parts.iter().sum::<u32>();
        parts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn bounds_hold_for_the_register_that_shares_were_hidden_of(
        whole in whole(),
        hidden in proptest::collection::vec(any::<bool>(), 8),
        unheard in proptest::collection::vec(any::<bool>(), 8),
    ) {
        // Of some partners the share is not stated, of others not even that they are partners.
        let told: Vec<Option<u32>> = whole
            .iter()
            .enumerate()
            .filter(|(index, _)| !(hidden[*index] && unheard[*index]))
            .map(|(index, share)| (!hidden[index]).then_some(*share))
            .collect();
        let Some(found) = customers(&seller(&told)) else {
            prop_assert!(told.is_empty());
            return Ok(());
        };
        let (top, hhi) = truth(&whole);
        prop_assert!(found.top.low <= top && top <= found.top.high, "{found:?}");
        prop_assert!(found.hhi[0] <= hhi && hhi <= found.hhi[1], "{found:?}");
        // The upper bounds are reached: all that is not stated is one partner's.
        let stated: Vec<u32> = told.iter().flatten().copied().collect();
        let rest = 1_000_000 - stated.iter().sum::<u32>();
        let (top, hhi) = truth(&[stated.as_slice(), &[rest]].concat());
        prop_assert_eq!((found.top.high, found.hhi[1]), (top, hhi));
        // The lower ones are approached by partners that become more and smaller.
        let parts = 1_000u32;
        let mut thin = stated.clone();
        thin.extend(std::iter::repeat_n(rest / parts, parts as usize));
        let (top, hhi) = truth(&thin);
        prop_assert!(top - found.top.low <= rest / parts);
        prop_assert!(hhi - found.hhi[0] <= u64::from(rest) * u64::from(rest / parts));
    }
}

#[test]
fn a_register_that_is_wholly_known_gives_points() {
    let found = customers(&seller(&[Some(500_000), Some(300_000), Some(200_000)])).expect("sales");
    assert_eq!(found.hhi_as_f64(), [0.38, 0.38]);
    assert_eq!(found.top.as_f64(), [0.5, 0.5]);
    assert_eq!(found.top_partner, EntityId::parse("firm:c0").ok());
    let found = customers(&seller(&[Some(600_000), None])).expect("sales");
    // By hand: 0.36, and 0.36 + 0.16 if the other has all the rest.
    assert_eq!(found.hhi_as_f64(), [0.36, 0.52]);
    assert_eq!(found.top_partner, EntityId::parse("firm:c0").ok(), "0.6 is more than the rest");
    let found = customers(&seller(&[Some(400_000), None])).expect("sales");
    assert_eq!((found.top.as_f64(), found.top_partner), ([0.4, 0.6], None));
    assert_eq!(customers(&seller(&[])), None);
}

fn report(snapshot: &Snapshot) -> DependenceReport {
    {
        let roles = roles(snapshot);
        let couplings = couplings(snapshot, &roles);
        dependence_report(snapshot, &roles, &couplings, &Thresholds::default())
    }
    .expect("a report")
}

/// Kind, subject, on whom, how sure.
fn alerts(snapshot: &Snapshot) -> Vec<(AlertKind, String, String, Certainty)> {
    let told = |alert: &production_network::Alert| {
        let on = alert.on.as_ref().map(ToString::to_string).unwrap_or_default();
        (alert.kind, alert.subject.to_string(), on, alert.certainty)
    };
    report(snapshot).alerts().map(told).collect()
}

#[test]
fn the_single_source_of_tools_for_extreme_ultraviolet_lithography_is_found_unasked() {
    let Some(document) = crate::eto_semiconductor::load() else { return };
    let mut network = Network::default();
    let at = recorded("2026-01-01T00:00:00Z");
    for fact in document.facts {
        network.apply(fact, at).expect("applies");
    }
    let snapshot = network.as_of(date(2025, 6, 1), at);
    let report = report(&snapshot);
    let certain = report.alerts().filter(|alert| {
        alert.kind == AlertKind::SingleSource && alert.certainty == Certainty::Certain
    });
    let named = |id: &EntityId| snapshot.entity(id).map_or("", |entity| entity.name()).to_owned();
    let found: Vec<(String, String)> = certain
        .map(|alert| (named(&alert.subject), alert.on.as_ref().map(named).unwrap_or_default()))
        .collect();
    // All that the data give to one firm whole; "various companies" are not one.
    let expected = [
        ("Direct write systems (adv. pkg.)", "Applied Materials"),
        ("EUV lithography tools", "ASML"),
        ("Integrated assembly tools", "ASM Pacific"),
        // Of an earlier year, and not told otherwise since.
        ("Crystal growing furnaces", "PVA TePla"),
    ];
    assert_eq!(found, expected.map(|(of, on)| (of.to_owned(), on.to_owned())));
}

#[test]
fn silence_raises_no_alert_and_a_stated_share_does() {
    assert_eq!(alerts(&seller(&[None])), []);
    let found = alerts(&seller(&[Some(600_000), None]));
    let on = || ("firm:f".to_owned(), "firm:c0".to_owned());
    assert!(found.contains(&(AlertKind::TopCustomer, on().0, on().1, Certainty::Certain)));
    let found = alerts(&seller(&[Some(400_000), None]));
    let kinds: Vec<_> = found.iter().map(|(kind, .., sure)| (*kind, *sure)).collect();
    assert_eq!(
        kinds,
        [
            (AlertKind::TopCustomer, Certainty::Possible),
            (AlertKind::CustomerConcentration, Certainty::Possible)
        ]
    );
}

/// A maker in Penang that sells to the specification of a foreign lead firm there.
fn dependent(share: &str, also: &str) -> Snapshot {
    let entities = [
        r#"{"kind": "firm", "id": "f", "name": "F", "home": "MY", "size": "sme", "source": "s",
            "attributes": [
              {"id": "price.unit", "value": "10", "unit": "USD", "source": "s", "valid_from": "2010"},
              {"id": "price.unit", "value": "8", "unit": "USD", "source": "s", "valid_from": "2014"}]}"#
            .to_owned(),
        r#"{"kind": "firm", "id": "lead", "name": "L", "home": "US", "size": "large", "source": "s"}"#
            .to_owned(),
        r#"{"kind": "firm", "id": "other", "name": "O", "home": "JP", "source": "s"}"#.to_owned(),
        r#"{"kind": "place", "id": "penang", "name": "P", "type": "subdivision", "code": "MY-07",
            "source": "s"}"#
            .to_owned(),
    ];
    let relation = |id: &str, kind: &str, from: &str, to: &str, more: &str| {
        format!(
            r#"{{"id": "{id}", "kind": "{kind}", "from": "{from}", "to": "{to}", {more}
                "source": "s", "evidence": "e", "confidence": 1}}"#
        )
    };
    let own = format!(r#""industry": "ict", "specification": "customer", {share}"#);
    let mut relations = vec![
        relation(
            "sale",
            "supplies",
            "firm:f",
            "firm:lead",
            &format!(r#"{own} "valid_from": "2001","#),
        ),
        relation("f-in", "located_in", "firm:f", "place:penang", ""),
        relation("l-in", "located_in", "firm:lead", "place:penang", r#""valid_from": "1999","#),
    ];
    if !also.is_empty() {
        let more = format!(r#""industry": "ict", "specification": "standardized", {also}"#);
        relations.push(relation("other", "supplies", "firm:f", "firm:other", &more));
    }
    snapshot(&entities, &relations)
}

#[test]
fn a_captive_firm_beside_a_foreign_lead_firm_has_all_its_alerts() {
    use AlertKind as K;
    use Certainty::{Certain, Possible};
    let kinds = |snapshot: &Snapshot| -> Vec<(K, Certainty)> {
        let of_it = alerts(snapshot).into_iter().filter(|(_, subject, ..)| subject == "firm:f");
        of_it.map(|(kind, .., sure)| (kind, sure)).collect()
    };
    let whole = kinds(&dependent(r#""share": 0.8,"#, r#""share": 0.2,"#));
    let expected = [
        (K::TopCustomer, Certain),
        (K::CustomerConcentration, Certain),
        (K::Captive, Certain),
        (K::LockIn, Certain),
        (K::RaceToTheBottom, Certain),
        (K::Relocation, Certain),
    ];
    assert_eq!(whole, expected);
    // Without the numbers the relations still speak, and nothing is sure that rests on numbers.
    let silent = kinds(&dependent("", r#""share": 0.2,"#));
    assert!(
        silent.contains(&(K::Captive, Possible)) && silent.contains(&(K::Relocation, Possible))
    );
    assert!(silent.contains(&(K::LockIn, Certain)), "the years are stated: {silent:?}");
    // With a small share only what does not rest on shares is left.
    let small = kinds(&dependent(r#""share": 0.1,"#, r#""share": 0.1,"#));
    assert!(!small.iter().any(|(kind, _)| matches!(kind, K::Captive | K::Relocation)), "{small:?}");
    // Without its largest customer it depends on the other.
    let left = dependent(r#""share": 0.8,"#, r#""share": 0.2,"#)
        .without_entity(&EntityId::parse("firm:lead").expect("an id"));
    let found = alerts(&left);
    assert!(
        !found.is_empty()
            && found
                .iter()
                .all(|(kind, ..)| !matches!(kind, K::Captive | K::Relocation | K::LockIn))
    );
    let since = dependence_of(
        &dependent(r#""share": 0.8,"#, ""),
        &[],
        &[],
        &FirmId::try_new("f").expect("an id"),
        &Thresholds::default(),
    );
    let since = since.expect("a firm").alerts.first().and_then(|alert| alert.since);
    assert_eq!(since.map(|day| day.to_string()), Some("2001".to_owned()));
}

#[test]
fn customers_of_atc_that_may_leave_are_told_while_they_are_there() {
    let on = |year: i16| {
        let found = alerts(&paper_on(date(year, 6, 1)));
        found.into_iter().any(|(kind, subject, on, sure)| {
            kind == AlertKind::Relocation
                && subject == "firm:atc"
                && on == "firm:semiconductor-customers"
                && sure == Certainty::Possible
        })
    };
    assert!(on(2008), "some withdrew by 2009");
    assert!(!on(2010), "they are gone");
}

#[test]
fn thresholds_that_are_no_shares_are_refused() {
    let snapshot = seller(&[None]);
    for (top_customer, lock_in_years) in [(0.0, 10.0), (1.1, 10.0), (f64::NAN, 10.0), (0.5, 0.0)] {
        let thresholds = Thresholds { top_customer, lock_in_years, ..Thresholds::default() };
        assert!(dependence_report(&snapshot, &[], &[], &thresholds).is_err(), "{thresholds:?}");
    }
    let empty = Document::parse(br#"{"network": "n"}"#, &Limits::default()).expect("reads");
    assert_eq!(empty.facts, []);
}

#[test]
fn klt_hangs_on_its_platform_and_no_longer_without_its_zone_and_tariffs() {
    let whole = paper_on(date(2014, 6, 1));
    let hangs = |snapshot: &Snapshot| {
        let found = alerts(snapshot).into_iter();
        found.filter(|(kind, ..)| *kind == AlertKind::Platform).map(|(_, who, ..)| who).collect()
    };
    let found: Vec<String> = hangs(&whole);
    assert_eq!(found, ["firm:klt"]);
    let without = whole.without_relations(|one| {
        let id = one.id.as_str();
        id == "klt-located-fcie" || id.starts_with("fta-") || id == "cavite-zone-supports-klt"
    });
    let found: Vec<String> = hangs(&without);
    assert_eq!(found, [""; 0]);
}
