//! The cost-capability ratio of a firm, place by place, and what a move would do to it.
//!
//! The paper asks firms to lower it by cheaper production abroad, by better capability at home, or
//! both (section 2.2). Which cost and which capability are meant is the caller's, as two
//! attributes; the unit of the ratio is the one over the other. Several values that may hold give
//! bounds; where either side is not recorded there is no ratio, and a missing cost is never nil.

use std::collections::BTreeSet;

use crate::place::Surroundings;
use crate::{
    Attribute, AttributeId, Entity, EntityId, FirmId, PlaceId, Presence, RelationId, RelationKind,
    Snapshot,
};

/// Which attributes are compared.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CostCapabilityMeasure {
    /// A cost of places, as `wage.manufacturing`.
    pub cost: AttributeId,
    /// A capability of firms, as `capability.output`.
    pub capability: AttributeId,
}

/// A firm's ratios.
#[derive(Clone, Debug, PartialEq)]
pub struct CostCapability {
    /// The firm.
    pub firm: FirmId,
    /// One finding for each place in which it has an operation, by place.
    pub places: Vec<PlaceRatio>,
}

/// The ratio of a firm in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceRatio {
    /// The place.
    pub place: PlaceId,
    /// Whether it is in the firm's home economy.
    pub side: Side,
    /// The ratio there; lower is better.
    pub ratio: Ratio,
    /// The place whose cost was read: this one or the nearest around it that has any.
    pub cost_of: Option<PlaceId>,
    /// The relations that show the operation; empty for a place to which it would move.
    pub evidence: Vec<RelationId>,
}

/// Where a place lies for a firm.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// In its home economy.
    Home,
    /// In another economy.
    Abroad,
    /// The home of the firm, or the economy of the place, is not recorded.
    NotStated,
}

/// A ratio, with its bounds equal where it is known exactly.
#[derive(Clone, Debug, PartialEq)]
pub enum Ratio {
    /// Between two values, both included.
    Within {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
        /// The unit of the cost over the unit of the capability.
        unit: String,
    },
    /// There is none.
    Undefined(NoRatio),
}

/// Why there is no ratio.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NoRatio {
    /// No cost is recorded for the place, nor for any around it.
    NoCost,
    /// No capability is recorded for the firm.
    NoCapability,
    /// The values have no unit, or not all the same.
    UnlikeUnits,
    /// A value is no number above zero, so that a ratio would say nothing.
    NotPositive,
    /// The firm has no operation at home whose ratio the move could be compared with.
    NoHome,
}

/// What a move to a place would do.
#[derive(Clone, Debug, PartialEq)]
pub struct MoveEffect {
    /// The ratio in the new place, with the capability as it is.
    pub there: PlaceRatio,
    /// The ratio there as a part of that at home: below 1 the move lowers it. Without a unit.
    pub of_home: Ratio,
}

/// Finds a firm's ratio in each place of its operations; `None` if there is no such firm.
///
/// Source: Yeung (2017), section 2.2, driver 1; Coe and Yeung (2015). Ratio = cost of the place ÷
/// capability of the firm, on the day of the snapshot, in the units of the attributes.
#[must_use]
pub fn cost_capability(
    snapshot: &Snapshot,
    firm: &FirmId,
    measure: &CostCapabilityMeasure,
) -> Option<CostCapability> {
    snapshot.firm(firm)?;
    let id = EntityId::Firm(firm.clone());
    let costs = Costs::new(snapshot, measure);
    let mut places = Vec::new();
    let operations: Vec<_> =
        snapshot.outgoing(&id).filter(|r| r.kind == RelationKind::LocatedIn).collect();
    let ids: BTreeSet<&EntityId> = operations.iter().map(|relation| &relation.to).collect();
    for entity in ids {
        let EntityId::Place(place) = entity else { continue };
        let mut found = costs.ratio_in(firm, place);
        let here = operations.iter().filter(|relation| relation.to == *entity);
        found.evidence = here.map(|relation| relation.id.clone()).collect();
        places.push(found);
    }
    Some(CostCapability { firm: firm.clone(), places })
}

/// Compares the ratio in a place with that at home; `None` if there is no such firm or place.
///
/// The bounds are exact: the capability is the same on both sides and drops out, so they come from
/// the costs alone; where several operations are at home, from all of them.
#[must_use]
pub fn move_effect(
    snapshot: &Snapshot,
    firm: &FirmId,
    measure: &CostCapabilityMeasure,
    place: &PlaceId,
) -> Option<MoveEffect> {
    let now = cost_capability(snapshot, firm, measure)?;
    move_effects(snapshot, &now, measure, [place]).pop()?
}

/// The same for many places, of a firm whose ratios are known; `None` for a place that is not there.
#[must_use]
pub fn move_effects<'a>(
    snapshot: &Snapshot,
    now: &CostCapability,
    measure: &CostCapabilityMeasure,
    places: impl IntoIterator<Item = &'a PlaceId>,
) -> Vec<Option<MoveEffect>> {
    let costs = Costs::new(snapshot, measure);
    let effect = |place: &PlaceId| {
        snapshot.place(place)?;
        let there = costs.ratio_in(&now.firm, place);
        let of_home = match &there.ratio {
            Ratio::Undefined(reason) => Ratio::Undefined(*reason),
            Ratio::Within { .. } => {
                let home = now.places.iter().filter(|found| found.side == Side::Home);
                costs.part_of(place, home)
            }
        };
        Some(MoveEffect { there, of_home })
    };
    places.into_iter().map(effect).collect()
}

/// What is compared, and the places that lie around others.
struct Costs<'a> {
    snapshot: &'a Snapshot,
    measure: &'a CostCapabilityMeasure,
    surroundings: Surroundings<'a>,
}

impl<'a> Costs<'a> {
    fn new(snapshot: &'a Snapshot, measure: &'a CostCapabilityMeasure) -> Self {
        Self { snapshot, measure, surroundings: Surroundings::new(snapshot) }
    }

    fn ratio_in(&self, firm: &FirmId, place: &PlaceId) -> PlaceRatio {
        let (snapshot, measure) = (self.snapshot, self.measure);
        let home = snapshot.area_of(&EntityId::Firm(firm.clone()));
        let area = snapshot.area_of(&EntityId::Place(place.clone()));
        let side = match (home, area) {
            (Some(home), Some(area)) if home == area => Side::Home,
            (Some(home), Some(_)) if home.is_economy() => Side::Abroad,
            (Some(_) | None, Some(_) | None) => Side::NotStated,
        };
        let (cost, cost_of) = self.cost_in(place);
        let capability = values_of(
            snapshot.entity(&EntityId::Firm(firm.clone())),
            &measure.capability,
            snapshot,
            NoRatio::NoCapability,
        );
        let ratio = match (cost, capability) {
            (Ok(cost), Ok(capability)) => Ratio::Within {
                low: cost.low / capability.high,
                high: cost.high / capability.low,
                unit: format!("{}/{}", cost.unit, capability.unit),
            },
            (Err(reason), _) | (_, Err(reason)) => Ratio::Undefined(reason),
        };
        PlaceRatio { place: place.clone(), side, ratio, cost_of, evidence: Vec::new() }
    }

    /// The ratio in a place as a part of that at home: from the costs alone.
    fn part_of<'p>(&self, place: &PlaceId, home: impl Iterator<Item = &'p PlaceRatio>) -> Ratio {
        let there = match self.cost_in(place) {
            (Ok(values), _) => values,
            (Err(reason), _) => return Ratio::Undefined(reason),
        };
        let mut bounds: Option<(f64, f64)> = None;
        for operation in home {
            let here = match self.cost_in(&operation.place) {
                (Ok(values), _) => values,
                (Err(reason), _) => return Ratio::Undefined(reason),
            };
            if here.unit != there.unit {
                return Ratio::Undefined(NoRatio::UnlikeUnits);
            }
            let (low, high) = (there.low / here.high, there.high / here.low);
            bounds = Some(bounds.map_or((low, high), |(l, h)| (l.min(low), h.max(high))));
        }
        let Some((low, high)) = bounds else { return Ratio::Undefined(NoRatio::NoHome) };
        Ratio::Within { low, high, unit: "1".to_owned() }
    }

    /// The cost in a place or, if it has none, in the nearest place around it that has any.
    fn cost_in(&self, place: &PlaceId) -> (Result<Values, NoRatio>, Option<PlaceId>) {
        let (snapshot, measure) = (self.snapshot, self.measure);
        let around = snapshot.place(place).map(|place| self.surroundings.of(place));
        for place in around.unwrap_or_default() {
            let id = EntityId::Place(place.id.clone());
            match values_of(snapshot.entity(&id), &measure.cost, snapshot, NoRatio::NoCost) {
                Err(NoRatio::NoCost) => {}
                found => return (found, Some(place.id.clone())),
            }
        }
        (Err(NoRatio::NoCost), None)
    }
}

/// The values of an attribute that may hold on the day.
struct Values {
    low: f64,
    high: f64,
    unit: String,
}

fn values_of(
    entity: Option<&Entity>,
    attribute: &AttributeId,
    snapshot: &Snapshot,
    absent: NoRatio,
) -> Result<Values, NoRatio> {
    let may_hold = |value: &&Attribute| {
        value.id == *attribute && value.presence(snapshot.valid()) != Presence::Absent
    };
    let mut values: Option<Values> = None;
    for value in entity.map(Entity::attributes).unwrap_or_default().iter().filter(may_hold) {
        let number = value.value.number().filter(|n| n.is_finite() && *n > 0.0);
        let number = number.ok_or(NoRatio::NotPositive)?;
        let unit = value.unit.clone().ok_or(NoRatio::UnlikeUnits)?;
        values = Some(match values {
            None => Values { low: number, high: number, unit },
            Some(found) if found.unit == unit => {
                Values { low: found.low.min(number), high: found.high.max(number), unit }
            }
            Some(_) => return Err(NoRatio::UnlikeUnits),
        });
    }
    values.ok_or(absent)
}
