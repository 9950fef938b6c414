//! By which mechanism a small or medium firm is coupled with production networks (section 3.2).
//!
//! Three tables of measurable rules, one a mechanism, each row with its section. A finding says the
//! mechanism, the runner-up, what each signal adds and which relations show it, and whether
//! production spans two economies at all. Signals are measured in `coupling/signal.rs`. Never says
//! that a mechanism is good: it carries no effect sizes.

mod signal;

use std::collections::BTreeSet;

use crate::closed_set::closed_set;
use crate::ranking::{Scored, rank};
use crate::role::{Roles, of_firm};
use crate::scorecard::{Criterion, Need};
use crate::{
    Confidence, Configuration, ConfigurationFinding, EntityId, Firm, FirmId, Reach, RelationId,
    RelationKind, RoleFinding, SmeStatuses, Snapshot, configurations, reach_of_firm,
};
pub use signal::Signal as CouplingSignal;
use signal::{Position, Signal};

/// Scores below this are no mechanism.
const SCORE_MIN_THOUSANDTHS: u32 = 350;

closed_set! {
    /// The three mechanisms of section 3.2. Not the four routes of section 1.
    pub enum Mechanism: "coupling mechanisms" {
        /// M1: deliberate two-way links with a clear division of functions.
        InternationalPartnership = "international_partnership",
        /// M2: a niche specialist, grown at home with help, follows its lead firms.
        IndustrialSpecialization = "industrial_specialization",
        /// M3: a low-cost place with incentives produces for foreign lead firms.
        ProductionPlatform = "production_platform",
    }
}

/// One firm's coupling.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CouplingFinding {
    /// The firm.
    pub firm: FirmId,
    /// The mechanism; `None` if the relations show too little of any.
    pub mechanism: Option<Mechanism>,
    /// The score of the mechanism, or of the best candidate.
    pub confidence: Confidence,
    /// The relations that show it, in order.
    pub evidence: Vec<RelationId>,
    /// The second best, if anything speaks for one.
    pub runner_up: Option<Mechanism>,
    /// The signals without any one of which the mechanism would be another.
    pub decisive: Vec<&'static str>,
    /// All mechanisms that anything speaks for, best first.
    pub scores: Vec<Scored<Mechanism>>,
    /// The configuration of the lead firms that it is coupled with; `None` if there is none.
    pub configuration: Option<Configuration>,
    /// The lead firms that it is coupled with, in order.
    pub lead_firms: Vec<FirmId>,
    /// Where production around the firm happens.
    pub reach: Reach,
}

const fn row(signal: Signal, weight: u32, need: Need, because: &'static str) -> Criterion<Signal> {
    Criterion { signal, weight, need, because }
}

use Need::{Adds, Required};
use Signal as S;

/// Section 3.2 (1).
const INTERNATIONAL_PARTNERSHIP: &[Criterion<Signal>] = &[
    row(S::TwoWayExchange, 35, Required, "gives to and gets from one foreign firm (3.2, 1)"),
    row(S::DividesFunctions, 25, Adds, "each side has functions of its own (3.2, 1)"),
    row(S::IsStrategicPartner, 20, Adds, "strategic partner of a lead firm (3.2, 1; figure 1a)"),
    row(S::OperatesAbroad, 20, Adds, "regionalizes with its partners (3.2, 1)"),
];

/// Section 3.2 (2).
const INDUSTRIAL_SPECIALIZATION: &[Criterion<Signal>] = &[
    row(S::SuppliesNiche, 30, Required, "specialized expertise in a niche segment (3.2, 2)"),
    row(S::HasStateAssistance, 30, Adds, "assistance and favourable policies (3.2, 2)"),
    row(S::SuppliesLeadFirms, 20, Adds, "plugged into lead firm customers (3.2, 2; figure 1b)"),
    row(S::BuiltUpAtHome, 10, Adds, "capability built at home before going abroad (3.2, 2)"),
    row(S::OperatesAbroad, 10, Adds, "ventures abroad to serve markets (3.2, 2)"),
];

/// Section 3.2 (3).
const PRODUCTION_PLATFORM: &[Criterion<Signal>] = &[
    row(S::IsInZone, 35, Adds, "in an industrial estate or zone (3.2, 3)"),
    row(S::SuppliesForeignBuyers, 25, Required, "produces for foreign buyers (3.2, 3)"),
    row(S::HasIncentives, 20, Adds, "fiscal, tariff or zone incentives (3.2, 3)"),
    row(S::CompetesOnCost, 20, Adds, "standardized supply, where cost decides (3.2, 3)"),
];

fn table(mechanism: Mechanism) -> &'static [Criterion<Signal>] {
    match mechanism {
        Mechanism::InternationalPartnership => INTERNATIONAL_PARTNERSHIP,
        Mechanism::IndustrialSpecialization => INDUSTRIAL_SPECIALIZATION,
        Mechanism::ProductionPlatform => PRODUCTION_PLATFORM,
    }
}

/// Finds the mechanism of each small or medium firm, by firm. `roles` are in the order of [`roles`](crate::roles).
///
/// Source: Yeung (2017), section 3.2. Weights are ours. Equal scores fall to the earlier mechanism.
#[must_use]
pub fn couplings(snapshot: &Snapshot, roles: &[RoleFinding]) -> Vec<CouplingFinding> {
    let configurations = configurations(snapshot, roles);
    let of_lead = |lead: &FirmId| of_firm(&configurations, |found| &found.lead_firm, lead);
    let statuses = SmeStatuses::new(snapshot);
    let is_sme = |firm: &&Firm| statuses.is_sme(firm);
    snapshot
        .firms()
        .filter(is_sme)
        .map(|firm| {
            let around = configurations_around(snapshot, &firm.id, of_lead);
            coupling_of(snapshot, Roles::Listed(roles), &around, firm)
        })
        .collect()
}

/// The configurations in which a firm is a partner or supplier, by lead firm, then industry.
pub(crate) fn configurations_around<'a>(
    snapshot: &Snapshot,
    firm: &FirmId,
    of_lead: impl Fn(&FirmId) -> &'a [ConfigurationFinding],
) -> Vec<&'a ConfigurationFinding> {
    let id = EntityId::Firm(firm.clone());
    let given = snapshot.outgoing(&id).filter(|relation| {
        matches!(relation.kind, RelationKind::Supplies | RelationKind::CoDesigns)
    });
    let leads: BTreeSet<&FirmId> = given.filter_map(|relation| relation.to.as_firm()).collect();
    let is_in = |found: &&ConfigurationFinding| {
        [&found.partners, &found.suppliers].iter().any(|firms| firms.contains(firm))
    };
    leads.into_iter().flat_map(of_lead).filter(is_in).collect()
}

/// Finds the mechanism of one small or medium firm, with the configurations that it is a partner or
/// supplier in, in their order.
pub(crate) fn coupling_of(
    snapshot: &Snapshot,
    roles: Roles<'_>,
    around: &[&ConfigurationFinding],
    firm: &Firm,
) -> CouplingFinding {
    let position = Position::new(snapshot, roles, firm);
    let measure = |signal| position.measure(signal);
    let ranked = rank(Mechanism::ALL, table, Signal::as_str, measure, SCORE_MIN_THOUSANDTHS);
    let lead_firms: BTreeSet<FirmId> = around.iter().map(|found| found.lead_firm.clone()).collect();
    // Where lead firms differ, the surest decides; equal ones fall to the earlier.
    let surest = around.iter().rev().max_by_key(|found| found.confidence);
    CouplingFinding {
        firm: firm.id.clone(),
        mechanism: ranked.answer,
        confidence: ranked.confidence,
        evidence: ranked.evidence,
        runner_up: ranked.runner_up,
        decisive: ranked.decisive,
        configuration: surest.map(|found| found.configuration),
        lead_firms: lead_firms.into_iter().collect(),
        reach: reach_of_firm(snapshot, &firm.id),
        scores: ranked.scores,
    }
}
