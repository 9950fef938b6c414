//! The best of several answers, the next, and on what the best hangs.
//!
//! Each answer has a table of rules, and all are scored by the same measures (see `scorecard`).
//! Guarantees that equal scores fall to the earlier answer, and that nothing is answered where the
//! relations show too little of any.

use crate::scorecard::{Criterion, Measured, evidence_of, parts, total};
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

/// Ranks answers, in the order of `answers` where they are equal. Each signal is measured once.
pub(crate) fn rank<K: Copy + Eq, S: Copy + Eq + 'static>(
    answers: &[K],
    table: impl Fn(K) -> &'static [Criterion<S>],
    name: impl Fn(S) -> &'static str,
    measure: impl Fn(S) -> Measured,
    score_min_thousandths: u32,
) -> Ranked<K> {
    let mut known: Vec<(S, Measured)> = Vec::new();
    for row in answers.iter().flat_map(|answer| table(*answer)) {
        if known.iter().all(|(signal, _)| *signal != row.signal) {
            known.push((row.signal, measure(row.signal)));
        }
    }
    let mut scores = Vec::new();
    for answer in answers {
        let (score, signals) =
            parts(table(*answer), &name, &measured(table(*answer), &known, None));
        if score > Confidence::NONE {
            scores.push(Scored { answer: *answer, score, signals });
        }
    }
    // The sort is stable: equal scores stay in the order of the answers.
    scores.sort_by_key(|scored| std::cmp::Reverse(scored.score));
    let is_enough = |score: Confidence| score.thousandths() >= score_min_thousandths;
    let answer = scores.first().filter(|best| is_enough(best.score)).map(|best| best.answer);
    let answer_without = |signal: S| {
        let mut best: Option<(Confidence, K)> = None;
        for answer in answers {
            let measured = measured(table(*answer), &known, Some(signal));
            let score = total(table(*answer), &measured);
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, *answer));
            }
        }
        best.filter(|(score, _)| is_enough(*score)).map(|(_, answer)| answer)
    };
    let mut decisive = Vec::new();
    if let Some(best) = answer {
        for row in table(best) {
            let is_shown = known
                .iter()
                .any(|(signal, found)| *signal == row.signal && *found != Measured::Silent);
            if is_shown && answer_without(row.signal) != answer {
                decisive.push(name(row.signal));
            }
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

/// What is measured of each row of a table, one signal taken away.
fn measured<'m, S: Copy + Eq>(
    table: &'static [Criterion<S>],
    known: &'m [(S, Measured)],
    without: Option<S>,
) -> Vec<&'m Measured> {
    let of = |signal: S| {
        let found = known.iter().find(|(other, _)| *other == signal);
        found.filter(|_| without != Some(signal)).map_or(&Measured::Silent, |(_, found)| found)
    };
    table.iter().map(|row| of(row.signal)).collect()
}
