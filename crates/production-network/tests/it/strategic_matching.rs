//! Coupling is a match of assets with needs and a gain on both sides: of the case firms as the paper
//! tells, and gone where one side gives nothing.

use jiff::civil::date;
use production_network::{
    Asset, Gain, RelationKind, Snapshot, StrategicMatch, StrategicNeed, roles, strategic_matches,
};

use crate::paper_on;

fn found(snapshot: &Snapshot) -> Vec<StrategicMatch> {
    strategic_matches(snapshot, &roles(snapshot))
}

fn pair<'a>(all: &'a [StrategicMatch], firm: &str, lead_firm: &str) -> &'a StrategicMatch {
    let is_asked =
        |one: &&StrategicMatch| one.firm.as_str() == firm && one.lead_firm.as_str() == lead_firm;
    all.iter().find(is_asked).unwrap_or_else(|| panic!("{firm} and {lead_firm}: {all:#?}"))
}

fn meets(one: &StrategicMatch) -> Vec<(Asset, StrategicNeed)> {
    one.matches.iter().map(|met| (met.asset, met.need)).collect()
}

#[test]
fn the_case_firms_match_their_lead_firms() {
    let all = found(&paper_on(date(2014, 6, 1)));
    // Market know-how and reach against research, development and a brand.
    let cool = pair(&all, "cool", "european-oem");
    let strongest = cool.matches.iter().max_by_key(|met| met.strength).expect("a match");
    assert_eq!(strongest.asset, Asset::MarketAccess);
    assert_eq!(strongest.need, StrategicNeed::MarketDevelopment);
    assert!(cool.firm_gains.contains_key(&Gain::Technology), "{cool:?}");
    assert!(cool.lead_firm_gains.contains_key(&Gain::MarketAccess), "{cool:?}");
    // Specialized expertise for what lead firms specify.
    for (firm, lead_firm) in [("atc", "aerospace-customers"), ("eftech", "petronas")] {
        let one = pair(&all, firm, lead_firm);
        assert_eq!(meets(one), [(Asset::Capability, StrategicNeed::Efficiency)], "{firm}");
        assert!(one.is_mutual(), "{one:?}");
    }
    // KLT sells to buyers that nobody names: no lead firm is known.
    assert!(all.iter().all(|one| one.firm.as_str() != "klt"), "{all:?}");
}

#[test]
fn without_what_it_gives_there_is_no_mutual_gain() {
    let all = found(&paper_on(date(2014, 6, 1)).without_relations(|one| {
        one.kind == RelationKind::Supplies && one.from.as_str() == "eftech"
    }));
    // The vendor programme and the certificate are left, and what Petronas buys of others.
    let found = all.iter().find(|one| one.firm.as_str() == "eftech");
    assert!(found.is_none_or(|one| !one.is_mutual()), "{found:?}");
}

#[test]
fn each_match_and_gain_names_its_relations() {
    let snapshot = paper_on(date(2014, 6, 1));
    for one in found(&snapshot) {
        let evidence = one.evidence(usize::MAX);
        assert!(!evidence.is_empty());
        for id in &evidence {
            assert!(snapshot.relation(id).is_some(), "{id}");
        }
        // Of a few, those that show what both gain are among them.
        let gains = one.firm_gains.values().chain(one.lead_firm_gains.values()).flatten();
        let few = one.evidence(2);
        assert!(few.len() <= 2 && few.iter().all(|id| evidence.contains(id)));
        assert!(gains.take(1).all(|id| few.contains(id)));
    }
}
