//! A network as a reader of certain tiers may see it.
//!
//! Guarantees that what is withheld leaves no trace: what stays does not name it, neither as
//! product or segment of a relation, nor as operator of a programme, nor as what a place lies in,
//! nor under a merged id. Free text is the author's matter: a public sentence should name no
//! secret.

use std::sync::Arc;

use imbl::OrdMap;

use super::Snapshot;
use crate::{Entity, EntityId, Readable, Relation, Tier};

impl Snapshot {
    /// The same network as a reader may see it.
    ///
    /// A record of another tier is not in it, nor a relation to an entity that is not, nor a
    /// segment below one that is not. A reader of all tiers sees the network as it is.
    #[must_use]
    pub fn visible_to(&self, readable: &Readable) -> Self {
        if Tier::ALL.iter().all(|tier| readable.contains(*tier)) {
            return self.clone();
        }
        let is_seen = |id: &EntityId| {
            let entity = self.entities.get(id);
            let is_own = entity.is_some_and(|entity| readable.contains(entity.tier()));
            is_own && self.parents_are_readable(id, readable)
        };
        let seen = self.entities.iter().filter(|(id, _)| is_seen(id));
        let entities: OrdMap<EntityId, Arc<Entity>> =
            seen.map(|(id, entity)| (id.clone(), naming_only(entity, is_seen))).collect();
        let relations = self.relations.values().filter(|one| readable.contains(one.tier));
        let relations = relations.map(|relation| joining_only(relation, is_seen));
        let aliases = self.aliases.kept(readable, |id| entities.contains_key(id));
        Self::new(self.valid, self.recorded, entities, relations, aliases)
    }

    /// A segment's id is its path, so it would name the segments above it.
    fn parents_are_readable(&self, id: &EntityId, readable: &Readable) -> bool {
        let EntityId::Segment(segment) = id else { return true };
        let mut above = segment.parent();
        while let Some(parent) = above {
            let tier = self.entities.get(&EntityId::Segment(parent.clone())).map(|one| one.tier());
            if tier.is_some_and(|tier| !readable.contains(tier)) {
                return false;
            }
            above = parent.parent();
        }
        true
    }
}

/// The entity without names of what is not seen.
fn naming_only(entity: &Arc<Entity>, is_seen: impl Fn(&EntityId) -> bool) -> Arc<Entity> {
    match entity.as_ref() {
        Entity::Place(place) => {
            let mut place = place.clone();
            place.within = place.within.filter(|id| is_seen(&EntityId::Place(id.clone())));
            Arc::new(Entity::Place(place))
        }
        Entity::Programme(programme) => {
            let mut programme = programme.clone();
            programme.operator = programme.operator.filter(is_seen);
            Arc::new(Entity::Programme(programme))
        }
        Entity::Firm(_) | Entity::Actor(_) | Entity::Product(_) | Entity::Segment(_) => {
            Arc::clone(entity)
        }
    }
}

/// The relation without names of what is not seen.
pub(super) fn joining_only(
    relation: &Arc<Relation>,
    is_seen: impl Fn(&EntityId) -> bool,
) -> Arc<Relation> {
    let product = relation.product.clone().map(EntityId::Product);
    let segment = relation.segment.clone().map(EntityId::Segment);
    if product.iter().chain(&segment).all(&is_seen) {
        return Arc::clone(relation);
    }
    let mut relation = relation.as_ref().clone();
    relation.product = relation.product.filter(|_| product.is_some_and(|id| is_seen(&id)));
    relation.segment = relation.segment.filter(|_| segment.is_some_and(|id| is_seen(&id)));
    Arc::new(relation)
}
