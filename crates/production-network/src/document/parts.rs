//! Cuts a document into smaller ones that say the same, for a log whose events are bounded.
//!
//! Guarantees that each part names only entities of its own and of earlier parts, that no part is
//! longer than was asked unless one record alone is, and that the same document gives the same
//! parts. Never drops a fact; what was refused stays with the whole.

use std::collections::BTreeMap;
use std::io;

use super::Document;
use super::encode::record;
use crate::{Entity, EntityId, Fact};

/// Bytes that a document has beside its records, its network's name of 64 bytes included.
const FRAME_BYTES: usize = 128;
/// Bytes between two records.
const SEPARATOR_BYTES: usize = 2;

impl Document {
    /// The same facts in documents that [`Document::write_json`] writes in at most `bytes_max` bytes
    /// each, in the order in which they must be told. A document without facts gives none.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] for facts that no document states: that something changed or
    /// ended.
    pub fn parts(self, bytes_max: usize) -> io::Result<Vec<Self>> {
        let network = self.network;
        let mut parts: Vec<Self> = Vec::new();
        let mut bytes = bytes_max;
        for fact in outer_first(self.facts) {
            let length = record(&fact)?.1.to_string().len() + SEPARATOR_BYTES;
            match parts.last_mut() {
                Some(part) if bytes + length <= bytes_max => {
                    part.facts.push(fact);
                    bytes += length;
                }
                Some(_) | None => {
                    let (rejections, warnings) = Default::default();
                    let facts = vec![fact];
                    parts.push(Self { network: network.clone(), facts, rejections, warnings });
                    bytes = FRAME_BYTES + length;
                }
            }
        }
        Ok(parts)
    }
}

/// Places and segments behind what they lie in or below; the rest in its order.
fn outer_first(mut facts: Vec<Fact>) -> Vec<Fact> {
    let mut outer: BTreeMap<EntityId, EntityId> = BTreeMap::new();
    for fact in &facts {
        if let Fact::EntityAsserted(Entity::Place(place)) = fact
            && let Some(within) = &place.within
        {
            let id = EntityId::Place(place.id.clone());
            outer.insert(id, EntityId::Place(within.clone()));
        }
    }
    // The sort is stable. Relations and merges come behind entities already.
    facts.sort_by_key(|fact| match fact {
        Fact::EntityAsserted(Entity::Segment(segment)) => {
            std::iter::successors(segment.parent(), |above| above.parent()).count()
        }
        Fact::EntityAsserted(Entity::Place(place)) => {
            let id = EntityId::Place(place.id.clone());
            // No place lies in itself, which reading has made sure of; the bound is for the rest.
            std::iter::successors(outer.get(&id), |id| outer.get(id)).take(outer.len()).count()
        }
        Fact::EntityAsserted(_) => 0,
        Fact::EntityChanged { .. } | Fact::EntityEnded { .. } => usize::MAX - 2,
        Fact::RelationAsserted(_) | Fact::RelationChanged { .. } | Fact::RelationEnded { .. } => {
            usize::MAX - 1
        }
        Fact::EntitiesMerged(_) | Fact::MergeUndone { .. } => usize::MAX,
    });
    facts
}
