//! Puts the records of a document together: each alone first, then what they say together.
//!
//! Guarantees the same facts and rejections for the same records, whatever format they came from. A
//! record is refused once, by the first rule that it breaks; the rest goes on. Records come in the
//! order entities, relations, merges, and only what was read of them is kept.

use std::collections::BTreeSet;

use serde_json::Value;

use super::ownership::Ownership;
use super::personal::personal_field;
use super::position::Position;
use super::rule::{Refusal, Rejection, Rule};
use super::sums::sales_above_one;
use super::tree::take_dangling;
use super::{Document, encode, entity, merge, relation};
use crate::{Entity, EntityId, Error, Fact, NetworkId, Relation, RelationId};

/// Takes entities in, one after the other.
#[derive(Debug)]
pub(crate) struct Entities {
    document: Document,
    positions: Vec<Position>,
    read: Vec<(usize, Entity)>,
    ids: BTreeSet<EntityId>,
    rejections: Vec<(usize, Rejection)>,
    count_max: usize,
}

/// Takes relations in, then merges, when all entities are known.
#[derive(Debug)]
pub(crate) struct Relations<F> {
    document: Document,
    own: BTreeSet<EntityId>,
    is_known: F,
    positions: Vec<Position>,
    read: Vec<(usize, Relation)>,
    ids: BTreeSet<RelationId>,
    rejections: Vec<(usize, Rejection)>,
    merges: usize,
    merge_facts: Vec<Fact>,
    merge_rejections: Vec<Rejection>,
    count_max: usize,
}

impl Entities {
    pub(crate) fn new(network: NetworkId, count_max: usize) -> Self {
        let (facts, rejections, warnings) = Default::default();
        Self {
            document: Document { network, facts, rejections, warnings },
            positions: Vec::new(),
            read: Vec::new(),
            ids: BTreeSet::new(),
            rejections: Vec::new(),
            count_max,
        }
    }

    /// Reads one record, or says what the mapping found wrong with it.
    pub(crate) fn take(
        &mut self,
        position: Position,
        record: Result<&Value, (Refusal, &Value)>,
    ) -> Result<(), Error> {
        let number = next_number("entities", self.positions.len(), self.count_max)?;
        let (entity, value) = match record {
            Ok(value) => (impersonal(value).and_then(|()| entity::read(value)), value),
            Err((refusal, value)) => (Err(refusal), value),
        };
        let new = entity.and_then(|entity| {
            if self.ids.insert(entity.id()) {
                return Ok(entity);
            }
            let reason = format!("`{}` was given before", entity.id());
            Err(Refusal::new(Rule::Duplicate, reason).at("id"))
        });
        match new {
            Ok(entity) => self.read.push((number, entity)),
            Err(refusal) => {
                self.rejections.push((number, Rejection::new(&position, value, refusal)));
            }
        }
        self.positions.push(position);
        Ok(())
    }

    /// How many records were refused so far.
    pub(crate) fn rejection_count(&self) -> usize {
        self.rejections.len()
    }

    /// Ends the entities: what they refer to must exist, among them or beside them.
    pub(crate) fn end<F: Fn(&EntityId) -> bool>(
        mut self,
        is_known: F,
        count_max: usize,
    ) -> Relations<F> {
        for (number, entity, refusal) in take_dangling(&mut self.read, &is_known) {
            let Some(position) = self.positions.get(number) else { continue };
            let rejection = Rejection::new(position, &encode::entity(&entity), refusal);
            self.rejections.push((number, rejection));
        }
        let mut document = self.document;
        append(&mut document.rejections, self.rejections);
        let own = self.read.iter().map(|(_, entity)| entity.id()).collect();
        document
            .facts
            .extend(self.read.into_iter().map(|(_, entity)| Fact::EntityAsserted(entity)));
        Relations {
            document,
            own,
            is_known,
            positions: Vec::new(),
            read: Vec::new(),
            ids: BTreeSet::new(),
            rejections: Vec::new(),
            merges: 0,
            merge_facts: Vec::new(),
            merge_rejections: Vec::new(),
            count_max,
        }
    }
}

impl<F: Fn(&EntityId) -> bool> Relations<F> {
    /// Reads one relation, or says what the mapping found wrong with it.
    pub(crate) fn take(
        &mut self,
        position: Position,
        record: Result<&Value, (Refusal, &Value)>,
    ) -> Result<(), Error> {
        let number = next_number("relations", self.positions.len(), self.count_max)?;
        let is_known = |id: &EntityId| self.own.contains(id) || (self.is_known)(id);
        let (relation, value) = match record {
            Ok(value) => (impersonal(value).and_then(|()| relation::read(value, &is_known)), value),
            Err((refusal, value)) => (Err(refusal), value),
        };
        let new = relation.and_then(|relation| {
            if self.ids.insert(relation.id.clone()) {
                return Ok(relation);
            }
            let reason = format!("`{}` was given before", relation.id);
            Err(Refusal::new(Rule::Duplicate, reason).at("id"))
        });
        match new {
            Ok(relation) => self.read.push((number, relation)),
            Err(refusal) => {
                self.rejections.push((number, Rejection::new(&position, value, refusal)));
            }
        }
        self.positions.push(position);
        Ok(())
    }

    /// Reads that two entities are one, or are two after all.
    pub(crate) fn take_merge(
        &mut self,
        position: &Position,
        record: Result<&Value, (Refusal, &Value)>,
    ) -> Result<(), Error> {
        next_number("merges", self.merges, self.count_max)?;
        self.merges += 1;
        let is_known = |id: &EntityId| self.own.contains(id) || (self.is_known)(id);
        let (fact, value) = match record {
            Ok(value) => (impersonal(value).and_then(|()| merge::read(value, &is_known)), value),
            Err((refusal, value)) => (Err(refusal), value),
        };
        match fact {
            Ok(fact) => self.merge_facts.push(fact),
            Err(refusal) => self.merge_rejections.push(Rejection::new(position, value, refusal)),
        }
        Ok(())
    }

    /// How many relations and merges were refused so far.
    pub(crate) fn rejection_count(&self) -> usize {
        self.rejections.len() + self.merge_rejections.len()
    }

    /// Ends the document: what the relations say together must be possible.
    pub(crate) fn end(mut self) -> Document {
        let (numbers, relations): (Vec<usize>, Vec<Relation>) = self.read.into_iter().unzip();
        let ownership = Ownership::check(&relations);
        for (index, refusal) in &ownership.refused {
            let place = numbers.get(*index).and_then(|number| self.positions.get(*number));
            let (Some(position), Some(relation)) = (place, relations.get(*index)) else { continue };
            let value = encode::relation(relation);
            let number = numbers.get(*index).copied().unwrap_or_default();
            self.rejections.push((number, Rejection::new(position, &value, refusal.clone())));
        }
        let mut document = self.document;
        document.warnings.extend(ownership.warnings);
        document.warnings.extend(sales_above_one(&relations));
        append(&mut document.rejections, self.rejections);
        for (index, relation) in relations.into_iter().enumerate() {
            if !ownership.refused.contains_key(&index) {
                document.facts.push(Fact::RelationAsserted(relation));
            }
        }
        document.facts.extend(self.merge_facts);
        document.rejections.extend(self.merge_rejections);
        document
    }
}

fn next_number(what: &'static str, known: usize, limit: usize) -> Result<usize, Error> {
    if known < limit {
        return Ok(known);
    }
    Err(Error::DocumentCount { what, found: known + 1, limit })
}

fn impersonal(value: &Value) -> Result<(), Refusal> {
    match personal_field(value) {
        Some(field) => {
            let reason = format!("field `{field}` is about a person");
            Err(Refusal::new(Rule::Personal, reason))
        }
        None => Ok(()),
    }
}

/// Adds rejections in the order of their records.
fn append(to: &mut Vec<Rejection>, mut rejections: Vec<(usize, Rejection)>) {
    rejections.sort_by_key(|(number, _)| *number);
    to.extend(rejections.into_iter().map(|(_, rejection)| rejection));
}
