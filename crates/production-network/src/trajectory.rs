//! What became of a firm: its stage and its coupling with lead firms through time.
//!
//! Read on each day on which one of the firm's own relations begins or ends, as far as recorded by
//! then. An event is dated as its source dates it: a relation that ended in 2009 gives an event in
//! 2009 and no day. A tie without a stated beginning was there from the first day that it shows;
//! nothing says that it began then. Never compares the firm with an average or another firm.

mod step;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::closed_set::closed_set;
use crate::role::roles_of;
use crate::{
    EntityId, FirmId, Mechanism, Network, PartialDate, Presence, Readable, RecordedAt, Relation,
    RelationId, RelationKind, Role, Snapshot, Stage, couplings, roles, stage,
};
use step::Step;

/// One firm's way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trajectory {
    /// The firm.
    pub firm: FirmId,
    /// Its state from each day on, in order. Empty if none of its relations is dated.
    pub points: Vec<TrajectoryPoint>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// A firm's state from a day on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrajectoryPoint {
    /// The day.
    pub day: Date,
    /// Its stage; `None` if no relation shows one, or the firm is not there.
    pub stage: Option<Stage>,
    /// How it is coupled; `None` if it is no small or medium firm or too little shows it.
    pub mechanism: Option<Mechanism>,
    /// The lead firms that it supplies, distributes for or designs with, each with the relations.
    pub coupled: BTreeMap<FirmId, Vec<RelationId>>,
    /// Ties with lead firms that hold on the day only for some readings of their partial dates: at
    /// the end of a tie, the time in which it may be over already.
    pub uncertain: Vec<RelationId>,
}

/// What happened to a firm.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// When.
    pub moment: Moment,
    /// The lead firm that it was coupled with or decoupled from; `None` for other events.
    pub partner: Option<FirmId>,
    /// Why it was decoupled; `None` for other events.
    pub cause: Option<DecouplingCause>,
    /// The relations of the firm that began, in order.
    pub began: Vec<RelationId>,
    /// The relations of the firm that ended, in order.
    pub ended: Vec<RelationId>,
}

closed_set! {
    /// Kinds of events.
    pub enum EventKind: "trajectory events" {
        /// A tie with a lead firm ended.
        Decoupling = "decoupling",
        /// A tie with a lead firm began.
        Coupling = "coupling",
        /// After a decoupling, a tie with a lead firm began, or an operation or investment of a
        /// firm that is still coupled.
        Recoupling = "recoupling",
        /// Its stage rose.
        Upgrading = "upgrading",
        /// Its stage fell.
        Downgrading = "downgrading",
    }
}

/// When an event happened, as far as is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Moment {
    /// At a date, with the precision of its source.
    Stated(PartialDate),
    /// It shows from this day on; nothing states when it happened.
    Shown(Date),
}

/// Why a firm was decoupled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DecouplingCause {
    /// The lead firm left a place at the same time: these relations of its own ended.
    Relocation(Vec<RelationId>),
    /// Nothing recorded says why.
    NotRecorded,
}

/// Follows a firm through time, as recorded by `recorded`, for a reader of certain tiers.
///
/// Sources: Yeung (2017), sections 3.2, 3.3 and 4 (coupling, customers that withdraw, regional
/// re-engagement). Costs the roles of the whole network for each day.
#[must_use]
pub fn trajectory(
    network: &Network,
    firm: &FirmId,
    recorded: RecordedAt,
    readable: &Readable,
) -> Trajectory {
    let mut way = Trajectory { firm: firm.clone(), points: Vec::new(), events: Vec::new() };
    let mut before: Option<(Snapshot, TrajectoryPoint)> = None;
    let mut is_decoupled = false;
    for day in days(network, firm, recorded, readable) {
        let snapshot = network.as_of(day, recorded).visible_to(readable);
        let point = point(&snapshot, firm);
        if let Some((earlier, earlier_point)) = &before {
            let step = Step::new(earlier, &snapshot, firm, day);
            step.events(earlier_point, &point, &mut is_decoupled, &mut way.events);
        }
        way.points.push(point.clone());
        before = Some((snapshot, point));
    }
    way
}

/// The days on which a relation of the firm may begin or be over, and the day before the first.
fn days(
    network: &Network,
    firm: &FirmId,
    recorded: RecordedAt,
    readable: &Readable,
) -> BTreeSet<Date> {
    let latest = network.as_of(Date::MAX, recorded);
    let own = EntityId::Firm(firm.clone());
    let is_own = |id: &EntityId| *id == own || latest.resolve(id) == latest.resolve(&own);
    let mut own_relations: BTreeSet<&RelationId> = BTreeSet::new();
    for (id, _, relation) in network.statements(recorded) {
        let is_seen =
            |one: &Relation| readable.contains(one.tier) && (is_own(&one.from) || is_own(&one.to));
        if relation.is_some_and(is_seen) {
            own_relations.insert(id);
        }
    }
    let mut days = BTreeSet::new();
    for (id, effective, relation) in network.statements(recorded) {
        if !own_relations.contains(id) {
            continue;
        }
        days.extend(effective);
        let Some(relation) = relation else { continue };
        if let Some(from) = relation.validity.from() {
            days.insert(from.earliest());
        }
        if let Some(to) = relation.validity.to() {
            days.extend(to.earliest().tomorrow().ok());
            days.extend(to.latest().tomorrow().ok());
        }
    }
    let eve = days.first().and_then(|first| first.yesterday().ok());
    days.extend(eve);
    days
}

fn point(snapshot: &Snapshot, firm: &FirmId) -> TrajectoryPoint {
    let mut coupled: BTreeMap<FirmId, Vec<RelationId>> = BTreeMap::new();
    let mut uncertain = Vec::new();
    for relation in snapshot.outgoing(&EntityId::Firm(firm.clone())).filter(|r| is_tie(r)) {
        let Some(partner) = relation.to.as_firm() else { continue };
        if !leads(snapshot, partner, relation) {
            continue;
        }
        coupled.entry(partner.clone()).or_default().push(relation.id.clone());
        if relation.validity.presence(snapshot.valid()) == Presence::Possible {
            uncertain.push(relation.id.clone());
        }
    }
    let found = couplings(snapshot, &roles(snapshot)).into_iter().find(|c| c.firm == *firm);
    TrajectoryPoint {
        day: snapshot.valid(),
        stage: stage(snapshot, firm).and_then(|finding| finding.stage),
        mechanism: found.and_then(|finding| finding.mechanism),
        coupled,
        uncertain,
    }
}

/// True of what joins a firm with the lead firm that it works for.
fn is_tie(relation: &Relation) -> bool {
    matches!(
        relation.kind,
        RelationKind::Supplies | RelationKind::CoDesigns | RelationKind::DistributesFor
    )
}

/// True if the partner is a lead firm in the industry of the tie, or in any if it names none.
fn leads(snapshot: &Snapshot, partner: &FirmId, tie: &Relation) -> bool {
    let Some(partner) = snapshot.firm(partner) else { return false };
    roles_of(snapshot, partner).iter().any(|finding| {
        finding.role == Some(Role::LeadFirm)
            && tie.industry.as_ref().is_none_or(|industry| *industry == finding.industry)
    })
}
