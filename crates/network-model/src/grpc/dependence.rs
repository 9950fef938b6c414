//! On whom firms, products and segments depend.

use api::network as message;
use api::network::{DependenceThresholds, GetDependenceRequest, GetDependenceResponse};
use production_network::{
    Alert, Certainty, Concentration, DependenceReport, EntityId, FirmDependence, ShareRange,
    Snapshot, Source, Thresholds, dependence_report,
};
use tonic::Status;

use super::{Asked, ask, decode};
use crate::findings::code;
use crate::picture::Picture;
use crate::query;

/// Firms of an answer, if nobody says how many.
const ROWS: u32 = 1_000;
/// Most firms of an answer, and most sources.
const ROWS_MAX: u32 = 10_000;

pub(super) fn get(
    asked: &Asked<'_>,
    question: &GetDependenceRequest,
) -> Result<GetDependenceResponse, Status> {
    let limit = decode::within("limit", question.limit, ROWS, ROWS_MAX)? as usize;
    let picture = asked.picture(question)?;
    let thresholds = thresholds(question.thresholds.as_ref());
    let firm = query::check_firm(&question.network, &picture, &question.firm);
    let firm = firm.map_err(|error| api::status_of(&error))?;
    let refused =
        |error: production_network::Error| decode::refused("thresholds", error.to_string());
    if !firm.is_empty() {
        let firm = decode::id("firm", firm, production_network::FirmId::try_new)?;
        let found = picture.found().dependence_of(&picture.snapshot, &firm, &thresholds);
        let found = found.map_err(refused)?;
        return Ok(encode(asked, &picture, &thresholds, &[&found], &[], limit));
    }
    let own;
    let report: &DependenceReport = match picture.dependence() {
        usual if thresholds == usual.thresholds => usual,
        _ => {
            let (roles, couplings) = (picture.roles(), picture.couplings());
            own = dependence_report(&picture.snapshot, roles, couplings, &thresholds)
                .map_err(refused)?;
            &own
        }
    };
    let is_told = |firm: &&FirmDependence| !firm.alerts.is_empty();
    let firms: Vec<&FirmDependence> = report.firms.iter().filter(is_told).collect();
    let sources: Vec<&Source> =
        report.sources.iter().filter(|source| source.alert.is_some()).collect();
    Ok(encode(asked, &picture, &thresholds, &firms, &sources, limit))
}

fn thresholds(asked: Option<&DependenceThresholds>) -> Thresholds {
    let usual = Thresholds::default();
    let Some(asked) = asked else { return usual };
    Thresholds {
        top_customer: asked.top_customer.unwrap_or(usual.top_customer),
        top_supplier: asked.top_supplier.unwrap_or(usual.top_supplier),
        hhi: asked.hhi.unwrap_or(usual.hhi),
        captive: asked.captive.unwrap_or(usual.captive),
        lock_in_years: asked.lock_in_years.unwrap_or(usual.lock_in_years),
        price_fall: asked.price_fall.unwrap_or(usual.price_fall),
        relocation: asked.relocation.unwrap_or(usual.relocation),
        platform: asked.platform.unwrap_or(usual.platform),
        single_source: asked.single_source.unwrap_or(usual.single_source),
    }
}

fn encode(
    asked: &Asked<'_>,
    picture: &Picture,
    used: &Thresholds,
    firms: &[&FirmDependence],
    sources: &[&Source],
    limit: usize,
) -> GetDependenceResponse {
    let snapshot = &picture.snapshot;
    // Those with a certain alert come first; the sorts are stable.
    let (mut firms, mut sources) = (firms.to_vec(), sources.to_vec());
    firms.sort_by_key(|firm| firm.alerts.iter().map(|alert| alert.certainty).min());
    sources.sort_by_key(|source| source.alert.as_ref().map(|alert| alert.certainty));
    let is_cut = firms.len() > limit || sources.len() > limit;
    firms.truncate(limit);
    sources.truncate(limit);
    GetDependenceResponse {
        firms: firms.into_iter().map(|firm| of_firm(snapshot, firm)).collect(),
        sources: sources.into_iter().map(|source| of_source(snapshot, source)).collect(),
        is_cut,
        thresholds: Some(DependenceThresholds {
            top_customer: Some(used.top_customer),
            top_supplier: Some(used.top_supplier),
            hhi: Some(used.hhi),
            captive: Some(used.captive),
            lock_in_years: Some(used.lock_in_years),
            price_fall: Some(used.price_fall),
            relocation: Some(used.relocation),
            platform: Some(used.platform),
            single_source: Some(used.single_source),
        }),
        moment: Some(ask::moment(picture, asked.partition)),
        frontier: None,
    }
}

fn of_firm(snapshot: &Snapshot, found: &FirmDependence) -> message::FirmDependence {
    message::FirmDependence {
        firm: found.firm.to_string(),
        firm_name: query::name(snapshot, &EntityId::Firm(found.firm.clone())),
        customers: found.customers.as_ref().map(concentration),
        suppliers: found.suppliers.as_ref().map(concentration),
        alerts: found.alerts.iter().map(|alert| of_alert(snapshot, alert)).collect(),
    }
}

fn of_source(snapshot: &Snapshot, found: &Source) -> message::SingleSource {
    message::SingleSource {
        of: found.of.to_string(),
        of_name: query::name(snapshot, &found.of),
        makers: Some(concentration(&found.concentration)),
        alert: found.alert.as_ref().map(|alert| of_alert(snapshot, alert)),
    }
}

fn concentration(found: &Concentration) -> message::Concentration {
    let top = found.top_partner.as_ref().map(ToString::to_string);
    message::Concentration {
        partners: u32::try_from(found.partners).unwrap_or(u32::MAX),
        stated: ShareRange { low: found.stated, high: found.stated }.as_f64()[0],
        top: Some(range(found.top.as_f64())),
        top_partner: top.unwrap_or_default(),
        hhi: Some(range(found.hhi_as_f64())),
        evidence: found.evidence.iter().map(ToString::to_string).collect(),
    }
}

fn of_alert(snapshot: &Snapshot, found: &Alert) -> message::Alert {
    let on = found.on.as_ref();
    message::Alert {
        kind: code(found.kind.as_str()),
        subject: found.subject.to_string(),
        on: on.map(ToString::to_string).unwrap_or_default(),
        on_name: on.map(|on| query::name(snapshot, on)).unwrap_or_default(),
        certainty: Certainty::as_str(found.certainty).to_owned(),
        measured: Some(range(found.measured)),
        threshold: found.threshold,
        evidence: found.evidence.iter().map(ToString::to_string).collect(),
        since: found.since.map(|since| since.to_string()).unwrap_or_default(),
    }
}

fn range([low, high]: [f64; 2]) -> message::Range {
    message::Range { low, high }
}
