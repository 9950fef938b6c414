//! What stands in a subject's way: the obstacles, risks and challenges that apply, and why.
//!
//! Guarantees that each has the rules that raised it, with their origin, and that an indicator
//! without a value raises nothing: missing is not zero. The rules are data
//! (`knowledge/diagnosis.json`). Never averages: a subject's worst reason decides how severe an
//! obstacle is.

use std::collections::BTreeMap;

use crate::closed_set::closed_set;
use crate::knowledge::records::{Code, Origin};
use crate::knowledge::rules::{CrosswalkSource, Guard, IndicatorBound, Severity, When};
use crate::{Error, KnowledgeBase, Mechanism, Segment, Subject};

/// What else is known about a subject. What is not known stays open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    /// How it is coupled, if found.
    pub mechanism: Option<Mechanism>,
    /// Whether it is in production networks.
    pub network: NetworkPosition,
    /// Whether it plans to go abroad.
    pub expansion: Expansion,
    /// Values of indicators by id; leave out what has no value.
    pub indicators: BTreeMap<String, f64>,
}

closed_set! {
    /// Whether a subject is in production networks.
    #[derive(Default)]
    pub enum NetworkPosition: "network positions" {
        /// It supplies or partners with firms of a network.
        Coupled = "coupled",
        /// It does not.
        NotCoupled = "not_coupled",
        /// Not stated.
        #[default]
        NotStated = "not_stated",
    }
}

closed_set! {
    /// Whether a subject plans to go abroad.
    #[derive(Default)]
    pub enum Expansion: "expansion plans" {
        /// It does.
        Planned = "planned",
        /// It does not.
        NotPlanned = "not_planned",
        /// Not stated.
        #[default]
        NotStated = "not_stated",
    }
}

/// What stands in a subject's way.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// Obstacles that apply, by id.
    pub obstacles: BTreeMap<Code, Active>,
    /// Risks that apply, by id.
    pub risks: BTreeMap<Code, Active>,
    /// Challenges that these belong to, by id.
    pub challenges: BTreeMap<Code, Active>,
    /// What must be said with the mechanism.
    pub guards: Vec<GuardHit>,
    /// What was known.
    pub inputs: Inputs,
}

/// An obstacle, risk or challenge that applies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Active {
    /// Its title.
    pub title: String,
    /// From 0 to 100: the largest of its reasons.
    pub severity: u32,
    /// Its reasons, in the order of the rules.
    pub reasons: Vec<Reason>,
}

/// Why something applies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reason {
    /// The rule, obstacle or risk that raised it.
    pub raised_by: Code,
    /// How severe it is by this reason.
    pub severity: u32,
    /// In words.
    pub because: String,
    /// Where that stands, and whether the paper says it.
    pub origin: Origin,
}

/// A guard that holds for a subject.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GuardHit {
    /// The guard.
    pub guard: Guard,
    /// The risks with their titles.
    pub risks: Vec<(Code, String)>,
    /// The questions to ask: rationales with their titles.
    pub questions: Vec<(Code, String)>,
}

/// Diagnoses a subject.
///
/// # Errors
/// [`Error::UnknownIndicator`] and [`Error::IndicatorValue`] for an indicator that the knowledge
/// base does not know, or whose value is no finite number; [`Error::UnknownSegment`] if the subject
/// was made with another knowledge base.
pub fn diagnose(
    knowledge: &KnowledgeBase,
    subject: &Subject,
    inputs: &Inputs,
) -> Result<Diagnosis, Error> {
    check_indicators(knowledge, inputs)?;
    let segment = knowledge.segment(subject.segment())?;
    let mut diagnosis = Diagnosis {
        obstacles: BTreeMap::new(),
        risks: BTreeMap::new(),
        challenges: BTreeMap::new(),
        guards: guards(knowledge, subject, inputs),
        inputs: inputs.clone(),
    };
    for rule in &knowledge.diagnosis_rules {
        if !holds(&rule.when, subject, segment, inputs) {
            continue;
        }
        let reason = |severity: &Severity| Reason {
            raised_by: rule.id.clone(),
            severity: severity.severity,
            because: rule.because.clone(),
            origin: rule.origin.clone(),
        };
        for obstacle in &rule.obstacles {
            let source = CrosswalkSource::Obstacle(obstacle.id.clone());
            let title = knowledge.title_of(&source);
            raise(&mut diagnosis.obstacles, &obstacle.id, title, reason(obstacle));
        }
        for risk in &rule.risks {
            let title = knowledge.title_of(&CrosswalkSource::Risk(risk.id.clone()));
            raise(&mut diagnosis.risks, &risk.id, title, reason(risk));
        }
    }
    diagnosis.challenges = challenges(knowledge, &diagnosis);
    Ok(diagnosis)
}

impl Diagnosis {
    /// How severe an obstacle or risk is; nothing if it does not apply.
    #[must_use]
    pub fn severity(&self, source: &CrosswalkSource) -> Option<u32> {
        let active = match source {
            CrosswalkSource::Obstacle(id) => self.obstacles.get(id),
            CrosswalkSource::Risk(id) => self.risks.get(id),
        };
        active.map(|active| active.severity)
    }
}

fn check_indicators(knowledge: &KnowledgeBase, inputs: &Inputs) -> Result<(), Error> {
    for (id, value) in &inputs.indicators {
        if !knowledge.indicators.contains_key(id.as_str()) {
            let known: Vec<&str> = knowledge.indicators.keys().map(Code::as_str).collect();
            return Err(Error::UnknownIndicator { found: id.clone(), known: known.join(", ") });
        }
        if !value.is_finite() {
            return Err(Error::IndicatorValue { id: id.clone(), found: *value });
        }
    }
    Ok(())
}

fn holds(when: &When, subject: &Subject, segment: &Segment, inputs: &Inputs) -> bool {
    let role = is_met(&when.roles, |role| subject.role() == Some(*role));
    let size = is_met(&when.sizes, |size| subject.size() == Some(*size));
    let sector = is_met(&when.sectors, |sector| segment.sector == *sector);
    let below = is_met(&when.segments, |code| subject.segment().is_in(code));
    let difficulty = is_met(&when.difficulty, |difficulty| segment.difficulty == *difficulty);
    let mechanism = is_met(&when.mechanisms, |found| inputs.mechanism == Some(*found));
    let place = is_met(&when.places, |code| subject.place().is_in(code));
    let network = when.network.is_none_or(|network| inputs.network == network);
    let expansion = when.expansion.is_none_or(|expansion| inputs.expansion == expansion);
    let bound = when.indicator.as_ref().is_none_or(|bound| is_passed(bound, inputs));
    let is_right_subject = role && size && sector && below && difficulty && place;
    is_right_subject && mechanism && network && expansion && bound
}

fn is_met<T>(allowed: &[T], is_so: impl Fn(&T) -> bool) -> bool {
    allowed.is_empty() || allowed.iter().any(is_so)
}

fn is_passed(bound: &IndicatorBound, inputs: &Inputs) -> bool {
    let Some(value) = inputs.indicators.get(bound.id.as_str()) else { return false };
    let is_below = bound.below.is_none_or(|limit| *value < limit);
    let is_at_least = bound.at_least.is_none_or(|limit| limit <= *value);
    is_below && is_at_least
}

fn raise(active: &mut BTreeMap<Code, Active>, id: &Code, title: &str, reason: Reason) {
    let fresh = || Active { title: title.to_owned(), severity: 0, reasons: Vec::new() };
    let entry = active.entry(id.clone()).or_insert_with(fresh);
    entry.severity = entry.severity.max(reason.severity);
    entry.reasons.push(reason);
}

/// A challenge is as severe as the worst of what belongs to it.
fn challenges(knowledge: &KnowledgeBase, diagnosis: &Diagnosis) -> BTreeMap<Code, Active> {
    let mut challenges = BTreeMap::new();
    for row in &knowledge.crosswalk {
        let Some(severity) = diagnosis.severity(&row.source) else { continue };
        let (CrosswalkSource::Obstacle(id) | CrosswalkSource::Risk(id)) = &row.source;
        for challenge in &row.challenges {
            let title = knowledge.challenges.get(challenge).map(|c| c.title.as_str());
            let reason = Reason {
                raised_by: id.clone(),
                severity,
                because: knowledge.title_of(&row.source).to_owned(),
                origin: row.origin.clone(),
            };
            raise(&mut challenges, challenge, title.unwrap_or_default(), reason);
        }
    }
    challenges
}

fn guards(knowledge: &KnowledgeBase, subject: &Subject, inputs: &Inputs) -> Vec<GuardHit> {
    let mut hits = Vec::new();
    for guard in &knowledge.guards {
        let is_role = is_met(&guard.roles, |role| subject.role() == Some(*role));
        if inputs.mechanism != Some(guard.mechanism) || !is_role {
            continue;
        }
        let risk = |id: &Code| {
            (id.clone(), knowledge.title_of(&CrosswalkSource::Risk(id.clone())).to_owned())
        };
        let question = |id: &Code| {
            let title = knowledge.rationales.get(id).map(|rationale| rationale.title.clone());
            (id.clone(), title.unwrap_or_default())
        };
        hits.push(GuardHit {
            guard: guard.clone(),
            risks: guard.risks.iter().map(risk).collect(),
            questions: guard.rationales.iter().map(question).collect(),
        });
    }
    hits
}
