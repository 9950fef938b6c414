//! Whether two firms know each other, and who could bring them together.
//!
//! Both are asked of what is recorded, so here silence is an answer: no relation is recorded. How
//! long a relation has lasted may be known in bounds only.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Bounds, MatchEvidence, Shown};
use crate::{Entity, EntityId, FirmId, RelationId, RelationKind, Snapshot, Tenure};

/// How far the firms have dealt with each other, for so many years.
pub(crate) fn acquaintance(
    snapshot: &Snapshot,
    firm: &FirmId,
    other: &FirmId,
    years: f64,
) -> Shown {
    let (firm, other) = (EntityId::Firm(firm.clone()), EntityId::Firm(other.clone()));
    let given = snapshot.outgoing(&firm).filter(|relation| relation.to == other);
    let received = snapshot.incoming(&firm).filter(|relation| relation.from == other);
    let mut degree = Bounds::point(0.0);
    let mut evidence = Vec::new();
    for relation in given.chain(received) {
        let part = |lasted: f64| if years > 0.0 { (lasted / years).min(1.0) } else { 1.0 };
        let its_degree = match relation.tenure_on(snapshot.valid()) {
            Tenure::Years { min, max } => Bounds { low: part(min), high: part(max) },
            Tenure::NotStated => Bounds { low: part(0.0), high: 1.0 },
            Tenure::NotBegun => continue,
        };
        degree.low = degree.low.max(its_degree.low);
        degree.high = degree.high.max(its_degree.high);
        evidence.push(MatchEvidence::Relation(relation.id.clone()));
    }
    evidence.sort();
    let because = if evidence.is_empty() {
        "no relation between them is recorded".to_owned()
    } else {
        format!("{} relations between them are recorded", evidence.len())
    };
    Shown::new(degree, because, evidence)
}

/// Whether somebody introduces, mediates or supports on both sides.
pub(crate) fn intermediaries(snapshot: &Snapshot, firm: &FirmId, other: &FirmId) -> Shown {
    let ours = helpers(snapshot, firm);
    let theirs = helpers(snapshot, other);
    let parties = [EntityId::Firm(firm.clone()), EntityId::Firm(other.clone())];
    let mut shared = BTreeSet::new();
    let mut names = Vec::new();
    for (helper, relations) in &ours {
        let Some(others) = theirs.get(helper).filter(|_| !parties.contains(helper)) else {
            continue;
        };
        shared.extend(relations.iter().chain(others).cloned().map(MatchEvidence::Relation));
        names.push(
            snapshot.entity(helper).map_or_else(|| helper.to_string(), |one| one.name().to_owned()),
        );
    }
    if !shared.is_empty() {
        let because = format!("on both sides: {}", names.join(", "));
        return Shown::new(Bounds::point(1.0), because, shared.into_iter().collect());
    }
    let one_side: BTreeSet<MatchEvidence> = ours
        .values()
        .chain(theirs.values())
        .flatten()
        .cloned()
        .map(MatchEvidence::Relation)
        .collect();
    if one_side.is_empty() {
        let because = "nobody is recorded who introduces either".to_owned();
        return Shown::new(Bounds::point(0.0), because, Vec::new());
    }
    let because = "each has helpers, none in common, or only one has".to_owned();
    Shown::new(Bounds::point(0.5), because, one_side.into_iter().collect())
}

/// Who introduces, mediates for or supports a firm; a programme stands for who runs it.
fn helpers(snapshot: &Snapshot, firm: &FirmId) -> BTreeMap<EntityId, Vec<RelationId>> {
    let mut helpers: BTreeMap<EntityId, Vec<RelationId>> = BTreeMap::new();
    for relation in snapshot.incoming(&EntityId::Firm(firm.clone())) {
        let is_help = matches!(
            relation.kind,
            RelationKind::Introduces | RelationKind::Mediates | RelationKind::SupportsByProgramme
        );
        if !is_help {
            continue;
        }
        let operator = match snapshot.entity(&relation.from) {
            Some(Entity::Programme(programme)) => programme.operator.clone(),
            Some(
                Entity::Firm(_)
                | Entity::Actor(_)
                | Entity::Place(_)
                | Entity::Product(_)
                | Entity::Segment(_),
            )
            | None => None,
        };
        let helper = operator.unwrap_or_else(|| relation.from.clone());
        helpers.entry(helper).or_default().push(relation.id.clone());
    }
    helpers
}
