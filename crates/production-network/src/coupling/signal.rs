//! Measures the signals of coupling mechanisms from the relations of one firm.
//!
//! Each signal is a question with a yes that names its relations. Never compares a firm with an
//! average: coupling is between agents.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::closed_set::closed_set;
use crate::place::is_in_zone;
use crate::programme::is_incentive;
use crate::role::Roles;
use crate::scorecard::Measured;
use crate::{
    ActorKind, Area, Entity, EntityId, Firm, Programme, ProgrammeKind, Relation, RelationKind,
    Role, Snapshot, Specification,
};

closed_set! {
    /// What speaks for a coupling mechanism.
    pub enum Signal: "coupling signals" {
        /// It gives to and gets from one foreign firm.
        TwoWayExchange = "two_way_exchange",
        /// What it gives to that firm is of another kind than what it gets.
        DividesFunctions = "divides_functions",
        /// It is a strategic partner.
        IsStrategicPartner = "is_strategic_partner",
        /// It has operations or investments in another economy.
        OperatesAbroad = "operates_abroad",
        /// It is a specialized supplier.
        SuppliesNiche = "supplies_niche",
        /// A state agency or a development programme helps it.
        HasStateAssistance = "has_state_assistance",
        /// It supplies firms that are lead firms.
        SuppliesLeadFirms = "supplies_lead_firms",
        /// Its first relation at home is older than its first operation abroad.
        BuiltUpAtHome = "built_up_at_home",
        /// It is in an industrial estate or a special economic zone.
        IsInZone = "is_in_zone",
        /// It supplies buyers in another economy.
        SuppliesForeignBuyers = "supplies_foreign_buyers",
        /// Tariff preferences, a zone or other incentives favour it.
        HasIncentives = "has_incentives",
        /// It supplies standardized things.
        CompetesOnCost = "competes_on_cost",
    }
}

/// One firm's position among its partners, customers and agencies.
pub(super) struct Position<'a> {
    snapshot: &'a Snapshot,
    roles: Roles<'a>,
    firm: &'a Firm,
    gives: Vec<&'a Relation>,
    receives: Vec<&'a Relation>,
}

impl<'a> Position<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, roles: Roles<'a>, firm: &'a Firm) -> Self {
        let id = EntityId::Firm(firm.id.clone());
        let gives = snapshot.outgoing(&id).collect();
        let receives = snapshot.incoming(&id).collect();
        Self { snapshot, roles, firm, gives, receives }
    }

    pub(super) fn measure(&self, signal: Signal) -> Measured {
        match signal {
            Signal::TwoWayExchange => Measured::by(self.exchange()),
            Signal::DividesFunctions => self.divides_functions(),
            Signal::IsStrategicPartner => self.by_role(&[Role::StrategicPartner]),
            Signal::OperatesAbroad => Measured::by(self.operations_abroad()),
            Signal::SuppliesNiche => {
                self.by_role(&[Role::SpecializedSupplierIndustry, Role::SpecializedSupplierMulti])
            }
            Signal::HasStateAssistance => {
                Measured::by(self.receives.iter().copied().filter(|r| self.is_assistance(r)))
            }
            Signal::SuppliesLeadFirms => Measured::by(
                self.gives.iter().copied().filter(|r| is_supply(r) && self.is_lead_firm(&r.to)),
            ),
            Signal::BuiltUpAtHome => self.built_up_at_home(),
            Signal::IsInZone => {
                Measured::by(self.gives.iter().copied().filter(|r| is_in_zone(self.snapshot, r)))
            }
            Signal::SuppliesForeignBuyers => Measured::by(
                self.gives.iter().copied().filter(|r| is_supply(r) && self.is_foreign(&r.to)),
            ),
            Signal::HasIncentives => Measured::by(
                self.receives.iter().copied().filter(|r| is_incentive(self.snapshot, r)),
            ),
            Signal::CompetesOnCost => {
                Measured::by(self.gives.iter().copied().filter(|r| {
                    is_supply(r) && r.specification == Some(Specification::Standardized)
                }))
            }
        }
    }

    /// The relations with foreign firms to which it gives and from which it gets.
    fn exchange(&self) -> Vec<&'a Relation> {
        let gives_to: BTreeSet<&EntityId> =
            self.gives.iter().filter(|r| is_exchange(r)).map(|r| &r.to).collect();
        let gets_from: BTreeSet<&EntityId> =
            self.receives.iter().filter(|r| is_exchange(r)).map(|r| &r.from).collect();
        let is_partner = |id: &EntityId| {
            id.as_firm().is_some()
                && gives_to.contains(id)
                && gets_from.contains(id)
                && self.is_foreign(id)
        };
        let given = self.gives.iter().filter(|r| is_exchange(r) && is_partner(&r.to));
        let got = self.receives.iter().filter(|r| is_exchange(r) && is_partner(&r.from));
        given.chain(got).copied().collect()
    }

    fn divides_functions(&self) -> Measured {
        let own = EntityId::Firm(self.firm.id.clone());
        let exchange = self.exchange();
        let given: BTreeSet<RelationKind> =
            exchange.iter().filter(|r| r.from == own).map(|r| r.kind).collect();
        let got: BTreeSet<RelationKind> =
            exchange.iter().filter(|r| r.to == own).map(|r| r.kind).collect();
        Measured::by(exchange.into_iter().filter(|relation| {
            let is_given = given.contains(&relation.kind);
            is_given != got.contains(&relation.kind)
        }))
    }

    fn by_role(&self, wanted: &[Role]) -> Measured {
        let mut evidence = Vec::new();
        for finding in self.roles.of(&self.firm.id) {
            if finding.role.is_some_and(|role| wanted.contains(&role)) {
                evidence
                    .extend(finding.evidence.iter().filter_map(|id| self.snapshot.relation(id)));
            }
        }
        Measured::by(evidence)
    }

    fn operations_abroad(&self) -> impl Iterator<Item = &'a Relation> {
        self.gives.iter().copied().filter(|relation| {
            let is_operation = matches!(
                relation.kind,
                RelationKind::LocatedIn | RelationKind::InvestsIn | RelationKind::Owns
            );
            is_operation && self.is_foreign(&relation.to)
        })
    }

    fn built_up_at_home(&self) -> Measured {
        let Some(first_abroad) = self.operations_abroad().filter_map(first_day).min() else {
            return Measured::Silent;
        };
        Measured::by(self.gives.iter().copied().filter(|relation| {
            let is_at_home =
                matches!(relation.kind, RelationKind::LocatedIn) && !self.is_foreign(&relation.to);
            is_at_home && first_day(relation).is_some_and(|day| day < first_abroad)
        }))
    }

    /// A programme that develops firms, or help by a state agency; not preferences or awards.
    fn is_assistance(&self, relation: &Relation) -> bool {
        let is_help = matches!(
            relation.kind,
            RelationKind::SupportsByProgramme
                | RelationKind::Introduces
                | RelationKind::Finances
                | RelationKind::Trains
        );
        let is_helper = match self.snapshot.entity(&relation.from) {
            Some(Entity::Programme(programme)) => is_developing(programme),
            Some(Entity::Actor(actor)) => actor.kind == ActorKind::StateAgency,
            Some(Entity::Firm(_) | Entity::Place(_) | Entity::Product(_) | Entity::Segment(_))
            | None => false,
        };
        is_help && is_helper
    }

    fn is_lead_firm(&self, id: &EntityId) -> bool {
        id.as_firm().is_some_and(|firm| self.roles.is_lead_firm(firm))
    }

    /// True if both homes are known and differ: an unknown home is no evidence.
    fn is_foreign(&self, id: &EntityId) -> bool {
        let is_other = |home: Area| self.snapshot.area_of(id).is_some_and(|area| area != home);
        self.firm.home.is_some_and(is_other)
    }
}

fn is_supply(relation: &Relation) -> bool {
    relation.kind == RelationKind::Supplies
}

fn is_exchange(relation: &Relation) -> bool {
    matches!(
        relation.kind,
        RelationKind::Supplies
            | RelationKind::CoDesigns
            | RelationKind::DistributesFor
            | RelationKind::Licenses
            | RelationKind::Trains
            | RelationKind::SharesInformation
    )
}

fn is_developing(programme: &Programme) -> bool {
    match programme.kind {
        ProgrammeKind::VendorDevelopment
        | ProgrammeKind::Internationalization
        | ProgrammeKind::Training
        | ProgrammeKind::Funding => true,
        ProgrammeKind::Award
        | ProgrammeKind::TradeAgreement
        | ProgrammeKind::Zone
        | ProgrammeKind::Incentive => false,
    }
}

fn first_day(relation: &Relation) -> Option<Date> {
    relation.validity.from().map(|from| from.earliest())
}
