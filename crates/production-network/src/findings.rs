//! All that follows from a snapshot, firm by firm, kept while the snapshot moves on.
//!
//! Guarantees the same findings as [`roles`](crate::roles), [`configurations`](crate::configurations),
//! [`couplings`](crate::couplings), [`routes`](crate::routes), [`drivers`](crate::drivers) and
//! [`dependence_report`](crate::dependence_report) with the usual thresholds, whether they are found
//! anew or from the ones before. Copies share what is the same. What is found anew, and why that is
//! enough, is in `findings/advance.rs`.

mod advance;
mod near;

use std::sync::Arc;

use imbl::OrdMap;

use crate::configuration::configurations_of;
use crate::coupling::{configurations_around, coupling_of};
use crate::dependence::dependence_of_firm;
use crate::driver::drivers_of;
use crate::place::Surroundings;
use crate::role::{Roles, roles_of};
use crate::route::routes_of;
use crate::{
    ConfigurationFinding, CouplingFinding, DependenceReport, DriverFinding, EntityId, Error, Firm,
    FirmDependence, FirmId, RoleFinding, RouteFinding, SmeStatuses, Snapshot, Source,
    StrategicMatching, Thresholds,
};
pub use advance::AdvancedFindings;

/// What follows from a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    roles: OrdMap<FirmId, Arc<[RoleFinding]>>,
    configurations: OrdMap<FirmId, Arc<[ConfigurationFinding]>>,
    others: OrdMap<FirmId, Arc<OfFirm>>,
    sources: OrdMap<EntityId, Arc<Source>>,
    thresholds: Thresholds,
}

/// What follows for one firm beside its roles.
#[derive(Clone, Debug, Default, PartialEq)]
struct OfFirm {
    coupling: Option<CouplingFinding>,
    routes: Vec<RouteFinding>,
    drivers: Vec<DriverFinding>,
    dependence: Option<FirmDependence>,
}

/// What follows for one firm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FirmFindings<'a> {
    /// Its roles, by industry.
    pub roles: &'a [RoleFinding],
    /// Its configurations, where it is a lead firm, by industry.
    pub configurations: &'a [ConfigurationFinding],
    /// Its coupling, if it is a small or medium firm.
    pub coupling: Option<&'a CouplingFinding>,
    /// Its routes, if it is a small or medium firm, by host.
    pub routes: &'a [RouteFinding],
    /// The drivers behind its investments, by host.
    pub drivers: &'a [DriverFinding],
    /// Its dependence, if it sells or buys.
    pub dependence: Option<&'a FirmDependence>,
}

impl Findings {
    /// Finds all of it.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut found = Self {
            roles: OrdMap::new(),
            configurations: OrdMap::new(),
            others: OrdMap::new(),
            sources: OrdMap::new(),
            // The usual ones are no bad ones.
            thresholds: Thresholds::default(),
        };
        let firms: Vec<&FirmId> = snapshot.firms().map(|firm| &firm.id).collect();
        for firm in &firms {
            found.find_roles(snapshot, firm);
        }
        for firm in &firms {
            found.find_configurations(snapshot, firm);
        }
        found.find_others(snapshot, firms);
        for entity in snapshot.entities().filter(|entity| entity.as_firm().is_none()) {
            found.find_source(snapshot, &entity.id());
        }
        found
    }

    /// What follows for one firm; nothing for one that is not there.
    #[must_use]
    pub fn of_firm(&self, firm: &FirmId) -> FirmFindings<'_> {
        let others = self.others.get(firm);
        FirmFindings {
            roles: self.roles.get(firm).map(Arc::as_ref).unwrap_or_default(),
            configurations: self.configurations.get(firm).map(Arc::as_ref).unwrap_or_default(),
            coupling: others.and_then(|found| found.coupling.as_ref()),
            routes: others.map(|found| found.routes.as_slice()).unwrap_or_default(),
            drivers: others.map(|found| found.drivers.as_slice()).unwrap_or_default(),
            dependence: others.and_then(|found| found.dependence.as_ref()),
        }
    }

    /// As [`dependence_of`](crate::dependence_of): the dependence of one firm by other thresholds.
    ///
    /// # Errors
    /// As there.
    pub fn dependence_of(
        &self,
        snapshot: &Snapshot,
        firm: &FirmId,
        thresholds: &Thresholds,
    ) -> Result<FirmDependence, Error> {
        thresholds.check()?;
        let found = snapshot.firm(firm);
        let id =
            &found.ok_or_else(|| Error::UnknownEntity { id: EntityId::Firm(firm.clone()) })?.id;
        let (roles, coupling) = (Roles::Kept(&self.roles), self.of_firm(id).coupling);
        Ok(dependence_of_firm(snapshot, id, roles, coupling, thresholds))
    }

    /// As [`sources_of`](crate::sources_of): the makers of a product or segment, if any is known.
    #[must_use]
    pub fn source(&self, of: &EntityId) -> Option<&Source> {
        self.sources.get(of).map(Arc::as_ref)
    }

    /// How small and medium firms match lead firms; `snapshot` is the one that this follows from.
    #[must_use]
    pub fn matching<'a>(&'a self, snapshot: &'a Snapshot) -> StrategicMatching<'a> {
        StrategicMatching::with(snapshot, Roles::Kept(&self.roles))
    }

    /// As [`roles`](crate::roles).
    #[must_use]
    pub fn roles(&self) -> Vec<RoleFinding> {
        self.roles.values().flat_map(|found| found.iter().cloned()).collect()
    }

    /// As [`configurations`](crate::configurations).
    #[must_use]
    pub fn configurations(&self) -> Vec<ConfigurationFinding> {
        self.configurations.values().flat_map(|found| found.iter().cloned()).collect()
    }

    /// As [`couplings`](crate::couplings).
    #[must_use]
    pub fn couplings(&self) -> Vec<CouplingFinding> {
        self.others.values().filter_map(|found| found.coupling.clone()).collect()
    }

    /// As [`routes`](crate::routes).
    #[must_use]
    pub fn routes(&self) -> Vec<RouteFinding> {
        self.others.values().flat_map(|found| found.routes.iter().cloned()).collect()
    }

    /// As [`drivers`](crate::drivers).
    #[must_use]
    pub fn drivers(&self) -> Vec<DriverFinding> {
        self.others.values().flat_map(|found| found.drivers.iter().cloned()).collect()
    }

    /// As [`dependence_report`](crate::dependence_report) with the usual thresholds.
    #[must_use]
    pub fn dependence(&self) -> DependenceReport {
        let firms = self.others.values().filter_map(|found| found.dependence.clone());
        let sources = self.sources.values().map(|source| source.as_ref().clone());
        DependenceReport {
            firms: firms.collect(),
            sources: sources.collect(),
            thresholds: self.thresholds,
        }
    }

    fn find_roles(&mut self, snapshot: &Snapshot, firm: &FirmId) {
        let found = snapshot.firm(firm).map(|firm| roles_of(snapshot, firm));
        put(&mut self.roles, firm, found.unwrap_or_default());
    }

    /// Rests on the roles of all firms.
    fn find_configurations(&mut self, snapshot: &Snapshot, firm: &FirmId) {
        let roles = Roles::Kept(&self.roles);
        let found = configurations_of(snapshot, roles, roles.of(firm));
        put(&mut self.configurations, firm, found);
    }

    /// Rests on the roles and configurations of all firms.
    fn find_others<'a>(
        &mut self,
        snapshot: &Snapshot,
        firms: impl IntoIterator<Item = &'a FirmId>,
    ) {
        let (statuses, surroundings) = (SmeStatuses::new(snapshot), Surroundings::new(snapshot));
        for id in firms {
            let Some(firm) = snapshot.firm(id) else {
                self.others.remove(id);
                continue;
            };
            let found = self.find(snapshot, &statuses, &surroundings, firm);
            if found == OfFirm::default() {
                self.others.remove(id);
            } else {
                self.others.insert(id.clone(), Arc::new(found));
            }
        }
    }

    fn find(
        &self,
        snapshot: &Snapshot,
        statuses: &SmeStatuses<'_>,
        surroundings: &Surroundings<'_>,
        firm: &Firm,
    ) -> OfFirm {
        let (roles, is_sme) = (Roles::Kept(&self.roles), statuses.is_sme(firm));
        let coupling = is_sme.then(|| {
            let of_lead = |lead: &FirmId| self.of_firm(lead).configurations;
            let around = configurations_around(snapshot, &firm.id, of_lead);
            coupling_of(snapshot, roles, &around, firm)
        });
        let dependence =
            dependence_of_firm(snapshot, &firm.id, roles, coupling.as_ref(), &self.thresholds);
        OfFirm {
            routes: if is_sme { routes_of(snapshot, roles, firm) } else { Vec::new() },
            drivers: drivers_of(snapshot, surroundings, statuses, firm),
            dependence: dependence.says_anything().then_some(dependence),
            coupling,
        }
    }

    fn find_source(&mut self, snapshot: &Snapshot, of: &EntityId) {
        let is_made = matches!(of, EntityId::Product(_) | EntityId::Segment(_));
        let found = is_made.then(|| crate::sources_of(snapshot, of, &self.thresholds)).flatten();
        match found {
            Some(found) => self.sources.insert(of.clone(), Arc::new(found)),
            None => self.sources.remove(of),
        };
    }
}

/// Keeps what was found of a firm; nothing takes no room.
fn put<T: Clone>(kept: &mut OrdMap<FirmId, Arc<[T]>>, firm: &FirmId, found: Vec<T>) {
    if found.is_empty() {
        kept.remove(firm);
    } else {
        kept.insert(firm.clone(), found.into());
    }
}
