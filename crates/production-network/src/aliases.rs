//! Under which other ids the entities of a picture are known, and what follows for what names them.
//!
//! Guarantees that a picture names survivors only: in relations, in what a place lies in, in who
//! runs a programme. Without merges nothing is copied.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Entity, EntityId, PlaceId, ProductId, Readable, Relation, Tier};

/// The survivor of each merged id, and who may read that there was a second id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aliases(BTreeMap<EntityId, Alias>);

#[derive(Clone, Debug)]
struct Alias {
    survivor: EntityId,
    tier: Tier,
}

impl Aliases {
    /// Takes survivors; `tier` gives the tier of a merged record.
    pub(crate) fn new(
        survivors: BTreeMap<EntityId, EntityId>,
        tier: impl Fn(&EntityId) -> Tier,
    ) -> Self {
        let mut aliases = BTreeMap::new();
        for (merged, survivor) in survivors {
            let tier = tier(&merged);
            aliases.insert(merged, Alias { survivor, tier });
        }
        Self(aliases)
    }

    /// The id itself or, if it was merged, its survivor.
    pub(crate) fn survivor<'a>(&'a self, id: &'a EntityId) -> &'a EntityId {
        self.0.get(id).map_or(id, |alias| &alias.survivor)
    }

    pub(crate) fn stands_for_another(&self, id: &EntityId) -> bool {
        self.0.contains_key(id)
    }

    /// The merged ids with their survivors, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&EntityId, &EntityId)> {
        self.0.iter().map(|(merged, alias)| (merged, &alias.survivor))
    }

    /// Only those whose survivor is kept and whose own record may be read.
    pub(crate) fn kept(&self, readable: &Readable, is_kept: impl Fn(&EntityId) -> bool) -> Self {
        let mut kept = self.clone();
        kept.0.retain(|_, alias| is_kept(&alias.survivor) && readable.contains(alias.tier));
        kept
    }

    /// The relation between survivors.
    pub(crate) fn relation(&self, relation: &Arc<Relation>) -> Arc<Relation> {
        let product = relation.product.clone().map(EntityId::Product);
        let segment = relation.segment.clone().map(EntityId::Segment);
        let named = [Some(&relation.from), Some(&relation.to), product.as_ref(), segment.as_ref()];
        if !named.into_iter().flatten().any(|id| self.stands_for_another(id)) {
            return Arc::clone(relation);
        }
        let mut changed = relation.as_ref().clone();
        changed.from = self.survivor(&relation.from).clone();
        changed.to = self.survivor(&relation.to).clone();
        changed.product = relation.product.as_ref().map(|id| self.product(id));
        if let Some(id) = segment
            && let EntityId::Segment(survivor) = self.survivor(&id)
        {
            changed.segment = Some(survivor.clone());
        }
        Arc::new(changed)
    }

    /// The entity with the survivors that it names. A segment's parent is its path and stays.
    pub(crate) fn entity(&self, entity: &Arc<Entity>) -> Arc<Entity> {
        if self.0.is_empty() {
            return Arc::clone(entity);
        }
        match entity.as_ref() {
            Entity::Place(place) => {
                let Some(within) = &place.within else { return Arc::clone(entity) };
                let mut place = place.clone();
                // A place that was merged with what it lies in lies in nothing else.
                place.within = Some(self.place(within)).filter(|within| *within != place.id);
                Arc::new(Entity::Place(place))
            }
            Entity::Programme(programme) => {
                let mut programme = programme.clone();
                programme.operator = programme.operator.map(|id| self.survivor(&id).clone());
                Arc::new(Entity::Programme(programme))
            }
            Entity::Firm(_) | Entity::Actor(_) | Entity::Product(_) | Entity::Segment(_) => {
                Arc::clone(entity)
            }
        }
    }

    fn product(&self, id: &ProductId) -> ProductId {
        let known = EntityId::Product(id.clone());
        if let EntityId::Product(survivor) = self.survivor(&known) { survivor } else { id }.clone()
    }

    fn place(&self, id: &PlaceId) -> PlaceId {
        let known = EntityId::Place(id.clone());
        if let EntityId::Place(survivor) = self.survivor(&known) { survivor } else { id }.clone()
    }
}
