//! What changed for a firm between two days that follow each other, as events.
//!
//! A tie is new only if its beginning is dated or both its ends were there before, so that a firm
//! that is founded with its customers does not seem to gain them. Never fills a date up.

use jiff::civil::Date;

use super::{DecouplingCause, Event, EventKind, Moment, TrajectoryPoint};
use crate::{EntityId, FirmId, PartialDate, Relation, RelationId, RelationKind, Snapshot};

/// What changed between two days that follow each other.
pub(super) struct Step<'a> {
    earlier: &'a Snapshot,
    later: &'a Snapshot,
    day: Date,
    began: Vec<&'a Relation>,
    ended: Vec<&'a Relation>,
}

impl<'a> Step<'a> {
    pub(super) fn new(
        earlier: &'a Snapshot,
        later: &'a Snapshot,
        firm: &FirmId,
        day: Date,
    ) -> Self {
        let id = EntityId::Firm(firm.clone());
        Self {
            earlier,
            later,
            day,
            began: only_in(later, earlier, &id),
            ended: only_in(earlier, later, &id),
        }
    }

    pub(super) fn events(
        &self,
        before: &TrajectoryPoint,
        now: &TrajectoryPoint,
        is_decoupled: &mut bool,
        events: &mut Vec<Event>,
    ) {
        for (partner, ties) in &before.coupled {
            if now.coupled.contains_key(partner) {
                continue;
            }
            let cause = Some(self.cause(partner));
            let mut event = self.event(EventKind::Decoupling, |r| ties.contains(&r.id));
            event.partner = Some(partner.clone());
            event.cause = cause;
            events.push(event);
            *is_decoupled = true;
        }
        let mut returned = false;
        for (partner, ties) in &now.coupled {
            let is_new = !before.coupled.contains_key(partner);
            // A tie that shows only because the firm itself begins did not begin on that day.
            let is_dated = self.began.iter().any(|r| ties.contains(&r.id) && self.begins(r));
            if !is_new || !is_dated {
                continue;
            }
            let kind = if *is_decoupled { EventKind::Recoupling } else { EventKind::Coupling };
            let mut event = self.event(kind, |relation| ties.contains(&relation.id));
            event.partner = Some(partner.clone());
            events.push(event);
            returned = true;
        }
        let expands = |relation: &&&Relation| is_expansion(relation) && self.begins(relation);
        let is_expanding = self.began.iter().any(|relation| expands(&relation));
        if *is_decoupled && !returned && !now.coupled.is_empty() && is_expanding {
            events.push(self.event(EventKind::Recoupling, is_expansion));
            returned = true;
        }
        *is_decoupled &= !returned;
        if let (Some(from), Some(to)) = (before.stage, now.stage) {
            if to > from {
                events.push(self.event(EventKind::Upgrading, |_| true));
            } else if to < from {
                events.push(self.event(EventKind::Downgrading, |_| true));
            }
        }
    }

    fn event(&self, kind: EventKind, is_meant: impl Fn(&Relation) -> bool) -> Event {
        let began: Vec<&Relation> = self.began.iter().copied().filter(|r| is_meant(r)).collect();
        let ended: Vec<&Relation> = self.ended.iter().copied().filter(|r| is_meant(r)).collect();
        let starts = began.iter().filter_map(|relation| self.start(relation));
        let mut stated = starts.chain(ended.iter().filter_map(|relation| self.end(relation)));
        let moment = stated.next().map_or(Moment::Shown(self.day), Moment::Stated);
        let ids = |relations: Vec<&Relation>| relations.into_iter().map(|r| r.id.clone()).collect();
        Event { kind, moment, partner: None, cause: None, began: ids(began), ended: ids(ended) }
    }

    fn cause(&self, partner: &FirmId) -> DecouplingCause {
        let left = only_in(self.earlier, self.later, &EntityId::Firm(partner.clone()));
        let places = left.into_iter().filter(|r| r.kind == RelationKind::LocatedIn);
        let ids: Vec<RelationId> = places.map(|relation| relation.id.clone()).collect();
        if ids.is_empty() { DecouplingCause::NotRecorded } else { DecouplingCause::Relocation(ids) }
    }

    fn begins(&self, relation: &Relation) -> bool {
        // A statement that speaks from this day on is a beginning as well, though it has no date.
        self.start(relation).is_some() || self.ends_were_there(relation)
    }

    fn ends_were_there(&self, relation: &Relation) -> bool {
        [&relation.from, &relation.to].iter().all(|end| self.earlier.entity(end).is_some())
    }

    fn start(&self, relation: &Relation) -> Option<PartialDate> {
        relation.validity.from().filter(|from| from.earliest() == self.day)
    }

    fn end(&self, relation: &Relation) -> Option<PartialDate> {
        relation.validity.to().filter(|to| to.latest().tomorrow().ok() == Some(self.day))
    }
}

fn is_expansion(relation: &Relation) -> bool {
    matches!(relation.kind, RelationKind::InvestsIn | RelationKind::LocatedIn)
}

/// The relations of an entity that one snapshot has and the other has not, in order.
fn only_in<'a>(one: &'a Snapshot, other: &Snapshot, id: &EntityId) -> Vec<&'a Relation> {
    let mut relations: Vec<&Relation> = one
        .outgoing(id)
        .chain(one.incoming(id))
        .filter(|r| other.relation(&r.id).is_none())
        .collect();
    relations.sort_by(|one, other| one.id.cmp(&other.id));
    relations
}
