//! Measures the signals of assets and needs from the relations of a firm and of a lead firm.
//!
//! Signals of the firm are about this lead firm where they can be; those of the lead firm are about all
//! with whom it deals, since a need is not of one supplier.

use std::cmp::Reverse;

use jiff::civil::Date;

use crate::closed_set::closed_set;
use crate::group::Group;
use crate::place::is_in_zone;
use crate::programme::is_incentive;
use crate::scorecard::Measured;
use crate::{
    Area, Confidence, Entity, EntityId, FirmId, PartialDate, Relation, RelationId, RelationKind,
    Snapshot, Specification,
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

/// A firm, with what shows its assets whoever it deals with, likewise.
pub(super) struct Own<'a> {
    firm: &'a FirmId,
    assets: Vec<Shown<'a>>,
    /// Programmes that support it.
    programmes: Vec<&'a Relation>,
}

/// A firm and a lead firm that deal with each other.
pub(super) struct Pair<'a> {
    own: &'a Own<'a>,
    lead: &'a Lead<'a>,
    /// What the firm gives to the lead firm.
    pub(super) given: Vec<&'a Relation>,
    /// What it gets from it.
    pub(super) got: Vec<&'a Relation>,
    /// Programmes of the lead firm that support the firm.
    programmes: Vec<&'a Relation>,
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

    /// Whether the needs of another are shown by the same surest relations, which are as sure: they
    /// are as strong then.
    pub(super) fn is_shown_like(&self, other: &Self) -> bool {
        let of_each = self.needs.iter().zip(&other.needs);
        of_each
            .map(|(one, other)| [one.surest.map(surety), other.surest.map(surety)])
            .all(|[one, other]| one == other)
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

impl<'a> Own<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, firm: &'a FirmId) -> Self {
        let home = snapshot.firm(firm).and_then(|firm| firm.home);
        let Group { gives, receives } = Group::of(snapshot, firm);
        let favours = [
            those(&gives, |one| is_in_zone(snapshot, one)),
            those(&receives, |one| is_incentive(snapshot, one)),
        ];
        let assets = vec![
            Shown::by(Signal::ProducesWithIncentives, &favours.concat(), |_| true),
            Shown::by(Signal::ProducesAbroad, &gives, |one| {
                is_operation(one) && is_abroad(snapshot, &one.to, home)
            }),
            Shown::by(Signal::IsCertified, &receives, |one| one.kind == RelationKind::Certifies),
            Shown::by(Signal::UsesTechnology, &receives, |one| one.kind == RelationKind::Licenses),
            Shown::by(Signal::ServesCustomers, &gives, |one| one.kind == RelationKind::Serves),
        ];
        let programmes = those(&receives, |one| one.kind == RelationKind::SupportsByProgramme);
        Self { firm, assets, programmes }
    }
}

impl<'a> Pair<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, own: &'a Own<'a>, lead: &'a Lead<'a>) -> Self {
        let (firm, other) = (EntityId::Firm(own.firm.clone()), EntityId::Firm(lead.firm.clone()));
        let runs = |one: &Relation| {
            let programme = snapshot.entity(&one.from);
            matches!(programme, Some(Entity::Programme(programme))
                if programme.operator.as_ref().and_then(EntityId::as_firm) == Some(lead.firm))
        };
        Self {
            own,
            lead,
            given: snapshot.outgoing(&firm).filter(|one| one.to == other).collect(),
            got: snapshot.incoming(&firm).filter(|one| one.from == other).collect(),
            programmes: those(&own.programmes, runs),
        }
    }

    pub(super) fn measure(&self, signal: Signal) -> Measured {
        match self.shown_to_all(signal) {
            Some(shown) => shown.measured.clone(),
            None => Measured::by(self.relations(signal)),
        }
    }

    /// The surest of the relations that show a signal.
    pub(super) fn surest(&self, signal: Signal) -> Option<RelationId> {
        let found = match self.shown_to_all(signal) {
            Some(shown) => shown.surest,
            None => surest(self.relations(signal).into_iter()),
        };
        found.map(|one| one.id.clone())
    }

    /// What shows a signal whoever the other is; `None` if that depends on who it is.
    fn shown_to_all(&self, signal: Signal) -> Option<&'a Shown<'a>> {
        if signal == Signal::LeadDevelopsSuppliers && !self.programmes.is_empty() {
            return None;
        }
        let mut shown = self.own.assets.iter().chain(&self.lead.needs);
        shown.find(|shown| shown.signal == signal)
    }

    /// The relations that show a signal of these two.
    fn relations(&self, signal: Signal) -> Vec<&'a Relation> {
        match signal {
            Signal::SuppliesStandardized => those(&self.given, is_standardized),
            Signal::SuppliesToSpecification => those(&self.given, is_specified),
            Signal::DesignsWithIt => {
                let designs = |one: &Relation| one.kind == RelationKind::CoDesigns;
                [those(&self.given, designs), those(&self.got, designs)].concat()
            }
            Signal::DistributesForIt => {
                those(&self.given, |one| one.kind == RelationKind::DistributesFor)
            }
            Signal::InformsIt => {
                those(&self.given, |one| one.kind == RelationKind::SharesInformation)
            }
            // What the lead firm does for suppliers, and programmes that it runs for this one.
            Signal::LeadDevelopsSuppliers => {
                self.lead.develops.iter().chain(&self.programmes).copied().collect()
            }
            // Shown to all alike.
            Signal::ProducesWithIncentives
            | Signal::ProducesAbroad
            | Signal::IsCertified
            | Signal::UsesTechnology
            | Signal::ServesCustomers
            | Signal::LeadBuysStandardized
            | Signal::LeadBuysAbroad
            | Signal::LeadSpecifies
            | Signal::LeadHasDistributors
            | Signal::LeadIsElsewhere => Vec::new(),
        }
    }
}

/// The surest relation; of several the one that has held longest, as far as that is stated.
fn surest<'a>(relations: impl Iterator<Item = &'a Relation>) -> Option<&'a Relation> {
    relations.min_by_key(|one| surety(one))
}

/// The less, the surer.
fn surety(relation: &Relation) -> (Reverse<Confidence>, bool, Option<Date>, &RelationId) {
    let begin = relation.validity.from().map(PartialDate::earliest);
    (Reverse(relation.confidence), begin.is_none(), begin, &relation.id)
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
