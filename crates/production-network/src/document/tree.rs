//! What entities of one document refer to: segments their parents, places what they lie in.
//!
//! Guarantees that each referred entity exists, in the document or beside it, and that no place
//! lies in itself. An entity that is refused takes those along that refer to it, until nothing
//! changes.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::{Refusal, Rule};
use crate::{Entity, EntityId};

/// An entity with its place in the document.
pub(crate) type Read = (usize, Entity);
/// One that is taken out, and why.
pub(crate) type Taken = (usize, Entity, Refusal);

/// Takes out the entities whose references do not hold, with the reason for each.
pub(crate) fn take_dangling(
    entities: &mut Vec<Read>,
    is_known: &impl Fn(&EntityId) -> bool,
) -> Vec<Taken> {
    let mut taken = take_cycles(entities);
    loop {
        let own: BTreeSet<EntityId> = entities.iter().map(|(_, entity)| entity.id()).collect();
        let before = entities.len();
        entities.retain(|(index, entity)| {
            let Some((field, target)) = reference(entity) else { return true };
            if own.contains(&target) || is_known(&target) {
                return true;
            }
            let reason = format!("`{target}` is neither here nor known");
            let refusal = Refusal::new(Rule::UnknownEntity, reason).at(field);
            taken.push((*index, entity.clone(), refusal));
            false
        });
        if entities.len() == before {
            return taken;
        }
    }
}

/// What the entity lies in or below. A programme's operator is a name beside it and may be unknown.
fn reference(entity: &Entity) -> Option<(&'static str, EntityId)> {
    match entity {
        Entity::Place(place) => Some(("within", EntityId::Place(place.within.clone()?))),
        Entity::Segment(segment) => Some(("parent", EntityId::Segment(segment.parent()?))),
        Entity::Firm(_) | Entity::Actor(_) | Entity::Programme(_) | Entity::Product(_) => None,
    }
}

/// Places that lie in themselves. All of a cycle are wrong together, so all are taken.
fn take_cycles(entities: &mut Vec<Read>) -> Vec<Taken> {
    let mut within: BTreeMap<EntityId, EntityId> = BTreeMap::new();
    for (_, entity) in entities.iter() {
        if let Entity::Place(place) = entity
            && let Some(outer) = &place.within
        {
            within.insert(entity.id(), EntityId::Place(outer.clone()));
        }
    }
    // What is left when all that ends outside is gone lies on a cycle or leads to one.
    let mut taken = Vec::new();
    let cyclic = on_cycles(&within);
    entities.retain(|(index, entity)| {
        if !cyclic.contains(&entity.id()) {
            return true;
        }
        let reason = format!("`{}` lies in itself", entity.id());
        let refusal = Refusal::new(Rule::PlaceCycle, reason).at("within");
        taken.push((*index, entity.clone(), refusal));
        false
    });
    taken
}

/// The nodes from which one comes back to oneself. Each node is walked once.
fn on_cycles(next: &BTreeMap<EntityId, EntityId>) -> BTreeSet<EntityId> {
    let mut done: BTreeSet<&EntityId> = BTreeSet::new();
    let mut cyclic = BTreeSet::new();
    for start in next.keys() {
        let mut path: Vec<&EntityId> = Vec::new();
        let mut on_path: BTreeSet<&EntityId> = BTreeSet::new();
        let mut at = start;
        while !done.contains(at) && on_path.insert(at) {
            path.push(at);
            let Some(following) = next.get(at) else { break };
            at = following;
        }
        if !done.contains(at)
            && next.contains_key(at)
            && let Some(begin) = path.iter().position(|node| *node == at)
        {
            cyclic.extend(path.iter().skip(begin).map(|node| (*node).clone()));
        }
        done.extend(path);
    }
    cyclic
}
