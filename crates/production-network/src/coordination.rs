//! How a lead firm coordinates its first tier: inside its own firms or between firms, and how.
//!
//! A supply by a firm of which the lead firm holds more than half of the equity, directly or
//! through such firms, is intra-firm. What is not known widens the interval and is never filled up:
//! an unstated share of equity may be either, an unstated volume any. The tier beyond is told
//! supplier by supplier; where nothing is recorded it is unknown, not empty.

mod owned;

use std::collections::BTreeMap;

use crate::closed_set::closed_set;
use crate::{
    EntityId, FirmId, Relation, RelationId, RelationKind, Snapshot, Specification, Volume,
};
use owned::Owned;

/// From this part of its sales on, in millionths, a supplier to a customer's design is captive.
const CAPTIVE_MILLIONTHS: u32 = 500_000;
/// The whole, in millionths.
const MILLIONTHS: f64 = 1_000_000.0;

/// How one firm coordinates its supplies.
#[derive(Clone, Debug, PartialEq)]
pub struct Coordination {
    /// The firm.
    pub firm: FirmId,
    /// The part of its first-tier purchases that is intra-firm; the rest is inter-firm.
    pub intra_firm: IntraShare,
    /// Its first tier, by relation.
    pub first_tier: Vec<TierRelation>,
    /// The supplies to each firm of the first tier; `Unknown` where none is recorded.
    pub second_tier: BTreeMap<FirmId, SecondTier>,
}

/// A part of purchases, between exact bounds.
#[derive(Clone, Debug, PartialEq)]
pub enum IntraShare {
    /// Between two parts of 1, both included; equal where it is known.
    Within {
        /// The least that it can be.
        low: f64,
        /// The most that it can be.
        high: f64,
    },
    /// No supply is recorded.
    NoSupplies,
    /// Volumes have unlike units and cannot be added.
    UnlikeUnits,
}

/// One supply of the first tier.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TierRelation {
    /// The supply.
    pub relation: RelationId,
    /// The supplier.
    pub supplier: EntityId,
    /// Whether it is within the firm.
    pub boundary: Boundary,
    /// How it is governed.
    pub governance: Governance,
    /// The relations that show it besides the supply itself, in order.
    pub evidence: Vec<RelationId>,
}

/// What is recorded of the supplies to a firm of the first tier.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SecondTier {
    /// These supplies, each as governed by the firm of the first tier.
    Recorded(Vec<TierRelation>),
    /// No supply is recorded: there may be any.
    Unknown,
}

closed_set! {
    /// On which side of the boundary of a firm a supply is.
    pub enum Boundary: "boundaries" {
        /// More than half of the supplier's equity is the firm's.
        IntraFirm = "intra_firm",
        /// It is not.
        InterFirm = "inter_firm",
        /// The firm owns a part that nobody states.
        NotStated = "not_stated",
    }
}

closed_set! {
    /// Forms of governance (Gereffi, Humphrey and Sturgeon, 2005).
    pub enum Governance: "forms of governance" {
        /// Within one firm.
        Hierarchy = "hierarchy",
        /// To the customer's design by a supplier that depends on it.
        Captive = "captive",
        /// With joint design or know-how that goes both ways.
        Relational = "relational",
        /// To the supplier's own design, or the customer's by one that does not depend on it.
        Modular = "modular",
        /// Standardized, at arm's length.
        Market = "market",
        /// Too little is recorded to tell.
        Unknown = "unknown",
    }
}

/// Finds how a firm coordinates its suppliers; `None` if there is no such firm.
///
/// Sources: Yeung (2017), section 3.1 (intra-firm and inter-firm networks); Gereffi, Humphrey and
/// Sturgeon (2005) for the forms. Weighted by volume in one unit; where no relation has a volume,
/// by share of purchases, whose unstated rest may be either.
#[must_use]
pub fn coordination(snapshot: &Snapshot, firm: &FirmId) -> Option<Coordination> {
    snapshot.firm(firm)?;
    let id = EntityId::Firm(firm.clone());
    let supplies = supplies_to(snapshot, &id);
    let first_tier = tier(snapshot, &id);
    let intra_firm = intra_share(&supplies, &first_tier);
    let mut second_tier = BTreeMap::new();
    for relation in &first_tier {
        let EntityId::Firm(supplier) = &relation.supplier else { continue };
        if second_tier.contains_key(supplier) {
            continue;
        }
        let beyond = tier(snapshot, &relation.supplier);
        let known =
            if beyond.is_empty() { SecondTier::Unknown } else { SecondTier::Recorded(beyond) };
        second_tier.insert(supplier.clone(), known);
    }
    Some(Coordination { firm: firm.clone(), intra_firm, first_tier, second_tier })
}

fn supplies_to<'a>(snapshot: &'a Snapshot, firm: &EntityId) -> Vec<&'a Relation> {
    snapshot.incoming(firm).filter(|relation| relation.kind == RelationKind::Supplies).collect()
}

fn tier(snapshot: &Snapshot, firm: &EntityId) -> Vec<TierRelation> {
    let owned = Owned::by(snapshot, firm);
    let exchange = Exchange::of(snapshot, firm);
    let mut found = Vec::new();
    for supply in supplies_to(snapshot, firm) {
        let boundary = owned.boundary(&supply.from);
        let mut evidence = owned.evidence(&supply.from);
        let governance = governance(&exchange, supply, boundary, &mut evidence);
        evidence.sort();
        evidence.dedup();
        found.push(TierRelation {
            relation: supply.id.clone(),
            supplier: supply.from.clone(),
            boundary,
            governance,
            evidence,
        });
    }
    found
}

/// What a firm's partners design with it, tell it, and are told by it, each by partner.
struct Exchange<'a> {
    designed: BTreeMap<&'a EntityId, Vec<&'a RelationId>>,
    told: BTreeMap<&'a EntityId, Vec<&'a RelationId>>,
    heard: BTreeMap<&'a EntityId, Vec<&'a RelationId>>,
}

impl<'a> Exchange<'a> {
    fn of(snapshot: &'a Snapshot, firm: &EntityId) -> Self {
        let mut exchange =
            Self { designed: BTreeMap::new(), told: BTreeMap::new(), heard: BTreeMap::new() };
        for relation in snapshot.incoming(firm) {
            if relation.kind == RelationKind::CoDesigns {
                exchange.designed.entry(&relation.from).or_default().push(&relation.id);
            } else if relation.kind == RelationKind::SharesInformation {
                exchange.told.entry(&relation.from).or_default().push(&relation.id);
            }
        }
        for relation in snapshot.outgoing(firm) {
            if relation.kind == RelationKind::SharesInformation {
                exchange.heard.entry(&relation.to).or_default().push(&relation.id);
            }
        }
        exchange
    }

    /// What joins a partner and the firm closely: a common design, or know-how that goes both ways;
    /// nothing if neither is there.
    fn close(&self, partner: &EntityId) -> Vec<RelationId> {
        let of =
            |of: &BTreeMap<_, Vec<&'a RelationId>>| of.get(partner).cloned().unwrap_or_default();
        let [designed, told, heard] = [&self.designed, &self.told, &self.heard].map(of);
        if designed.is_empty() && (told.is_empty() || heard.is_empty()) {
            return Vec::new();
        }
        designed.into_iter().chain(told).chain(heard).cloned().collect()
    }
}

fn governance(
    exchange: &Exchange<'_>,
    supply: &Relation,
    boundary: Boundary,
    evidence: &mut Vec<RelationId>,
) -> Governance {
    match boundary {
        Boundary::IntraFirm => return Governance::Hierarchy,
        Boundary::NotStated => return Governance::Unknown,
        Boundary::InterFirm => {}
    }
    let close = exchange.close(&supply.from);
    if !close.is_empty() {
        evidence.extend(close);
        return Governance::Relational;
    }
    match (supply.specification, supply.share_of_sales()) {
        (Some(Specification::Standardized), _) => Governance::Market,
        (Some(Specification::Supplier), _) => Governance::Modular,
        (Some(Specification::Customer), Some(share)) => {
            if share.millionths() >= CAPTIVE_MILLIONTHS {
                Governance::Captive
            } else {
                Governance::Modular
            }
        }
        (Some(Specification::Customer), None) | (None, _) => Governance::Unknown,
    }
}

/// The interval of the intra-firm part, over all that the unstated may be.
fn intra_share(supplies: &[&Relation], tier: &[TierRelation]) -> IntraShare {
    if supplies.is_empty() {
        return IntraShare::NoSupplies;
    }
    let volumes: Vec<&Volume> = supplies.iter().filter_map(|r| r.volume.as_ref()).collect();
    let mut units = volumes.iter().map(|volume| &volume.unit);
    let first = units.next();
    if units.any(|unit| Some(unit) != first) {
        return IntraShare::UnlikeUnits;
    }
    let by_volume = !volumes.is_empty();
    let (mut intra, mut inter, mut either) = (0.0, 0.0, 0.0);
    let (mut intra_is_open, mut inter_is_open) = (false, false);
    for (supply, found) in supplies.iter().zip(tier) {
        let weight = if by_volume {
            supply.volume.as_ref().and_then(amount)
        } else {
            supply.share_of_purchases.map(|share| f64::from(share.millionths()))
        };
        match (found.boundary, weight) {
            (Boundary::IntraFirm, Some(weight)) => intra += weight,
            (Boundary::InterFirm, Some(weight)) => inter += weight,
            (Boundary::NotStated, Some(weight)) => either += weight,
            (Boundary::IntraFirm, None) => intra_is_open = true,
            (Boundary::InterFirm, None) => inter_is_open = true,
            (Boundary::NotStated, None) => (intra_is_open, inter_is_open) = (true, true),
        }
    }
    if !by_volume && intra + inter + either > 0.0 {
        // What the shares leave open is of supplies without a share, or of ones nobody recorded.
        either += (MILLIONTHS - intra - inter - either).max(0.0);
        (intra_is_open, inter_is_open) = (false, false);
    }
    bounds(intra, inter, either, [intra_is_open, inter_is_open])
}

fn amount(volume: &Volume) -> Option<f64> {
    volume.amount.as_str().parse::<f64>().ok().filter(|amount| *amount >= 0.0)
}

/// The least and the most that the intra-firm part can be. A side is open if a supply on it has any
/// volume; a bound that an open side only comes near to counts as reached.
fn bounds(
    intra: f64,
    inter: f64,
    either: f64,
    [intra_is_open, inter_is_open]: [bool; 2],
) -> IntraShare {
    let all = intra + inter + either;
    if all > 0.0 {
        let low = if inter_is_open { 0.0 } else { intra / all };
        let high = if intra_is_open { 1.0 } else { (intra + either) / all };
        return IntraShare::Within { low, high };
    }
    match (intra_is_open, inter_is_open) {
        (true, false) => IntraShare::Within { low: 1.0, high: 1.0 },
        (false, true) => IntraShare::Within { low: 0.0, high: 0.0 },
        (true, true) | (false, false) => IntraShare::Within { low: 0.0, high: 1.0 },
    }
}
