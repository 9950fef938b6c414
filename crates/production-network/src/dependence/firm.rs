//! The alerts of one firm.
//!
//! Each kind is a function of its own. A threshold that may be passed for want of numbers is told
//! only where a relation speaks for it: a stated share, somebody's own specification, a common place.

use std::collections::BTreeMap;

use super::alert::{Alert, AlertKind, Certainty, since};
use super::concentration::{Concentration, ShareRange};
use super::partners::Side;
use super::threshold::Thresholds;
use crate::role::Roles;
use crate::{
    Area, Attribute, AttributeGroup, CouplingFinding, Entity, EntityId, FirmId, Mechanism,
    Relation, RelationId, RelationKind, Snapshot, Specification, Tenure,
};

/// A firm and what was measured of it.
pub(crate) struct Surroundings<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) firm: &'a FirmId,
    pub(crate) customers: Option<&'a Concentration>,
    pub(crate) suppliers: Option<&'a Concentration>,
    pub(crate) roles: Roles<'a>,
    /// How it is coupled, if it is a small or medium firm.
    pub(crate) coupling: Option<&'a CouplingFinding>,
    pub(crate) thresholds: &'a Thresholds,
}

/// What passes its threshold, by kind, then on whom.
pub(crate) fn alerts_of(of: &Surroundings<'_>) -> Vec<Alert> {
    let mut alerts = Vec::new();
    for (side, found) in [(Side::Customers, of.customers), (Side::Suppliers, of.suppliers)] {
        if let Some(found) = found {
            alerts.extend(of.top(side, found));
            alerts.extend(of.concentrated(side, found));
        }
    }
    alerts.extend(of.captive());
    alerts.extend(of.lock_in());
    alerts.extend(of.race_to_the_bottom());
    alerts.extend(of.relocation());
    alerts.extend(of.platform());
    alerts.sort_by(|one, other| (one.kind, &one.on).cmp(&(other.kind, &other.on)));
    alerts
}

impl Surroundings<'_> {
    fn alert(
        &self,
        kind: AlertKind,
        on: Option<EntityId>,
        measured: [f64; 2],
        threshold: f64,
        evidence: Vec<RelationId>,
    ) -> Option<Alert> {
        let certainty = Certainty::of(measured, threshold)?;
        let since = since(self.snapshot, &evidence);
        let subject = EntityId::Firm(self.firm.clone());
        Some(Alert { kind, subject, on, certainty, measured, threshold, evidence, since })
    }

    fn top(&self, side: Side, found: &Concentration) -> Option<Alert> {
        let (kind, threshold) = match side {
            Side::Customers => (AlertKind::TopCustomer, self.thresholds.top_customer),
            Side::Suppliers => (AlertKind::TopSupplier, self.thresholds.top_supplier),
        };
        if found.stated == 0 {
            return None;
        }
        let on = found.top_partner.clone();
        self.alert(kind, on, found.top.as_f64(), threshold, found.evidence.clone())
    }

    fn concentrated(&self, side: Side, found: &Concentration) -> Option<Alert> {
        let kind = match side {
            Side::Customers => AlertKind::CustomerConcentration,
            Side::Suppliers => AlertKind::SupplierConcentration,
        };
        if found.stated == 0 {
            return None;
        }
        let (measured, threshold) = (found.hhi_as_f64(), self.thresholds.hhi);
        self.alert(kind, None, measured, threshold, found.evidence.clone())
    }

    /// Sales to one customer's own specification. A share counts where the specification is stated.
    fn captive(&self) -> Vec<Alert> {
        let Some(customers) = self.customers else { return Vec::new() };
        let mut alerts = Vec::new();
        let sales = self.by_partner(Side::Customers);
        for (customer, share) in &customers.shares {
            let sales = sales.get(customer).map(Vec::as_slice).unwrap_or_default();
            let own = |one: &&&Relation| one.specification == Some(Specification::Customer);
            let to_own: Vec<&Relation> = sales.iter().filter(own).copied().collect();
            if to_own.is_empty() {
                continue;
            }
            let all_are = to_own.len() == sales.len();
            let low = if all_are { share.low } else { stated(&to_own) };
            let measured = ShareRange { low: low.min(share.high), high: share.high }.as_f64();
            let (kind, threshold) = (AlertKind::Captive, self.thresholds.captive);
            alerts.extend(self.alert(
                kind,
                Some(customer.clone()),
                measured,
                threshold,
                ids(&to_own),
            ));
        }
        alerts
    }

    /// Long relations to the specification of either side; the longest with each partner counts.
    fn lock_in(&self) -> Vec<Alert> {
        let id = EntityId::Firm(self.firm.clone());
        let mut years: BTreeMap<&EntityId, ([f64; 2], Vec<RelationId>)> = BTreeMap::new();
        for side in [Side::Customers, Side::Suppliers] {
            for relation in side.relations(self.snapshot, &id) {
                let is_specific = match relation.specification {
                    Some(Specification::Customer | Specification::Supplier) => true,
                    Some(Specification::Standardized) | None => false,
                };
                let Tenure::Years { min, max } = relation.tenure_on(self.snapshot.valid()) else {
                    continue;
                };
                if is_specific {
                    let (longest, evidence) = years.entry(side.partner(relation)).or_default();
                    *longest = [longest[0].max(min), longest[1].max(max)];
                    evidence.push(relation.id.clone());
                }
            }
        }
        let threshold = self.thresholds.lock_in_years;
        let found = years.into_iter().filter_map(|(on, (years, evidence))| {
            self.alert(AlertKind::LockIn, Some(on.clone()), years, threshold, evidence)
        });
        found.collect()
    }

    /// A price that falls over its dated values, while no capability or certificate is added.
    /// The one that falls most counts.
    fn race_to_the_bottom(&self) -> Option<Alert> {
        let firm = self.snapshot.firm(self.firm)?;
        let is_of =
            |one: &&Attribute, group| AttributeGroup::of(&one.id).is_ok_and(|found| found == group);
        let mut prices: Vec<&Attribute> =
            firm.attributes.iter().filter(|one| is_of(one, AttributeGroup::Price)).collect();
        prices.retain(|one| one.value.number().is_some() && one.validity.from().is_some());
        prices
            .sort_by_key(|one| (&one.id, &one.unit, one.validity.from().map(|day| day.earliest())));
        let mut most: Option<f64> = None;
        for series in prices.chunk_by(|one, other| (&one.id, &one.unit) == (&other.id, &other.unit))
        {
            let [first, .., last] = series else { continue };
            let (Some(before), Some(after)) = (first.value.number(), last.value.number()) else {
                continue;
            };
            let begin = first.validity.from().map(|day| day.latest());
            let is_added = firm.attributes.iter().any(|one| {
                let grows = is_of(&one, AttributeGroup::Capability)
                    || is_of(&one, AttributeGroup::Certificate);
                grows && one.validity.from().map(|day| day.earliest()) > begin
            });
            if is_added || before <= 0.0 {
                continue;
            }
            let fall = (before - after) / before;
            most = Some(most.map_or(fall, |most| most.max(fall)));
        }
        let (kind, threshold) = (AlertKind::RaceToTheBottom, self.thresholds.price_fall);
        self.alert(kind, None, [most?, most?], threshold, Vec::new())
    }

    /// Sales to lead firms that are at home elsewhere and operate where the firm does.
    fn relocation(&self) -> Vec<Alert> {
        let Some(customers) = self.customers else { return Vec::new() };
        let own = self.economies(&EntityId::Firm(self.firm.clone()));
        let mut alerts = Vec::new();
        let sales = self.by_partner(Side::Customers);
        if own.is_empty() {
            return alerts;
        }
        for (customer, share) in &customers.shares {
            let is_lead = customer.as_firm().is_some_and(|firm| self.roles.is_lead_firm(firm));
            if !is_lead {
                continue;
            }
            let theirs = self.economies(customer);
            let home = self.snapshot.area_of(customer);
            let common = theirs.keys().any(|area| own.contains_key(area) && home != Some(*area));
            if !common {
                continue;
            }
            let mut evidence = sales.get(customer).map(|sales| ids(sales)).unwrap_or_default();
            evidence.extend(theirs.into_values().flatten());
            evidence.sort();
            let (kind, threshold) = (AlertKind::Relocation, self.thresholds.relocation);
            let on = Some(customer.clone());
            let [low, high] = share.as_f64();
            // Where it is at home is not stated: it may be here, and stay.
            let low = if home.is_some() { low } else { 0.0 };
            alerts.extend(self.alert(kind, on, [low, high], threshold, evidence));
        }
        alerts
    }

    /// A coupling by a production platform: what holds it is a place's costs and incentives.
    fn platform(&self) -> Option<Alert> {
        let platform = Some(Mechanism::ProductionPlatform);
        let found = self.coupling.filter(|found| found.mechanism == platform)?;
        let sure = found.confidence.as_f64();
        let (kind, threshold) = (AlertKind::Platform, self.thresholds.platform);
        self.alert(kind, None, [sure, sure], threshold, found.evidence.clone())
    }

    fn by_partner(&self, side: Side) -> BTreeMap<&EntityId, Vec<&Relation>> {
        let mut found: BTreeMap<&EntityId, Vec<&Relation>> = BTreeMap::new();
        for relation in side.relations(self.snapshot, &EntityId::Firm(self.firm.clone())) {
            found.entry(side.partner(relation)).or_default().push(relation);
        }
        found
    }

    /// The economies where an entity has operations, with the relations that say so.
    fn economies(&self, id: &EntityId) -> BTreeMap<Area, Vec<RelationId>> {
        let mut found: BTreeMap<Area, Vec<RelationId>> = BTreeMap::new();
        for relation in self.snapshot.outgoing(id) {
            if relation.kind != RelationKind::LocatedIn {
                continue;
            }
            if let Some(Entity::Place(place)) = self.snapshot.entity(&relation.to) {
                found.entry(place.code.economy()).or_default().push(relation.id.clone());
            }
        }
        found
    }
}

/// The stated shares of sales, in millionths.
fn stated(relations: &[&Relation]) -> u32 {
    relations.iter().filter_map(|one| one.share_of_sales()).map(crate::Share::millionths).sum()
}

fn ids(relations: &[&Relation]) -> Vec<RelationId> {
    relations.iter().map(|one| one.id.clone()).collect()
}
