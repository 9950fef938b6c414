//! The cost-capability ratio of a firm at home and abroad, and what a move would do.
//!
//! Guarantees that where there is no ratio the answer says why, and what is recorded instead.

use std::collections::BTreeSet;

use api::network as message;
use api::network::{GetCostCapabilityRequest, GetCostCapabilityResponse};
use production_network::{
    AttributeGroup, AttributeId, CostCapabilityMeasure, Entity, EntityId, FirmId, MoveEffect,
    NoRatio, PlaceRatio, Presence, Ratio, RatioSide, Snapshot, cost_capability, move_effects,
};
use tonic::Status;

use super::{Asked, ask, decode, encode};
use crate::query;

/// What is compared if nobody says what.
const COST: &str = "wage.manufacturing";
const CAPABILITY: &str = "capability.output";
/// Places of an answer: no firm of a few hundred people has more.
const PLACES_MAX: usize = 100;
/// Ids of what could be asked for.
const RECORDED_MAX: usize = 100;

pub(super) fn get(
    asked: &Asked<'_>,
    question: &GetCostCapabilityRequest,
) -> Result<GetCostCapabilityResponse, Status> {
    let measure = CostCapabilityMeasure {
        cost: attribute("cost", &question.cost, COST)?,
        capability: attribute("capability", &question.capability, CAPABILITY)?,
    };
    let picture = asked.picture(question)?;
    let snapshot = &picture.snapshot;
    let firm = asked.firm(question, &picture, &question.firm)?;
    let found = cost_capability(snapshot, &firm, &measure);
    let found = found.ok_or_else(|| decode::refused("firm", format!("`{firm}` is not there")))?;
    let shown = &found.places[..found.places.len().min(PLACES_MAX)];
    let effects = move_effects(snapshot, &found, &measure, shown.iter().map(|found| &found.place));
    let places = shown.iter().zip(effects).map(|(found, effect)| {
        let effect = effect.filter(|_| found.side == RatioSide::Abroad);
        in_place(snapshot, found, effect.map(|effect| effect.of_home).as_ref())
    });
    let places = places.collect();
    let moved = match question.to.as_str() {
        "" => None,
        to => {
            let place = asked.place(question, &picture, "to", to)?;
            let effect = move_effects(snapshot, &found, &measure, [&place]).pop().flatten();
            let MoveEffect { there, of_home } =
                effect.ok_or_else(|| decode::refused("to", format!("`{to}` is not there")))?;
            Some(in_place(snapshot, &there, Some(&of_home)))
        }
    };
    Ok(GetCostCapabilityResponse {
        firm: firm.to_string(),
        firm_name: encode::firm_name(snapshot, &firm),
        cost: measure.cost.to_string(),
        capability: measure.capability.to_string(),
        places,
        is_cut: found.places.len() > PLACES_MAX,
        r#move: moved,
        costs_recorded: costs(snapshot),
        capabilities_recorded: capabilities(snapshot, &firm),
        moment: Some(ask::moment(&picture, asked.partition)),
        frontier: None,
    })
}

fn attribute(field: &'static str, text: &str, usual: &str) -> Result<AttributeId, Status> {
    decode::id(field, if text.is_empty() { usual } else { text }, AttributeId::try_new)
}

fn in_place(
    snapshot: &Snapshot,
    found: &PlaceRatio,
    of_home: Option<&Ratio>,
) -> message::RatioInPlace {
    let side = match found.side {
        RatioSide::Home => "home",
        RatioSide::Abroad => "abroad",
        RatioSide::NotStated => "not-stated",
    };
    message::RatioInPlace {
        place: found.place.to_string(),
        place_name: query::name(snapshot, &EntityId::Place(found.place.clone())),
        side: side.to_owned(),
        ratio: Some(ratio(&found.ratio)),
        of_home: of_home.map(ratio),
        cost_of: found.cost_of.as_ref().map(ToString::to_string).unwrap_or_default(),
        evidence: found.evidence.iter().map(ToString::to_string).collect(),
    }
}

fn ratio(found: &Ratio) -> message::Ratio {
    let because = match found {
        Ratio::Within { low, high, unit } => {
            let (low, high) = (Some(*low), Some(*high));
            return message::Ratio { low, high, unit: unit.clone(), ..Default::default() };
        }
        Ratio::Undefined(NoRatio::NoCost) => "no-cost",
        Ratio::Undefined(NoRatio::NoCapability) => "no-capability",
        Ratio::Undefined(NoRatio::UnlikeUnits) => "unlike-units",
        Ratio::Undefined(NoRatio::NotPositive) => "not-positive",
        Ratio::Undefined(NoRatio::NoHome) => "no-home",
    };
    message::Ratio { undefined_because: because.to_owned(), ..Default::default() }
}

/// The costs of labour that places have on the day.
fn costs(snapshot: &Snapshot) -> Vec<String> {
    let values = snapshot.places().flat_map(|place| &place.attributes);
    let held = values.filter(|value| value.presence(snapshot.valid()) != Presence::Absent);
    let ids = held.map(|value| &value.id);
    recorded(ids.filter(|id| AttributeGroup::of(id).is_ok_and(|of| of == AttributeGroup::Wage)))
}

/// What the firm can do on the day.
fn capabilities(snapshot: &Snapshot, firm: &FirmId) -> Vec<String> {
    let entity = snapshot.entity(&EntityId::Firm(firm.clone()));
    let values = entity.map(Entity::attributes).unwrap_or_default().iter();
    let held = values.filter(|value| value.presence(snapshot.valid()) != Presence::Absent);
    let is_capability =
        |id: &&AttributeId| AttributeGroup::of(id).is_ok_and(|of| of == AttributeGroup::Capability);
    recorded(held.map(|value| &value.id).filter(is_capability))
}

fn recorded<'a>(ids: impl Iterator<Item = &'a AttributeId>) -> Vec<String> {
    let ids: BTreeSet<&AttributeId> = ids.collect();
    ids.into_iter().take(RECORDED_MAX).map(ToString::to_string).collect()
}
