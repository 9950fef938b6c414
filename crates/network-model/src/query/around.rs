//! What lies around an entity, step by step, nearest first.
//!
//! Guarantees an answer of bounded size that says when it was cut, and one order: by step, then id.

use std::collections::{BTreeMap, BTreeSet};

use production_network::{Entity, EntityId, Relation, RelationId, RelationKind, Snapshot};

/// Most steps: in four most of a production network is reached.
pub(crate) const STEPS_MAX: u32 = 4;
/// Most relations of an answer: with its entities some 5 MiB.
pub(crate) const RELATIONS_MAX: u32 = 10_000;

/// How far, along what, and how much.
#[derive(Debug)]
pub(crate) struct Around {
    pub(crate) steps: u32,
    /// All, if empty.
    pub(crate) kinds: Vec<RelationKind>,
    pub(crate) relations_max: usize,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    /// With the steps that they are away.
    pub(crate) entities: Vec<(u32, &'a Entity)>,
    pub(crate) relations: Vec<&'a Relation>,
    pub(crate) is_cut: bool,
}

/// What lies around an entity.
pub(crate) fn around<'a>(snapshot: &'a Snapshot, id: &EntityId, around: &Around) -> Found<'a> {
    let mut steps: BTreeMap<EntityId, u32> = BTreeMap::from([(id.clone(), 0)]);
    let mut relations: Vec<&Relation> = Vec::new();
    let mut taken: BTreeSet<&RelationId> = BTreeSet::new();
    let mut edge = BTreeSet::from([id.clone()]);
    let mut is_cut = false;
    let is_asked =
        |relation: &&Relation| around.kinds.is_empty() || around.kinds.contains(&relation.kind);
    'steps: for step in 1..=around.steps {
        let mut next = BTreeSet::new();
        for from in &edge {
            let touching = snapshot.outgoing(from).chain(snapshot.incoming(from)).filter(is_asked);
            for relation in touching {
                if !taken.insert(&relation.id) {
                    continue;
                }
                if relations.len() == around.relations_max {
                    is_cut = true;
                    break 'steps;
                }
                relations.push(relation);
                for end in [&relation.from, &relation.to] {
                    if !steps.contains_key(end) {
                        steps.insert(end.clone(), step);
                        next.insert(end.clone());
                    }
                }
            }
        }
        edge = next;
    }
    let mut entities: Vec<(u32, &Entity)> = steps
        .iter()
        .filter_map(|(id, steps)| snapshot.entity(id).map(|entity| (*steps, entity)))
        .collect();
    // The sort is stable: entities of one step stay in the order of their ids.
    entities.sort_by_key(|(steps, _)| *steps);
    Found { entities, relations, is_cut }
}
