//! How a table of rules becomes a score with its reasons.
//!
//! A table has rows: a signal, its weight out of 100, whether the answer stands or falls with it,
//! and where the rule comes from. The score is the sum of weight × strength over the rows, so each
//! answer can be taken apart again. Never learns weights; they are ours, stated, and the same for
//! all.

use std::sync::Arc;

use crate::{Confidence, Relation, RelationId};

/// One row of a table of rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Criterion<S: 'static> {
    pub(crate) signal: S,
    /// Points out of 100.
    pub(crate) weight: u32,
    pub(crate) need: Need,
    /// What the rule says and where it comes from.
    pub(crate) because: &'static str,
}

/// Whether an answer can hold without a signal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Need {
    /// Without it the score is nil.
    Required,
    /// It adds to the score.
    Adds,
}

/// What the relations say about a signal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Measured {
    /// Nothing.
    Silent,
    /// These relations show it; the surest of them gives its strength.
    Shown { strength: Confidence, evidence: Arc<[RelationId]> },
    /// It is shown by what is absent. It is as strong as the required signals are.
    ShownByAbsence,
}

/// One signal's part in a score.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignalFinding {
    /// The signal.
    pub signal: &'static str,
    /// Its weight out of 100.
    pub weight: u32,
    /// How strongly it is shown.
    pub strength: Confidence,
    /// What the rule says and where it comes from.
    pub because: &'static str,
    /// The relations that show it, in order; empty if it is shown by what is absent.
    pub evidence: Arc<[RelationId]>,
}

impl Measured {
    /// Shown if there is any relation, as strong as the surest.
    pub(crate) fn by<'a>(relations: impl IntoIterator<Item = &'a Relation>) -> Self {
        Self::by_weighted(relations.into_iter().map(|relation| (relation, Confidence::FULL)))
    }

    /// How strong it is, given the weakest of what is required.
    fn strength(&self, required: Confidence) -> Option<Confidence> {
        match self {
            Self::Silent => None,
            Self::Shown { strength, .. } => Some(*strength),
            Self::ShownByAbsence => Some(required),
        }
    }

    /// The same, where a relation may count in part.
    pub(crate) fn by_weighted<'a>(
        relations: impl IntoIterator<Item = (&'a Relation, Confidence)>,
    ) -> Self {
        let mut strength = Confidence::NONE;
        let mut evidence = Vec::new();
        for (relation, part) in relations {
            strength = strength.max(product(relation.confidence, part));
            evidence.push(relation.id.clone());
        }
        evidence.sort();
        evidence.dedup();
        if evidence.is_empty() {
            return Self::Silent;
        }
        Self::Shown { strength, evidence: evidence.into() }
    }
}

/// The score of a table and the part of each signal that is shown.
pub(crate) fn score<S: Copy>(
    table: &'static [Criterion<S>],
    name: impl Fn(S) -> &'static str,
    measure: impl Fn(S) -> Measured,
) -> (Confidence, Vec<SignalFinding>) {
    let measured: Vec<Measured> = table.iter().map(|row| measure(row.signal)).collect();
    parts(table, name, &measured.iter().collect::<Vec<_>>())
}

/// The same of what is measured already, row by row.
pub(crate) fn parts<S: Copy>(
    table: &'static [Criterion<S>],
    name: impl Fn(S) -> &'static str,
    measured: &[&Measured],
) -> (Confidence, Vec<SignalFinding>) {
    let Some(required) = required_strength(table, measured) else {
        return (Confidence::NONE, Vec::new());
    };
    let mut findings = Vec::new();
    for (row, found) in table.iter().zip(measured) {
        let Some(strength) = found.strength(required) else { continue };
        let evidence = match found {
            Measured::Shown { evidence, .. } => Arc::clone(evidence),
            Measured::Silent | Measured::ShownByAbsence => Arc::default(),
        };
        let (signal, weight, because) = (name(row.signal), row.weight, row.because);
        findings.push(SignalFinding { signal, weight, strength, because, evidence });
    }
    (total(table, measured), findings)
}

/// The score alone.
pub(crate) fn total<S>(table: &'static [Criterion<S>], measured: &[&Measured]) -> Confidence {
    let Some(required) = required_strength(table, measured) else { return Confidence::NONE };
    let strengths = table.iter().zip(measured).map(|(row, found)| {
        row.weight * found.strength(required).map_or(0, Confidence::thousandths)
    });
    Confidence::from_thousandths(strengths.sum::<u32>() / 100)
}

/// The weakest of the required signals that relations show; `None` if one is silent.
fn required_strength<S>(
    table: &'static [Criterion<S>],
    measured: &[&Measured],
) -> Option<Confidence> {
    let mut weakest = Confidence::FULL;
    for (row, found) in table.iter().zip(measured) {
        match (row.need, found) {
            (Need::Required, Measured::Silent) => return None,
            (Need::Required, Measured::Shown { strength, .. }) => weakest = weakest.min(*strength),
            (Need::Required, Measured::ShownByAbsence) | (Need::Adds, _) => {}
        }
    }
    Some(weakest)
}

/// All relations of the findings, in order, each once.
pub(crate) fn evidence_of(findings: &[SignalFinding]) -> Vec<RelationId> {
    let mut evidence: Vec<RelationId> =
        findings.iter().flat_map(|finding| finding.evidence.iter().cloned()).collect();
    evidence.sort();
    evidence.dedup();
    evidence
}

fn product(one: Confidence, other: Confidence) -> Confidence {
    Confidence::from_thousandths(one.thousandths() * other.thousandths() / 1_000)
}
