//! Whether labour costs less in one place than in another, as far as dated wages say.
//!
//! A wage is compared with the same one in the same unit only. A place without any has those of the
//! nearest place around it. Several values that may hold give bounds; where bounds meet, neither is
//! known to cost less.

use std::collections::BTreeMap;

use crate::place::Surroundings;
use crate::{AttributeGroup, AttributeId, Place, Presence, Snapshot};

/// What two places' wages say together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Comparison {
    /// All that can be compared are lower there.
    Less,
    /// All that can be compared are higher there, or as high.
    NotLess,
    /// Nothing can be compared, or it does not agree.
    Unknown,
}

/// Least and most of each wage, by what it is and its unit.
type Wages<'a> = BTreeMap<(&'a AttributeId, &'a str), (f64, f64)>;

/// Compares wages in one place with those at home.
pub(super) fn compare<'a>(
    snapshot: &'a Snapshot,
    surroundings: &Surroundings<'a>,
    there: &'a Place,
    home: &'a Place,
) -> Comparison {
    let home = wages(snapshot, surroundings, home);
    let (mut is_less, mut is_not_less) = (false, false);
    for (wage, (low, high)) in wages(snapshot, surroundings, there) {
        let Some((home_low, home_high)) = home.get(&wage) else { continue };
        if high < *home_low {
            is_less = true;
        } else if low >= *home_high {
            is_not_less = true;
        } else {
            return Comparison::Unknown;
        }
    }
    match (is_less, is_not_less) {
        (true, false) => Comparison::Less,
        (false, true) => Comparison::NotLess,
        (true, true) | (false, false) => Comparison::Unknown,
    }
}

/// The wages of the nearest place that has any.
fn wages<'a>(
    snapshot: &'a Snapshot,
    surroundings: &Surroundings<'a>,
    place: &'a Place,
) -> Wages<'a> {
    for around in surroundings.of(place) {
        let found = wages_of(snapshot, around);
        if !found.is_empty() {
            return found;
        }
    }
    Wages::new()
}

fn wages_of<'a>(snapshot: &Snapshot, place: &'a Place) -> Wages<'a> {
    let mut wages = Wages::new();
    for attribute in &place.attributes {
        let group = AttributeGroup::of(&attribute.id);
        let is_wage = group.is_ok_and(|group| group == AttributeGroup::Wage);
        let holds = attribute.presence(snapshot.valid()) != Presence::Absent;
        let number = attribute.value.number().filter(|number| number.is_finite());
        if let (true, true, Some(number), Some(unit)) = (is_wage, holds, number, &attribute.unit) {
            let range = wages.entry((&attribute.id, unit.as_str())).or_insert((number, number));
            *range = (range.0.min(number), range.1.max(number));
        }
    }
    wages
}
