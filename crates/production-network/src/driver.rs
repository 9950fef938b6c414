//! The four drivers behind investments across borders by small and medium firms (section 2.2): a better
//! ratio of cost to capability, markets, local resources, and the gains of regional integration.
//!
//! One finding for each firm and economy that it invests in. Several drivers may move one
//! investment: all that anything speaks for are there with their scores, and the strongest is the
//! answer. Rules are tables, as for routes. Never reads what a firm says of its motives, and never
//! takes an economy for cheap or small because of its name.

mod labour_cost;
mod signal;

use std::collections::BTreeMap;

use crate::closed_set::closed_set;
use crate::investment::investments_of;
use crate::place::Surroundings;
use crate::ranking::{Ranked, rank};
use crate::scorecard::{Criterion, Need};
use crate::{Area, Firm, FirmId, Investment, SmeStatus, SmeStatuses, Snapshot};
pub use signal::Signal as DriverSignal;
use signal::{Position, Signal};

/// Scores below this are no driver: the relations show too little of any.
const SCORE_MIN_THOUSANDTHS: u32 = 350;

closed_set! {
    /// The drivers, in the paper's order.
    pub enum Driver: "drivers" {
        /// Cheaper production abroad, beside better capability at home.
        CostCapability = "cost_capability",
        /// New markets, or service of customers that are there.
        Markets = "markets",
        /// Local resources and products.
        LocalResources = "local_resources",
        /// Agreements and other gains of regional integration.
        RegionalIntegration = "regional_integration",
    }
}

/// What the relations say of the driver behind one investment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DriverFinding {
    /// The investment.
    pub investment: Investment,
    /// The strongest driver, the others, and what decides.
    pub driver: Ranked<Driver>,
}

const fn row(signal: Signal, weight: u32, need: Need, because: &'static str) -> Criterion<Signal> {
    Criterion { signal, weight, need, because }
}

use Need::{Adds, Required};
use Signal as S;

const COST_CAPABILITY: &[Criterion<Signal>] = &[
    row(S::InvestsThere, 20, Required, "operates or invests there (2.2, first)"),
    row(S::SuppliesOthers, 10, Required, "makes what others use, where cost decides (2.2, first)"),
    row(S::IsNotDearerThere, 0, Required, "labour is not known to cost more there (2.2, first)"),
    row(S::KeepsHomeOperation, 20, Adds, "works on its capability at home (2.2, first)"),
    row(S::CostsLessThere, 30, Adds, "labour costs less there (2.2, first)"),
    row(S::IsSubsidizedThere, 10, Adds, "cost there is borne by others in part (2.2, first)"),
    row(S::CompetesOnCost, 10, Adds, "supplies what is standardized (2.2, first)"),
];

const MARKETS: &[Criterion<Signal>] = &[
    row(S::InvestsThere, 20, Required, "operates or invests there (2.2, second)"),
    row(S::SellsThere, 40, Required, "serves customers there, or markets (2.2, second)"),
    row(S::HasAdvantage, 25, Adds, "has an advantage of its own to sell (2.2, second)"),
    row(S::SellsInSeveralEconomies, 15, Adds, "sells in several economies (2.2, second)"),
];

const LOCAL_RESOURCES: &[Criterion<Signal>] = &[
    row(S::InvestsThere, 20, Required, "operates or invests there (2.2, third)"),
    row(S::TakesFromThere, 50, Required, "draws on what is grown, won or made there (2.2, third)"),
    row(S::HasResourcesThere, 20, Adds, "resources are recorded there (2.2, third)"),
    row(S::CostsLessThere, 10, Adds, "winning and making cost less there (2.2, third)"),
];

const REGIONAL_INTEGRATION: &[Criterion<Signal>] = &[
    row(S::InvestsThere, 20, Required, "operates or invests there (2.2, fourth)"),
    row(S::UsesAgreement, 45, Required, "benefits by an agreement of economies (2.2, fourth)"),
    row(S::SellsInSeveralEconomies, 20, Adds, "sells across the region (2.2, fourth)"),
    row(S::IsHelpedByHost, 15, Adds, "networks with the host's government (2.2, fourth)"),
];

fn table(driver: Driver) -> &'static [Criterion<Signal>] {
    match driver {
        Driver::CostCapability => COST_CAPABILITY,
        Driver::Markets => MARKETS,
        Driver::LocalResources => LOCAL_RESOURCES,
        Driver::RegionalIntegration => REGIONAL_INTEGRATION,
    }
}

/// Finds the drivers behind each investment across a border, by firm, then host.
///
/// Source: Yeung (2017), section 2.2. Weights are ours. Not of larger firms, whose motives the paper
/// sets apart (they buy brands, technology and networks).
#[must_use]
pub fn drivers(snapshot: &Snapshot) -> Vec<DriverFinding> {
    let (surroundings, statuses) = (Surroundings::new(snapshot), SmeStatuses::new(snapshot));
    let of_firm = |firm| drivers_of(snapshot, &surroundings, &statuses, firm);
    snapshot.firms().flat_map(of_firm).collect()
}

/// Finds the drivers behind the investments of one firm, by host; none of a larger firm.
pub(crate) fn drivers_of(
    snapshot: &Snapshot,
    surroundings: &Surroundings<'_>,
    statuses: &SmeStatuses<'_>,
    firm: &Firm,
) -> Vec<DriverFinding> {
    let investments = investments_of(snapshot, firm);
    if investments.is_empty() || statuses.of(firm).status == SmeStatus::Larger {
        return Vec::new();
    }
    let of_investment = |investment| {
        let position = Position::new(snapshot, surroundings, firm, &investment);
        let measure = |signal| position.measure(signal);
        let driver = rank(Driver::ALL, table, Signal::as_str, measure, SCORE_MIN_THOUSANDTHS);
        DriverFinding { investment, driver }
    };
    investments.into_iter().map(of_investment).collect()
}

/// The strongest driver of each firm and host, where there is one.
pub(crate) fn strongest(found: &[DriverFinding]) -> BTreeMap<(&FirmId, Area), Driver> {
    let answered = found.iter().filter_map(|one| {
        let Investment { investor, host, .. } = &one.investment;
        Some(((investor, *host), one.driver.answer?))
    });
    answered.collect()
}
