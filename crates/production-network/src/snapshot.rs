//! The network at one day, as known at one time: what every question is asked of.
//!
//! Guarantees one order of everything (by identifier), so that equal networks give equal answers.
//! Cheap to copy and to thin out: `without` gives the network of a what-if question and leaves the
//! original as it is.

mod visible;

use std::collections::{BTreeMap, HashMap};
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
    entities: Arc<BTreeMap<EntityId, Arc<Entity>>>,
    relations: Arc<BTreeMap<RelationId, Arc<Relation>>>,
    /// The places among them, in order.
    places: Arc<Vec<Arc<Entity>>>,
    /// The entities once more, for a look-up that takes as long however many there are.
    nodes: Arc<HashMap<EntityId, Node>>,
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
        entities: BTreeMap<EntityId, Arc<Entity>>,
        relations: impl IntoIterator<Item = Arc<Relation>>,
        aliases: Aliases,
    ) -> Self {
        let alone = |entity: &Arc<Entity>| Node {
            entity: Arc::clone(entity),
            outgoing: Vec::new(),
            incoming: Vec::new(),
        };
        let mut nodes: HashMap<EntityId, Node> =
            entities.iter().map(|(id, entity)| (id.clone(), alone(entity))).collect();
        let mut joining = BTreeMap::new();
        for relation in relations {
            if relation.from == relation.to || !nodes.contains_key(&relation.to) {
                continue;
            }
            let Some(from) = nodes.get_mut(&relation.from) else { continue };
            from.outgoing.push(Arc::clone(&relation));
            if let Some(to) = nodes.get_mut(&relation.to) {
                to.incoming.push(Arc::clone(&relation));
            }
            joining.insert(relation.id.clone(), relation);
        }
        let places = entities.values().filter(|entity| entity.as_place().is_some()).cloned();
        Self {
            valid,
            recorded,
            places: Arc::new(places.collect()),
            entities: Arc::new(entities),
            relations: Arc::new(joining),
            nodes: Arc::new(nodes),
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
        self.nodes.get(self.resolve(id))
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
        let (entities, aliases) = (self.entities.as_ref().clone(), self.aliases.clone());
        Self::new(self.valid, self.recorded, entities, kept, aliases)
    }

    /// The same network without an entity, its relations and the programmes that it runs.
    #[must_use]
    pub fn without_entity(&self, id: &EntityId) -> Self {
        let id = self.resolve(id);
        let mut entities = self.entities.as_ref().clone();
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
        let aliases = self.aliases.kept(&Readable::all(), |id| entities.contains_key(id));
        let relations = self.relations.values().cloned();
        Self::new(self.valid, self.recorded, entities, relations, aliases)
    }
}
