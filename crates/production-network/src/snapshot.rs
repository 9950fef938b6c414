//! The network at one day, as known at one time: what every question is asked of.
//!
//! Guarantees one order of everything (by identifier), so that equal networks give equal answers.
//! Cheap to copy and to thin out: `without` gives the network of a what-if question and leaves the
//! original as it is. One that moves on by some facts shares all else with the one before.

mod advance;
mod visible;

use std::sync::Arc;

use imbl::{HashMap, OrdMap};
use jiff::civil::Date;

pub use advance::{Advance, Touched};

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
    entities: OrdMap<EntityId, Arc<Entity>>,
    relations: OrdMap<RelationId, Arc<Relation>>,
    /// The places among them, in order.
    places: Arc<Vec<Arc<Entity>>>,
    /// The entities once more, for a look-up that takes as long however many there are.
    nodes: HashMap<EntityId, Arc<Node>>,
    aliases: Aliases,
}

/// An entity among its relations, both in order.
#[derive(Clone, Debug)]
struct Node {
    entity: Arc<Entity>,
    outgoing: Vec<Arc<Relation>>,
    incoming: Vec<Arc<Relation>>,
}

impl Snapshot {
    /// Takes entities, and those relations, in order, whose ends are two of them.
    pub(crate) fn new(
        valid: Date,
        recorded: RecordedAt,
        entities: OrdMap<EntityId, Arc<Entity>>,
        relations: impl IntoIterator<Item = Arc<Relation>>,
        aliases: Aliases,
    ) -> Self {
        let mut nodes: std::collections::HashMap<EntityId, Node> =
            entities.iter().map(|(id, entity)| (id.clone(), Node::alone(entity))).collect();
        let mut joining = Vec::new();
        for relation in relations {
            if relation.from == relation.to || !nodes.contains_key(&relation.to) {
                continue;
            }
            let Some(from) = nodes.get_mut(&relation.from) else { continue };
            from.outgoing.push(Arc::clone(&relation));
            if let Some(to) = nodes.get_mut(&relation.to) {
                to.incoming.push(Arc::clone(&relation));
            }
            joining.push((relation.id.clone(), relation));
        }
        let places = entities.values().filter(|entity| entity.as_place().is_some()).cloned();
        Self {
            valid,
            recorded,
            places: Arc::new(places.collect()),
            entities,
            relations: joining.into_iter().collect(),
            nodes: nodes.into_iter().map(|(id, node)| (id, Arc::new(node))).collect(),
            aliases,
        }
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
        self.places.iter().filter_map(|entity| entity.as_place())
    }

    /// An entity, under its id or that of a duplicate that was merged into it.
    #[must_use]
    pub fn entity(&self, id: &EntityId) -> Option<&Entity> {
        self.node(id).map(|node| node.entity.as_ref())
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
        self.node(id).into_iter().flat_map(|node| &node.outgoing).map(Arc::as_ref)
    }

    /// What an entity receives, in order.
    pub fn incoming(&self, id: &EntityId) -> impl Iterator<Item = &Relation> {
        self.node(id).into_iter().flat_map(|node| &node.incoming).map(Arc::as_ref)
    }

    fn node(&self, id: &EntityId) -> Option<&Node> {
        self.nodes.get(self.resolve(id)).map(Arc::as_ref)
    }

    /// The economy or region of a firm, an actor or a place; others have none.
    #[must_use]
    pub fn area_of(&self, id: &EntityId) -> Option<Area> {
        self.entity(id)?.area()
    }

    /// The same network without some relations.
    #[must_use]
    pub fn without_relations(&self, is_removed: impl Fn(&Relation) -> bool) -> Self {
        let kept = self.relations.values().filter(|relation| !is_removed(relation)).cloned();
        let (entities, aliases) = (self.entities.clone(), self.aliases.clone());
        Self::new(self.valid, self.recorded, entities, kept, aliases)
    }

    /// The same network without an entity, its relations and the programmes that it runs.
    #[must_use]
    pub fn without_entity(&self, id: &EntityId) -> Self {
        let id = self.resolve(id);
        let is_kept = |(key, entity): &(&EntityId, &Arc<Entity>)| {
            let is_run_by_it = entity.operator() == Some(id);
            *key != id && !is_run_by_it
        };
        let kept = self.entities.iter().filter(is_kept);
        let entities: OrdMap<EntityId, Arc<Entity>> =
            kept.map(|(key, entity)| (key.clone(), Arc::clone(entity))).collect();
        let aliases = self.aliases.kept(&Readable::all(), |id| entities.contains_key(id));
        let relations = self.relations.values().cloned();
        Self::new(self.valid, self.recorded, entities, relations, aliases)
    }
}

impl Node {
    fn alone(entity: &Arc<Entity>) -> Self {
        Self { entity: Arc::clone(entity), outgoing: Vec::new(), incoming: Vec::new() }
    }
}
