//! Ranks what can be advised to a subject.
//!
//! An additive value score with fixed anchors: each criterion has a weight and a value from 0 to 100
//! that depends on the item and the subject only, never on the other items. So the contributions
//! sum exactly to the score, and leaving an item out reorders nothing. Points are whole hundredths;
//! equal scores fall to the smaller id. Never uses an effect size: there is none.

mod criterion;
mod evidence;

use crate::knowledge::records::Code;
use crate::{Diagnosis, Item, ItemKind, KnowledgeBase, Origin, Subject};

pub use criterion::{Contribution, Criterion};
pub use evidence::{Downgrade, DowngradeDomain, Evidence, Grade};

/// An item in its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ranked {
    /// From 1, without gaps.
    pub rank: u32,
    /// The item.
    pub item: Code,
    /// Its kind.
    pub kind: ItemKind,
    /// Its title.
    pub title: String,
    /// In hundredths of a point, from 0 to 10,000: the sum of the contributions.
    pub score_hundredths: u32,
    /// Each criterion's part, in the order of [`Criterion::ALL`].
    pub contributions: Vec<Contribution>,
    /// What the item rests on and what that cannot show.
    pub evidence: Evidence,
    /// The obstacles and risks of the diagnosis that it answers, by id.
    pub answers: Vec<Code>,
    /// What it consists of.
    pub instruments: Vec<String>,
    /// What must be said with it: of the guards that attach it, and of its source.
    pub cautions: Vec<String>,
    /// Where it stands, and whether the paper says it.
    pub origin: Origin,
}

/// Ranks all items of the knowledge base for a subject, best first.
///
/// A total order: the ranks are 1 to n, and the same arguments give the same answer.
#[must_use]
pub fn rank(knowledge: &KnowledgeBase, subject: &Subject, diagnosis: &Diagnosis) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> =
        knowledge.items().map(|item| appraise(knowledge, subject, diagnosis, item)).collect();
    ranked.sort_by(|one, other| {
        other.score_hundredths.cmp(&one.score_hundredths).then_with(|| one.item.cmp(&other.item))
    });
    for (rank, item) in (1..).zip(&mut ranked) {
        item.rank = rank;
    }
    ranked
}

fn appraise(
    knowledge: &KnowledgeBase,
    subject: &Subject,
    diagnosis: &Diagnosis,
    item: &Item,
) -> Ranked {
    let answers = criterion::answers(knowledge, diagnosis, item.id());
    let evidence = evidence::of(knowledge, subject, item, &answers);
    let appraisal = criterion::Appraisal {
        knowledge,
        subject,
        diagnosis,
        item,
        answers: &answers,
        grade: evidence.grade,
    };
    let contributions: Vec<Contribution> =
        Criterion::ALL.iter().map(|criterion| appraisal.contribution(*criterion)).collect();
    Ranked {
        rank: 0,
        item: item.id().clone(),
        kind: item.kind(),
        title: item.title().to_owned(),
        score_hundredths: contributions.iter().map(|part| part.points_hundredths).sum(),
        contributions,
        evidence,
        answers: answers.into_iter().map(|answer| answer.id).collect(),
        instruments: item.instruments().to_vec(),
        cautions: cautions(diagnosis, item),
        origin: item.origin().clone(),
    }
}

fn cautions(diagnosis: &Diagnosis, item: &Item) -> Vec<String> {
    let mut cautions = Vec::new();
    for hit in &diagnosis.guards {
        // A guard without items of its own goes with every item.
        if hit.guard.items.is_empty() || hit.guard.items.contains(item.id()) {
            cautions.push(hit.guard.says.clone());
        }
    }
    cautions.extend(item.caveats().iter().cloned());
    cautions
}
