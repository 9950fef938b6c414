//! The network through time, on two clocks: when a fact held and when it was recorded.
//!
//! Guarantees that nothing is overwritten: a later fact supersedes an earlier one from its day on,
//! and the answer as of an earlier recorded time stays what it was. Never reads a clock, and does
//! not depend on the order of independent facts. The view at one point of both clocks is a
//! [`Snapshot`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::aliases::Aliases;
use crate::merge::Merges;
use crate::{
    Applied, Entity, EntityId, Error, Fact, Merge, PartialDate, Presence, RecordedAt, Relation,
    RelationId, Snapshot, Tier, Validity,
};

/// All facts of one network.
#[derive(Clone, Debug, Default)]
pub struct Network {
    entities: BTreeMap<EntityId, Vec<Version<Entity>>>,
    relations: BTreeMap<RelationId, Vec<Version<Relation>>>,
    /// For each entity one version of each relation that any version joins it by.
    joined: BTreeMap<EntityId, Vec<Arc<Relation>>>,
    merges: Merges,
    last: Option<RecordedAt>,
}

/// What one fact says about one subject.
#[derive(Clone, Debug)]
struct Version<T> {
    recorded: RecordedAt,
    /// The first day for which it speaks; `None` for all days.
    effective: Option<Date>,
    state: State<T>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum State<T> {
    Is(Arc<T>),
    Ended,
}

impl Network {
    /// Applies one fact, recorded at a time that is not before any earlier one.
    ///
    /// # Errors
    /// [`Error::RecordedBackwards`] if time runs backwards; [`Error::UnknownEntity`] if a relation
    /// joins, or a fact changes or ends, an entity that was never asserted;
    /// [`Error::UnknownRelation`] likewise. The network is then unchanged.
    pub fn apply(&mut self, fact: Fact, recorded: RecordedAt) -> Result<Applied, Error> {
        if let Some(last) = self.last
            && recorded < last
        {
            return Err(Error::RecordedBackwards { found: recorded, last });
        }
        let applied = match fact {
            Fact::EntityAsserted(entity) => {
                let versions = self.entities.entry(entity.id()).or_default();
                push(versions, recorded, None, State::Is(Arc::new(entity)))
            }
            Fact::EntityChanged { entity, effective } => {
                let versions = self.known_entity(&entity.id())?;
                push(versions, recorded, first_day(effective), State::Is(Arc::new(entity)))
            }
            Fact::EntityEnded { id, on } => {
                let versions = self.known_entity(&id)?;
                push(versions, recorded, day_after(on), State::Ended)
            }
            Fact::RelationAsserted(relation) => {
                self.check_ends(&relation)?;
                let relation = Arc::new(relation);
                self.join(&relation);
                let versions = self.relations.entry(relation.id.clone()).or_default();
                push(versions, recorded, None, State::Is(relation))
            }
            Fact::RelationChanged { relation, effective } => {
                self.check_ends(&relation)?;
                self.known_relation(&relation.id)?;
                let relation = Arc::new(relation);
                self.join(&relation);
                let versions = self.known_relation(&relation.id)?;
                push(versions, recorded, first_day(effective), State::Is(relation))
            }
            Fact::RelationEnded { id, on } => {
                let versions = self.known_relation(&id)?;
                push(versions, recorded, day_after(on), State::Ended)
            }
            Fact::EntitiesMerged(merge) => {
                merge.check()?;
                for id in [&merge.merged, &merge.survivor] {
                    self.known_entity(id)?;
                }
                let Merge { merged, survivor, effective, .. } = merge;
                self.merges.tell(merged, Some(survivor), effective, recorded)
            }
            Fact::MergeUndone { merged, effective, .. } => {
                self.known_entity(&merged)?;
                self.merges.tell(merged, None, effective, recorded)
            }
        };
        self.last = Some(recorded);
        Ok(applied)
    }

    /// The network on the day `valid`, as known at the time `recorded`.
    ///
    /// A fact with partial dates is in the snapshot if some reading of them holds on the day. A
    /// relation is in it only together with both its ends. What was merged is read as the survivor.
    #[must_use]
    pub fn as_of(&self, valid: Date, recorded: RecordedAt) -> Snapshot {
        let aliases = self.aliases(valid, recorded);
        let mut entities = BTreeMap::new();
        for (id, versions) in &self.entities {
            if aliases.stands_for_another(id) {
                continue;
            }
            if let Some(entity) = on_day(versions, Entity::validity, valid, recorded) {
                entities.insert(id.clone(), aliases.entity(entity));
            }
        }
        let relations = self.relations.values().filter_map(|versions| {
            on_day(versions, |one| one.validity, valid, recorded).map(|one| aliases.relation(one))
        });
        let relations: Vec<Arc<Relation>> = relations.collect();
        Snapshot::new(valid, recorded, entities.into_iter().collect(), relations, aliases)
    }

    /// One entity on the day `valid` with its relations and who is at their other ends, as known at
    /// the time `recorded`: the same as in [`Network::as_of`], without other firms and their
    /// relations. Only relations that ever joined it are looked at.
    #[must_use]
    pub fn as_of_around(&self, id: &EntityId, valid: Date, recorded: RecordedAt) -> Snapshot {
        let aliases = self.aliases(valid, recorded);
        let id = aliases.survivor(id);
        let entity = |id: &EntityId| {
            let entity = self.entity_as_of(id, valid, recorded);
            entity.filter(|_| !aliases.stands_for_another(id)).map(|one| aliases.entity(one))
        };
        let mut entities: BTreeMap<EntityId, Arc<Entity>> = BTreeMap::new();
        // What is no firm may be named by what is: as product, segment, place or operator.
        // Firms come first in the order of ids.
        let others = self.entities.keys().rev().take_while(|other| other.as_firm().is_none());
        for other in others.chain([id]) {
            entities.extend(entity(other).map(|entity| (other.clone(), entity)));
        }
        let operators: Vec<EntityId> =
            entities.values().filter_map(|entity| entity.operator().cloned()).collect();
        for operator in operators {
            entities.extend(entity(&operator).map(|entity| (operator, entity)));
        }
        let mut relations: BTreeMap<&RelationId, Arc<Relation>> = BTreeMap::new();
        for key in self.ever_joined(id, &aliases) {
            let Some(relation) = self.relation_as_of(key, valid, recorded) else { continue };
            let joins_it = [&relation.from, &relation.to].map(|end| aliases.survivor(end) == id);
            if joins_it == [false, false] {
                continue;
            }
            let relation = aliases.relation(relation);
            let other = if relation.from == *id { &relation.to } else { &relation.from };
            if !entities.contains_key(other) {
                entities.extend(entity(other).map(|entity| (other.clone(), entity)));
            }
            relations.insert(key, relation);
        }
        let relations: Vec<Arc<Relation>> = relations.into_values().collect();
        Snapshot::new(valid, recorded, entities.into_iter().collect(), relations, aliases)
    }

    /// An entity of which no other is a duplicate, on a day as known at a time.
    pub(crate) fn entity_as_of(
        &self,
        id: &EntityId,
        valid: Date,
        recorded: RecordedAt,
    ) -> Option<&Arc<Entity>> {
        on_day(self.entities.get(id)?, Entity::validity, valid, recorded)
    }

    /// A relation on a day as known at a time, between the ends that it was told with.
    pub(crate) fn relation_as_of(
        &self,
        id: &RelationId,
        valid: Date,
        recorded: RecordedAt,
    ) -> Option<&Arc<Relation>> {
        on_day(self.relations.get(id)?, |one| one.validity, valid, recorded)
    }

    /// The relations that any version joins an entity by.
    pub(crate) fn ever_joining(&self, id: &EntityId) -> impl Iterator<Item = &RelationId> {
        self.joined.get(id).into_iter().flatten().map(|relation| &relation.id)
    }

    /// Who was ever told to run a programme.
    pub(crate) fn operators(&self) -> BTreeSet<&EntityId> {
        // Firms come first in the order of ids.
        let others = self.entities.iter().rev().take_while(|(id, _)| id.as_firm().is_none());
        let versions = others.flat_map(|(_, versions)| versions);
        let entities = versions.filter_map(|version| match &version.state {
            State::Is(entity) => Some(entity),
            State::Ended => None,
        });
        entities.filter_map(|entity| entity.operator()).collect()
    }

    /// Who was ever told to be another, and whom they were told to be.
    pub(crate) fn ever_merged(&self) -> BTreeSet<&EntityId> {
        self.merges.names().collect()
    }

    /// The relations that ever joined an entity, or one that it now stands for.
    fn ever_joined<'a>(
        &'a self,
        id: &'a EntityId,
        aliases: &'a Aliases,
    ) -> impl Iterator<Item = &'a RelationId> {
        let merged = aliases.iter().filter(move |(_, survivor)| *survivor == id);
        let ids = merged.map(|(merged, _)| merged).chain([id]);
        ids.flat_map(|id| self.ever_joining(id))
    }

    /// Remembers a version by its ends, where no earlier version of it had them.
    fn join(&mut self, relation: &Arc<Relation>) {
        let earlier = self.relations.get(&relation.id).map(Vec::as_slice).unwrap_or_default();
        for end in [&relation.from, &relation.to] {
            let is_known = earlier.iter().any(|version| match &version.state {
                State::Is(earlier) => [&earlier.from, &earlier.to].contains(&end),
                State::Ended => false,
            });
            if is_known {
                continue;
            }
            if let Some(joined) = self.joined.get_mut(end) {
                joined.push(Arc::clone(relation));
            } else {
                self.joined.insert(end.clone(), vec![Arc::clone(relation)]);
            }
        }
    }

    fn aliases(&self, valid: Date, recorded: RecordedAt) -> Aliases {
        Aliases::new(self.merges.as_of(valid, recorded), |merged| {
            let versions = self.entities.get(merged).map(Vec::as_slice).unwrap_or_default();
            // Of a record that is not there on the day nobody may read that it was.
            current(versions, valid, recorded).map_or(Tier::Restricted, |entity| entity.tier())
        })
    }

    /// How many relations were ever asserted.
    #[must_use]
    pub fn relation_count(&self) -> usize {
        self.relations.len()
    }

    /// True if the entity was ever asserted.
    #[must_use]
    pub fn knows(&self, id: &EntityId) -> bool {
        self.entities.contains_key(id)
    }

    /// The identifiers of all entities that were ever asserted, in order.
    pub fn entity_ids(&self) -> impl Iterator<Item = &EntityId> {
        self.entities.keys()
    }

    /// The recorded time of the last fact.
    #[must_use]
    pub fn last_recorded(&self) -> Option<RecordedAt> {
        self.last
    }

    /// Each relation as it was last told by a time, in order, whatever day it holds on; not those of
    /// which it was told that they ended.
    pub fn relations_recorded_by(&self, recorded: RecordedAt) -> impl Iterator<Item = &Relation> {
        self.relations.values().filter_map(move |versions| last_told(versions, recorded))
    }

    /// An entity as it was last told by a time.
    pub(crate) fn entity_recorded_by(
        &self,
        id: &EntityId,
        recorded: RecordedAt,
    ) -> Option<&Entity> {
        last_told(self.entities.get(id)?, recorded)
    }

    /// Each recorded statement about a relation, oldest first; `None` says that it ended.
    #[must_use]
    pub fn relation_history(&self, id: &RelationId) -> Vec<(RecordedAt, Option<&Relation>)> {
        let mut history = Vec::new();
        for version in self.relations.get(id).map(Vec::as_slice).unwrap_or_default() {
            let relation = match &version.state {
                State::Is(relation) => Some(relation.as_ref()),
                State::Ended => None,
            };
            history.push((version.recorded, relation));
        }
        history
    }

    /// Each statement about a relation that was recorded by then: the first day for which it
    /// speaks (`None` for all days) and what it says (`None` that the relation ended).
    pub(crate) fn statements(
        &self,
        recorded: RecordedAt,
    ) -> impl Iterator<Item = (&RelationId, Option<Date>, Option<&Relation>)> {
        let is_known = move |version: &&Version<Relation>| version.recorded <= recorded;
        self.relations.iter().flat_map(move |(id, versions)| {
            versions.iter().filter(is_known).map(move |version| match &version.state {
                State::Is(relation) => (id, version.effective, Some(relation.as_ref())),
                State::Ended => (id, version.effective, None),
            })
        })
    }

    fn known_entity(&mut self, id: &EntityId) -> Result<&mut Vec<Version<Entity>>, Error> {
        self.entities.get_mut(id).ok_or_else(|| Error::UnknownEntity { id: id.clone() })
    }

    fn known_relation(&mut self, id: &RelationId) -> Result<&mut Vec<Version<Relation>>, Error> {
        self.relations.get_mut(id).ok_or_else(|| Error::UnknownRelation { id: id.clone() })
    }

    fn check_ends(&self, relation: &Relation) -> Result<(), Error> {
        for end in [&relation.from, &relation.to] {
            if !self.knows(end) {
                return Err(Error::UnknownEntity { id: end.clone() });
            }
        }
        Ok(())
    }
}

fn push<T: Eq>(
    versions: &mut Vec<Version<T>>,
    recorded: RecordedAt,
    effective: Option<Date>,
    state: State<T>,
) -> Applied {
    let applied = match versions.last() {
        None => Applied::First,
        Some(last) if last.effective == effective && last.state == state => {
            return Applied::Unchanged;
        }
        Some(_) => Applied::Superseded,
    };
    versions.push(Version { recorded, effective, state });
    applied
}

/// The last recorded version that speaks for the day, unless it says that the subject ended.
fn current<T>(versions: &[Version<T>], valid: Date, recorded: RecordedAt) -> Option<&Arc<T>> {
    let speaks = |version: &&Version<T>| {
        version.recorded <= recorded && version.effective.is_none_or(|from| from <= valid)
    };
    match &versions.iter().rev().find(speaks)?.state {
        State::Is(value) => Some(value),
        State::Ended => None,
    }
}

/// The same, unless it does not hold on the day.
fn on_day<T>(
    versions: &[Version<T>],
    validity: fn(&T) -> Validity,
    day: Date,
    recorded: RecordedAt,
) -> Option<&Arc<T>> {
    current(versions, day, recorded).filter(|one| holds(validity(one), day))
}

/// What was last told by a time, unless that the subject ended.
fn last_told<T>(versions: &[Version<T>], recorded: RecordedAt) -> Option<&T> {
    match &versions.iter().rev().find(|version| version.recorded <= recorded)?.state {
        State::Is(value) => Some(value.as_ref()),
        State::Ended => None,
    }
}

fn holds(validity: Validity, day: Date) -> bool {
    match validity.presence(day) {
        Presence::Certain | Presence::Possible => true,
        Presence::Absent => false,
    }
}

fn first_day(date: PartialDate) -> Option<Date> {
    Some(date.earliest())
}

/// The day after the last possible one; past the end of the calendar nothing ends.
fn day_after(date: PartialDate) -> Option<Date> {
    Some(date.latest().tomorrow().unwrap_or(Date::MAX))
}
