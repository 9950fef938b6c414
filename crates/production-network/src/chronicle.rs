//! What happened to a firm, in the order of dates: with whom its exchange began, ended and began
//! again, where it went, and who helped.
//!
//! Made of what is recorded about the firm's relations, whatever day it is. Guarantees the order of
//! dates, a year before its days; relations without a beginning are apart, since nobody knows when
//! they came. Never says why a relation ended.

use std::collections::{BTreeMap, BTreeSet};

use crate::closed_set::closed_set;
use crate::{
    Area, EntityId, FirmId, Network, PartialDate, Readable, RecordedAt, Relation, RelationId,
    RelationKind,
};

closed_set! {
    /// What happens on a way.
    pub enum Turn: "turns" {
        /// The first relation of exchange with a partner begins (section 3.1, "coupling").
        Coupling = "coupling",
        /// The last one with a partner ends ("decoupling").
        Decoupling = "decoupling",
        /// One begins with a partner after all had ended ("recoupling").
        Recoupling = "recoupling",
        /// An operation or investment in an economy other than home begins.
        GoesAbroad = "goes_abroad",
        /// The last operation or investment in an economy ends.
        Withdraws = "withdraws",
        /// Help by a programme, an introduction, finance or training begins.
        IsHelped = "is_helped",
    }
}

/// What happened to a firm.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chronicle {
    /// The firm.
    pub firm: FirmId,
    /// What happened, in the order of dates.
    pub steps: Vec<ChronicleStep>,
    /// Relations of which no beginning is stated, in order.
    pub undated: Vec<RelationId>,
}

/// One thing that happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChronicleStep {
    /// When: the first day of what begins, the last of what ends, as far as it is stated.
    pub on: PartialDate,
    /// What.
    pub turn: Turn,
    /// With whom, or where.
    pub with: EntityId,
    /// The relation that begins or ends.
    pub relation: RelationId,
}

/// What happened to one firm, as recorded by a time, for a reader of certain tiers.
///
/// Source: Yeung (2017), section 3.1. A merged firm has the relations of its duplicates as they are
/// told of itself only. Cost is linear in the relations of the network.
#[must_use]
pub fn chronicle(
    network: &Network,
    firm: &FirmId,
    recorded: RecordedAt,
    readable: &Readable,
) -> Chronicle {
    let id = EntityId::Firm(firm.clone());
    let is_open = |id: &EntityId| {
        network.entity_recorded_by(id, recorded).is_some_and(|one| readable.contains(one.tier()))
    };
    let is_seen =
        |one: &&Relation| readable.contains(one.tier) && is_open(&one.from) && is_open(&one.to);
    let relations: Vec<&Relation> = network
        .relations_recorded_by(recorded)
        .filter(|one| one.from == id || one.to == id)
        .filter(is_seen)
        .collect();
    let mut moves: Vec<Move<'_>> = Vec::new();
    let mut undated = Vec::new();
    for relation in &relations {
        let Some(group) = group(network, &id, relation, recorded) else { continue };
        match relation.validity.from() {
            Some(on) => moves.push(Move { on, begins: true, group: group.clone(), relation }),
            None => undated.push(relation.id.clone()),
        }
        if let Some(on) = relation.validity.to() {
            moves.push(Move { on, begins: false, group, relation });
        }
    }
    // What begins in a year comes before what ends in it: the one is its first day, the other its
    // last.
    moves.sort_by(|one, other| one.key().cmp(&other.key()));
    let mut way = Way::default();
    // What has no beginning was there before anything that has one.
    for relation in relations.iter().filter(|one| one.validity.from().is_none()) {
        if let Some(group) = group(network, &id, relation, recorded) {
            way.open.entry(group).or_default().insert(&relation.id);
        }
    }
    for one in moves {
        way.go(one);
    }
    undated.sort();
    Chronicle { firm: firm.clone(), steps: way.steps, undated }
}

/// Relations that are one matter: those of exchange with one partner, or of one economy.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Group {
    Exchange(EntityId),
    Abroad(Area, EntityId),
    Help(EntityId, RelationId),
}

struct Move<'a> {
    on: PartialDate,
    begins: bool,
    group: Group,
    relation: &'a Relation,
}

impl Move<'_> {
    fn key(&self) -> (jiff::civil::Date, bool, &RelationId) {
        let day = if self.begins { self.on.earliest() } else { self.on.latest() };
        (day, !self.begins, &self.relation.id)
    }
}

#[derive(Default)]
struct Way<'a> {
    open: BTreeMap<Group, BTreeSet<&'a RelationId>>,
    ended: BTreeSet<Group>,
    steps: Vec<ChronicleStep>,
}

impl<'a> Way<'a> {
    fn go(&mut self, one: Move<'a>) {
        let open = self.open.entry(one.group.clone()).or_default();
        let turn = if one.begins {
            let is_first = open.is_empty();
            open.insert(&one.relation.id);
            let again = self.ended.contains(&one.group);
            match (&one.group, is_first) {
                (_, false) => None,
                (Group::Exchange(_), true) if again => Some(Turn::Recoupling),
                (Group::Exchange(_), true) => Some(Turn::Coupling),
                (Group::Abroad(..), true) => Some(Turn::GoesAbroad),
                (Group::Help(..), true) => Some(Turn::IsHelped),
            }
        } else {
            open.remove(&one.relation.id);
            let is_last = open.is_empty();
            match (&one.group, is_last) {
                (_, false) | (Group::Help(..), _) => None,
                (Group::Exchange(_), true) => Some(Turn::Decoupling),
                (Group::Abroad(..), true) => Some(Turn::Withdraws),
            }
        };
        if !one.begins {
            self.ended.insert(one.group.clone());
        }
        if let Some(turn) = turn {
            let (Group::Exchange(with) | Group::Abroad(_, with) | Group::Help(with, _)) = one.group;
            let relation = one.relation.id.clone();
            self.steps.push(ChronicleStep { on: one.on, turn, with, relation });
        }
    }
}

/// What a relation of a firm is about; `None` if it is none of a way.
fn group(
    network: &Network,
    firm: &EntityId,
    relation: &Relation,
    recorded: RecordedAt,
) -> Option<Group> {
    let is_giver = relation.from == *firm;
    let other = if is_giver { &relation.to } else { &relation.from };
    match relation.kind {
        RelationKind::Supplies
        | RelationKind::CoDesigns
        | RelationKind::DistributesFor
        | RelationKind::Serves
        | RelationKind::Licenses
        | RelationKind::SharesInformation => Some(Group::Exchange(other.clone())),
        RelationKind::LocatedIn | RelationKind::InvestsIn | RelationKind::Owns if is_giver => {
            let area = |id: &EntityId| network.entity_recorded_by(id, recorded)?.area();
            let (home, host) = (area(firm)?, area(other)?);
            (home != host).then(|| Group::Abroad(host, other.clone()))
        }
        RelationKind::Introduces
        | RelationKind::Mediates
        | RelationKind::Finances
        | RelationKind::Trains
        | RelationKind::SupportsByProgramme
            if !is_giver =>
        {
            Some(Group::Help(other.clone(), relation.id.clone()))
        }
        RelationKind::LocatedIn
        | RelationKind::InvestsIn
        | RelationKind::Owns
        | RelationKind::Introduces
        | RelationKind::Mediates
        | RelationKind::Finances
        | RelationKind::Trains
        | RelationKind::SupportsByProgramme
        | RelationKind::Certifies
        | RelationKind::Standardizes
        | RelationKind::Produces
        | RelationKind::GoesInto
        | RelationKind::IsTypeOf => None,
    }
}
