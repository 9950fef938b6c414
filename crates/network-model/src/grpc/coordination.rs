//! How a lead firm coordinates its suppliers, and the logics that it follows.
//!
//! Guarantees that what is not known stays apart: a wide range, `not-stated`, `unknown`, or a
//! second tier that nobody recorded.

use std::collections::BTreeSet;

use api::network as message;
use api::network::{
    GetCoordinationRequest, GetCoordinationResponse, GetLogicsRequest, GetLogicsResponse,
};
use production_network::{
    FirmId, Governance, IntraShare, Logic, Role, SecondTier, Snapshot, TierRelation, coordination,
    logics,
};
use tonic::Status;

use super::{Asked, ask, decode, encode};
use crate::findings::{code, confidence};
use crate::picture::Picture;
use crate::query;

/// Supplies of a tier, if nobody says how many.
const SUPPLIES: u32 = 1_000;
/// Most supplies of a tier.
const SUPPLIES_MAX: u32 = 10_000;
/// Relations that are named for a logic, or for a supply.
const EVIDENCE_MAX: usize = 100;

pub(super) fn get(
    asked: &Asked<'_>,
    question: &GetCoordinationRequest,
) -> Result<GetCoordinationResponse, Status> {
    let limit = decode::within("limit", question.limit, SUPPLIES, SUPPLIES_MAX)? as usize;
    let picture = asked.picture(question)?;
    let firm = asked.firm(question, &picture, &question.firm)?;
    let snapshot = &picture.snapshot;
    let found = coordination(snapshot, &firm);
    let found = found.ok_or_else(|| decode::refused("firm", format!("`{firm}` is not there")))?;
    let (intra_firm, undefined_because) = match found.intra_firm {
        IntraShare::Within { low, high } => (Some([low, high]), ""),
        IntraShare::NoSupplies => (None, "no-supplies"),
        IntraShare::UnlikeUnits => (None, "unlike-units"),
    };
    let range = |[low, high]: [f64; 2]| message::Range { low, high };
    let mut left = limit;
    let mut second_tier = Vec::new();
    for (supplier, beyond) in &found.second_tier {
        // A firm of which nothing is recorded takes a place too, so that the answer stays small.
        if left == 0 {
            break;
        }
        let (supplies, room) = (recorded(beyond), left);
        left -= supplies.len().clamp(1, left);
        second_tier.push(message::SecondTier {
            supplier: supplier.to_string(),
            supplier_name: encode::firm_name(snapshot, supplier),
            is_recorded: !supplies.is_empty(),
            supplies: supplies.iter().take(room).map(|one| supply(snapshot, one)).collect(),
        });
    }
    let beyond: usize = found.second_tier.values().map(|one| recorded(one).len().max(1)).sum();
    Ok(GetCoordinationResponse {
        firm: firm.to_string(),
        firm_name: encode::firm_name(snapshot, &firm),
        lead_firm_in: lead_firm_in(&picture, &firm),
        intra_firm: intra_firm.map(range),
        inter_firm: intra_firm.map(|[low, high]| range([1.0 - high, 1.0 - low])),
        undefined_because: undefined_because.to_owned(),
        first_tier: found.first_tier.iter().take(limit).map(|one| supply(snapshot, one)).collect(),
        second_tier,
        governance: counts(&found.first_tier, found.second_tier.values()),
        is_cut: found.first_tier.len() > limit || beyond > limit,
        moment: Some(ask::moment(&picture, asked.partition)),
        frontier: None,
    })
}

pub(super) fn logics_of(
    asked: &Asked<'_>,
    question: &GetLogicsRequest,
) -> Result<GetLogicsResponse, Status> {
    let picture = asked.picture(question)?;
    let firm = asked.firm(question, &picture, &question.firm)?;
    let found = logics(&picture.snapshot, &firm);
    let found = found.ok_or_else(|| decode::refused("firm", format!("`{firm}` is not there")))?;
    let shown: BTreeSet<Logic> = found.iter().map(|scored| scored.logic).collect();
    let not_shown = Logic::ALL.iter().filter(|logic| !shown.contains(logic));
    let not_shown = not_shown.map(|logic| code(logic.as_str())).collect();
    let scored = found.iter().map(|scored| message::LogicOfFirm {
        logic: code(scored.logic.as_str()),
        score: confidence(scored.score),
        reason: encode::reason(true, &scored.signals),
        evidence: scored.evidence.iter().take(EVIDENCE_MAX).map(ToString::to_string).collect(),
        evidence_total: u32::try_from(scored.evidence.len()).unwrap_or(u32::MAX),
    });
    Ok(GetLogicsResponse {
        firm: firm.to_string(),
        firm_name: encode::firm_name(&picture.snapshot, &firm),
        lead_firm_in: lead_firm_in(&picture, &firm),
        logics: scored.collect(),
        not_shown,
        moment: Some(ask::moment(&picture, asked.partition)),
        frontier: None,
    })
}

fn recorded(beyond: &SecondTier) -> &[TierRelation] {
    match beyond {
        SecondTier::Recorded(supplies) => supplies,
        SecondTier::Unknown => &[],
    }
}

fn supply(snapshot: &Snapshot, found: &TierRelation) -> message::TierSupply {
    message::TierSupply {
        relation: found.relation.to_string(),
        supplier: found.supplier.to_string(),
        supplier_name: query::name(snapshot, &found.supplier),
        boundary: code(found.boundary.as_str()),
        governance: code(found.governance.as_str()),
        evidence: found.evidence.iter().take(EVIDENCE_MAX).map(ToString::to_string).collect(),
    }
}

/// Supplies by form of governance, in the order of the forms; a form that none has is left out.
fn counts<'a>(
    first: &[TierRelation],
    second: impl Iterator<Item = &'a SecondTier>,
) -> Vec<message::GovernanceCount> {
    let second: Vec<&TierRelation> = second.flat_map(recorded).collect();
    let mut counts = Vec::new();
    for form in Governance::ALL {
        let first = first.iter().filter(|one| one.governance == *form).count();
        let second = second.iter().filter(|one| one.governance == *form).count();
        if first + second > 0 {
            counts.push(message::GovernanceCount {
                governance: code(form.as_str()),
                first_tier: u32::try_from(first).unwrap_or(u32::MAX),
                second_tier: u32::try_from(second).unwrap_or(u32::MAX),
            });
        }
    }
    counts
}

fn lead_firm_in(picture: &Picture, firm: &FirmId) -> Vec<String> {
    let roles = picture.found().of_firm(firm).roles.iter();
    let leads = roles.filter(|found| found.role == Some(Role::LeadFirm));
    leads.map(|found| found.industry.to_string()).collect()
}
