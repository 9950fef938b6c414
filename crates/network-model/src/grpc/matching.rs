//! Firms for a need, and needs for a firm.

use api::network as message;
use api::network::requirement::Ask as AskMessage;
use api::network::{MatchFirmsRequest, MatchFirmsResponse};
use production_network::{
    Ask, AttributeId, Bounds, CertificateId, FirmId, Match, MatchAnswer, MatchEvidence, Need,
    PlaceId, Requirement, RequirementFinding, SegmentId, Snapshot, Standing, Strictness, Verdict,
    lead_firms_for, suppliers_for,
};
use tonic::Status;

use super::{Asked, ask, decode};
use crate::findings::code;
use crate::picture::Picture;
use crate::{Error, query};

pub(super) fn find(
    asked: &Asked<'_>,
    question: &MatchFirmsRequest,
) -> Result<MatchFirmsResponse, Status> {
    let mut needs = Vec::new();
    for need in &question.needs {
        needs.push(decode_need(need)?);
    }
    let wishes = requirements("wishes", &question.wishes)?;
    let picture = asked.picture(question)?;
    let found = match (question.firm.as_str(), needs.as_slice()) {
        ("", [need]) if wishes.is_empty() => suppliers_for(&picture.snapshot, need),
        ("", _) => {
            let problem = "without a firm, one need and no wishes are asked for".to_owned();
            return Err(decode::refused("needs", problem));
        }
        (firm, needs) => {
            let firm = decode::id("firm", firm, FirmId::try_new)?;
            lead_firms_for(&picture.snapshot, &firm, needs, &wishes)
        }
    };
    let found = found.map_err(|error| refusal(&question.network, &picture, &error))?;
    Ok(encode(&picture, asked.partition, &found))
}

fn decode_need(need: &message::Need) -> Result<Need, Status> {
    let segment = match need.segment.as_str() {
        "" => None,
        segment => Some(decode::id("needs.segment", segment, SegmentId::try_new)?),
    };
    Ok(Need {
        lead: decode::id("needs.lead", &need.lead, FirmId::try_new)?,
        segment,
        requirements: requirements("needs.requirements", &need.requirements)?,
    })
}

fn requirements(
    field: &'static str,
    asked: &[message::Requirement],
) -> Result<Vec<Requirement>, Status> {
    let mut requirements = Vec::new();
    for one in asked {
        let strictness = match one.weight {
            None => Strictness::Hard,
            Some(weight) => Strictness::Preferred { weight },
        };
        requirements.push(Requirement { ask: decode_ask(field, one.ask.as_ref())?, strictness });
    }
    Ok(requirements)
}

fn decode_ask(field: &'static str, asked: Option<&AskMessage>) -> Result<Ask, Status> {
    let certificates = |codes: &message::Codes| {
        let ids = codes.codes.iter().map(|code| decode::id(field, code, CertificateId::try_new));
        ids.collect::<Result<Vec<_>, _>>()
    };
    Ok(match asked {
        None => return Err(decode::refused(field, "one asks for nothing".to_owned())),
        Some(AskMessage::Measure(measure)) => Ask::Measure {
            attribute: decode::id(field, &measure.attribute, AttributeId::try_new)?,
            unit: Some(measure.unit.clone()).filter(|unit| !unit.is_empty()),
            worst: measure.worst,
            best: measure.best,
        },
        Some(AskMessage::Certificates(codes)) => Ask::Certificates(certificates(codes)?),
        Some(AskMessage::Standards(codes)) => Ask::Standards(certificates(codes)?),
        Some(AskMessage::Attributes(codes)) => {
            let ids = codes.codes.iter().map(|code| decode::id(field, code, AttributeId::try_new));
            Ask::Attributes(ids.collect::<Result<_, _>>()?)
        }
        Some(AskMessage::Places(codes)) => {
            let ids = codes.codes.iter().map(|code| decode::id(field, code, PlaceId::try_new));
            Ask::Places(ids.collect::<Result<_, _>>()?)
        }
        Some(AskMessage::AcquaintanceYears(years)) => Ask::Acquaintance { years: *years },
        Some(AskMessage::Intermediary(message::Intermediary {})) => Ask::Intermediary,
    })
}

/// What the search refuses: somebody unknown, or anchors that are no scale.
fn refusal(network: &str, picture: &Picture, error: &production_network::Error) -> Status {
    let production_network::Error::UnknownEntity { id } = error else {
        return decode::refused("needs", error.to_string());
    };
    let known = picture.snapshot.entities().map(|entity| entity.id().to_string());
    let known: Vec<String> = known.collect();
    api::status_of(&Error::Unknown {
        what: "entity",
        id: id.to_string(),
        place: format!("network `{network}` then"),
        near: query::near(id.as_str(), known.iter().map(String::as_str)),
    })
}

fn encode(picture: &Picture, partition: u32, found: &MatchAnswer) -> MatchFirmsResponse {
    let snapshot = &picture.snapshot;
    let (verdict, failed) = match &found.verdict {
        Verdict::Found => ("found", Vec::new()),
        Verdict::OnlyOpen => ("only_open", Vec::new()),
        Verdict::NoCandidate => ("no_candidate", Vec::new()),
        Verdict::NoneFits(reasons) => {
            let reasons = reasons.iter().map(|(criterion, firms)| message::FailedCriterion {
                criterion: code(criterion.as_str()),
                firms: u32::try_from(*firms).unwrap_or(u32::MAX),
            });
            ("none_fits", reasons.collect())
        }
    };
    let excluded = found.excluded.iter().map(|one| message::ExcludedFirm {
        firm: one.firm.to_string(),
        firm_name: super::encode::firm_name(snapshot, &one.firm),
        need_index: u32::try_from(one.need_index).unwrap_or(u32::MAX),
        unmet: one.unmet.iter().map(finding).collect(),
    });
    MatchFirmsResponse {
        matches: found.matches.iter().map(|one| matching(snapshot, one)).collect(),
        excluded: excluded.collect(),
        verdict: verdict.to_owned(),
        failed,
        moment: Some(ask::moment(picture, partition)),
        frontier: None,
    }
}

fn matching(snapshot: &Snapshot, one: &Match) -> message::Match {
    let standing = match one.standing {
        Standing::Fits => "fits",
        Standing::Open => "open",
    };
    message::Match {
        firm: one.firm.to_string(),
        firm_name: super::encode::firm_name(snapshot, &one.firm),
        need_index: u32::try_from(one.need_index).unwrap_or(u32::MAX),
        standing: standing.to_owned(),
        score: one.score.map(range),
        findings: one.findings.iter().map(finding).collect(),
    }
}

fn finding(found: &RequirementFinding) -> message::RequirementFinding {
    let weight = match found.strictness {
        Strictness::Hard => None,
        Strictness::Preferred { weight } => Some(weight),
    };
    let evidence = found.evidence.iter().map(|one| match one {
        MatchEvidence::Relation(id) => id.to_string(),
        MatchEvidence::Attribute(id) => format!("attribute:{id}"),
    });
    message::RequirementFinding {
        criterion: code(found.criterion.as_str()),
        weight,
        asked_of: found.asked_of.to_string(),
        degree: Some(range(found.degree)),
        contribution: Some(range(found.contribution)),
        because: found.because.clone(),
        evidence: evidence.collect(),
    }
}

fn range(bounds: Bounds) -> message::Range {
    message::Range { low: bounds.low, high: bounds.high }
}
