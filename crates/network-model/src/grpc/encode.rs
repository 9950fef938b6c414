//! From pictures of a network to messages.

use std::collections::BTreeMap;

use api::network as message;
use api::types::Attribute;
use production_network::{
    ConfigurationFinding, CouplingFinding, Entity, EntityId, FirmId, Gain, PartialDate, Reach,
    Relation, RelationId, SignalFinding, Snapshot, StrategicMatch,
};

use crate::findings::{MATCH_EVIDENCE_MAX, code, confidence};
use crate::picture::Picture;
use crate::query::name;

pub(super) fn entity(entity: &Entity) -> message::Entity {
    let mut attributes = Vec::new();
    let mut add = |id: &str, value: String| {
        if !value.is_empty() {
            attributes.push(Attribute { id: id.to_owned(), value });
        }
    };
    let (home, source, note) = match entity {
        Entity::Firm(firm) => {
            add("size", code(firm.size.as_str()));
            add("identity", firm.identity.as_str().to_owned());
            for label in &firm.labels {
                add(&format!("label.{}", label.industry), code(label.role.as_str()));
            }
            (firm.home.map(|home| home.to_string()), &firm.source, &firm.note)
        }
        Entity::Actor(actor) => {
            add("type", code(actor.kind.as_str()));
            (actor.home.map(|home| home.to_string()), &actor.source, &actor.note)
        }
        Entity::Place(place) => {
            add("type", code(place.kind.as_str()));
            add("code", place.code.to_string());
            add("within", place.within.as_ref().map(ToString::to_string).unwrap_or_default());
            (Some(place.code.economy().to_string()), &place.source, &place.note)
        }
        Entity::Programme(programme) => {
            add("type", code(programme.kind.as_str()));
            add(
                "operator",
                programme.operator.as_ref().map(EntityId::to_string).unwrap_or_default(),
            );
            (None, &programme.source, &programme.note)
        }
        Entity::Product(product) => {
            add("type", code(product.kind.as_str()));
            (None, &product.source, &product.note)
        }
        Entity::Segment(segment) => {
            add("parent", segment.parent().map(|parent| parent.to_string()).unwrap_or_default());
            add("isic", segment.isic.map(|isic| isic.to_string()).unwrap_or_default());
            (None, &segment.source, &segment.note)
        }
    };
    for attribute in entity.attributes() {
        let unit = attribute.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let (from, to) = (attribute.validity.from(), attribute.validity.to());
        let held = match (date(from), date(to)) {
            (from, to) if from.is_empty() && to.is_empty() => String::new(),
            (from, to) => format!(" ({from} to {to})"),
        };
        add(attribute.id.as_str(), format!("{}{unit}{held}", attribute.value.as_str()));
    }
    let validity = entity.validity();
    add("valid_from", date(validity.from()));
    add("valid_to", date(validity.to()));
    add("source", source.clone());
    add("note", note.clone());
    attributes.sort_by(|one, other| one.id.cmp(&other.id));
    message::Entity {
        id: entity.id().as_str().to_owned(),
        kind: entity.id().kind().as_str().to_owned(),
        name: entity.name().to_owned(),
        home: home.unwrap_or_default(),
        attributes,
    }
}

pub(super) fn relation(picture: &Picture, relation: &Relation) -> message::Relation {
    message::Relation {
        id: relation.id.to_string(),
        kind: code(relation.kind.as_str()),
        from: relation.from.to_string(),
        to: relation.to.to_string(),
        from_name: name(&picture.snapshot, &relation.from),
        to_name: name(&picture.snapshot, &relation.to),
        industry: relation.industry.as_ref().map(ToString::to_string).unwrap_or_default(),
        valid_from: date(relation.validity.from()),
        valid_to: date(relation.validity.to()),
        source: relation.source.clone(),
        evidence: relation.evidence.clone(),
        confidence: confidence(relation.confidence),
        share: relation.share.map(|share| share.as_f64().to_string()),
    }
}

pub(super) fn roles(picture: &Picture, industry: &str) -> Vec<message::Role> {
    let mut roles = Vec::new();
    for found in picture.roles() {
        if !industry.is_empty() && found.industry.as_str() != industry {
            continue;
        }
        let role = |role: Option<production_network::Role>| {
            role.map(|role| code(role.as_str())).unwrap_or_default()
        };
        let signals = found.scores.first().map(|best| best.signals.as_slice());
        roles.push(message::Role {
            firm: found.firm.to_string(),
            firm_name: firm_name(&picture.snapshot, &found.firm),
            industry: found.industry.to_string(),
            role: role(found.role),
            runner_up: role(found.runner_up),
            evidence: found.evidence.iter().map(ToString::to_string).collect(),
            label: role(found.given_label),
            reason: reason(found.role.is_some(), signals.unwrap_or_default()),
        });
    }
    roles
}

/// Couplings of small and medium firms, then the configurations of lead firms; of one firm or of all.
pub(super) fn couplings(picture: &Picture, firm: Option<&FirmId>) -> Vec<message::Coupling> {
    let (coupled, configured) = match firm {
        Some(firm) => {
            let found = picture.found().of_firm(firm);
            (found.coupling.map(std::slice::from_ref).unwrap_or_default(), found.configurations)
        }
        None => (picture.couplings(), picture.configurations()),
    };
    let (mut couplings, mut matching) = (Vec::new(), picture.matching());
    for found in coupled {
        let firm = picture.snapshot.firm(&found.firm);
        let matches = firm.map(|firm| matching.of(firm)).unwrap_or_default();
        let matches = matches.iter().map(|one| strategic_match(&picture.snapshot, one)).collect();
        couplings.push(message::Coupling { matches, ..coupling(&picture.snapshot, found) });
    }
    couplings.extend(configured.iter().map(|found| configuration(&picture.snapshot, found)));
    couplings
}

fn coupling(snapshot: &Snapshot, found: &CouplingFinding) -> message::Coupling {
    let signals = found.scores.first().map(|best| best.signals.as_slice());
    message::Coupling {
        firm: found.firm.to_string(),
        firm_name: firm_name(snapshot, &found.firm),
        mechanism: found.mechanism.map(|one| code(one.as_str())).unwrap_or_default(),
        configuration: found.configuration.map(|one| code(one.as_str())).unwrap_or_default(),
        confidence: confidence(found.confidence),
        evidence: found.evidence.iter().map(ToString::to_string).collect(),
        reason: reason(found.mechanism.is_some(), signals.unwrap_or_default()),
        network_scope: scope(&found.reach),
        runner_up: found.runner_up.map(|one| code(one.as_str())).unwrap_or_default(),
        decisive: found.decisive.iter().map(|signal| code(signal)).collect(),
        matches: Vec::new(),
    }
}

fn strategic_match(snapshot: &Snapshot, found: &StrategicMatch) -> message::StrategicMatch {
    let codes = |gains: &BTreeMap<Gain, Vec<RelationId>>| {
        gains.keys().map(|gain| code(gain.as_str())).collect()
    };
    let assets = found.matches.iter().map(|one| message::AssetMatch {
        asset: code(one.asset.as_str()),
        need: code(one.need.as_str()),
        strength: confidence(one.strength),
        reason: format!("{}; and it {}", reason(true, &one.of_asset), reason(true, &one.of_need)),
    });
    message::StrategicMatch {
        lead_firm: found.lead_firm.to_string(),
        lead_firm_name: firm_name(snapshot, &found.lead_firm),
        assets: assets.collect(),
        firm_gains: codes(&found.firm_gains),
        lead_firm_gains: codes(&found.lead_firm_gains),
        is_mutual: found.is_mutual(),
        evidence: found.evidence(MATCH_EVIDENCE_MAX).iter().map(ToString::to_string).collect(),
    }
}

fn configuration(snapshot: &Snapshot, found: &ConfigurationFinding) -> message::Coupling {
    message::Coupling {
        firm: found.lead_firm.to_string(),
        firm_name: firm_name(snapshot, &found.lead_firm),
        configuration: code(found.configuration.as_str()),
        confidence: confidence(found.confidence),
        evidence: found.evidence.iter().map(ToString::to_string).collect(),
        reason: format!("as lead firm in {}: {}", found.industry, reason(true, &found.signals)),
        ..message::Coupling::default()
    }
}

/// Why, in words.
pub(super) fn reason(is_found: bool, signals: &[SignalFinding]) -> String {
    let because: Vec<&str> = signals.iter().map(|signal| signal.because).collect();
    match (is_found, because.is_empty()) {
        (true, _) => because.join("; "),
        (false, true) => "the relations show nothing of any".to_owned(),
        (false, false) => format!("the relations show too little of any: {}", because.join("; ")),
    }
}

fn scope(reach: &Reach) -> String {
    let areas: Vec<&str> = reach.areas.keys().map(|area| area.as_str()).collect();
    let areas = areas.join(", ");
    if reach.is_global_production_network() {
        format!("global production network: {areas}")
    } else {
        format!("one economy: {areas}")
    }
}

pub(super) fn firm_name(snapshot: &Snapshot, firm: &FirmId) -> String {
    name(snapshot, &EntityId::Firm(firm.clone()))
}

pub(super) fn date(date: Option<PartialDate>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}
