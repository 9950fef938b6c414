//! One entity with its relations and what was found of it.

use api::network::{GetFirmRequest, GetFirmResponse, SmeStanding};
use production_network::{Firm, SmeStatus, SmeStatuses, Within};
use tonic::Status;

use super::{Asked, ask, decode, encode};
use crate::findings::code;
use crate::picture::Picture;
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
        sme: answer.entity.as_firm().filter(|_| is_whole).map(|firm| standing(&picture, firm)),
    })
}

/// By which thresholds and holders a firm is small or medium, or not.
fn standing(picture: &Picture, firm: &Firm) -> SmeStanding {
    let found = SmeStatuses::new(&picture.snapshot).of(firm);
    let criteria = found.criteria.iter().map(|one| {
        let [low, high] = one.value;
        let value = if low == high { low.to_string() } else { format!("{low} to {high}") };
        let answer = match one.within {
            Within::Yes => "within",
            Within::No => "beyond",
            Within::Undecided => "not decided by",
        };
        let thresholds: Vec<String> =
            one.thresholds.iter().map(|(limit, told)| format!("{limit} of {told}")).collect();
        let thresholds = match thresholds.join(", ") {
            none if none.is_empty() => "any threshold, as its activity is not known".to_owned(),
            some => some,
        };
        format!("{} {value} {}: {answer} {thresholds}", one.criterion, one.unit)
    });
    let holders = found.holders.iter().map(|holder| {
        let [low, high] = holder.share;
        format!("held by {} with {low:.3} to {high:.3} of its equity", holder.firm)
    });
    SmeStanding {
        status: status(found.status).to_owned(),
        basis: code(found.basis.as_str()),
        reasons: criteria.chain(holders).collect(),
    }
}

/// The code of a status.
pub(super) fn status(status: SmeStatus) -> &'static str {
    match status {
        SmeStatus::Sme => "sme",
        SmeStatus::Larger => "larger",
        SmeStatus::Open => "open",
    }
}
