//! Measures the signals of assets and needs from the relations of a firm and of a lead firm.
//!
//! Signals of the firm are about this lead firm where they can be; those of the lead firm are about all
//! with whom it deals, since a need is not of one supplier.

use std::cmp::Reverse;

use crate::closed_set::closed_set;
use crate::group::Group;
use crate::scorecard::Measured;
use crate::{
    Area, Entity, EntityId, FirmId, PartialDate, PlaceKind, ProgrammeKind, Relation, RelationId,
    RelationKind, Snapshot, Specification,
};

closed_set! {
    /// What shows an asset or a need.
    pub enum Signal: "signals of assets and needs" {
        /// It supplies the lead firm with standardized things.
        SuppliesStandardized = "supplies_standardized",
        /// A zone, an agreement or an incentive favours it.
        ProducesWithIncentives = "produces_with_incentives",
        /// It operates in another economy than its home.
        ProducesAbroad = "produces_abroad",
        /// It supplies the lead firm with what either of them specifies.
        SuppliesToSpecification = "supplies_to_specification",
        /// It designs or develops with the lead firm.
        DesignsWithIt = "designs_with_it",
        /// Somebody certifies it.
        IsCertified = "is_certified",
        /// Somebody licenses a technology or brand to it.
        UsesTechnology = "uses_technology",
        /// It distributes for the lead firm.
        DistributesForIt = "distributes_for_it",
        /// It serves customers.
        ServesCustomers = "serves_customers",
        /// It shares information with the lead firm.
        InformsIt = "informs_it",
        /// The lead firm buys standardized things.
        LeadBuysStandardized = "lead_buys_standardized",
        /// The lead firm buys from other economies than its home.
        LeadBuysAbroad = "lead_buys_abroad",
        /// The lead firm buys what is specified, or designs with suppliers.
        LeadSpecifies = "lead_specifies",
        /// The lead firm sets standards, certifies, trains, informs, or runs programmes for suppliers.
        LeadDevelopsSuppliers = "lead_develops_suppliers",
        /// Others distribute for the lead firm.
        LeadHasDistributors = "lead_has_distributors",
        /// The lead firm deals or operates in other economies than its home.
        LeadIsElsewhere = "lead_is_elsewhere",
    }
}

/// A lead firm, with what shows its needs: the same for all with whom it deals, so measured once.
pub(super) struct Lead<'a> {
    firm: &'a FirmId,
    /// What it gives to other firms so that they can supply it.
    develops: Vec<&'a Relation>,
    needs: Vec<Shown<'a>>,
}

/// What shows a signal.
struct Shown<'a> {
    signal: Signal,
    measured: Measured,
    surest: Option<&'a Relation>,
}

/// A firm and a lead firm that deal with each other.
pub(super) struct Pair<'a> {
    snapshot: &'a Snapshot,
    firm: &'a Group<'a>,
    lead: &'a Lead<'a>,
    home: Option<Area>,
    /// What the firm gives to the lead firm.
    pub(super) given: Vec<&'a Relation>,
    /// What it gets from it.
    pub(super) got: Vec<&'a Relation>,
}

impl<'a> Lead<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, firm: &'a FirmId) -> Self {
        let home = snapshot.firm(firm).and_then(|firm| firm.home);
        let Group { gives, receives } = Group::of(snapshot, firm);
        let is_abroad = |id: &EntityId| is_abroad(snapshot, id, home);
        let develops = those(&gives, develops_a_firm);
        let needs = vec![
            Shown::by(Signal::LeadBuysStandardized, &receives, is_standardized),
            Shown::by(Signal::LeadBuysAbroad, &receives, |one| {
                one.kind == RelationKind::Supplies && is_abroad(&one.from)
            }),
            Shown::by(Signal::LeadSpecifies, &receives, |one| {
                is_specified(one) || one.kind == RelationKind::CoDesigns
            }),
            Shown::by(Signal::LeadDevelopsSuppliers, &develops, |_| true),
            Shown::by(Signal::LeadHasDistributors, &receives, |one| {
                one.kind == RelationKind::DistributesFor
            }),
            Shown::by(Signal::LeadIsElsewhere, &gives, |one| {
                (is_operation(one) || one.kind.is_sale()) && is_abroad(&one.to)
            }),
        ];
        Self { firm, develops, needs }
    }

    /// Whether the needs of another are shown as strongly, by the same surest relations.
    pub(super) fn is_shown_like(&self, other: &Self) -> bool {
        let seen = |shown: &Shown<'_>| {
            (shown.measured.stated_strength(), shown.surest.map(|one| one.id.clone()))
        };
        self.needs.iter().map(seen).eq(other.needs.iter().map(seen))
    }
}

impl<'a> Shown<'a> {
    fn by(
        signal: Signal,
        relations: &[&'a Relation],
        is_shown: impl Fn(&Relation) -> bool,
    ) -> Self {
        let shown = those(relations, is_shown);
        let measured = Measured::by(shown.iter().copied());
        Self { signal, measured, surest: surest(shown.into_iter()) }
    }
}

impl<'a> Pair<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        firm: &FirmId,
        group: &'a Group<'a>,
        lead: &'a Lead<'a>,
    ) -> Self {
        let home = snapshot.firm(firm).and_then(|firm| firm.home);
        let (own, other) = (EntityId::Firm(firm.clone()), EntityId::Firm(lead.firm.clone()));
        Self {
            snapshot,
            firm: group,
            lead,
            home,
            given: snapshot.outgoing(&own).filter(|one| one.to == other).collect(),
            got: snapshot.incoming(&own).filter(|one| one.from == other).collect(),
        }
    }

    pub(super) fn measure(&self, signal: Signal) -> Measured {
        match self.shown_of_lead(signal) {
            Some(shown) => shown.measured.clone(),
            None => Measured::by(self.relations(signal)),
        }
    }

    /// The surest of the relations that show a signal.
    pub(super) fn surest(&self, signal: Signal) -> Option<RelationId> {
        let found = match self.shown_of_lead(signal) {
            Some(shown) => shown.surest,
            None => surest(self.relations(signal).into_iter()),
        };
        found.map(|one| one.id.clone())
    }

    /// What shows a signal of the lead firm to all with whom it deals; `None` if it is a signal of
    /// the firm, or the lead firm runs programmes for this one.
    fn shown_of_lead(&self, signal: Signal) -> Option<&'a Shown<'a>> {
        let runs_programmes = self.programmes_of_lead().next().is_some();
        let shown = self.lead.needs.iter().find(|shown| shown.signal == signal);
        shown.filter(|shown| !(shown.signal == Signal::LeadDevelopsSuppliers && runs_programmes))
    }

    /// The relations that show a signal.
    fn relations(&self, signal: Signal) -> Vec<&'a Relation> {
        let (gives, receives) = (&self.firm.gives, &self.firm.receives);
        match signal {
            Signal::SuppliesStandardized => those(&self.given, is_standardized),
            Signal::ProducesWithIncentives => {
                let zones = those(gives, |one| self.is_in_zone(one));
                [zones, those(receives, |one| self.is_incentive(one))].concat()
            }
            Signal::ProducesAbroad => {
                let is_abroad = |one: &Relation| is_abroad(self.snapshot, &one.to, self.home);
                those(gives, |one| is_operation(one) && is_abroad(one))
            }
            Signal::SuppliesToSpecification => those(&self.given, is_specified),
            Signal::DesignsWithIt => {
                let designs = |one: &Relation| one.kind == RelationKind::CoDesigns;
                [those(&self.given, designs), those(&self.got, designs)].concat()
            }
            Signal::IsCertified => those(receives, |one| one.kind == RelationKind::Certifies),
            Signal::UsesTechnology => those(receives, |one| one.kind == RelationKind::Licenses),
            Signal::DistributesForIt => {
                those(&self.given, |one| one.kind == RelationKind::DistributesFor)
            }
            Signal::ServesCustomers => those(gives, |one| one.kind == RelationKind::Serves),
            Signal::InformsIt => {
                those(&self.given, |one| one.kind == RelationKind::SharesInformation)
            }
            // What the lead firm does for suppliers, and programmes that it runs for this one.
            Signal::LeadDevelopsSuppliers => {
                self.lead.develops.iter().copied().chain(self.programmes_of_lead()).collect()
            }
            // Measured once for all with whom it deals.
            Signal::LeadBuysStandardized
            | Signal::LeadBuysAbroad
            | Signal::LeadSpecifies
            | Signal::LeadHasDistributors
            | Signal::LeadIsElsewhere => Vec::new(),
        }
    }

    fn programmes_of_lead(&self) -> impl Iterator<Item = &'a Relation> {
        self.firm.receives.iter().copied().filter(|one| {
            let programme = self.snapshot.entity(&one.from);
            let runs = matches!(programme, Some(Entity::Programme(programme))
                if programme.operator.as_ref().and_then(EntityId::as_firm) == Some(self.lead.firm));
            one.kind == RelationKind::SupportsByProgramme && runs
        })
    }

    fn is_in_zone(&self, relation: &Relation) -> bool {
        let place = self.snapshot.entity(&relation.to);
        let is_zone = matches!(place, Some(Entity::Place(place))
            if matches!(place.kind, PlaceKind::IndustrialEstate | PlaceKind::SpecialEconomicZone));
        relation.kind == RelationKind::LocatedIn && is_zone
    }

    fn is_incentive(&self, relation: &Relation) -> bool {
        let giver = self.snapshot.entity(&relation.from);
        matches!(giver, Some(Entity::Programme(programme)) if matches!(
            programme.kind,
            ProgrammeKind::TradeAgreement | ProgrammeKind::Zone | ProgrammeKind::Incentive
        ))
    }
}

/// The surest relation; of several the one that has held longest, as far as that is stated.
fn surest<'a>(relations: impl Iterator<Item = &'a Relation>) -> Option<&'a Relation> {
    relations.min_by_key(|one| {
        let begin = one.validity.from().map(PartialDate::earliest);
        (Reverse(one.confidence), begin.is_none(), begin, &one.id)
    })
}

/// True if both economies are known and differ.
fn is_abroad(snapshot: &Snapshot, id: &EntityId, home: Option<Area>) -> bool {
    let is_other = |home: Area| snapshot.area_of(id).is_some_and(|area| area != home);
    home.is_some_and(is_other)
}

fn develops_a_firm(relation: &Relation) -> bool {
    let develops = matches!(
        relation.kind,
        RelationKind::Standardizes
            | RelationKind::Certifies
            | RelationKind::Trains
            | RelationKind::SharesInformation
            | RelationKind::Licenses
    );
    develops && relation.to.as_firm().is_some()
}

fn those<'a>(
    relations: &[&'a Relation],
    is_shown: impl Fn(&Relation) -> bool,
) -> Vec<&'a Relation> {
    relations.iter().copied().filter(|one| is_shown(one)).collect()
}

fn is_standardized(relation: &Relation) -> bool {
    relation.kind == RelationKind::Supplies
        && relation.specification == Some(Specification::Standardized)
}

fn is_specified(relation: &Relation) -> bool {
    let of_somebody = match relation.specification {
        Some(Specification::Customer | Specification::Supplier) => true,
        Some(Specification::Standardized) | None => false,
    };
    relation.kind == RelationKind::Supplies && of_somebody
}

fn is_operation(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::LocatedIn | RelationKind::InvestsIn | RelationKind::Owns)
}
