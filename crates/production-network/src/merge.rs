//! Entities that turned out to be one: remembered beside the facts, and undone without a trace of
//! loss.
//!
//! A merge rewrites nothing. A picture of the network reads the duplicate's relations as the
//! survivor's, for the days and recorded times for which the merge speaks. Merges follow each
//! other; one that turns an earlier one round replaces it, so there are no rings.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{Applied, EntityId, Error, PartialDate, RecordedAt};

/// That one entity is another one under a second id.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Merge {
    /// The duplicate.
    pub merged: EntityId,
    /// The entity that stays.
    pub survivor: EntityId,
    /// From when they are one; `None` if they always were.
    pub effective: Option<PartialDate>,
    /// Where it is said.
    pub source: String,
    /// What is said there.
    pub evidence: String,
}

/// All merges of a network, in the order in which they were recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Merges {
    told: Vec<Told>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Told {
    recorded: RecordedAt,
    effective: Option<Date>,
    merged: EntityId,
    /// `None` says that it is an entity of its own after all.
    survivor: Option<EntityId>,
}

impl Merge {
    /// Checks that two different entities of one kind are named.
    ///
    /// # Errors
    /// [`Error::Merge`] if not.
    pub fn check(&self) -> Result<(), Error> {
        if self.merged == self.survivor || self.merged.kind() != self.survivor.kind() {
            let (merged, survivor) = (self.merged.clone(), self.survivor.clone());
            return Err(Error::Merge { merged, survivor });
        }
        Ok(())
    }
}

impl Merges {
    /// All ids that any of them names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &EntityId> {
        self.told.iter().flat_map(|told| told.survivor.iter().chain([&told.merged]))
    }

    /// Takes what is told about a duplicate. To undo what was never merged changes nothing.
    pub(crate) fn tell(
        &mut self,
        merged: EntityId,
        survivor: Option<EntityId>,
        effective: Option<PartialDate>,
        recorded: RecordedAt,
    ) -> Applied {
        let effective = effective.map(PartialDate::earliest);
        let turned_round = |told: &Told| told.survivor.as_ref() == Some(&merged);
        let last = self.told.iter().rev().find(|told| told.merged == merged || turned_round(told));
        let says_it_already = last.is_some_and(|last| {
            last.merged == merged && last.survivor == survivor && last.effective == effective
        });
        let was_told = self.told.iter().any(|told| told.merged == merged);
        if says_it_already || (survivor.is_none() && !was_told) {
            return Applied::Unchanged;
        }
        self.told.push(Told { recorded, effective, merged, survivor });
        if was_told { Applied::Superseded } else { Applied::First }
    }

    /// Who stands for each duplicate on the day, as known at the time; chains are followed.
    pub(crate) fn as_of(&self, valid: Date, recorded: RecordedAt) -> BTreeMap<EntityId, EntityId> {
        let mut direct: BTreeMap<&EntityId, &EntityId> = BTreeMap::new();
        for told in &self.told {
            if told.recorded > recorded || told.effective.is_some_and(|from| from > valid) {
                continue;
            }
            direct.remove(&told.merged);
            let Some(survivor) = &told.survivor else { continue };
            // If the survivor was merged into this one, through others or not, the ring is cut
            // where it ends: the survivor stands for itself again.
            if end_of(&direct, survivor) == &told.merged {
                direct.remove(survivor);
            }
            direct.insert(&told.merged, survivor);
        }
        let end = |merged: &&EntityId| ((*merged).clone(), end_of(&direct, merged).clone());
        direct.keys().map(end).collect()
    }
}

/// The end of a chain of merges, which has no rings.
fn end_of<'a>(direct: &BTreeMap<&'a EntityId, &'a EntityId>, id: &'a EntityId) -> &'a EntityId {
    let mut end = id;
    while let Some(next) = direct.get(end) {
        end = next;
    }
    end
}
