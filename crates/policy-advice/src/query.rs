//! From what is known to advice: diagnosis, ranking, and the reasons for both. Sync, read only.
//!
//! The ranking is `policy`'s; here is only what goes into it: the mechanism and network position of
//! firms that findings put into the place and segment, and the indicators of its economy.

use std::collections::BTreeMap;

use policy::{
    Active, Diagnosis, Inputs, KnowledgeBase, Mechanism, NetworkPosition, Ranked, Status, diagnose,
    rank,
};

use crate::Error;
use crate::known::{FoundFirm, Known, USED, Used};
use crate::subject::{Asked, code, industries};

/// A ranking with what it rests on.
#[derive(Clone, Debug)]
pub(crate) struct Advice {
    pub(crate) ranked: Vec<Ranked>,
    /// The mechanism that was used, asked for or found.
    pub(crate) mechanism: Option<Mechanism>,
    /// What stands in the way and what was known, in sentences.
    pub(crate) diagnosis: Vec<String>,
}

/// What else is known about a subject.
struct Basis {
    inputs: Inputs,
    sentences: Vec<String>,
}

/// Diagnoses a subject and ranks what can be advised.
///
/// # Errors
/// [`Error::Policy`] if the knowledge base cannot take an input; a fault of ours.
pub(crate) fn advise(
    knowledge: &KnowledgeBase,
    known: &Known,
    asked: &Asked,
) -> Result<Advice, Error> {
    let Basis { inputs, sentences } = basis(known, asked);
    let diagnosis = diagnose(knowledge, &asked.subject, &inputs)?;
    let ranked = rank(knowledge, &asked.subject, &diagnosis);
    let mut said = stands_in_the_way(&diagnosis);
    said.extend(sentences);
    Ok(Advice { ranked, mechanism: inputs.mechanism, diagnosis: said })
}

fn basis(known: &Known, asked: &Asked) -> Basis {
    let subject = &asked.subject;
    let mut firms = known.firms(subject.place().as_str(), &industries(subject));
    if let Some(role) = subject.role() {
        firms.retain(|firm| firm.role == code(role.as_str()));
    }
    let mut sentences = Vec::new();
    for firm in &firms {
        let mechanism = if firm.mechanism.is_empty() { "no mechanism" } else { &firm.mechanism };
        sentences.push(format!(
            "found there: {} is a {} in {}, coupled by {mechanism}; a case shows what can be, not \
             what is usual",
            firm.id, firm.role, firm.industry
        ));
    }
    let found = most_common(&firms);
    let mechanism = asked.mechanism.or(found);
    match (asked.mechanism, found) {
        (Some(asked), _) => sentences.push(format!("mechanism: {}, as asked", shown(asked))),
        (None, Some(found)) => {
            sentences.push(format!("mechanism: {}, that of the firms found there", shown(found)));
        }
        (None, None) => sentences.push("mechanism: not known; nothing is assumed".to_owned()),
    }
    let is_coupled = firms.iter().any(|firm| !firm.mechanism.is_empty());
    let network = if is_coupled { NetworkPosition::Coupled } else { NetworkPosition::NotStated };
    let mut indicators = BTreeMap::new();
    for used in USED {
        let economy = subject.place().economy();
        sentences.push(indicator(known, used, economy, &mut indicators));
    }
    Basis { inputs: Inputs { mechanism, network, indicators, ..Inputs::default() }, sentences }
}

/// What an indicator of the economy says, and its value as an input where the knowledge base has
/// rules about it. An indicator without a value stays out: missing is not zero.
fn indicator(
    known: &Known,
    used: &Used,
    economy: &str,
    inputs: &mut BTreeMap<String, f64>,
) -> String {
    let Used { indicator, title, knowledge, .. } = used;
    let Some(found) = known.latest(used, economy) else {
        return format!("{indicator} of {economy}: not known ({title})");
    };
    let period = &found.period;
    let Some(value) = &found.value else {
        let because = found.undefined_because.as_deref().unwrap_or("it is no number");
        return format!("{indicator} of {economy}, {period}: no value, {because} ({title})");
    };
    let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
    if let (Some(id), Some(number)) = (knowledge, number) {
        inputs.insert((*id).to_owned(), number);
    }
    let range = match (&found.low, &found.high) {
        (Some(low), Some(high)) => format!(" [{low} to {high}]"),
        (Some(_) | None, _) => String::new(),
    };
    let unit = &found.unit;
    format!("{indicator} of {economy}, {period}: {value}{range} {unit} ({title})")
}

/// Obstacles and risks, worst first, then what must be said with the mechanism.
fn stands_in_the_way(diagnosis: &Diagnosis) -> Vec<String> {
    let mut active: Vec<(&str, &str, &Active)> = Vec::new();
    active.extend(diagnosis.obstacles.iter().map(|(id, one)| ("obstacle", id.as_str(), one)));
    active.extend(diagnosis.risks.iter().map(|(id, one)| ("risk", id.as_str(), one)));
    active.sort_by_key(|(_, _, one)| std::cmp::Reverse(one.severity));
    let mut said = Vec::new();
    for (what, id, one) in active {
        let worst = one.reasons.iter().find(|reason| reason.severity == one.severity);
        let because = worst.map_or_else(String::new, |reason| {
            let origin = &reason.origin;
            let inferred = match origin.status {
                Status::Given => "",
                Status::Inferred => ", inferred",
            };
            format!(": {} ({}{inferred})", reason.because, origin.stands_in)
        });
        said.push(format!("{what} {id}, severity {} of 100: {}{because}", one.severity, one.title));
    }
    for hit in &diagnosis.guards {
        let questions: Vec<&str> = hit.questions.iter().map(|(_, title)| title.as_str()).collect();
        let ask = if questions.is_empty() {
            String::new()
        } else {
            format!(" Ask about: {}.", questions.join("; "))
        };
        said.push(format!("caution: {}{ask}", hit.guard.says));
    }
    said
}

/// The mechanism of most of the firms; of equally many the first of section 3.2.
fn most_common(firms: &[FoundFirm]) -> Option<Mechanism> {
    let mut best = None;
    let mut most = 0;
    for mechanism in Mechanism::ALL {
        let name = shown(*mechanism);
        let count = firms.iter().filter(|firm| firm.mechanism == name).count();
        if count > most {
            most = count;
            best = Some(*mechanism);
        }
    }
    best
}

fn shown(mechanism: Mechanism) -> String {
    code(mechanism.as_str())
}
