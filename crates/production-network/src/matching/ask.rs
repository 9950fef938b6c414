//! What can be asked of a firm, and under which criterion of tables 8 and 9 it falls.
//!
//! Each ask has anchors of its own that do not depend on who is asked. What a segment takes to
//! enter is asked like anything else. How an ask is answered is for the files beside this one.

use super::acquaintance::{acquaintance, intermediaries};
use super::evidence::{Bounds, Shown};
use super::location::location;
use super::{RequirementFinding, evidence};
use crate::closed_set::closed_set;
use crate::{
    AttributeGroup, AttributeId, CertificateId, Entity, EntityId, Error, FirmId, PlaceId,
    RelationKind, SegmentId, Snapshot,
};

closed_set! {
    /// Why firms choose each other. Table 8 is after Chew and Yeung (2001), its rows L1 to L6 and
    /// S1 to S7 in the order as printed; table 9 after ADB (2015), its rows F01 to F22 likewise.
    pub enum MatchCriterion: "match criteria" {
        /// Table 8, L1; table 9, F02.
        Price = "price",
        /// Table 9, F03.
        Delivery = "delivery",
        /// Table 8, L2; table 9, F01.
        Quality = "quality",
        /// Table 9, F05.
        Certification = "certification",
        /// Table 9, F06.
        Standards = "standards",
        /// Table 8, L5; table 9, F18 and F22.
        Capability = "capability",
        /// Table 9, F09.
        Finance = "finance",
        /// Table 9, F21.
        Location = "location",
        /// Table 8, L3 and L4; table 9, F13.
        Relations = "relations",
        /// Table 8, L6 and S6.
        Intermediary = "intermediary",
        /// Table 8, S1, S2 and S7: markets, technology, finance that a customer offers.
        Offer = "offer",
        /// Whether the firm is small or medium.
        Size = "size",
    }
}

/// Something asked of a firm.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// A number between two anchors: 0 at the worst and beyond, 1 at the best and beyond, linear
    /// between. If it is required, it is met where it is no worse than the worst.
    Measure {
        /// Which number.
        attribute: AttributeId,
        /// In which unit; another one is not compared.
        unit: Option<String>,
        /// Where the degree is 0, and the limit of a requirement.
        worst: f64,
        /// Where the degree is 1.
        best: f64,
    },
    /// Certificates, each an equal part.
    Certificates(Vec<CertificateId>),
    /// Standards, each an equal part.
    Standards(Vec<CertificateId>),
    /// Capabilities or offers that there must be, each an equal part.
    Attributes(Vec<AttributeId>),
    /// An operation in one of these places, or within it.
    Places(Vec<PlaceId>),
    /// A relation with the other side that has lasted so many years, or 0 for any; shorter ones
    /// count in proportion.
    Acquaintance {
        /// Years.
        years: f64,
    },
    /// Somebody who introduces, mediates or supports on both sides; on one side counts half.
    Intermediary,
}

/// Something asked, and how strictly.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// What.
    pub ask: Ask,
    /// How strictly.
    pub strictness: Strictness,
}

/// How strictly something is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Strictness {
    /// Who does not meet it is no match.
    Hard,
    /// It adds to the score.
    Preferred {
        /// Its weight beside the others.
        weight: u32,
    },
}

impl Ask {
    /// The criterion that it falls under. An attribute of a group that no table has is a
    /// capability.
    #[must_use]
    pub fn criterion(&self) -> MatchCriterion {
        match self {
            Self::Measure { attribute, .. } => of_attribute(attribute),
            Self::Certificates(_) => MatchCriterion::Certification,
            Self::Standards(_) => MatchCriterion::Standards,
            Self::Attributes(attributes) => {
                attributes.first().map_or(MatchCriterion::Capability, of_attribute)
            }
            Self::Places(_) => MatchCriterion::Location,
            Self::Acquaintance { .. } => MatchCriterion::Relations,
            Self::Intermediary => MatchCriterion::Intermediary,
        }
    }
}

impl Requirement {
    /// What it comes to for a firm and the other side.
    pub(crate) fn finding(
        &self,
        snapshot: &Snapshot,
        firm: &FirmId,
        other: &FirmId,
    ) -> RequirementFinding {
        let mut shown = match &self.ask {
            Ask::Measure { attribute, unit, worst, best } => {
                evidence::measure(snapshot, firm, attribute, unit.as_deref(), [*worst, *best])
            }
            Ask::Certificates(ids) => {
                let kinds = [RelationKind::Certifies];
                Shown::of_all(ids, |id| {
                    evidence::holds(snapshot, firm, AttributeGroup::Certificate, id, &kinds)
                })
            }
            Ask::Standards(ids) => {
                let kinds = [RelationKind::Standardizes, RelationKind::Certifies];
                Shown::of_all(ids, |id| {
                    evidence::holds(snapshot, firm, AttributeGroup::Standard, id, &kinds)
                })
            }
            Ask::Attributes(ids) => Shown::of_all(ids, |id| evidence::has(snapshot, firm, id)),
            Ask::Places(places) => location(snapshot, firm, places),
            Ask::Acquaintance { years } => acquaintance(snapshot, firm, other, *years),
            Ask::Intermediary => intermediaries(snapshot, firm, other),
        };
        if self.strictness == Strictness::Hard
            && let Ask::Measure { worst, best, .. } = &self.ask
        {
            shown.degree = shown.within_limit(*worst, *best);
        }
        RequirementFinding {
            criterion: self.ask.criterion(),
            strictness: self.strictness,
            asked_of: firm.clone(),
            degree: shown.degree,
            contribution: Bounds::point(0.0),
            because: shown.because,
            evidence: shown.evidence,
        }
    }
}

/// What it takes to enter a segment and those above it.
pub(crate) fn asks_of_segment(snapshot: &Snapshot, segment: &SegmentId) -> Result<Vec<Ask>, Error> {
    let mut asks = Vec::new();
    let mut next = Some(segment.clone());
    while let Some(id) = next {
        let id = EntityId::Segment(id);
        let Some(Entity::Segment(found)) = snapshot.entity(&id) else {
            return Err(Error::UnknownEntity { id });
        };
        if !found.needs.capabilities.is_empty() {
            asks.push(Ask::Attributes(found.needs.capabilities.clone()));
        }
        if !found.needs.certificates.is_empty() {
            asks.push(Ask::Certificates(found.needs.certificates.clone()));
        }
        next = found.parent();
    }
    Ok(asks)
}

fn of_attribute(attribute: &AttributeId) -> MatchCriterion {
    match AttributeGroup::of(attribute) {
        Ok(AttributeGroup::Price) => MatchCriterion::Price,
        Ok(AttributeGroup::Delivery) => MatchCriterion::Delivery,
        Ok(AttributeGroup::Quality) => MatchCriterion::Quality,
        Ok(AttributeGroup::Certificate) => MatchCriterion::Certification,
        Ok(AttributeGroup::Standard) => MatchCriterion::Standards,
        Ok(AttributeGroup::Finance) => MatchCriterion::Finance,
        Ok(AttributeGroup::Offer) => MatchCriterion::Offer,
        Ok(
            AttributeGroup::Capability
            | AttributeGroup::Capacity
            | AttributeGroup::Size
            | AttributeGroup::Wage
            | AttributeGroup::Infrastructure
            | AttributeGroup::Institutions
            | AttributeGroup::Resources
            | AttributeGroup::Outcome,
        )
        | Err(_) => MatchCriterion::Capability,
    }
}
