//! What lies around an entity.

use api::network::{GetNeighbourhoodRequest, GetNeighbourhoodResponse, Neighbour};
use production_network::RelationKind;
use tonic::Status;

use super::{Asked, ask, decode, encode};
use crate::query;
use crate::query::{Around, RELATIONS_MAX, STEPS_MAX};

/// Relations of an answer, if nobody says how many.
const RELATIONS: u32 = 1_000;

pub(super) fn get(
    asked: &Asked<'_>,
    question: &GetNeighbourhoodRequest,
) -> Result<GetNeighbourhoodResponse, Status> {
    let network = question.network.as_str();
    let id = decode::required("id", &question.id)?;
    let mut kinds = Vec::new();
    for kind in &question.kinds {
        kinds.push(decode::closed("kinds", kind, RelationKind::parse)?);
    }
    let around = Around {
        steps: decode::within("steps", question.steps, 1, STEPS_MAX)?,
        kinds,
        relations_max: decode::within("limit", question.limit, RELATIONS, RELATIONS_MAX)? as usize,
    };
    let picture = asked.picture(question)?;
    let known = query::network(asked.networks, network).map_err(|error| api::status_of(&error))?;
    let entity = query::entity_id(network, &known, id, &picture);
    let entity = entity.map_err(|error| api::status_of(&error))?;
    let found = query::around(&picture.snapshot, &entity, &around);
    let neighbours = found
        .entities
        .iter()
        .map(|(steps, entity)| Neighbour { entity: Some(encode::entity(entity)), steps: *steps });
    Ok(GetNeighbourhoodResponse {
        neighbours: neighbours.collect(),
        relations: found.relations.iter().map(|one| encode::relation(&picture, one)).collect(),
        is_cut: found.is_cut,
        moment: Some(ask::moment(&picture, asked.partition)),
        frontier: None,
    })
}
