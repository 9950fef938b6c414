//! Measures the signals of stages from the relations of one firm.
//!
//! Each signal is a question with a yes that names its relations. Never reads a given label:
//! whether a firm is a lead firm is asked of its roles, which are found from relations alone.

use std::collections::BTreeSet;

use super::StageSignal;
use crate::role::roles_of;
use crate::scorecard::Measured;
use crate::{
    Confidence, Entity, EntityId, Firm, ProductKind, Relation, RelationKind, Role, Snapshot,
    Specification,
};
use StageSignal as S;

/// A supply whose specification nobody states counts half as one to another's.
const NOT_STATED_THOUSANDTHS: u32 = 500;

/// One firm among those that it gives to and gets from.
pub(super) struct Standing<'a> {
    snapshot: &'a Snapshot,
    firm: &'a Firm,
    gives: Vec<&'a Relation>,
    receives: Vec<&'a Relation>,
}

impl<'a> Standing<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, firm: &'a Firm) -> Self {
        let id = EntityId::Firm(firm.id.clone());
        let gives = snapshot.outgoing(&id).collect();
        let receives = snapshot.incoming(&id).collect();
        Self { snapshot, firm, gives, receives }
    }

    pub(super) fn measure(&self, signal: StageSignal) -> Measured {
        match signal {
            S::SuppliesToOthersDesign => Measured::by_weighted(
                self.gives.iter().filter_map(|relation| Some((*relation, to_others(relation)?))),
            ),
            S::SuppliesAtHome => {
                let is_at_home = |relation: &&&Relation| {
                    let area = self.snapshot.area_of(&relation.to);
                    relation.kind == RelationKind::Supplies
                        && area.is_some()
                        && area == self.firm.home
                };
                Measured::by(self.gives.iter().filter(is_at_home).copied())
            }
            S::HasNoDesign => {
                let has_one = self.given(|relation| {
                    relation.kind == RelationKind::CoDesigns
                        || self.is_own_design(relation)
                        || self.is_brand(relation)
                });
                if has_one == Measured::Silent {
                    Measured::ShownByAbsence
                } else {
                    Measured::Silent
                }
            }
            S::CoDesigns => self.given(|relation| relation.kind == RelationKind::CoDesigns),
            S::SellsOwnDesign => self.given(|relation| self.is_own_design(relation)),
            S::HasBrand => self.given(|relation| self.is_brand(relation)),
            S::Sells => self.given(|relation| {
                relation.kind.is_sale() || relation.kind == RelationKind::DistributesFor
            }),
            S::IsLeadFirm => self.is_lead_firm(),
            S::IsSupplied => {
                let is_supply = |r: &&&Relation| r.kind == RelationKind::Supplies;
                Measured::by(self.receives.iter().filter(is_supply).copied())
            }
        }
    }

    fn given(&self, is_meant: impl Fn(&Relation) -> bool) -> Measured {
        Measured::by(self.gives.iter().copied().filter(|relation| is_meant(relation)))
    }

    fn is_own_design(&self, relation: &Relation) -> bool {
        let is_own = relation.kind == RelationKind::Supplies
            && relation.specification == Some(Specification::Supplier);
        let is_licensed = relation.kind == RelationKind::Licenses
            && self.product(relation) == Some(ProductKind::Technology);
        is_own || is_licensed
    }

    fn is_brand(&self, relation: &Relation) -> bool {
        matches!(relation.kind, RelationKind::Licenses | RelationKind::Produces)
            && self.product(relation) == Some(ProductKind::Brand)
    }

    fn product(&self, relation: &Relation) -> Option<ProductKind> {
        let named = relation.product.clone().map(EntityId::Product);
        match self.snapshot.entity(&named.unwrap_or_else(|| relation.to.clone()))? {
            Entity::Product(product) => Some(product.kind),
            Entity::Firm(_)
            | Entity::Actor(_)
            | Entity::Place(_)
            | Entity::Programme(_)
            | Entity::Segment(_) => None,
        }
    }

    fn is_lead_firm(&self) -> Measured {
        let mut strength = Confidence::NONE;
        let mut evidence = BTreeSet::new();
        for finding in roles_of(self.snapshot, self.firm) {
            if finding.role == Some(Role::LeadFirm) {
                strength = strength.max(finding.confidence);
                evidence.extend(finding.evidence);
            }
        }
        if evidence.is_empty() {
            return Measured::Silent;
        }
        Measured::Shown { strength, evidence: evidence.into_iter().collect() }
    }
}

fn to_others(relation: &Relation) -> Option<Confidence> {
    if relation.kind != RelationKind::Supplies {
        return None;
    }
    match relation.specification {
        Some(Specification::Customer | Specification::Standardized) => Some(Confidence::FULL),
        Some(Specification::Supplier) => None,
        None => Some(Confidence::from_thousandths(NOT_STATED_THOUSANDTHS)),
    }
}
