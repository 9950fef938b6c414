//! The best of several answers, the next, and on what the best hangs.
//!
//! Each answer has a table of rules, and all are scored by the same measures (see `scorecard`).
//! Guarantees that equal scores fall to the earlier answer, and that nothing is answered where the
//! relations show too little of any.

use crate::scorecard::{Criterion, Measured, evidence_of, score};
use crate::{Confidence, RelationId, SignalFinding};

/// One answer's score and its reasons.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Scored<K> {
    /// The answer.
    pub answer: K,
    /// The sum of weight × strength.
    pub score: Confidence,
    /// Each signal's part.
    pub signals: Vec<SignalFinding>,
}

/// What the relations say of a question with several answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ranked<K> {
    /// The best answer; `None` if the relations show too little of any.
    pub answer: Option<K>,
    /// The score of the best.
    pub confidence: Confidence,
    /// The relations that show it, in order.
    pub evidence: Vec<RelationId>,
    /// The next best, if anything speaks for one.
    pub runner_up: Option<K>,
    /// The signals without any one of which the answer would be another.
    pub decisive: Vec<&'static str>,
    /// All answers that anything speaks for, best first.
    pub scores: Vec<Scored<K>>,
}

/// Ranks answers, in the order of `answers` where they are equal.
pub(crate) fn rank<K: Copy + Eq, S: Copy + Eq + 'static>(
    answers: &[K],
    table: impl Fn(K) -> &'static [Criterion<S>],
    name: impl Fn(S) -> &'static str,
    measure: impl Fn(S) -> Measured,
    score_min_thousandths: u32,
) -> Ranked<K> {
    let scored = |without: Option<&str>| {
        let mut scores = Vec::new();
        for answer in answers {
            let (score, signals) = score(table(*answer), &name, |signal| {
                if without == Some(name(signal)) { Measured::Silent } else { measure(signal) }
            });
            if score > Confidence::NONE {
                scores.push(Scored { answer: *answer, score, signals });
            }
        }
        // The sort is stable: equal scores stay in the order of the answers.
        scores.sort_by_key(|scored| std::cmp::Reverse(scored.score));
        scores
    };
    let best = |scores: &[Scored<K>]| {
        let best = scores.first()?;
        (best.score.thousandths() >= score_min_thousandths).then_some(best.answer)
    };
    let scores = scored(None);
    let answer = best(&scores);
    let mut decisive = Vec::new();
    let signals = scores.first().map(|best| best.signals.as_slice()).unwrap_or_default();
    for signal in signals.iter().map(|signal| signal.signal) {
        if answer.is_some() && best(&scored(Some(signal))) != answer {
            decisive.push(signal);
        }
    }
    Ranked {
        answer,
        confidence: scores.first().map_or(Confidence::NONE, |best| best.score),
        evidence: scores.first().map(|best| evidence_of(&best.signals)).unwrap_or_default(),
        runner_up: scores.get(1).map(|next| next.answer),
        decisive,
        scores,
    }
}
