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
        let develops: Vec<&Relation> =
            gives.iter().copied().filter(|one| develops_a_firm(one)).collect();
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

    fn need(&self, signal: Signal) -> Option<&Shown<'a>> {
        self.needs.iter().find(|shown| shown.signal == signal)
    }

    fn measure(&self, signal: Signal) -> Measured {
        self.need(signal).map_or(Measured::Silent, |shown| shown.measured.clone())
    }
}

impl<'a> Shown<'a> {
    fn by(
        signal: Signal,
        relations: &[&'a Relation],
        is_shown: impl Fn(&Relation) -> bool,
    ) -> Self {
        let shown = || relations.iter().copied().filter(|one| is_shown(one));
        Self { signal, measured: Measured::by(shown()), surest: surest(shown()) }
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
        let firm = self.firm;
        match signal {
            Signal::SuppliesStandardized => by(&self.given, is_standardized),
            Signal::ProducesWithIncentives => {
                let zones = firm.gives.iter().filter(|one| self.is_in_zone(one));
                let favours = firm.receives.iter().filter(|one| self.is_incentive(one));
                Measured::by(zones.chain(favours).copied())
            }
            Signal::ProducesAbroad => {
                let is_abroad = |one: &Relation| is_abroad(self.snapshot, &one.to, self.home);
                by(&firm.gives, |one| is_operation(one) && is_abroad(one))
            }
            Signal::SuppliesToSpecification => by(&self.given, is_specified),
            Signal::DesignsWithIt => {
                let both = self.given.iter().chain(&self.got).copied();
                Measured::by(both.filter(|one| one.kind == RelationKind::CoDesigns))
            }
            Signal::IsCertified => by(&firm.receives, |one| one.kind == RelationKind::Certifies),
            Signal::UsesTechnology => by(&firm.receives, |one| one.kind == RelationKind::Licenses),
            Signal::DistributesForIt => {
                by(&self.given, |one| one.kind == RelationKind::DistributesFor)
            }
            Signal::ServesCustomers => by(&firm.gives, |one| one.kind == RelationKind::Serves),
            Signal::InformsIt => by(&self.given, |one| one.kind == RelationKind::SharesInformation),
            Signal::LeadDevelopsSuppliers => self.develops_suppliers(),
            Signal::LeadBuysStandardized
            | Signal::LeadBuysAbroad
            | Signal::LeadSpecifies
            | Signal::LeadHasDistributors
            | Signal::LeadIsElsewhere => self.lead.measure(signal),
        }
    }

    /// The surest relations that show signals of the lead firm, one a signal.
    pub(super) fn surest_of(&self, signals: impl Iterator<Item = Signal>) -> Vec<RelationId> {
        let surest = signals.filter_map(|signal| {
            if signal == Signal::LeadDevelopsSuppliers {
                surest(self.lead.develops.iter().copied().chain(self.programmes_of_lead()))
            } else {
                self.lead.need(signal).and_then(|shown| shown.surest)
            }
        });
        surest.map(|one| one.id.clone()).collect()
    }

    /// What the lead firm does for suppliers; what programmes that it runs do for this one.
    fn develops_suppliers(&self) -> Measured {
        let mut programmes = self.programmes_of_lead().peekable();
        if programmes.peek().is_none() {
            return self.lead.measure(Signal::LeadDevelopsSuppliers);
        }
        Measured::by(self.lead.develops.iter().copied().chain(programmes))
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

fn by(relations: &[&Relation], is_shown: impl Fn(&Relation) -> bool) -> Measured {
    Measured::by(relations.iter().copied().filter(|one| is_shown(one)))
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
