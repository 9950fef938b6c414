//! What follows from a picture of a network, as the findings that are published.
//!
//! One finding a subject, kind, industry and object: `role`, `configuration`, `coupling`, `route` and
//! `driver` (the object is the host economy), `match` (the assets that meet the needs of the lead firm
//! that is the object; `match.one-sided` where not both gain), and `location`, the places where a
//! firm has an operation, so that who reads findings knows where they hold; and `alert.` with the
//! kind of a dependence, whose value is `certain` or `possible`, about a firm, a product or a segment.
//! A firm whose relations show too little has no finding.

use std::collections::{BTreeMap, BTreeSet};

use api::events::Finding;
use production_network::{
    Confidence, DependenceReport, Entity, EntityId, RelationId, RelationKind, Snapshot,
};

use crate::picture::Picture;

/// Relations that a finding names at most: enough to look it up, and a finding stays small.
const EVIDENCE_MAX: usize = 128;
/// Of a match: those between the two go first, and the others of a lead firm may be thousands.
pub(crate) const MATCH_EVIDENCE_MAX: usize = 16;

/// Tells all findings of a picture, one after the other: together they may be more than the network.
pub(crate) fn findings_of(network: &str, picture: &Picture, tell: &mut impl FnMut(Finding)) {
    let finding = |subject: &str, kind: &str, value: String| Finding {
        network: network.to_owned(),
        subject: format!("firm:{subject}"),
        kind: kind.to_owned(),
        value,
        ..Finding::default()
    };
    for found in picture.roles() {
        let Some(role) = found.role else { continue };
        tell(Finding {
            industry: found.industry.to_string(),
            evidence: evidence(&found.evidence),
            runner_up: found.runner_up.map_or_else(String::new, |role| code(role.as_str())),
            confidence: confidence(found.confidence),
            ..finding(found.firm.as_str(), "role", code(role.as_str()))
        });
    }
    for found in picture.configurations() {
        tell(Finding {
            industry: found.industry.to_string(),
            evidence: evidence(&found.evidence),
            confidence: confidence(found.confidence),
            ..finding(found.lead_firm.as_str(), "configuration", code(found.configuration.as_str()))
        });
    }
    for found in picture.couplings() {
        let Some(mechanism) = found.mechanism else { continue };
        tell(Finding {
            evidence: evidence(&found.evidence),
            runner_up: found.runner_up.map_or_else(String::new, |other| code(other.as_str())),
            confidence: confidence(found.confidence),
            ..finding(found.firm.as_str(), "coupling", code(mechanism.as_str()))
        });
    }
    for found in picture.routes() {
        let Some(route) = found.route.answer else { continue };
        let runner_up = found.route.runner_up;
        tell(Finding {
            evidence: evidence(&found.route.evidence),
            runner_up: runner_up.map_or_else(String::new, |other| code(other.as_str())),
            confidence: confidence(found.route.confidence),
            object: found.host.map(|host| host.to_string()).unwrap_or_default(),
            ..finding(found.firm.as_str(), "route", code(route.as_str()))
        });
    }
    for found in picture.drivers() {
        let Some(driver) = found.driver.answer else { continue };
        let runner_up = found.driver.runner_up;
        tell(Finding {
            evidence: evidence(&found.driver.evidence),
            runner_up: runner_up.map_or_else(String::new, |other| code(other.as_str())),
            confidence: confidence(found.driver.confidence),
            object: found.investment.host.to_string(),
            ..finding(found.investment.investor.as_str(), "driver", code(driver.as_str()))
        });
    }
    let mut matching = picture.matching();
    let matches = picture.snapshot.firms().flat_map(|firm| matching.of(firm));
    for found in matches.filter(|found| !found.matches.is_empty()) {
        let assets: Vec<String> =
            found.matches.iter().map(|one| code(one.asset.as_str())).collect();
        let kind = if found.is_mutual() { "match" } else { "match.one-sided" };
        tell(Finding {
            evidence: evidence(&found.evidence(MATCH_EVIDENCE_MAX)),
            confidence: confidence(found.confidence()),
            object: format!("firm:{}", found.lead_firm),
            ..finding(found.firm.as_str(), kind, assets.join(","))
        });
    }
    for alert in picture.dependence().into_iter().flat_map(DependenceReport::alerts) {
        tell(Finding {
            network: network.to_owned(),
            subject: alert.subject.to_string(),
            kind: format!("alert.{}", code(alert.kind.as_str())),
            value: alert.certainty.as_str().to_owned(),
            object: alert.on.as_ref().map(ToString::to_string).unwrap_or_default(),
            evidence: evidence(&alert.evidence),
            ..Finding::default()
        });
    }
    for (firm, (places, relations)) in locations(&picture.snapshot) {
        let places: Vec<&str> = places.into_iter().collect();
        tell(Finding {
            evidence: evidence(&relations),
            ..finding(firm, "location", places.join(","))
        });
    }
}

/// The code of a closed set as the API writes it: `generic-supplier`.
pub(crate) fn code(code: &str) -> String {
    code.replace('_', "-")
}

type Located<'a> = (BTreeSet<&'a str>, Vec<RelationId>);

/// Where each firm has an operation, by ISO codes; its home economy if nothing else is known.
fn locations(snapshot: &Snapshot) -> BTreeMap<&str, Located<'_>> {
    let mut located: BTreeMap<&str, Located<'_>> = BTreeMap::new();
    for relation in snapshot.relations() {
        let EntityId::Firm(firm) = &relation.from else { continue };
        if relation.kind != RelationKind::LocatedIn {
            continue;
        }
        if let Some(Entity::Place(place)) = snapshot.entity(&relation.to) {
            let (places, relations) = located.entry(firm.as_str()).or_default();
            places.insert(place.code.as_str());
            relations.push(relation.id.clone());
        }
    }
    for firm in snapshot.firms() {
        let Some(home) = &firm.home else { continue };
        let (places, _) = located.entry(firm.id.as_str()).or_default();
        if places.is_empty() && home.is_economy() {
            places.insert(home.as_str());
        }
    }
    located.retain(|_, (places, _)| !places.is_empty());
    located
}

fn evidence(relations: &[RelationId]) -> Vec<String> {
    relations.iter().take(EVIDENCE_MAX).map(ToString::to_string).collect()
}

/// As text with three places, so that equal findings are equal bytes.
pub(crate) fn confidence(confidence: Confidence) -> String {
    let thousandths = confidence.thousandths();
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}
