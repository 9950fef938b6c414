//! Reads the knowledge files and checks all that must hold between their records.
//!
//! Guarantees that a knowledge base that was loaded has no dangling reference, no id twice, ranks from
//! 1 without a gap in table 10 and of obstacles, and the tick counts of table 9 as printed. Never repairs.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::records::{
    Challenge, Code, Factor, Intervention, Obstacle, Plain, Rationale, Recommendation, Segment,
};
use super::rules::CrosswalkSource;
use super::{Item, KnowledgeBase, Sources};
use crate::Error;

/// Ticks by organisation in table 9, as printed.
const TICKS: [(&str, usize); 5] =
    [("UNCTAD", 2), ("OECD", 21), ("WTO", 12), ("APEC", 21), ("ASEAN", 4)];
/// Largest severity of a rule.
const SEVERITY_MAX: u32 = 100;

/// A record that is found by its id.
trait Record {
    fn code(&self) -> &Code;
}

macro_rules! record {
    ($($name:ident),+) => {
        $(impl Record for $name {
            fn code(&self) -> &Code {
                &self.id
            }
        })+
    };
}

record!(Obstacle, Challenge, Plain, Factor, Rationale, Segment);

impl Record for Item {
    fn code(&self) -> &Code {
        self.id()
    }
}

pub(super) fn load(sources: &Sources<'_>) -> Result<KnowledgeBase, Error> {
    let interventions: Vec<Intervention> = read("interventions", sources.interventions)?;
    let considerations: Vec<Recommendation> = read("considerations", sources.considerations)?;
    let practices: Vec<Recommendation> = read("practices", sources.practices)?;
    let items = interventions
        .into_iter()
        .map(Item::Intervention)
        .chain(considerations.into_iter().map(Item::Consideration))
        .chain(practices.into_iter().map(Item::Practice))
        .collect();
    let knowledge = KnowledgeBase {
        manifest: read("manifest", sources.manifest)?,
        items: by_id(items)?,
        obstacles: by_id(read("obstacles", sources.obstacles)?)?,
        challenges: by_id(read("challenges", sources.challenges)?)?,
        unctad: by_id(read("unctad", sources.unctad)?)?,
        risks: by_id(read("risks", sources.risks)?)?,
        factors: by_id(read("factors", sources.factors)?)?,
        rationales: by_id(read("rationales", sources.rationales)?)?,
        drivers: by_id(read("drivers", sources.drivers)?)?,
        routes: by_id(read("routes", sources.routes)?)?,
        mechanisms: by_id(read("mechanisms", sources.mechanisms)?)?,
        segments: by_id(read("segments", sources.segments)?)?,
        indicators: by_id(read("indicators", sources.indicators)?)?,
        crosswalk: read("crosswalk", sources.crosswalk)?,
        guards: read("guards", sources.guards)?,
        diagnosis_rules: read("diagnosis", sources.diagnosis)?,
    };
    check_ranks(&knowledge)?;
    check_ticks(&knowledge)?;
    check_items(&knowledge)?;
    check_crosswalk(&knowledge)?;
    check_guards(&knowledge)?;
    check_rules(&knowledge)?;
    Ok(knowledge)
}

fn read<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|source| Error::KnowledgeSyntax {
        file,
        line: source.line(),
        column: source.column(),
        source,
    })
}

fn by_id<T: Record>(records: Vec<T>) -> Result<BTreeMap<Code, T>, Error> {
    let mut by_id = BTreeMap::new();
    for record in records {
        let key = record.code().clone();
        if by_id.insert(key.clone(), record).is_some() {
            return Err(Error::Duplicate { id: key.as_str().to_owned() });
        }
    }
    Ok(by_id)
}

/// Ranks are 1, 2, 3, … in the order of the ids.
fn check_ranks(knowledge: &KnowledgeBase) -> Result<(), Error> {
    let interventions = knowledge.items.values().filter_map(|item| match item {
        Item::Intervention(intervention) => Some((&intervention.id, intervention.rank)),
        Item::Consideration(_) | Item::Practice(_) => None,
    });
    let obstacles = knowledge.obstacles.values().map(|obstacle| (&obstacle.id, obstacle.rank));
    let both = interventions.zip(1..).chain(obstacles.zip(1..));
    for ((id, rank), expected) in both {
        if u32::from(rank) != expected {
            return Err(inconsistent(id, "rank", &rank.to_string(), "ranks from 1 without a gap"));
        }
    }
    Ok(())
}

fn check_ticks(knowledge: &KnowledgeBase) -> Result<(), Error> {
    for (organisation, expected) in TICKS {
        let ticks = |factor: &&Factor| factor.ticked_by.iter().any(|by| by == organisation);
        let found = knowledge.factors.values().filter(ticks).count();
        if found != expected {
            return Err(Error::Inconsistent {
                id: organisation.to_owned(),
                field: "ticks in table 9",
                found: found.to_string(),
                expected: "the number that the table prints",
            });
        }
    }
    Ok(())
}

/// "No difference" and named groups exclude each other; aimed segments exist.
fn check_items(knowledge: &KnowledgeBase) -> Result<(), Error> {
    for item in knowledge.items.values() {
        match item {
            Item::Intervention(row) => {
                let names_groups = !row.sectors.is_empty()
                    || !row.sizes.is_empty()
                    || !row.categories.is_empty()
                    || !row.countries.is_empty();
                if names_groups != (row.differences == super::Differences::Set) {
                    let found = row.differences.as_str();
                    return Err(inconsistent(&row.id, "differences", found, "`set` with groups"));
                }
            }
            Item::Consideration(recommendation) | Item::Practice(recommendation) => {
                for segment in &recommendation.segments {
                    require(&recommendation.id, segment, &knowledge.segments, "segments")?;
                }
            }
        }
    }
    Ok(())
}

fn check_crosswalk(knowledge: &KnowledgeBase) -> Result<(), Error> {
    for row in &knowledge.crosswalk {
        let id = match &row.source {
            CrosswalkSource::Obstacle(id) => {
                require(id, id.as_str(), &knowledge.obstacles, "obstacles")?;
                id
            }
            CrosswalkSource::Risk(id) => {
                require(id, id.as_str(), &knowledge.risks, "risks")?;
                id
            }
        };
        for linked in &row.items {
            require(id, linked.id.as_str(), &knowledge.items, "items")?;
        }
        for challenge in &row.challenges {
            require(id, challenge.as_str(), &knowledge.challenges, "challenges")?;
        }
        for challenge in &row.unctad {
            require(id, challenge.as_str(), &knowledge.unctad, "unctad")?;
        }
    }
    let rows = |source: CrosswalkSource| {
        knowledge.crosswalk.iter().filter(|row| row.source == source).count()
    };
    let obstacles = knowledge.obstacles.keys().cloned().map(CrosswalkSource::Obstacle);
    let risks = knowledge.risks.keys().cloned().map(CrosswalkSource::Risk);
    for source in obstacles.chain(risks) {
        let found = rows(source.clone());
        if found != 1 {
            let (CrosswalkSource::Obstacle(id) | CrosswalkSource::Risk(id)) = &source;
            return Err(inconsistent(id, "crosswalk rows", &found.to_string(), "one"));
        }
    }
    Ok(())
}

fn check_guards(knowledge: &KnowledgeBase) -> Result<(), Error> {
    for guard in &knowledge.guards {
        for risk in &guard.risks {
            require(&guard.id, risk.as_str(), &knowledge.risks, "risks")?;
        }
        for item in &guard.items {
            require(&guard.id, item.as_str(), &knowledge.items, "items")?;
        }
        for rationale in &guard.rationales {
            require(&guard.id, rationale.as_str(), &knowledge.rationales, "rationales")?;
        }
    }
    Ok(())
}

fn check_rules(knowledge: &KnowledgeBase) -> Result<(), Error> {
    let mut ids = BTreeMap::new();
    for rule in &knowledge.diagnosis_rules {
        if ids.insert(&rule.id, ()).is_some() {
            return Err(Error::Duplicate { id: rule.id.as_str().to_owned() });
        }
        for obstacle in &rule.obstacles {
            require(&rule.id, obstacle.id.as_str(), &knowledge.obstacles, "obstacles")?;
        }
        for risk in &rule.risks {
            require(&rule.id, risk.id.as_str(), &knowledge.risks, "risks")?;
        }
        for segment in &rule.when.segments {
            require(&rule.id, segment, &knowledge.segments, "segments")?;
        }
        if let Some(bound) = &rule.when.indicator {
            require(&rule.id, bound.id.as_str(), &knowledge.indicators, "indicators")?;
        }
        for severity in rule.obstacles.iter().chain(&rule.risks) {
            if severity.severity > SEVERITY_MAX {
                let found = severity.severity.to_string();
                return Err(inconsistent(&rule.id, "severity", &found, "0 to 100"));
            }
        }
    }
    Ok(())
}

fn require<T>(
    from: &Code,
    to: &str,
    records: &BTreeMap<Code, T>,
    file: &'static str,
) -> Result<(), Error> {
    if records.contains_key(to) {
        return Ok(());
    }
    Err(Error::UnknownReference { from: from.as_str().to_owned(), to: to.to_owned(), file })
}

fn inconsistent(id: &Code, field: &'static str, found: &str, expected: &'static str) -> Error {
    Error::Inconsistent { id: id.as_str().to_owned(), field, found: found.to_owned(), expected }
}
