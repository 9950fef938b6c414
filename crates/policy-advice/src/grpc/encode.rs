//! From advice to messages.

use api::advice as message;
use policy::{Contribution, Ranked};

use crate::query::Advice;
use crate::subject::{Asked, code};

/// The subject as it was understood, with the mechanism that was used.
pub(super) fn subject(asked: &Asked, advice: &Advice) -> message::Subject {
    let subject = &asked.subject;
    message::Subject {
        place: subject.place().to_string(),
        segment: subject.segment().to_string(),
        role: subject.role().map(|role| code(role.as_str())).unwrap_or_default(),
        size: subject.size().map(|size| code(size.as_str())).unwrap_or_default(),
        mechanism: advice.mechanism.map(|one| code(one.as_str())).unwrap_or_default(),
    }
}

/// An item in its place. Its limits are those of its evidence, then what must be said with it.
pub(super) fn item(ranked: &Ranked) -> message::RankedItem {
    let evidence = &ranked.evidence;
    let mut limits = Vec::new();
    for downgrade in &evidence.downgrades {
        let domain = code(downgrade.domain.as_str()).replace('-', " ");
        limits.push(format!("{domain}: {}", downgrade.because));
    }
    limits.extend(evidence.limits.iter().cloned());
    limits.extend(ranked.cautions.iter().cloned());
    message::RankedItem {
        rank: ranked.rank,
        id: ranked.item.to_string(),
        kind: ranked.kind.as_str().to_owned(),
        title: ranked.title.clone(),
        score: i64::from(ranked.score_hundredths),
        contributions: ranked.contributions.iter().map(contribution).collect(),
        evidence_grade: code(evidence.grade.as_str()),
        evidence_limits: limits,
        sources: evidence.sources.clone(),
    }
}

fn contribution(part: &Contribution) -> message::Contribution {
    message::Contribution {
        criterion: part.criterion.as_str().to_owned(),
        weight: i64::from(part.weight),
        value: i64::from(part.value),
        points: i64::from(part.points_hundredths),
        because: part.because.clone(),
    }
}
