//! Routes into other economies, and ways through time.

use std::collections::BTreeMap;

use api::network as message;
use api::network::{
    GetTrajectoryRequest, GetTrajectoryResponse, ListRoutesRequest, ListRoutesResponse,
};
use production_network::{
    EntityId, FirmId, Investment, Readable, RecordedAt, RouteFinding, chronicle, investments,
};
use tonic::Status;

use super::{Asked, ask, decode, encode};
use crate::findings::{code, confidence};
use crate::picture::Picture;
use crate::query;

pub(super) fn list(
    asked: &Asked<'_>,
    question: &ListRoutesRequest,
) -> Result<ListRoutesResponse, Status> {
    let picture = asked.picture(question)?;
    let firm = query::check_firm(&question.network, &picture, &question.firm);
    let firm = firm.map_err(|error| api::status_of(&error))?;
    let made = investments(&picture.snapshot);
    let made: BTreeMap<_, &Investment> =
        made.iter().map(|one| ((&one.investor, one.host), one)).collect();
    let is_asked = |found: &&RouteFinding| firm.is_empty() || found.firm.as_str() == firm;
    let routes = picture.routes().iter().filter(is_asked).map(|found| {
        let made = found.host.and_then(|host| made.get(&(&found.firm, host)));
        route(&picture, found, made.copied())
    });
    Ok(ListRoutesResponse {
        routes: routes.collect(),
        moment: Some(ask::moment(&picture, asked.partition)),
        frontier: None,
    })
}

pub(super) fn trajectory_of(
    asked: &Asked<'_>,
    question: &GetTrajectoryRequest,
) -> Result<GetTrajectoryResponse, Status> {
    let id = decode::required("firm", &question.firm)?;
    let network = question.network.as_str();
    let refused = |error: crate::Error| api::status_of(&error);
    let known = query::network(asked.networks, network).map_err(refused)?;
    let picture = asked.picture(question)?;
    let plain = id.strip_prefix("firm:").unwrap_or(id);
    let firm = decode::id("firm", plain, FirmId::try_new)?;
    // One that is closed by the day has a way too.
    query::check_known(network, known, &EntityId::Firm(firm.clone())).map_err(refused)?;
    let recorded = RecordedAt::new(picture.head.recorded_at);
    let way = chronicle(&known.network, &firm, recorded, &Readable::public());
    let steps = way.steps.iter().map(|step| message::TrajectoryStep {
        on: step.on.to_string(),
        turn: code(step.turn.as_str()),
        with: step.with.to_string(),
        with_name: query::name(&picture.snapshot, &step.with),
        relation: step.relation.to_string(),
    });
    Ok(GetTrajectoryResponse {
        steps: steps.collect(),
        undated: way.undated.iter().map(ToString::to_string).collect(),
        moment: Some(ask::moment(&picture, asked.partition)),
        frontier: None,
    })
}

fn route(picture: &Picture, found: &RouteFinding, made: Option<&Investment>) -> message::Route {
    let ranked = &found.route;
    let signals = ranked.scores.first().map(|best| best.signals.as_slice());
    message::Route {
        firm: found.firm.to_string(),
        firm_name: query::name(&picture.snapshot, &EntityId::Firm(found.firm.clone())),
        host: found.host.map(|host| host.to_string()).unwrap_or_default(),
        route: ranked.answer.map(|one| code(one.as_str())).unwrap_or_default(),
        confidence: confidence(ranked.confidence),
        runner_up: ranked.runner_up.map(|one| code(one.as_str())).unwrap_or_default(),
        decisive: ranked.decisive.iter().map(|signal| code(signal)).collect(),
        evidence: ranked.evidence.iter().map(ToString::to_string).collect(),
        reason: encode::reason(ranked.answer.is_some(), signals.unwrap_or_default()),
        investment: made.map(|one| message::Investment {
            basis: one.basis.as_str().to_owned(),
            since: one.since.map(|since| since.to_string()).unwrap_or_default(),
            places: one.places.iter().map(ToString::to_string).collect(),
            values: one
                .values
                .iter()
                .map(|value| format!("{} {}", value.amount.as_str(), value.unit))
                .collect(),
        }),
    }
}
