//! Whether a firm has an operation in a place, or within it.
//!
//! A place lies within another by what it says, or by its code: all of `MY-07` is in `MY`. Who is
//! known to be elsewhere only is not there; of whom only the economy is known may be anywhere in
//! it.

use super::evidence::{Bounds, MatchEvidence, Shown};
use crate::place::lies_in;
use crate::{
    Entity, EntityId, FirmId, Place, PlaceId, PlaceKind, Presence, RelationKind, Snapshot,
};

/// Whether the firm has an operation in one of the places.
pub(crate) fn location(snapshot: &Snapshot, firm: &FirmId, asked: &[PlaceId]) -> Shown {
    let asked: Vec<&Place> = asked.iter().filter_map(|id| snapshot.place(id)).collect();
    let unknown = |because: &str| Shown::new(Bounds::UNKNOWN, because.to_owned(), Vec::new());
    if asked.is_empty() {
        return unknown("the place is not in the network");
    }
    let mut elsewhere = Vec::new();
    let mut may_be_there = false;
    for relation in snapshot.outgoing(&EntityId::Firm(firm.clone())) {
        if relation.kind != RelationKind::LocatedIn {
            continue;
        }
        let Some(Entity::Place(at)) = snapshot.entity(&relation.to) else { continue };
        let evidence = MatchEvidence::Relation(relation.id.clone());
        let is_in = asked.iter().any(|asked| lies_in(snapshot, at, asked));
        if relation.validity.presence(snapshot.valid()) != Presence::Certain {
            may_be_there |= is_in;
            continue;
        }
        if is_in {
            let because = format!("it has an operation in {}", at.name);
            return Shown::new(Bounds::point(1.0), because, vec![evidence]);
        }
        may_be_there |= asked.iter().any(|asked| lies_in(snapshot, asked, at));
        elsewhere.push(evidence);
    }
    let home = snapshot.firm(firm).and_then(|firm| firm.home);
    if let Some(home) = home.filter(|home| home.is_economy()) {
        let is_asked =
            |asked: &&&Place| asked.kind == PlaceKind::Economy && asked.code.economy() == home;
        if let Some(economy) = asked.iter().find(is_asked) {
            let because = format!("its home is {}", economy.name);
            return Shown::new(Bounds::point(1.0), because, Vec::new());
        }
        let is_around = asked.iter().any(|asked| asked.code.economy() == home);
        may_be_there |= is_around && elsewhere.is_empty();
    }
    if may_be_there || (elsewhere.is_empty() && home.is_none_or(|home| !home.is_economy())) {
        return unknown("where in the economy it is, is not known");
    }
    Shown::new(Bounds::point(0.0), "it is known elsewhere only".to_owned(), elsewhere)
}
