//! The four routes by which small and medium firms take part in production networks (sections 1 and
//! 3.1): from home, beside a lead firm's operation abroad, behind a larger firm of the same home, or
//! for markets and a network of their own.
//!
//! One finding for each economy that a firm invests in, or one for its home. Rules are tables, as
//! for mechanisms. What no relation says is not assumed: a customer in the host economy adds to a
//! route only where one is there.

mod signal;

use crate::closed_set::closed_set;
use crate::investment::investments_of;
use crate::ranking::{Ranked, rank};
use crate::role::Roles;
use crate::scorecard::{Criterion, Need};
use crate::{Area, Firm, FirmId, RoleFinding, SmeStatuses, Snapshot};
pub use signal::Signal as RouteSignal;
use signal::{Position, Signal};

/// Scores below this are no route: the relations show too little of any.
const SCORE_MIN_THOUSANDTHS: u32 = 350;

closed_set! {
    /// The routes, in the paper's order.
    pub enum Route: "routes" {
        /// A local supplier, or an exporter from home.
        FromHome = "from_home",
        /// Invests abroad to support a lead-firm customer directly.
        BesideLeadFirm = "beside_lead_firm",
        /// Follows a larger firm of its home abroad, to serve a lead firm that both serve.
        BehindLargerFirm = "behind_larger_firm",
        /// Goes to the region for markets and a network of its own.
        OwnRegionalNetwork = "own_regional_network",
    }
}

/// What the relations say of a firm's route into one economy.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RouteFinding {
    /// The firm.
    pub firm: FirmId,
    /// The economy that it invests in; `None` if it invests in none.
    pub host: Option<Area>,
    /// The route, the next best, and what decides.
    pub route: Ranked<Route>,
}

const fn row(signal: Signal, weight: u32, need: Need, because: &'static str) -> Criterion<Signal> {
    Criterion { signal, weight, need, because }
}

use Need::{Adds, Required};
use Signal as S;

const FROM_HOME: &[Criterion<Signal>] = &[
    row(S::IsNotAbroad, 40, Required, "invests in no other economy (section 1)"),
    row(S::Sells, 40, Required, "supplies or serves others (section 1)"),
    row(S::IsAtHome, 20, Adds, "operates at home (section 1)"),
];

const BESIDE_LEAD_FIRM: &[Criterion<Signal>] = &[
    row(S::InvestsThere, 35, Required, "invests there (section 1)"),
    row(S::SuppliesToSpecification, 35, Required, "to customers' own specification (3.1)"),
    row(S::CustomerThere, 30, Adds, "a customer is there (section 1)"),
];

const BEHIND_LARGER_FIRM: &[Criterion<Signal>] = &[
    row(S::InvestsThere, 30, Required, "invests there (section 1)"),
    row(S::LargerFirmThere, 40, Required, "a larger firm of its home is there (section 1)"),
    row(S::SharedLeadFirm, 30, Adds, "both serve one lead firm (section 1)"),
];

const OWN_REGIONAL_NETWORK: &[Criterion<Signal>] = &[
    row(S::InvestsThere, 30, Required, "invests there (section 1)"),
    row(S::ServesMarkets, 30, Required, "serves customers with finished goods (section 1)"),
    row(S::IsInSeveralHosts, 20, Adds, "invests in several economies (section 1)"),
    row(S::HasReachOfItsOwn, 20, Adds, "distributes, or has a brand of its own (section 1)"),
];

fn table(route: Route) -> &'static [Criterion<Signal>] {
    match route {
        Route::FromHome => FROM_HOME,
        Route::BesideLeadFirm => BESIDE_LEAD_FIRM,
        Route::BehindLargerFirm => BEHIND_LARGER_FIRM,
        Route::OwnRegionalNetwork => OWN_REGIONAL_NETWORK,
    }
}

/// Finds the routes of each small or medium firm, by firm, then host.
///
/// Source: Yeung (2017), sections 1 and 3.1. Weights are ours. `roles` are those of the snapshot.
#[must_use]
pub fn routes(snapshot: &Snapshot, roles: &[RoleFinding]) -> Vec<RouteFinding> {
    let statuses = SmeStatuses::new(snapshot);
    let is_sme = |firm: &&Firm| statuses.is_sme(firm);
    let firms = snapshot.firms().filter(is_sme);
    firms.flat_map(|firm| routes_of(snapshot, Roles::Listed(roles), firm)).collect()
}

/// Finds the routes of one small or medium firm, by host.
pub(crate) fn routes_of(snapshot: &Snapshot, roles: Roles<'_>, firm: &Firm) -> Vec<RouteFinding> {
    let investments = investments_of(snapshot, firm);
    let mut hosts: Vec<Option<Area>> = investments.iter().map(|one| Some(one.host)).collect();
    if hosts.is_empty() {
        hosts.push(None);
    }
    let of_host = |host| {
        let position = Position::new(snapshot, firm, &investments, host, roles);
        let measure = |signal| position.measure(signal);
        let route = rank(Route::ALL, table, Signal::as_str, measure, SCORE_MIN_THOUSANDTHS);
        RouteFinding { firm: firm.id.clone(), host, route }
    };
    hosts.into_iter().map(of_host).collect()
}
