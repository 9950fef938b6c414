//! One entity with its relations and what was found of it.

use api::network::{GetFirmRequest, GetFirmResponse};
use tonic::Status;

use super::{Asked, ask, decode, encode};
use crate::query;

pub(super) fn get(asked: &Asked<'_>, question: &GetFirmRequest) -> Result<GetFirmResponse, Status> {
    let network = question.network.as_str();
    let id = decode::required("id", &question.id)?;
    let (picture, is_whole) = asked.picture_for(question, id)?;
    let known = query::network(asked.networks, network).map_err(|error| api::status_of(&error))?;
    let answer = query::entity(network, &known, id, &picture);
    let answer = answer.map_err(|error| api::status_of(&error))?;
    let subject = answer.entity.id().to_string();
    Ok(GetFirmResponse {
        entity: Some(encode::entity(answer.entity)),
        relations: answer.relations.iter().map(|one| encode::relation(&picture, one)).collect(),
        findings: if is_whole { picture.findings_about(network, &subject) } else { Vec::new() },
        frontier: None,
        findings_left_out: !is_whole,
        moment: Some(ask::moment(&picture, asked.partition)),
    })
}
