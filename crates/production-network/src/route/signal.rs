//! Measures the signals of routes from the relations of one firm and one host economy.
//!
//! A firm's own relations count with those of the firms that it controls: a subsidiary sells for it.

use std::collections::BTreeSet;

use crate::closed_set::closed_set;
use crate::group::{Group, is_in_economy};
use crate::role::Roles;
use crate::scorecard::Measured;
use crate::{
    Area, Entity, EntityId, Firm, FirmSize, Investment, ProductKind, Relation, RelationKind,
    Snapshot, Specification,
};

closed_set! {
    /// What speaks for a route.
    pub enum Signal: "route signals" {
        /// It invests in no other economy.
        IsNotAbroad = "is_not_abroad",
        /// It sells.
        Sells = "sells",
        /// It has an operation at home.
        IsAtHome = "is_at_home",
        /// It invests in the host economy.
        InvestsThere = "invests_there",
        /// It supplies to customers' own specification.
        SuppliesToSpecification = "supplies_to_specification",
        /// A customer is in the host economy.
        CustomerThere = "customer_there",
        /// A larger firm of its home that it deals with is in the host economy.
        LargerFirmThere = "larger_firm_there",
        /// It and such a larger firm sell to one lead firm.
        SharedLeadFirm = "shared_lead_firm",
        /// It serves customers with finished goods or services.
        ServesMarkets = "serves_markets",
        /// It invests in more than one economy.
        IsInSeveralHosts = "is_in_several_hosts",
        /// It distributes for others, or licenses out a brand of its own.
        HasReachOfItsOwn = "has_reach_of_its_own",
    }
}

/// One firm and one economy.
pub(super) struct Position<'a> {
    snapshot: &'a Snapshot,
    firm: &'a Firm,
    investments: &'a [Investment],
    host: Option<Area>,
    roles: Roles<'a>,
    /// What it and the firms that it controls give.
    gives: Vec<&'a Relation>,
}

impl<'a> Position<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        firm: &'a Firm,
        investments: &'a [Investment],
        host: Option<Area>,
        roles: Roles<'a>,
    ) -> Self {
        let gives = Group::of(snapshot, &firm.id).gives;
        Self { snapshot, firm, investments, host, roles, gives }
    }

    pub(super) fn measure(&self, signal: Signal) -> Measured {
        match signal {
            Signal::IsNotAbroad if self.investments.is_empty() => Measured::ShownByAbsence,
            Signal::IsNotAbroad => Measured::Silent,
            Signal::Sells => self.by(|one| one.kind.is_sale()),
            Signal::IsAtHome => self.by(|one| {
                one.kind == RelationKind::LocatedIn
                    && self.firm.home.is_some()
                    && self.snapshot.area_of(&one.to) == self.firm.home
            }),
            Signal::InvestsThere => self.invests(|one| Some(one.host) == self.host),
            Signal::SuppliesToSpecification => self.by(is_to_specification),
            Signal::CustomerThere => self.by(|one| one.kind.is_sale() && self.is_there(&one.to)),
            Signal::LargerFirmThere => {
                Measured::by(self.larger_firms().into_iter().map(|(_, r)| r))
            }
            Signal::SharedLeadFirm => self.shared_lead_firm(),
            Signal::ServesMarkets => self.by(|one| one.kind == RelationKind::Serves),
            Signal::IsInSeveralHosts if self.investments.len() < 2 => Measured::Silent,
            Signal::IsInSeveralHosts => self.invests(|_| true),
            Signal::HasReachOfItsOwn => self.by(|one| {
                one.kind == RelationKind::DistributesFor || self.is_brand_of_its_own(one)
            }),
        }
    }

    fn by(&self, is_shown: impl Fn(&Relation) -> bool) -> Measured {
        Measured::by(self.gives.iter().copied().filter(|one| is_shown(one)))
    }

    fn invests(&self, is_asked: impl Fn(&Investment) -> bool) -> Measured {
        let asked = self.investments.iter().filter(|one| is_asked(one));
        let relations = asked.flat_map(|one| &one.evidence);
        Measured::by(relations.filter_map(|id| self.snapshot.relation(id)))
    }

    /// Whether an entity is in the host economy: at home there, or with an operation.
    fn is_there(&self, id: &EntityId) -> bool {
        self.host.is_some_and(|host| is_in_economy(self.snapshot, id, host))
    }

    /// Large firms of its home in the host economy, with the relations that join them.
    fn larger_firms(&self) -> Vec<(EntityId, &'a Relation)> {
        let own = EntityId::Firm(self.firm.id.clone());
        let dealt = self.snapshot.outgoing(&own).chain(self.snapshot.incoming(&own));
        let mut found = Vec::new();
        for relation in dealt {
            let other = if relation.from == own { &relation.to } else { &relation.from };
            let is_larger = match self.snapshot.entity(other) {
                Some(Entity::Firm(firm)) => {
                    firm.size == FirmSize::Large
                        && firm.home.is_some()
                        && firm.home == self.firm.home
                }
                Some(
                    Entity::Actor(_)
                    | Entity::Place(_)
                    | Entity::Programme(_)
                    | Entity::Product(_)
                    | Entity::Segment(_),
                )
                | None => false,
            };
            if is_larger && self.is_there(other) {
                found.push((other.clone(), relation));
            }
        }
        found
    }

    fn shared_lead_firm(&self) -> Measured {
        let larger = self.larger_firms();
        let sold_by_larger: BTreeSet<&EntityId> = larger
            .iter()
            .flat_map(|(firm, _)| self.snapshot.outgoing(firm))
            .filter(|one| one.kind.is_sale())
            .map(|one| &one.to)
            .collect();
        self.by(|one| {
            let is_lead = one.to.as_firm().is_some_and(|firm| self.roles.is_lead_firm(firm));
            one.kind.is_sale() && is_lead && sold_by_larger.contains(&one.to)
        })
    }

    fn is_brand_of_its_own(&self, relation: &Relation) -> bool {
        let product = relation.product.clone().map(EntityId::Product);
        let is_brand = match product.and_then(|id| self.snapshot.entity(&id).cloned()) {
            Some(Entity::Product(product)) => product.kind == ProductKind::Brand,
            Some(
                Entity::Firm(_)
                | Entity::Actor(_)
                | Entity::Place(_)
                | Entity::Programme(_)
                | Entity::Segment(_),
            )
            | None => false,
        };
        relation.kind == RelationKind::Licenses && is_brand
    }
}

fn is_to_specification(relation: &Relation) -> bool {
    relation.kind == RelationKind::Supplies
        && relation.specification == Some(Specification::Customer)
}
