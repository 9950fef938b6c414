//! A snapshot that moves on: the same day, as known when some more facts were recorded.
//!
//! Guarantees the same snapshot as one that is made anew, in the time that the facts take and not
//! the network: what they do not touch is shared with the one before. Never guesses: where facts
//! reach farther than firms and their relations, it is to be made anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::visible::joining_only;
use super::{Node, Snapshot};
use crate::network::Network;
use crate::{Entity, EntityId, Fact, Readable, RecordedAt, Relation, RelationId, Tier};

/// What facts are about.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    entities: BTreeSet<EntityId>,
    relations: BTreeSet<RelationId>,
    /// Some are about merges, which give many records another name.
    is_of_merges: bool,
}

/// A snapshot that has moved on, and what is otherwise in it.
#[derive(Debug)]
pub struct Advance {
    /// The network now.
    pub snapshot: Snapshot,
    /// Firms that are new, gone, or of which something else is recorded.
    pub(crate) firms: BTreeSet<EntityId>,
    /// Relations that are new, gone or changed: before and now.
    pub(crate) relations: Vec<[Option<Arc<Relation>>; 2]>,
}

impl Touched {
    /// Adds what a fact is about.
    pub fn note(&mut self, fact: &Fact) {
        match fact {
            Fact::EntityAsserted(entity) | Fact::EntityChanged { entity, .. } => {
                self.entities.insert(entity.id());
            }
            Fact::EntityEnded { id, .. } => {
                self.entities.insert(id.clone());
            }
            Fact::RelationAsserted(relation) | Fact::RelationChanged { relation, .. } => {
                self.relations.insert(relation.id.clone());
            }
            Fact::RelationEnded { id, .. } => {
                self.relations.insert(id.clone());
            }
            Fact::EntitiesMerged(_) | Fact::MergeUndone { .. } => self.is_of_merges = true,
        }
    }

    /// Adds what other facts are about.
    pub fn extend(&mut self, other: &Self) {
        self.entities.extend(other.entities.iter().cloned());
        self.relations.extend(other.relations.iter().cloned());
        self.is_of_merges |= other.is_of_merges;
    }

    /// How many records they are about.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entities.len() + self.relations.len()
    }
}

impl Snapshot {
    /// The same day as known at a later time, where `touched` are all facts that were recorded
    /// since, and `readable` what this snapshot shows. `None` where it is to be made anew: something is
    /// told of merges or of who was ever merged, something else is recorded of one that is no firm,
    /// or a firm that runs a programme comes or goes.
    #[must_use]
    pub fn advance(
        &self,
        network: &Network,
        touched: &Touched,
        readable: &Readable,
        recorded: RecordedAt,
    ) -> Option<Advance> {
        if touched.is_of_merges {
            return None;
        }
        let merged = network.ever_merged();
        let sees_all = Tier::ALL.iter().all(|tier| readable.contains(*tier));
        let mut next = Self { recorded, ..self.clone() };
        let (mut firms, mut relations) = (BTreeSet::new(), touched.relations.clone());
        let mut operators = None;
        for id in &touched.entities {
            let now = network.entity_as_of(id, self.valid, recorded);
            if id.as_firm().is_none() {
                let before = network.entity_as_of(id, self.valid, self.recorded);
                // Others hide what names them, too, and are read from everywhere.
                if before != now || recorded == self.recorded {
                    return None;
                }
                continue;
            }
            if merged.contains(id) {
                return None;
            }
            let now = now.filter(|entity| readable.contains(entity.tier()));
            let before = self.entities.get(id);
            if before == now {
                continue;
            }
            firms.insert(id.clone());
            if before.is_some() != now.is_some() {
                // With it its relations come and go, and its name as that of who runs something.
                if operators.get_or_insert_with(|| network.operators()).contains(id) {
                    return None;
                }
                relations.extend(network.ever_joining(id).cloned());
            }
            next.put_entity(id, now);
        }
        let mut changed = Vec::new();
        for id in &relations {
            let now = network.relation_as_of(id, self.valid, recorded);
            let before = self.relations.get(id).cloned();
            let mut versions = now.into_iter().chain(&before);
            if versions.any(|relation| relation.names().any(|one| merged.contains(&one))) {
                return None;
            }
            let now = now.filter(|relation| {
                readable.contains(relation.tier)
                    && relation.from != relation.to
                    && [&relation.from, &relation.to].iter().all(|end| next.has(end))
            });
            // Who sees all sees names of what is not there, too.
            let now = now.map(|relation| joining_only(relation, |id| sees_all || next.has(id)));
            if before != now {
                next.put_relation(before.as_ref(), now.as_ref());
                changed.push([before, now]);
            }
        }
        // Last: until now their nodes hold relations.
        for id in &firms {
            if !next.has(id) {
                next.nodes.remove(id);
            }
        }
        Some(Advance { snapshot: next, firms, relations: changed })
    }

    fn has(&self, id: &EntityId) -> bool {
        self.entities.contains_key(id)
    }

    fn put_entity(&mut self, id: &EntityId, entity: Option<&Arc<Entity>>) {
        let Some(entity) = entity else {
            self.entities.remove(id);
            return;
        };
        self.entities.insert(id.clone(), Arc::clone(entity));
        match self.nodes.get_mut(id) {
            Some(node) => Arc::make_mut(node).entity = Arc::clone(entity),
            None => {
                self.nodes.insert(id.clone(), Arc::new(Node::alone(entity)));
            }
        }
    }

    fn put_relation(&mut self, before: Option<&Arc<Relation>>, now: Option<&Arc<Relation>>) {
        if let Some(before) = before {
            self.relations.remove(&before.id);
            for (end, side) in ends(before) {
                let Some(node) = self.nodes.get_mut(end) else { continue };
                let relations = side(Arc::make_mut(node));
                if let Ok(at) = place(relations, &before.id) {
                    relations.remove(at);
                }
            }
        }
        if let Some(now) = now {
            self.relations.insert(now.id.clone(), Arc::clone(now));
            for (end, side) in ends(now) {
                let Some(node) = self.nodes.get_mut(end) else { continue };
                let relations = side(Arc::make_mut(node));
                if let Err(at) = place(relations, &now.id) {
                    relations.insert(at, Arc::clone(now));
                }
            }
        }
    }
}

impl Advance {
    /// The relations that changed, as they were and as they are.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Relation> {
        self.relations.iter().flatten().flatten().map(Arc::as_ref)
    }
}

type Side = fn(&mut Node) -> &mut Vec<Arc<Relation>>;

/// Both ends of a relation, with the list that it is in there.
fn ends(relation: &Relation) -> [(&EntityId, Side); 2] {
    [(&relation.from, |node| &mut node.outgoing), (&relation.to, |node| &mut node.incoming)]
}

/// Where a relation is, or would be, in order.
fn place(relations: &[Arc<Relation>], id: &RelationId) -> Result<usize, usize> {
    relations.binary_search_by(|one| one.id.cmp(id))
}
