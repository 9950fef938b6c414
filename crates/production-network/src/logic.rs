//! The logics by which a lead firm organizes its network: cost, market, finance and risk.
//!
//! A lead firm follows several at once, so each has a score of its own and none excludes another;
//! the order is a ranking, not a verdict. A logic for which nothing is recorded has no score, which
//! says nothing of whether the firm follows it. Never reads what a firm says of itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::closed_set::closed_set;
use crate::scorecard::{Criterion, Measured, Need, evidence_of, score};
use crate::{
    Confidence, EntityId, FirmId, Relation, RelationId, RelationKind, SignalFinding, Snapshot,
    Specification,
};

closed_set! {
    /// The logics of a lead firm (section 3.1, network dynamics).
    pub enum Logic: "logics" {
        /// Lower cost and higher efficiency.
        Cost = "cost",
        /// Access to markets and their development.
        Market = "market",
        /// Pressure of those who finance it.
        Finance = "finance",
        /// Guarding against risk.
        Risk = "risk",
    }
}

closed_set! {
    /// What speaks for a logic.
    pub enum LogicSignal: "logic signals" {
        /// Buys standardized things, where price decides.
        BuysStandardized = "buys_standardized",
        /// Is supplied from other economies than its own.
        BuysAbroad = "buys_abroad",
        /// Serves firms, actors or places.
        ServesMarkets = "serves_markets",
        /// Others distribute for it.
        HasDistributors = "has_distributors",
        /// Invests or operates in other economies than its own.
        OperatesAbroad = "operates_abroad",
        /// Is financed by others.
        IsFinanced = "is_financed",
        /// Is owned by others.
        IsOwned = "is_owned",
        /// Buys one product from several suppliers.
        BuysFromSeveral = "buys_from_several",
        /// Is supplied from several economies.
        BuysFromSeveralEconomies = "buys_from_several_economies",
        /// Certifies suppliers or sets their standards.
        SetsStandards = "sets_standards",
    }
}

/// One logic of a firm.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogicScore {
    /// The logic.
    pub logic: Logic,
    /// The sum of weight × strength; no probability and no share of the firm's motives.
    pub score: Confidence,
    /// Each signal's part.
    pub signals: Vec<SignalFinding>,
    /// The relations that show it, in order.
    pub evidence: Vec<RelationId>,
}

const fn row(signal: LogicSignal, weight: u32, because: &'static str) -> Criterion<LogicSignal> {
    Criterion { signal, weight, need: Need::Adds, because }
}

use LogicSignal as S;

const COST: &[Criterion<LogicSignal>] = &[
    row(S::BuysStandardized, 60, "price decides over standardized supply (table 5, row 5)"),
    row(S::BuysAbroad, 40, "production where it costs less (3.1; 3.2, 3)"),
];
const MARKET: &[Criterion<LogicSignal>] = &[
    row(S::ServesMarkets, 40, "market access and development (3.1)"),
    row(S::HasDistributors, 30, "partners carry it into markets (3.2, 1)"),
    row(S::OperatesAbroad, 30, "present in markets abroad (2.2; 3.1)"),
];
const FINANCE: &[Criterion<LogicSignal>] = &[
    row(S::IsFinanced, 60, "pressure of those who finance it (3.1)"),
    row(S::IsOwned, 40, "pressure of owners (3.1)"),
];
const RISK: &[Criterion<LogicSignal>] = &[
    row(S::BuysFromSeveral, 40, "no single supplier of a product (3.1)"),
    row(S::BuysFromSeveralEconomies, 30, "no single economy of supply (3.1)"),
    row(S::SetsStandards, 30, "certifies or standardizes what it depends on (3.1)"),
];

fn table(logic: Logic) -> &'static [Criterion<LogicSignal>] {
    match logic {
        Logic::Cost => COST,
        Logic::Market => MARKET,
        Logic::Finance => FINANCE,
        Logic::Risk => RISK,
    }
}

/// Ranks the logics of a firm for which anything speaks, best first; `None` if there is no such
/// firm. Whether it is a lead firm is for [`roles`](crate::roles) to say.
///
/// Source: Yeung (2017), section 3.1; Yeung and Coe (2015) for the four. Weights are ours. Equal
/// scores stay in the order of the logics.
#[must_use]
pub fn logics(snapshot: &Snapshot, firm: &FirmId) -> Option<Vec<LogicScore>> {
    snapshot.firm(firm)?;
    let around = Around::new(snapshot, firm);
    let mut scores = Vec::new();
    for logic in Logic::ALL {
        let (total, signals) =
            score(table(*logic), LogicSignal::as_str, |signal| around.measure(signal));
        if total > Confidence::NONE {
            let evidence = evidence_of(&signals);
            scores.push(LogicScore { logic: *logic, score: total, signals, evidence });
        }
    }
    scores.sort_by_key(|scored| std::cmp::Reverse(scored.score));
    Some(scores)
}

/// What surrounds one firm.
struct Around<'a> {
    snapshot: &'a Snapshot,
    id: EntityId,
    gives: Vec<&'a Relation>,
    receives: Vec<&'a Relation>,
}

impl<'a> Around<'a> {
    fn new(snapshot: &'a Snapshot, firm: &FirmId) -> Self {
        let id = EntityId::Firm(firm.clone());
        let gives = snapshot.outgoing(&id).collect();
        let receives = snapshot.incoming(&id).collect();
        Self { snapshot, id, gives, receives }
    }

    fn measure(&self, signal: LogicSignal) -> Measured {
        match signal {
            S::BuysStandardized => Measured::by(
                self.supplies().filter(|r| r.specification == Some(Specification::Standardized)),
            ),
            S::BuysAbroad => Measured::by(self.supplies().filter(|r| self.is_abroad(&r.from))),
            S::ServesMarkets => Measured::by(self.given(RelationKind::Serves)),
            S::HasDistributors => Measured::by(self.received(RelationKind::DistributesFor)),
            S::OperatesAbroad => Measured::by(
                self.given(RelationKind::LocatedIn)
                    .chain(self.given(RelationKind::InvestsIn))
                    .filter(|relation| self.is_abroad(&relation.to)),
            ),
            S::IsFinanced => Measured::by(self.received(RelationKind::Finances)),
            S::IsOwned => Measured::by(self.received(RelationKind::Owns)),
            S::BuysFromSeveral => self.buys_from_several(),
            S::BuysFromSeveralEconomies => {
                let areas: BTreeSet<String> =
                    self.supplies().filter_map(|r| self.economy(&r.from)).collect();
                let counts = |r: &&Relation| areas.len() > 1 && self.economy(&r.from).is_some();
                Measured::by(self.supplies().filter(counts))
            }
            S::SetsStandards => Measured::by(
                self.given(RelationKind::Certifies)
                    .chain(self.given(RelationKind::Standardizes))
                    .filter(|relation| relation.to.as_firm().is_some()),
            ),
        }
    }

    fn buys_from_several(&self) -> Measured {
        let mut by_product: BTreeMap<_, Vec<&Relation>> = BTreeMap::new();
        for supply in self.supplies() {
            if let Some(product) = &supply.product {
                by_product.entry(product).or_default().push(supply);
            }
        }
        by_product.retain(|_, supplies| {
            supplies.iter().map(|supply| &supply.from).collect::<BTreeSet<_>>().len() > 1
        });
        Measured::by(by_product.into_values().flatten())
    }

    fn supplies(&self) -> impl Iterator<Item = &'a Relation> {
        self.received(RelationKind::Supplies)
    }

    fn given(&self, kind: RelationKind) -> impl Iterator<Item = &'a Relation> {
        self.gives.iter().copied().filter(move |relation| relation.kind == kind)
    }

    fn received(&self, kind: RelationKind) -> impl Iterator<Item = &'a Relation> {
        self.receives.iter().copied().filter(move |relation| relation.kind == kind)
    }

    /// True if both economies are recorded and differ.
    fn is_abroad(&self, other: &EntityId) -> bool {
        match (self.economy(&self.id), self.economy(other)) {
            (Some(home), Some(area)) => home != area,
            (Some(_) | None, Some(_) | None) => false,
        }
    }

    /// The economy of an entity; a region is none, for it may hold the other economy.
    fn economy(&self, id: &EntityId) -> Option<String> {
        let area = self.snapshot.area_of(id).filter(|area| area.is_economy())?;
        Some(area.as_str().to_owned())
    }
}
