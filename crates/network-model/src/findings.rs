//! What follows from a picture of a network, as the findings that are published.
//!
//! One finding a subject, kind, industry and object: `role`, `configuration`, `coupling`, `route` and
//! `driver` (the object is the host economy), `match` (the assets that meet the needs of the lead firm
//! that is the object; `match.one-sided` where not both gain), and `location`, the places where a
//! firm has an operation, so that who reads findings knows where they hold; and `alert.` with the
//! kind of a dependence, whose value is `certain` or `possible`, about a firm, a product or a segment.
//! A firm whose relations show too little has no finding.

use std::collections::BTreeSet;

use api::events::Finding;
use production_network::{
    Alert, Confidence, Entity, EntityId, Findings, Firm, RelationId, RelationKind, Snapshot,
    StrategicMatching,
};

/// Relations that a finding names at most: enough to look it up, and a finding stays small.
const EVIDENCE_MAX: usize = 128;
/// Of a match: those between the two go first, and the others of a lead firm may be thousands.
pub(crate) const MATCH_EVIDENCE_MAX: usize = 16;

/// Findings of one picture, as they are published.
pub(crate) struct Told<'a> {
    network: &'a str,
    snapshot: &'a Snapshot,
    found: &'a Findings,
    matching: StrategicMatching<'a>,
}

impl<'a> Told<'a> {
    /// Those of a network that follow from a snapshot.
    pub(crate) fn new(network: &'a str, snapshot: &'a Snapshot, found: &'a Findings) -> Self {
        Self { network, snapshot, found, matching: found.matching(snapshot) }
    }

    /// All about a firm, a product or a segment; none about what is not there.
    pub(crate) fn about(&mut self, id: &EntityId) -> Vec<Finding> {
        let firm = self.snapshot.entity(id).and_then(Entity::as_firm);
        match firm {
            Some(firm) => self.about_firm(firm),
            None => {
                let source = self.found.source(id);
                let alert = source.and_then(|source| source.alert.as_ref());
                alert.map(|alert| self.alert(alert)).into_iter().collect()
            }
        }
    }

    fn about_firm(&mut self, firm: &'a Firm) -> Vec<Finding> {
        let subject = format!("firm:{}", firm.id);
        let finding = |kind: &str, value: String| Finding {
            network: self.network.to_owned(),
            subject: subject.clone(),
            kind: kind.to_owned(),
            value,
            ..Finding::default()
        };
        let of_firm = self.found.of_firm(&firm.id);
        let mut told = Vec::new();
        for found in of_firm.roles {
            let Some(role) = found.role else { continue };
            told.push(Finding {
                industry: found.industry.to_string(),
                evidence: evidence(&found.evidence),
                runner_up: found.runner_up.map_or_else(String::new, |role| code(role.as_str())),
                confidence: confidence(found.confidence),
                ..finding("role", code(role.as_str()))
            });
        }
        for found in of_firm.configurations {
            told.push(Finding {
                industry: found.industry.to_string(),
                evidence: evidence(&found.evidence),
                confidence: confidence(found.confidence),
                ..finding("configuration", code(found.configuration.as_str()))
            });
        }
        if let Some(found) = of_firm.coupling
            && let Some(mechanism) = found.mechanism
        {
            told.push(Finding {
                evidence: evidence(&found.evidence),
                runner_up: found.runner_up.map_or_else(String::new, |other| code(other.as_str())),
                confidence: confidence(found.confidence),
                ..finding("coupling", code(mechanism.as_str()))
            });
        }
        for found in of_firm.routes {
            let Some(route) = found.route.answer else { continue };
            let runner_up = found.route.runner_up;
            told.push(Finding {
                evidence: evidence(&found.route.evidence),
                runner_up: runner_up.map_or_else(String::new, |other| code(other.as_str())),
                confidence: confidence(found.route.confidence),
                object: found.host.map(|host| host.to_string()).unwrap_or_default(),
                ..finding("route", code(route.as_str()))
            });
        }
        for found in of_firm.drivers {
            let Some(driver) = found.driver.answer else { continue };
            let runner_up = found.driver.runner_up;
            told.push(Finding {
                evidence: evidence(&found.driver.evidence),
                runner_up: runner_up.map_or_else(String::new, |other| code(other.as_str())),
                confidence: confidence(found.driver.confidence),
                object: found.investment.host.to_string(),
                ..finding("driver", code(driver.as_str()))
            });
        }
        let matches = self.matching.of(firm);
        for found in matches.iter().filter(|found| !found.matches.is_empty()) {
            let assets: Vec<String> =
                found.matches.iter().map(|one| code(one.asset.as_str())).collect();
            let kind = if found.is_mutual() { "match" } else { "match.one-sided" };
            told.push(Finding {
                evidence: evidence(&found.evidence(MATCH_EVIDENCE_MAX)),
                confidence: confidence(found.confidence()),
                object: format!("firm:{}", found.lead_firm),
                ..finding(kind, assets.join(","))
            });
        }
        let alerts = of_firm.dependence.into_iter().flat_map(|found| &found.alerts);
        told.extend(alerts.map(|alert| self.alert(alert)));
        let (places, relations) = locations(self.snapshot, firm);
        if !places.is_empty() {
            let evidence = evidence(&relations);
            let places: Vec<&str> = places.into_iter().collect();
            told.push(Finding { evidence, ..finding("location", places.join(",")) });
        }
        told
    }

    fn alert(&self, alert: &Alert) -> Finding {
        Finding {
            network: self.network.to_owned(),
            subject: alert.subject.to_string(),
            kind: format!("alert.{}", code(alert.kind.as_str())),
            value: alert.certainty.as_str().to_owned(),
            object: alert.on.as_ref().map(ToString::to_string).unwrap_or_default(),
            evidence: evidence(&alert.evidence),
            ..Finding::default()
        }
    }
}

/// The code of a closed set as the API writes it: `generic-supplier`.
pub(crate) fn code(code: &str) -> String {
    code.replace('_', "-")
}

/// Where a firm has an operation, by ISO codes; its home economy if nothing else is known.
fn locations<'a>(snapshot: &'a Snapshot, firm: &'a Firm) -> (BTreeSet<&'a str>, Vec<RelationId>) {
    let (mut places, mut relations) = (BTreeSet::new(), Vec::new());
    for relation in snapshot.outgoing(&EntityId::Firm(firm.id.clone())) {
        if relation.kind == RelationKind::LocatedIn
            && let Some(Entity::Place(place)) = snapshot.entity(&relation.to)
        {
            places.insert(place.code.as_str());
            relations.push(relation.id.clone());
        }
    }
    if let Some(home) = firm.home.as_ref().filter(|home| places.is_empty() && home.is_economy()) {
        places.insert(home.as_str());
    }
    (places, relations)
}

fn evidence(relations: &[RelationId]) -> Vec<String> {
    relations.iter().take(EVIDENCE_MAX).map(ToString::to_string).collect()
}

/// As text with three places, so that equal findings are equal bytes.
pub(crate) fn confidence(confidence: Confidence) -> String {
    let thousandths = confidence.thousandths();
    format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
}
