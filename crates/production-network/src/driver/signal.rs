//! Measures the signals of drivers from the relations of one firm and one of its investments, and
//! from the dated assets of the places on both sides.
//!
//! What places have is shown by the relations that join the firm to them.

use std::collections::BTreeSet;

use super::labour_cost::{self, Comparison};
use crate::closed_set::closed_set;
use crate::group::{Group, is_in_economy};
use crate::place::Surroundings;
use crate::scorecard::Measured;
use crate::{
    ActorKind, Area, AttributeGroup, Confidence, Entity, EntityId, Firm, Investment, Place,
    Presence, Programme, ProgrammeKind, Relation, RelationKind, SegmentId, Snapshot, Specification,
};

/// How far a relation counts of which it is not known whether it concerns the host economy.
const ELSEWHERE_THOUSANDTHS: u32 = 700;

closed_set! {
    /// What speaks for a driver.
    pub enum Signal: "driver signals" {
        /// It operates or invests in the host economy.
        InvestsThere = "invests_there",
        /// It supplies others with inputs.
        SuppliesOthers = "supplies_others",
        /// Wages are not known to be as high there as at home, or higher.
        IsNotDearerThere = "is_not_dearer_there",
        /// It has an operation at home.
        KeepsHomeOperation = "keeps_home_operation",
        /// Wages are lower there than at home.
        CostsLessThere = "costs_less_there",
        /// Funding, a zone or an incentive bears a part of its cost.
        IsSubsidizedThere = "is_subsidized_there",
        /// It supplies standardized things.
        CompetesOnCost = "competes_on_cost",
        /// It sells to somebody there or, in part, serves markets that are not stated.
        SellsThere = "sells_there",
        /// It supplies what is specified, designs with others, distributes, or uses a technology.
        HasAdvantage = "has_advantage",
        /// It sells in more than one economy.
        SellsInSeveralEconomies = "sells_in_several_economies",
        /// It buys from there, or works in primary industries.
        TakesFromThere = "takes_from_there",
        /// Resources are recorded of the place, or of one around it.
        HasResourcesThere = "has_resources_there",
        /// An agreement or programme of several economies favours it.
        UsesAgreement = "uses_agreement",
        /// A state agency of the host helps it.
        IsHelpedByHost = "is_helped_by_host",
    }
}

/// One firm and one of its investments.
pub(super) struct Position<'a> {
    snapshot: &'a Snapshot,
    surroundings: &'a Surroundings<'a>,
    firm: &'a Firm,
    investment: &'a Investment,
    group: Group<'a>,
}

impl<'a> Position<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        surroundings: &'a Surroundings<'a>,
        firm: &'a Firm,
        investment: &'a Investment,
    ) -> Self {
        let group = Group::of(snapshot, &firm.id);
        Self { snapshot, surroundings, firm, investment, group }
    }

    pub(super) fn measure(&self, signal: Signal) -> Measured {
        match signal {
            Signal::InvestsThere => Measured::by(self.evidence()),
            Signal::SuppliesOthers => self.by_given(|one| one.kind == RelationKind::Supplies),
            Signal::IsNotDearerThere => match self.labour_cost() {
                Comparison::NotLess => Measured::Silent,
                Comparison::Less | Comparison::Unknown => Measured::ShownByAbsence,
            },
            Signal::KeepsHomeOperation => self.by_given(|one| {
                one.kind == RelationKind::LocatedIn
                    && self.snapshot.area_of(&one.to) == Some(self.investment.home)
            }),
            Signal::CostsLessThere => self.if_there(self.labour_cost() == Comparison::Less),
            Signal::IsSubsidizedThere => self.by_received(|one| self.is_subsidy(one)),
            Signal::CompetesOnCost => self.by_given(|one| {
                one.kind == RelationKind::Supplies
                    && one.specification == Some(Specification::Standardized)
            }),
            Signal::SellsThere => self.sells_there(),
            Signal::HasAdvantage => self.advantage(),
            Signal::SellsInSeveralEconomies => self.sells_in_several(),
            Signal::TakesFromThere => self.takes_from_there(),
            Signal::HasResourcesThere => self.if_there(self.has_resources()),
            Signal::UsesAgreement => self.by_received(|one| self.is_agreement(one)),
            Signal::IsHelpedByHost => self.by_received(|one| self.is_help_by_host(one)),
        }
    }

    /// The relations that show the investment.
    fn evidence(&self) -> impl Iterator<Item = &'a Relation> {
        self.investment.evidence.iter().filter_map(|id| self.snapshot.relation(id))
    }

    fn if_there(&self, is_shown: bool) -> Measured {
        if is_shown { Measured::by(self.evidence()) } else { Measured::Silent }
    }

    fn by_given(&self, is_shown: impl Fn(&Relation) -> bool) -> Measured {
        Measured::by(self.group.gives.iter().copied().filter(|one| is_shown(one)))
    }

    fn by_received(&self, is_shown: impl Fn(&Relation) -> bool) -> Measured {
        Measured::by(self.group.receives.iter().copied().filter(|one| is_shown(one)))
    }

    /// Compares wages of the places invested in, or of the host economy, with those at home.
    fn labour_cost(&self) -> Comparison {
        let there = self.places_there();
        let own = EntityId::Firm(self.firm.id.clone());
        let mut home: Vec<&Place> = Vec::new();
        for located in self.snapshot.outgoing(&own) {
            if located.kind == RelationKind::LocatedIn
                && let Some(Entity::Place(place)) = self.snapshot.entity(&located.to)
                && place.code.economy() == self.investment.home
            {
                home.push(place);
            }
        }
        if home.is_empty() {
            home.extend(self.surroundings.economy(self.investment.home));
        }
        let mut said: BTreeSet<bool> = BTreeSet::new();
        for (there, home) in there.iter().flat_map(|at| home.iter().map(move |home| (at, home))) {
            match labour_cost::compare(self.snapshot, self.surroundings, there, home) {
                Comparison::Less => said.insert(true),
                Comparison::NotLess => said.insert(false),
                Comparison::Unknown => continue,
            };
        }
        match (said.contains(&true), said.contains(&false)) {
            (true, false) => Comparison::Less,
            (false, true) => Comparison::NotLess,
            (true, true) | (false, false) => Comparison::Unknown,
        }
    }

    fn places_there(&self) -> Vec<&'a Place> {
        let named = self.investment.places.iter().filter_map(|id| self.snapshot.place(id));
        let mut places: Vec<&Place> = named.collect();
        if places.is_empty() {
            places.extend(self.surroundings.economy(self.investment.host));
        }
        places
    }

    fn has_resources(&self) -> bool {
        let places = self.places_there().into_iter();
        let mut around = places.flat_map(|place| self.surroundings.of(place));
        around.any(|place| {
            place.attributes.iter().any(|attribute| {
                AttributeGroup::of(&attribute.id)
                    .is_ok_and(|group| group == AttributeGroup::Resources)
                    && attribute.presence(self.snapshot.valid()) != Presence::Absent
                    && !matches!(attribute.value.as_str(), "no" | "0")
            })
        })
    }

    fn sells_there(&self) -> Measured {
        let elsewhere = Confidence::from_thousandths(ELSEWHERE_THOUSANDTHS);
        let mut shown: Vec<(&Relation, Confidence)> = Vec::new();
        for relation in self.group.gives.iter().copied().filter(|one| one.kind.is_sale()) {
            if is_in_economy(self.snapshot, &relation.to, self.investment.host) {
                shown.push((relation, Confidence::FULL));
            } else if relation.kind == RelationKind::Serves {
                // Where it serves them is not stated: their home is not where they are served.
                shown.push((relation, elsewhere));
            }
        }
        Measured::by_weighted(shown)
    }

    fn advantage(&self) -> Measured {
        let given = self.group.gives.iter().copied().filter(|one| {
            let is_of_its_own = matches!(
                one.kind,
                RelationKind::CoDesigns | RelationKind::DistributesFor | RelationKind::Licenses
            );
            let is_supply = one.kind == RelationKind::Supplies;
            is_of_its_own || (is_supply && one.specification.is_some_and(is_specified))
        });
        let technology =
            self.group.receives.iter().copied().filter(|one| one.kind == RelationKind::Licenses);
        Measured::by(given.chain(technology))
    }

    fn sells_in_several(&self) -> Measured {
        let sales: Vec<(&Relation, Area)> = self
            .group
            .gives
            .iter()
            .filter(|one| one.kind.is_sale())
            .filter_map(|one| Some((*one, self.snapshot.area_of(&one.to)?)))
            .filter(|(_, area)| area.is_economy())
            .collect();
        let economies: BTreeSet<Area> = sales.iter().map(|(_, area)| *area).collect();
        let is_several = economies.len() > 1;
        Measured::by(sales.into_iter().filter(|_| is_several).map(|(one, _)| one))
    }

    fn takes_from_there(&self) -> Measured {
        let elsewhere = Confidence::from_thousandths(ELSEWHERE_THOUSANDTHS);
        let host = self.investment.host;
        let mut shown: Vec<(&Relation, Confidence)> = Vec::new();
        for relation in self.group.receives.iter().copied() {
            if relation.kind == RelationKind::Supplies
                && is_in_economy(self.snapshot, &relation.from, host)
            {
                shown.push((relation, Confidence::FULL));
            }
        }
        for relation in self.evidence() {
            if relation.segment.as_ref().is_some_and(|segment| self.is_primary(segment)) {
                shown.push((relation, Confidence::FULL));
            }
        }
        for relation in self.group.gives.iter().copied() {
            let EntityId::Segment(segment) = &relation.to else { continue };
            if relation.kind == RelationKind::Produces && self.is_primary(segment) {
                shown.push((relation, elsewhere));
            }
        }
        Measured::by_weighted(shown)
    }

    /// Whether a segment, or the nearest above it that says so, is of a primary industry.
    fn is_primary(&self, segment: &SegmentId) -> bool {
        let mut next = Some(segment.clone());
        while let Some(id) = next {
            let parent = id.parent();
            if let Some(Entity::Segment(found)) = self.snapshot.entity(&EntityId::Segment(id))
                && let Some(isic) = found.isic
            {
                return isic.is_primary();
            }
            next = parent;
        }
        false
    }

    fn is_subsidy(&self, relation: &Relation) -> bool {
        let giver = self.snapshot.entity(&relation.from);
        let is_funded = matches!(giver, Some(Entity::Actor(actor))
            if actor.kind == ActorKind::StateAgency);
        let is_favoured = matches!(giver, Some(Entity::Programme(programme))
        if matches!(
            programme.kind,
            ProgrammeKind::Funding | ProgrammeKind::Zone | ProgrammeKind::Incentive
        ));
        (relation.kind == RelationKind::Finances && is_funded)
            || (relation.kind == RelationKind::SupportsByProgramme && is_favoured)
    }

    fn is_agreement(&self, relation: &Relation) -> bool {
        let Some(Entity::Programme(programme)) = self.snapshot.entity(&relation.from) else {
            return false;
        };
        let operator = self.operator(programme);
        let is_joint = matches!(operator, Some(Entity::Actor(actor))
            if actor.kind == ActorKind::InternationalOrganisation);
        relation.kind == RelationKind::SupportsByProgramme
            && (programme.kind == ProgrammeKind::TradeAgreement || is_joint)
    }

    fn is_help_by_host(&self, relation: &Relation) -> bool {
        let helper = match self.snapshot.entity(&relation.from) {
            Some(Entity::Programme(programme)) => self.operator(programme),
            other => other,
        };
        let is_help = matches!(
            relation.kind,
            RelationKind::Introduces
                | RelationKind::Mediates
                | RelationKind::Finances
                | RelationKind::Trains
                | RelationKind::SupportsByProgramme
        );
        is_help
            && matches!(helper, Some(Entity::Actor(actor))
                if actor.kind == ActorKind::StateAgency
                    && actor.home == Some(self.investment.host))
    }

    fn operator(&self, programme: &Programme) -> Option<&'a Entity> {
        self.snapshot.entity(programme.operator.as_ref()?)
    }
}

fn is_specified(specification: Specification) -> bool {
    match specification {
        Specification::Customer | Specification::Supplier => true,
        Specification::Standardized => false,
    }
}
