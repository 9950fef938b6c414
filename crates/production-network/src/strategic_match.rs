//! What couples a small or medium firm with a lead firm: assets that meet needs, and gains on both
//! sides (sections 1 and 3.1).
//!
//! Of a pair that deals with each other, each asset of the one is set against the need of the other that
//! it answers; a match is as strong as the weaker of the two. Guarantees that a gain is something that
//! one of the two gives to the other, so that gains of one side alone are seen as such. Never counts
//! what either says of itself.

mod signal;

use std::collections::{BTreeMap, BTreeSet};

use crate::closed_set::closed_set;
use crate::role::Roles;
use crate::scorecard::{Criterion, Need as Row, score};
use crate::{
    Confidence, EntityId, Firm, FirmId, Relation, RelationId, RelationKind, RoleFinding,
    SignalFinding, SmeStatuses, Snapshot,
};
pub use signal::Signal as StrategicSignal;
use signal::{Lead, Own, Pair, Signal};

closed_set! {
    /// Firm-specific assets (section 1).
    pub enum Asset: "assets" {
        /// Low cost.
        Cost = "cost",
        /// Technology, quality, skills.
        Capability = "capability",
        /// Access to markets and knowledge of them.
        MarketAccess = "market_access",
    }
}

closed_set! {
    /// Strategic needs of lead firms (section 1).
    pub enum StrategicNeed: "strategic needs" {
        /// Lower cost.
        CostReduction = "cost_reduction",
        /// More efficient production.
        Efficiency = "efficiency",
        /// New markets.
        MarketDevelopment = "market_development",
    }
}

closed_set! {
    /// What one side gains from the other (sections 1 and 3.2; table 8).
    pub enum Gain: "gains" {
        /// Sales, and with them profit.
        Sales = "sales",
        /// Inputs that it needs.
        Inputs = "inputs",
        /// Technology, training or know-how.
        Technology = "technology",
        /// Products that are developed together.
        ProductDevelopment = "product_development",
        /// Markets that the other reaches, or knows.
        MarketAccess = "market_access",
        /// A name: a certificate of the other, or its brand.
        Image = "image",
        /// Money.
        Finance = "finance",
    }
}

/// An asset that meets a need.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AssetMatch {
    /// What the firm has.
    pub asset: Asset,
    /// What the lead firm needs.
    pub need: StrategicNeed,
    /// The weaker of the two.
    pub strength: Confidence,
    /// What shows the asset.
    pub of_asset: Vec<SignalFinding>,
    /// What shows the need.
    pub of_need: Vec<SignalFinding>,
    /// Of the relations that show both the surest for each signal; of those the one that has held
    /// longest. It stays while others come and go.
    pub shown_by: Vec<RelationId>,
}

/// How a firm and a lead firm match.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StrategicMatch {
    /// The small or medium firm.
    pub firm: FirmId,
    /// The lead firm.
    pub lead_firm: FirmId,
    /// Assets that meet needs, in the order of the assets.
    pub matches: Vec<AssetMatch>,
    /// What the firm gains, with the relations that show it.
    pub firm_gains: BTreeMap<Gain, Vec<RelationId>>,
    /// What the lead firm gains.
    pub lead_firm_gains: BTreeMap<Gain, Vec<RelationId>>,
}

impl StrategicMatch {
    /// Whether both sides gain; coupling is no coupling without (section 1).
    #[must_use]
    pub fn is_mutual(&self) -> bool {
        !self.firm_gains.is_empty() && !self.lead_firm_gains.is_empty()
    }

    /// The strongest match; none if no asset meets a need.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.matches.iter().map(|one| one.strength).max().unwrap_or(Confidence::NONE)
    }

    /// Relations that show matches and gains, in order; at most so many, of which those between the
    /// two go before the others, which are the surest for each signal.
    #[must_use]
    pub fn evidence(&self, most: usize) -> Vec<RelationId> {
        let gains = self.firm_gains.values().chain(self.lead_firm_gains.values()).flatten();
        let surest = self.matches.iter().flat_map(|one| &one.shown_by);
        let mut evidence: BTreeSet<&RelationId> = BTreeSet::new();
        for relation in gains.chain(surest) {
            if evidence.len() == most {
                break;
            }
            evidence.insert(relation);
        }
        evidence.into_iter().cloned().collect()
    }
}

const fn row(signal: Signal, weight: u32, because: &'static str) -> Criterion<Signal> {
    Criterion { signal, weight, need: Row::Adds, because }
}

use Signal as S;

const COST: &[Criterion<Signal>] = &[
    row(S::SuppliesStandardized, 50, "supplies it with what is standardized, where price decides"),
    row(S::ProducesWithIncentives, 25, "zones, tariffs or incentives lower its cost (3.2, 3)"),
    row(S::ProducesAbroad, 25, "produces in another economy than its home (2.2, first)"),
];
const COST_REDUCTION: &[Criterion<Signal>] = &[
    row(S::LeadBuysStandardized, 60, "buys what is standardized (table 5, row 5)"),
    row(S::LeadBuysAbroad, 40, "buys from other economies (3.1)"),
];
const CAPABILITY: &[Criterion<Signal>] = &[
    row(
        S::SuppliesToSpecification,
        50,
        "supplies it with what is specified (table 5, rows 3 and 4)",
    ),
    row(S::DesignsWithIt, 30, "designs or develops with it (table 5, row 2)"),
    row(S::IsCertified, 10, "is certified or authorized (3.2, 2)"),
    row(S::UsesTechnology, 10, "uses technology of others (3.2, 2)"),
];
const EFFICIENCY: &[Criterion<Signal>] = &[
    row(S::LeadSpecifies, 60, "has inputs made to specification (3.2, 2)"),
    row(
        S::LeadDevelopsSuppliers,
        40,
        "sets standards, certifies, trains or develops suppliers (3.2, 2)",
    ),
];
const MARKET_ACCESS: &[Criterion<Signal>] = &[
    row(S::DistributesForIt, 40, "sells or distributes for it (3.2, 1)"),
    row(S::ServesCustomers, 20, "serves customers of its own (3.2, 1)"),
    row(S::InformsIt, 20, "shares local knowledge with it (3.1)"),
    row(S::ProducesAbroad, 20, "operates in several economies (3.2, 1)"),
];
const MARKET_DEVELOPMENT: &[Criterion<Signal>] = &[
    row(S::LeadHasDistributors, 60, "others distribute for it (3.2, 1)"),
    row(S::LeadIsElsewhere, 40, "it works in other economies than its home (3.1)"),
];

type Table = &'static [Criterion<Signal>];

/// What an asset answers, and the rules for both.
fn tables(asset: Asset) -> (StrategicNeed, Table, Table) {
    match asset {
        Asset::Cost => (StrategicNeed::CostReduction, COST, COST_REDUCTION),
        Asset::Capability => (StrategicNeed::Efficiency, CAPABILITY, EFFICIENCY),
        Asset::MarketAccess => {
            (StrategicNeed::MarketDevelopment, MARKET_ACCESS, MARKET_DEVELOPMENT)
        }
    }
}

/// Finds how small and medium firms match the lead firms that they deal with, firm by firm: what shows
/// a lead firm's needs is measured once.
///
/// Source: Yeung (2017), sections 1 and 3.1; gains after 3.2 and table 8. Weights are ours.
pub struct StrategicMatching<'a> {
    snapshot: &'a Snapshot,
    roles: Roles<'a>,
    statuses: SmeStatuses<'a>,
    /// Those that were asked about.
    leads: BTreeMap<&'a FirmId, Lead<'a>>,
}

impl<'a> StrategicMatching<'a> {
    /// Makes a snapshot ready. `roles` are those of the snapshot.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, roles: &'a [RoleFinding]) -> Self {
        Self::with(snapshot, Roles::Listed(roles))
    }

    pub(crate) fn with(snapshot: &'a Snapshot, roles: Roles<'a>) -> Self {
        Self { snapshot, roles, statuses: SmeStatuses::new(snapshot), leads: BTreeMap::new() }
    }

    /// How a firm matches each lead firm that it deals with, by lead firm; nothing if it is no small
    /// or medium enterprise.
    pub fn of(&mut self, firm: &'a Firm) -> Vec<StrategicMatch> {
        if !self.statuses.is_sme(firm) {
            return Vec::new();
        }
        let (snapshot, own) = (self.snapshot, EntityId::Firm(firm.id.clone()));
        let given = snapshot.outgoing(&own).map(|one| (&one.to, one));
        let got = snapshot.incoming(&own).map(|one| (&one.from, one));
        let mut partners: BTreeSet<&'a FirmId> = BTreeSet::new();
        for (other, relation) in given.chain(got) {
            partners.extend(other.as_firm().filter(|id| {
                is_dealing(relation) && **id != firm.id && self.roles.is_lead_firm(id)
            }));
        }
        let mut found = Vec::new();
        if partners.is_empty() {
            return found;
        }
        let own = Own::new(snapshot, &firm.id);
        for lead_firm in partners {
            let lead = self.leads.entry(lead_firm);
            let lead = lead.or_insert_with(|| Lead::new(snapshot, lead_firm));
            let pair = Pair::new(snapshot, &own, lead);
            found.push(of_pair(&pair, &firm.id, lead_firm));
        }
        found
    }
}

/// The matches of all firms, by firm, then lead firm: as [`StrategicMatching`] for each.
#[must_use]
pub fn strategic_matches(snapshot: &Snapshot, roles: &[RoleFinding]) -> Vec<StrategicMatch> {
    let mut matching = StrategicMatching::new(snapshot, roles);
    snapshot.firms().flat_map(|firm| matching.of(firm)).collect()
}

fn of_pair(pair: &Pair<'_>, firm: &FirmId, lead_firm: &FirmId) -> StrategicMatch {
    let mut matches = Vec::new();
    for asset in Asset::ALL {
        let (need, asset_rows, need_rows) = tables(*asset);
        let measure = |signal| pair.measure(signal);
        let (has, of_asset) = score(asset_rows, Signal::as_str, measure);
        let (needs, of_need) = score(need_rows, Signal::as_str, measure);
        let strength = has.min(needs);
        if strength > Confidence::NONE {
            let signals = asset_rows.iter().chain(need_rows).map(|row| row.signal);
            let shown_by = signals.filter_map(|signal| pair.surest(signal)).collect();
            let asset = *asset;
            matches.push(AssetMatch { asset, need, strength, of_asset, of_need, shown_by });
        }
    }
    let gains = |relations: &[&Relation], is_receiver: bool| {
        let mut gains: BTreeMap<Gain, Vec<RelationId>> = BTreeMap::new();
        for relation in relations {
            if let Some(gain) = gain(relation.kind, is_receiver) {
                gains.entry(gain).or_default().push(relation.id.clone());
            }
        }
        gains
    };
    let joined = |one: BTreeMap<Gain, Vec<RelationId>>, other: BTreeMap<Gain, Vec<RelationId>>| {
        let mut all = one;
        for (gain, relations) in other {
            all.entry(gain).or_default().extend(relations);
        }
        all
    };
    StrategicMatch {
        firm: firm.clone(),
        lead_firm: lead_firm.clone(),
        matches,
        firm_gains: joined(gains(&pair.given, false), gains(&pair.got, true)),
        lead_firm_gains: joined(gains(&pair.got, false), gains(&pair.given, true)),
    }
}

/// Whether the needs of a lead firm are shown as strongly, and by the same surest relations, in two
/// snapshots.
pub(crate) fn has_same_needs(snapshots: [&Snapshot; 2], firm: &FirmId) -> bool {
    let [before, after] = snapshots.map(|snapshot| Lead::new(snapshot, firm));
    before.is_shown_like(&after)
}

/// Whether two firms that are so related deal with each other.
fn is_dealing(relation: &Relation) -> bool {
    gain(relation.kind, true).is_some() || gain(relation.kind, false).is_some()
}

/// What the receiver, or the giver, of a relation gains by it.
fn gain(kind: RelationKind, is_receiver: bool) -> Option<Gain> {
    match (kind, is_receiver) {
        (RelationKind::Supplies | RelationKind::Serves, true) => Some(Gain::Inputs),
        (RelationKind::Supplies | RelationKind::Serves, false) => Some(Gain::Sales),
        (RelationKind::CoDesigns, _) => Some(Gain::ProductDevelopment),
        // Who distributes sells; whose product it is reaches markets.
        (RelationKind::DistributesFor, true) => Some(Gain::MarketAccess),
        (RelationKind::DistributesFor, false) => Some(Gain::Sales),
        (RelationKind::Trains | RelationKind::SharesInformation | RelationKind::Licenses, true) => {
            Some(Gain::Technology)
        }
        (RelationKind::Introduces | RelationKind::Mediates, true) => Some(Gain::MarketAccess),
        (RelationKind::Certifies, true) => Some(Gain::Image),
        (RelationKind::Finances | RelationKind::InvestsIn, true) => Some(Gain::Finance),
        (
            RelationKind::Trains
            | RelationKind::SharesInformation
            | RelationKind::Licenses
            | RelationKind::Introduces
            | RelationKind::Mediates
            | RelationKind::Certifies
            | RelationKind::Finances
            | RelationKind::InvestsIn,
            false,
        )
        | (
            RelationKind::Owns
            | RelationKind::SupportsByProgramme
            | RelationKind::Standardizes
            | RelationKind::LocatedIn
            | RelationKind::Produces
            | RelationKind::GoesInto
            | RelationKind::IsTypeOf,
            _,
        ) => None,
    }
}
