//! Investments across borders: what says that a firm is abroad, and how sure that is.
//!
//! Guarantees that both sides are economies: a region that a source names no economy of is neither
//! home nor host. What only an operation shows is marked, since a rented desk is no investment.
//! Never adds values of unlike units, and never takes a missing value for nil.

use std::collections::BTreeMap;

use crate::closed_set::closed_set;
use crate::{
    Area, Entity, EntityId, Firm, FirmId, PartialDate, PlaceId, Relation, RelationId, RelationKind,
    Snapshot, Volume,
};

/// The share of equity from which ownership is direct investment: 10 % (OECD, Benchmark Definition of
/// Foreign Direct Investment, 4th edition, paragraph 117).
const DIRECT_MILLIONTHS: u32 = 100_000;

closed_set! {
    /// What an investment rests on, the surest first.
    pub enum InvestmentBasis: "bases of investment" {
        /// A relation says that it invests.
        Stated = "stated",
        /// It owns a firm there, or at least a tenth of one; a share that is not stated counts.
        Owned = "owned",
        /// It has an operation there. That may rest on less than an investment: an upper bound.
        Operation = "operation",
    }
}

/// One firm's investment in one economy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Investment {
    /// Who invests.
    pub investor: FirmId,
    /// Where it is at home.
    pub home: Area,
    /// Where it invests.
    pub host: Area,
    /// The places there, where they are named, in order.
    pub places: Vec<PlaceId>,
    /// What it rests on.
    pub basis: InvestmentBasis,
    /// Since when, at the earliest that is stated.
    pub since: Option<PartialDate>,
    /// What was stated to be invested, each as printed.
    pub values: Vec<Volume>,
    /// The relations that show it, in order.
    pub evidence: Vec<RelationId>,
}

/// The investments across borders of all firms, by firm, then host.
#[must_use]
pub fn investments(snapshot: &Snapshot) -> Vec<Investment> {
    snapshot.firms().flat_map(|firm| investments_of(snapshot, firm)).collect()
}

/// The investments across borders of one firm, by host.
pub(crate) fn investments_of(snapshot: &Snapshot, firm: &Firm) -> Vec<Investment> {
    let Some(home) = firm.home.filter(|home| home.is_economy()) else { return Vec::new() };
    let mut found: BTreeMap<Area, Investment> = BTreeMap::new();
    for relation in snapshot.outgoing(&EntityId::Firm(firm.id.clone())) {
        let Some(basis) = basis(relation) else { continue };
        let Some(host) = snapshot.area_of(&relation.to) else { continue };
        if host == home || !host.is_economy() {
            continue;
        }
        let one = found.entry(host).or_insert_with(|| Investment {
            investor: firm.id.clone(),
            home,
            host,
            places: Vec::new(),
            basis,
            since: None,
            values: Vec::new(),
            evidence: Vec::new(),
        });
        one.add(snapshot, relation, basis);
    }
    found.into_values().collect()
}

fn basis(relation: &Relation) -> Option<InvestmentBasis> {
    match relation.kind {
        RelationKind::InvestsIn => Some(InvestmentBasis::Stated),
        RelationKind::Owns => {
            let share = relation.share_of_equity();
            let is_direct = share.is_none_or(|share| share.millionths() >= DIRECT_MILLIONTHS);
            is_direct.then_some(InvestmentBasis::Owned)
        }
        RelationKind::LocatedIn => Some(InvestmentBasis::Operation),
        RelationKind::Supplies
        | RelationKind::CoDesigns
        | RelationKind::DistributesFor
        | RelationKind::Serves
        | RelationKind::Introduces
        | RelationKind::Mediates
        | RelationKind::Finances
        | RelationKind::Trains
        | RelationKind::SupportsByProgramme
        | RelationKind::Certifies
        | RelationKind::Standardizes
        | RelationKind::Licenses
        | RelationKind::SharesInformation
        | RelationKind::Produces
        | RelationKind::GoesInto
        | RelationKind::IsTypeOf => None,
    }
}

impl Investment {
    fn add(&mut self, snapshot: &Snapshot, relation: &Relation, basis: InvestmentBasis) {
        self.basis = self.basis.min(basis);
        if let Some(Entity::Place(place)) = snapshot.entity(&relation.to)
            && let Err(at) = self.places.binary_search(&place.id)
        {
            self.places.insert(at, place.id.clone());
        }
        if let Some(begin) = relation.validity.from() {
            let is_earlier = self.since.is_none_or(|since| begin.earliest() < since.earliest());
            self.since = if is_earlier { Some(begin) } else { self.since };
        }
        // What an operation is worth is no flow of investment.
        if basis != InvestmentBasis::Operation {
            self.values.extend(relation.volume.clone());
        }
        if let Err(at) = self.evidence.binary_search(&relation.id) {
            self.evidence.insert(at, relation.id.clone());
        }
    }
}
