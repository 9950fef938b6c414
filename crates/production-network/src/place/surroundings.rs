//! The places around a place, by what documents say and by what codes say.
//!
//! An estate lies in the place that its record names; a city in the subdivision of its code, and both
//! in the economy of that code. Guarantees an end where records of several documents say that two
//! places lie in each other. Never takes a place for one that merely has the same code.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Area, Place, PlaceCode, PlaceKind, Snapshot};

/// Whether a place is another, or lies in it.
pub(crate) fn lies_in(snapshot: &Snapshot, inner: &Place, outer: &Place) -> bool {
    if by_records(snapshot, inner).iter().any(|around| around.id == outer.id) {
        return true;
    }
    match outer.kind {
        PlaceKind::Economy => inner.code.economy() == outer.code.economy(),
        PlaceKind::Subdivision => inner.code == outer.code,
        PlaceKind::City
        | PlaceKind::IndustrialEstate
        | PlaceKind::SpecialEconomicZone
        | PlaceKind::Cluster => false,
    }
}

/// A place, then the places in which records say that it lies, nearest first.
fn by_records<'a>(snapshot: &'a Snapshot, place: &'a Place) -> Vec<&'a Place> {
    let (mut around, mut seen) = (Vec::new(), BTreeSet::new());
    let mut next = Some(place);
    while let Some(found) = next.filter(|found| seen.insert(&found.id)) {
        around.push(found);
        next = found.within.as_ref().and_then(|within| snapshot.place(within));
    }
    around
}

/// Finds the places around places of one snapshot. Memory: some words a place.
pub(crate) struct Surroundings<'a> {
    snapshot: &'a Snapshot,
    subdivisions: BTreeMap<&'a PlaceCode, &'a Place>,
    economies: BTreeMap<Area, &'a Place>,
}

impl<'a> Surroundings<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot) -> Self {
        let (mut subdivisions, mut economies) = (BTreeMap::new(), BTreeMap::new());
        for place in snapshot.places() {
            // Of several records of one area the first by id stands for it.
            match place.kind {
                PlaceKind::Economy => {
                    economies.entry(place.code.economy()).or_insert(place);
                }
                PlaceKind::Subdivision => {
                    subdivisions.entry(&place.code).or_insert(place);
                }
                PlaceKind::City
                | PlaceKind::IndustrialEstate
                | PlaceKind::SpecialEconomicZone
                | PlaceKind::Cluster => {}
            }
        }
        Self { snapshot, subdivisions, economies }
    }

    /// The record of an economy.
    pub(crate) fn economy(&self, area: Area) -> Option<&'a Place> {
        self.economies.get(&area).copied()
    }

    /// The records of economies, in order.
    pub(crate) fn economies(&self) -> impl Iterator<Item = &'a Place> {
        self.economies.values().copied()
    }

    /// A place, then the places around it, nearest first.
    pub(crate) fn of(&self, place: &'a Place) -> Vec<&'a Place> {
        let mut around = by_records(self.snapshot, place);
        let subdivision = self.subdivisions.get(&place.code);
        let economy = self.economies.get(&place.code.economy());
        let is_economy = place.kind == PlaceKind::Economy;
        for outer in subdivision.filter(|_| !is_economy).into_iter().chain(economy) {
            if around.iter().all(|known| known.id != outer.id) {
                around.push(outer);
            }
        }
        around
    }
}
