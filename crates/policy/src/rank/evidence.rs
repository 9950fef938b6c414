//! How good the evidence behind an item is, after GRADE, and what it cannot show.
//!
//! Perception surveys start low; arguments with selected cases start very low. Each step down has its
//! domain and its reason. Every item has limits: no source of the paper measures an effect. Never
//! grades up.

use crate::closed_set::closed_set;
use crate::rank::criterion::Answer;
use crate::{Item, KnowledgeBase, Status, Subject};

closed_set! {
    /// Grades of GRADE, best last.
    pub enum Grade: "grades" {
        /// Very little confidence.
        VeryLow = "very_low",
        /// Little confidence.
        Low = "low",
        /// Some confidence.
        Moderate = "moderate",
        /// Much confidence.
        High = "high",
    }
}

closed_set! {
    /// Why a grade goes down.
    pub enum DowngradeDomain: "downgrade domains" {
        /// Other people, places or outcomes than those asked about.
        Indirectness = "indirectness",
        /// Too few, or no interval.
        Imprecision = "imprecision",
        /// Sources disagree.
        Inconsistency = "inconsistency",
        /// Selection or method.
        RiskOfBias = "risk_of_bias",
    }
}

/// A step down.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Downgrade {
    /// The domain.
    pub domain: DowngradeDomain,
    /// The reason.
    pub because: String,
}

/// What an item rests on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Evidence {
    /// The grade after all steps.
    pub grade: Grade,
    /// The steps down.
    pub downgrades: Vec<Downgrade>,
    /// What the evidence cannot show, in sentences.
    pub limits: Vec<String>,
    /// Where it stands.
    pub sources: Vec<String>,
}

impl Grade {
    /// The value of the grade as a criterion, from 0 to 100.
    pub(super) fn value(self) -> u32 {
        match self {
            Self::VeryLow => 0,
            Self::Low => 33,
            Self::Moderate => 67,
            Self::High => 100,
        }
    }

    fn lowered(self) -> Self {
        match self {
            Self::VeryLow | Self::Low => Self::VeryLow,
            Self::Moderate => Self::Low,
            Self::High => Self::Moderate,
        }
    }
}

pub(super) fn of(
    knowledge: &KnowledgeBase,
    subject: &Subject,
    item: &Item,
    answers: &[Answer],
) -> Evidence {
    let mut evidence = match item {
        Item::Intervention(_) => of_survey(knowledge, subject),
        Item::Consideration(_) | Item::Practice(_) => of_argument(),
    };
    evidence.sources.push(item.origin().stands_in.clone());
    if !answers.is_empty() {
        add_answers(knowledge, answers, &mut evidence);
    }
    for _ in &evidence.downgrades {
        evidence.grade = evidence.grade.lowered();
    }
    evidence
}

fn of_survey(knowledge: &KnowledgeBase, subject: &Subject) -> Evidence {
    let survey = &knowledge.manifest.survey;
    let economy = subject.place().economy();
    let here = survey.by_country.get(economy).copied().unwrap_or(0);
    let in_asean = survey.by_country.get("PH").copied().unwrap_or(0);
    let all = survey.respondents;
    let mut downgrades = Vec::new();
    if here == 0 {
        downgrades.push(Downgrade {
            domain: DowngradeDomain::Indirectness,
            because: format!(
                "none of the {all} firms asked is in {economy}; {in_asean} are in ASEAN, all in \
                 the Philippines"
            ),
        });
    }
    let limits = vec![
        format!(
            "{in_asean} of {all} firms asked are in ASEAN, all in the Philippines; half are in \
             Kazakhstan"
        ),
        "Answers are perceptions: the rank is no measured effect, and no effect size or variance \
         is printed."
            .to_owned(),
        format!("{here} of the firms asked are in {economy}."),
        "Absence of a group from the table is no evidence against.".to_owned(),
    ];
    let sources = vec![format!("survey of {}: {}", survey.year, survey.stands_in)];
    Evidence { grade: Grade::Low, downgrades, limits, sources }
}

fn of_argument() -> Evidence {
    let limits = vec![
        "An argument of the paper, illustrated by selected successes: cases show that it can be, \
         not that it works."
            .to_owned(),
        "No survey or comparison stands behind it.".to_owned(),
    ];
    Evidence { grade: Grade::VeryLow, downgrades: Vec::new(), limits, sources: Vec::new() }
}

/// What links an item to obstacles is our reading, and the obstacles' ranks are disputed.
fn add_answers(knowledge: &KnowledgeBase, answers: &[Answer], evidence: &mut Evidence) {
    if answers.iter().any(|answer| answer.status == Status::Inferred) {
        let limit = "That it answers these obstacles is our inference, not the paper's.";
        evidence.limits.push(limit.to_owned());
    }
    let is_disputed = |answer: &Answer| {
        let obstacle = knowledge.obstacles.get(&answer.id);
        obstacle.is_some_and(|o| o.witness_rank.is_some_and(|witness| witness != o.rank))
    };
    if answers.iter().any(is_disputed) {
        let limit = "Two accounts of one study rank these obstacles differently; neither rank is \
                     in the score.";
        evidence.limits.push(limit.to_owned());
    }
}
