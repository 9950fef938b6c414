//! The network at one day, as known at one time: what every question is asked of.
//!
//! Guarantees one order of everything (by identifier), so that equal networks give equal answers.
//! Cheap to copy and to thin out: `without` gives the network of a what-if question and leaves the
//! original as it is.

mod visible;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::aliases::Aliases;
use crate::{
    Area, Entity, EntityId, Firm, FirmId, Place, PlaceId, Readable, RecordedAt, Relation,
    RelationId,
};

/// A network at one point of both clocks.
#[derive(Clone, Debug)]
pub struct Snapshot {
    valid: Date,
    recorded: RecordedAt,
    entities: BTreeMap<EntityId, Arc<Entity>>,
    relations: BTreeMap<RelationId, Arc<Relation>>,
    outgoing: BTreeMap<EntityId, Vec<Arc<Relation>>>,
    incoming: BTreeMap<EntityId, Vec<Arc<Relation>>>,
    aliases: Aliases,
}

impl Snapshot {
    pub(crate) fn new(
        valid: Date,
        recorded: RecordedAt,
        entities: BTreeMap<EntityId, Arc<Entity>>,
        relations: BTreeMap<RelationId, Arc<Relation>>,
        aliases: Aliases,
    ) -> Self {
        let (mut outgoing, mut incoming) = (BTreeMap::new(), BTreeMap::new());
        for relation in relations.values() {
            list(&mut outgoing, &relation.from, relation);
            list(&mut incoming, &relation.to, relation);
        }
        Self { valid, recorded, entities, relations, outgoing, incoming, aliases }
    }

    /// The day on which the facts hold.
    #[must_use]
    pub fn valid(&self) -> Date {
        self.valid
    }

    /// The time up to which facts were recorded.
    #[must_use]
    pub fn recorded(&self) -> RecordedAt {
        self.recorded
    }

    /// All entities, in order.
    pub fn entities(&self) -> impl Iterator<Item = &Entity> {
        self.entities.values().map(Arc::as_ref)
    }

    /// All relations, in order.
    pub fn relations(&self) -> impl Iterator<Item = &Relation> {
        self.relations.values().map(Arc::as_ref)
    }

    /// All firms, in order.
    pub fn firms(&self) -> impl Iterator<Item = &Firm> {
        self.entities().filter_map(Entity::as_firm)
    }

    /// All places, in order.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.entities().filter_map(Entity::as_place)
    }

    /// An entity, under its id or that of a duplicate that was merged into it.
    #[must_use]
    pub fn entity(&self, id: &EntityId) -> Option<&Entity> {
        self.entities.get(self.resolve(id)).map(Arc::as_ref)
    }

    /// A firm.
    #[must_use]
    pub fn firm(&self, id: &FirmId) -> Option<&Firm> {
        self.entity(&EntityId::Firm(id.clone()))?.as_firm()
    }

    /// A place.
    #[must_use]
    pub fn place(&self, id: &PlaceId) -> Option<&Place> {
        self.entity(&EntityId::Place(id.clone()))?.as_place()
    }

    /// A relation.
    #[must_use]
    pub fn relation(&self, id: &RelationId) -> Option<&Relation> {
        self.relations.get(id).map(Arc::as_ref)
    }

    /// The id itself or, if it was merged into another entity, that one's.
    #[must_use]
    pub fn resolve<'a>(&'a self, id: &'a EntityId) -> &'a EntityId {
        self.aliases.survivor(id)
    }

    /// The ids that were merged, each with its survivor, in order.
    pub fn merged(&self) -> impl Iterator<Item = (&EntityId, &EntityId)> {
        self.aliases.iter()
    }

    /// What an entity gives, in order.
    pub fn outgoing(&self, id: &EntityId) -> impl Iterator<Item = &Relation> {
        self.outgoing.get(self.resolve(id)).into_iter().flatten().map(Arc::as_ref)
    }

    /// What an entity receives, in order.
    pub fn incoming(&self, id: &EntityId) -> impl Iterator<Item = &Relation> {
        self.incoming.get(self.resolve(id)).into_iter().flatten().map(Arc::as_ref)
    }

    /// Each entity that receives with its relations, both in order.
    pub(crate) fn receivers(&self) -> impl Iterator<Item = (&EntityId, &[Arc<Relation>])> {
        self.incoming.iter().map(|(id, relations)| (id, relations.as_slice()))
    }

    /// The economy or region of a firm, an actor or a place; others have none.
    #[must_use]
    pub fn area_of(&self, id: &EntityId) -> Option<Area> {
        self.entity(id)?.area()
    }

    /// The same network without some relations.
    #[must_use]
    pub fn without_relations(&self, is_removed: impl Fn(&Relation) -> bool) -> Self {
        let mut relations = self.relations.clone();
        relations.retain(|_, relation| !is_removed(relation));
        Self::new(self.valid, self.recorded, self.entities.clone(), relations, self.aliases.clone())
    }

    /// The same network without an entity, its relations and the programmes that it runs.
    #[must_use]
    pub fn without_entity(&self, id: &EntityId) -> Self {
        let id = self.resolve(id);
        let mut entities = self.entities.clone();
        entities.retain(|key, entity| {
            let is_run_by_it = match entity.as_ref() {
                Entity::Programme(programme) => programme.operator.as_ref() == Some(id),
                Entity::Firm(_)
                | Entity::Actor(_)
                | Entity::Place(_)
                | Entity::Product(_)
                | Entity::Segment(_) => false,
            };
            key != id && !is_run_by_it
        });
        let mut relations = self.relations.clone();
        relations.retain(|_, relation| {
            entities.contains_key(&relation.from) && entities.contains_key(&relation.to)
        });
        let aliases = self.aliases.kept(&Readable::all(), |id| entities.contains_key(id));
        Self::new(self.valid, self.recorded, entities, relations, aliases)
    }
}

/// Copies the id only where it is new.
fn list(
    lists: &mut BTreeMap<EntityId, Vec<Arc<Relation>>>,
    end: &EntityId,
    relation: &Arc<Relation>,
) {
    if let Some(listed) = lists.get_mut(end) {
        listed.push(Arc::clone(relation));
    } else {
        lists.insert(end.clone(), vec![Arc::clone(relation)]);
    }
}
