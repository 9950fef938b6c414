//! Routes into other economies, and ways through time.

use std::collections::{BTreeMap, BTreeSet};

use api::network as message;
use api::network::{
    GetTrajectoryRequest, GetTrajectoryResponse, ListRoutesRequest, ListRoutesResponse,
};
use production_network::{
    DecouplingCause, DriverFinding, EntityId, Event, FirmId, Investment, Moment, Ranked, Readable,
    RecordedAt, RelationId, RouteFinding, SignalFinding, TrajectoryPoint, chronicle, trajectory,
};
use tonic::Status;

use super::{Asked, ask, decode, encode};
use crate::findings::{code, confidence};
use crate::picture::Picture;
use crate::query;

/// Relations of a network whose firms' stages are followed through time: each day is a whole
/// classification.
const STAGED_RELATIONS_MAX: usize = 20_000;

pub(super) fn list(
    asked: &Asked<'_>,
    question: &ListRoutesRequest,
) -> Result<ListRoutesResponse, Status> {
    let picture = asked.picture(question)?;
    let firm = query::check_firm(&question.network, &picture, &question.firm);
    let firm = firm.map_err(|error| api::status_of(&error))?;
    let firm = Some(firm).filter(|id| !id.is_empty());
    let firm = firm.map(|firm| decode::id("firm", firm, FirmId::try_new)).transpose()?;
    let (driven, found) = match &firm {
        Some(firm) => {
            let found = picture.found().of_firm(firm);
            (found.drivers, found.routes)
        }
        None => (picture.drivers(), picture.routes()),
    };
    // Each investment of a small or medium firm has a driver, or that none is found.
    let driven = driven.iter().map(|one| ((&one.investment.investor, one.investment.host), one));
    let driven: BTreeMap<_, &DriverFinding> = driven.collect();
    let routes = found.iter().map(|found| {
        let driven = found.host.and_then(|host| driven.get(&(&found.firm, host)));
        let drivers = driven.map(|one| drivers(one)).unwrap_or_default();
        message::Route { drivers, ..route(&picture, found, driven.map(|one| &one.investment)) }
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
    query::check_known(network, &known, &EntityId::Firm(firm.clone())).map_err(refused)?;
    let recorded = RecordedAt::new(picture.head.recorded_at);
    let way = chronicle(&known.network(), &firm, recorded, &Readable::public());
    let steps = way.steps.iter().map(|step| message::TrajectoryStep {
        on: step.on.to_string(),
        turn: code(step.turn.as_str()),
        with: step.with.to_string(),
        with_name: query::name(&picture.snapshot, &step.with),
        relation: step.relation.to_string(),
    });
    let (mut points, mut events) = (Vec::new(), Vec::new());
    if picture.snapshot.relations().take(STAGED_RELATIONS_MAX + 1).count() <= STAGED_RELATIONS_MAX {
        let staged = trajectory(&known.network(), &firm, recorded, &Readable::public());
        points = staged.points.iter().map(point).collect();
        events = staged.events.iter().map(event).collect();
    }
    Ok(GetTrajectoryResponse {
        points,
        events,
        steps: steps.collect(),
        undated: way.undated.iter().map(ToString::to_string).collect(),
        moment: Some(ask::moment(&picture, asked.partition)),
        frontier: None,
    })
}

fn point(point: &TrajectoryPoint) -> message::StagePoint {
    message::StagePoint {
        day: point.day.to_string(),
        stage: point.stage.map(|stage| code(stage.as_str())).unwrap_or_default(),
        mechanism: point.mechanism.map(|one| code(one.as_str())).unwrap_or_default(),
        coupled_with: point.coupled.keys().map(ToString::to_string).collect(),
        uncertain: point.uncertain.iter().map(ToString::to_string).collect(),
    }
}

fn event(event: &Event) -> message::StageEvent {
    let on = match &event.moment {
        Moment::Stated(on) => on.to_string(),
        Moment::Shown(day) => day.to_string(),
    };
    let cause = match &event.cause {
        Some(DecouplingCause::Relocation(_)) => "relocation",
        Some(DecouplingCause::NotRecorded) | None => "",
    };
    message::StageEvent {
        kind: code(event.kind.as_str()),
        on,
        partner: event.partner.as_ref().map(ToString::to_string).unwrap_or_default(),
        cause: cause.to_owned(),
        began: event.began.iter().map(ToString::to_string).collect(),
        ended: event.ended.iter().map(ToString::to_string).collect(),
    }
}

fn drivers(found: &DriverFinding) -> Vec<message::Driver> {
    let Ranked { answer, scores, .. } = &found.driver;
    let told = scores.iter().map(|scored| message::Driver {
        driver: code(scored.answer.as_str()),
        score: confidence(scored.score),
        is_answer: *answer == Some(scored.answer),
        evidence: evidence_of(&scored.signals),
        reason: encode::reason(true, &scored.signals),
    });
    told.collect()
}

fn evidence_of(signals: &[SignalFinding]) -> Vec<String> {
    let relations: BTreeSet<&RelationId> =
        signals.iter().flat_map(|signal| signal.evidence.iter()).collect();
    relations.into_iter().map(ToString::to_string).collect()
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
        drivers: Vec::new(),
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
