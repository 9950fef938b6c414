//! On whom firms, products and segments depend: concentration, captive supply, lock-in, falling
//! prices, lead firms that may leave, single sources.
//!
//! Guarantees bounds instead of points where shares are not known, and says of each alert whether it
//! is certain or possible; silence raises no alert. Everything is found in one pass over what a
//! snapshot has, unasked. Never says that a dependence is bad: thresholds are data, and the caller's.

mod concentration;
mod partners;
mod threshold;
mod alert;
mod firm;
mod source;

use crate::role::Roles;
use crate::{CouplingFinding, Error, FirmId, RoleFinding, Snapshot};

pub use alert::{Alert, AlertKind, Certainty};
pub use concentration::{Concentration, ShareRange};
pub use partners::{Side, concentration_of};
pub use source::{Source, sources_of};
pub use threshold::Thresholds;

use firm::alerts_of;
use source::sources;

/// What a firm's relations say of its dependence.
#[derive(Clone, Debug, PartialEq)]
pub struct FirmDependence {
    /// The firm.
    pub firm: FirmId,
    /// Of its sales on its customers; `None` without customers, or if shares exceed the whole.
    pub customers: Option<Concentration>,
    /// Of its purchases on its suppliers, likewise.
    pub suppliers: Option<Concentration>,
    /// What passes its threshold, by kind, then on whom.
    pub alerts: Vec<Alert>,
}

/// What a network's relations say of dependence.
#[derive(Clone, Debug, PartialEq)]
pub struct DependenceReport {
    /// Each firm that sells or buys, by firm.
    pub firms: Vec<FirmDependence>,
    /// Each product and segment of which makers are known, products first, by id.
    pub sources: Vec<Source>,
    /// Which thresholds were used.
    pub thresholds: Thresholds,
}

impl DependenceReport {
    /// All alerts: of firms, then of products and segments.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        let of_firms = self.firms.iter().flat_map(|firm| &firm.alerts);
        of_firms.chain(self.sources.iter().filter_map(|source| source.alert.as_ref()))
    }
}

/// Reports the dependence of all firms, products and segments.
///
/// Source: Yeung (2017), risks X1 to X6 of sections 3.2 to 4; measures as in [`concentration_of`].
/// `roles` and `couplings` are those of the snapshot, in their order. Cost is linear in relations, but for logarithms.
///
/// # Errors
/// As [`Thresholds::check`].
pub fn dependence_report(
    snapshot: &Snapshot,
    roles: &[RoleFinding],
    couplings: &[CouplingFinding],
    thresholds: &Thresholds,
) -> Result<DependenceReport, Error> {
    thresholds.check()?;
    let roles = Roles::Listed(roles);
    let mut firms = Vec::new();
    for firm in snapshot.firms() {
        let coupling = coupling_among(couplings, &firm.id);
        let found = dependence_of_firm(snapshot, &firm.id, roles, coupling, thresholds);
        if found.says_anything() {
            firms.push(found);
        }
    }
    Ok(DependenceReport { firms, sources: sources(snapshot, thresholds), thresholds: *thresholds })
}

/// The same of one firm.
///
/// # Errors
/// As [`Thresholds::check`]; [`Error::UnknownEntity`] for a firm that the snapshot does not have.
pub fn dependence_of(
    snapshot: &Snapshot,
    roles: &[RoleFinding],
    couplings: &[CouplingFinding],
    firm: &FirmId,
    thresholds: &Thresholds,
) -> Result<FirmDependence, Error> {
    thresholds.check()?;
    let Some(found) = snapshot.firm(firm) else {
        return Err(Error::UnknownEntity { id: crate::EntityId::Firm(firm.clone()) });
    };
    let (roles, coupling) = (Roles::Listed(roles), coupling_among(couplings, &found.id));
    Ok(dependence_of_firm(snapshot, &found.id, roles, coupling, thresholds))
}

fn coupling_among<'a>(
    couplings: &'a [CouplingFinding],
    firm: &FirmId,
) -> Option<&'a CouplingFinding> {
    let place = couplings.binary_search_by(|found| found.firm.cmp(firm)).ok()?;
    couplings.get(place)
}

/// The same with checked thresholds; `coupling` is the firm's own.
pub(crate) fn dependence_of_firm(
    snapshot: &Snapshot,
    firm: &FirmId,
    roles: Roles<'_>,
    coupling: Option<&CouplingFinding>,
    thresholds: &Thresholds,
) -> FirmDependence {
    let customers = concentration_of(snapshot, firm, Side::Customers);
    let suppliers = concentration_of(snapshot, firm, Side::Suppliers);
    let alerts = alerts_of(&firm::Surroundings {
        snapshot,
        firm,
        customers: customers.as_ref(),
        suppliers: suppliers.as_ref(),
        roles,
        coupling,
        thresholds,
    });
    FirmDependence { firm: firm.clone(), customers, suppliers, alerts }
}

impl FirmDependence {
    /// Whether the firm sells or buys, or an alert is about it.
    pub(crate) fn says_anything(&self) -> bool {
        self.customers.is_some() || self.suppliers.is_some() || !self.alerts.is_empty()
    }
}
