//! How far a fact reaches: to those whose rules read it from afar, and to nobody else.

use jiff::civil::date;
use production_network::{Document, EntityId, Findings, FirmId, Limits, Network, Readable};

use super::{FIRMS, Joined, SURROUNDINGS, Said, Told, apply, at, check, facts};

#[test]
fn firms_far_from_a_fact_are_left_alone() {
    let supply = |id, from, to| joined(id, SUPPLIES, from, to);
    let mut first: Vec<Said> = (1..FIRMS).map(|number| firm(number, 0, 0)).collect();
    first.extend([supply(0, 1, 2), supply(1, 3, 4), supply(2, 5, 6)]);
    let seen = check(&[first, vec![supply(3, 1, 2)]], &Readable::public());
    // First the one that was there, then all but those two.
    assert_eq!((seen.advanced, seen.left_alone), (2, 1 + FIRMS - 2));
}

/// A small network in which firm `f1` has something to do with a fact about others.
struct Reaching {
    what: &'static str,
    before: Vec<Said>,
    fact: Said,
}

fn firm(firm: usize, home: usize, size: usize) -> Said {
    Said::Firm(Told { firm, home, size, tier: 1 })
}

/// A relation in industry `i0` by the place of its kind in the list, to the customer's own
/// specification.
fn joined(id: usize, kind: usize, from: usize, to: usize) -> Said {
    specified(2, id, kind, from, to)
}

fn specified(specification: usize, id: usize, kind: usize, from: usize, to: usize) -> Said {
    let (industry, share, since, tier) = (0, 1, 0, 1);
    Said::Relation(Joined { id, kind, from, to, industry, specification, share, since, tier })
}

const SUPPLIES: usize = 0;
const CO_DESIGNS: usize = 4;
const SERVES: usize = 6;
const INFORMS: usize = 10;
const OWNS: usize = 11;
const IN_ZONE: usize = 16;
const SUPPORTS: usize = 18;
const PRODUCES: usize = 20;
const CERTIFIES: usize = 21;

#[test]
fn a_fact_reaches_those_who_read_it_from_afar() {
    let (my, us, sme, large) = (0, 3, 0, 1);
    let cases = [
        Reaching {
            what: "what a larger firm of its home there sells to its lead firm",
            before: vec![
                firm(1, my, sme),
                firm(2, my, large),
                firm(3, my, large),
                joined(0, IN_ZONE, 1, 0),
                joined(1, IN_ZONE, 2, 0),
                joined(2, INFORMS, 1, 2),
                joined(3, SUPPLIES, 1, 3),
            ],
            // Less sure than what is known of the lead firm, so that nothing else of it changes.
            fact: specified(0, 5, SUPPLIES, 2, 3),
        },
        Reaching {
            what: "that the partner of one of its lead firms delivers",
            before: vec![
                firm(1, my, sme),
                firm(2, my, sme),
                firm(3, us, large),
                firm(4, us, large),
                firm(5, us, large),
                // The number of a relation is that of its confidence, too.
                joined(9, SUPPLIES, 1, 3),
                joined(2, SUPPLIES, 1, 4),
                joined(4, CO_DESIGNS, 2, 3),
            ],
            fact: joined(14, SERVES, 2, 5),
        },
        Reaching {
            what: "where a customer of its subsidiary is",
            before: vec![
                firm(1, my, sme),
                firm(2, my, sme),
                firm(3, us, large),
                joined(0, OWNS, 1, 2),
                joined(1, SUPPLIES, 2, 3),
                joined(2, IN_ZONE, 1, 0),
            ],
            fact: joined(3, IN_ZONE, 3, 0),
        },
    ];
    for Reaching { what, before, fact } in cases {
        let (day, readable) = (date(2010, 6, 1), Readable::public());
        let mut network = Network::default();
        let document = Document::parse(SURROUNDINGS.as_bytes(), &Limits::default());
        apply(&mut network, document.expect("a document").facts, at(0));
        let first = facts(&network, &before);
        assert_eq!(first.len(), before.len(), "{what}");
        apply(&mut network, first, at(1));
        let snapshot = network.as_of(day, at(1)).visible_to(&readable);
        let findings = Findings::of(&snapshot);
        let told = facts(&network, &[fact]);
        let touched = apply(&mut network, told, at(2));
        let advance = snapshot.advance(&network, &touched, &readable, at(2)).expect("of firms");
        let advanced = findings.advance(&snapshot, &advance);
        let of_it = FirmId::try_new("f1").expect("an id");
        assert_eq!(advanced.findings, Findings::of(&advance.snapshot), "{what}");
        assert_ne!(advanced.findings.of_firm(&of_it), findings.of_firm(&of_it), "{what}");
        assert!(advanced.about.contains(&EntityId::Firm(of_it)), "{what}");
    }
}

#[test]
fn a_fact_reaches_whom_a_lead_firm_supports_by_a_programme() {
    let since = |since, said| match said {
        Said::Relation(joined) => Said::Relation(Joined { since, ..joined }),
        other => other,
    };
    // Both as sure: of what the lead firm does for suppliers the one counts that has held longest.
    let certifies = |year| since(year, joined(14, CERTIFIES, 0, 2));
    let before = vec![
        firm(1, 0, 0),
        firm(2, 0, 0),
        joined(0, SUPPLIES, 1, 0),
        since(1, joined(9, SUPPORTS, 0, 1)),
        certifies(2),
    ];
    assert_eq!(check(&[before, vec![certifies(0)]], &Readable::public()).advanced, 2);
}

#[test]
fn a_fact_about_a_maker_reaches_what_it_makes() {
    let before = vec![firm(1, 0, 0), joined(0, PRODUCES, 1, 0)];
    // A group of makers that nobody names is no single one.
    let unnamed = firm(1, 0, 2);
    assert_eq!(check(&[before, vec![unnamed]], &Readable::public()).advanced, 2);
}

#[test]
fn a_fact_reaches_the_lead_firm_that_a_partner_delivers_for() {
    let (my, us, sme, large) = (0, 3, 0, 1);
    let before = vec![
        firm(1, us, large),
        firm(2, my, sme),
        firm(3, my, sme),
        joined(0, SUPPLIES, 3, 1),
        joined(1, CO_DESIGNS, 2, 1),
        joined(2, SUPPLIES, 2, 1),
    ];
    let steps = [before, vec![joined(3, SERVES, 2, 3)]];
    assert_eq!(check(&steps, &Readable::public()).advanced, 2);
}
