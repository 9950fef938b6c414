//! How a lead firm organizes its network: with a strategic partner, or around itself (figure 1).
//!
//! Industry does not fix the configuration (ICT stands in both captions), so it is found for each
//! lead firm from its relations. Never guesses where there is neither a partner nor a supplier.

use std::collections::BTreeSet;

use crate::closed_set::closed_set;
use crate::role::{InIndustry, Roles, by_industry};
use crate::scorecard::{Criterion, Measured, Need, evidence_of, score};
use crate::{
    Confidence, EntityId, FirmId, IndustryId, Relation, RelationId, RelationKind, Role,
    RoleFinding, SignalFinding, Snapshot,
};

closed_set! {
    /// The two configurations of figure 1.
    pub enum Configuration: "configurations" {
        /// (a) A strategic partner develops with the lead firm and delivers to customers.
        StrategicPartnership = "strategic_partnership",
        /// (b) The lead firm stands between its suppliers and its customers, without a partner.
        LeadFirmCentric = "lead_firm_centric",
    }
}

closed_set! {
    /// What speaks for a configuration.
    pub enum ConfigurationSignal: "configuration signals" {
        /// A strategic partner develops with the lead firm.
        JointDevelopment = "joint_development",
        /// The partner supplies, distributes for or serves.
        PartnerDelivers = "partner_delivers",
        /// The lead firm serves customers, or shares its brand or know-how with the partner.
        LeadFirmServes = "lead_firm_serves",
        /// No strategic partner develops with the lead firm.
        NoPartner = "no_partner",
        /// Suppliers supply the lead firm.
        Suppliers = "suppliers",
    }
}

/// One lead firm's configuration in one industry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigurationFinding {
    /// The lead firm.
    pub lead_firm: FirmId,
    /// The industry.
    pub industry: IndustryId,
    /// The configuration.
    pub configuration: Configuration,
    /// The sum of weight × strength.
    pub confidence: Confidence,
    /// The strategic partners, in order.
    pub partners: Vec<FirmId>,
    /// The suppliers, in order.
    pub suppliers: Vec<FirmId>,
    /// Each signal's part.
    pub signals: Vec<SignalFinding>,
    /// The relations that show it, in order.
    pub evidence: Vec<RelationId>,
}

use ConfigurationSignal as Signal;
use Need::{Adds, Required};

/// Figure 1 (a): joint development, delivery by the partner, service by the lead firm.
const STRATEGIC_PARTNERSHIP: &[Criterion<Signal>] = &[
    Criterion {
        signal: Signal::JointDevelopment,
        weight: 60,
        need: Required,
        because: "partner and lead firm develop together (figure 1a)",
    },
    Criterion {
        signal: Signal::PartnerDelivers,
        weight: 25,
        need: Adds,
        because: "the partner delivers (figure 1a)",
    },
    Criterion {
        signal: Signal::LeadFirmServes,
        weight: 15,
        need: Adds,
        because: "the lead firm serves customers or backs the partner (figure 1a)",
    },
];

/// Figure 1 (b): no partner; the lead firm in the middle of suppliers and customers.
const LEAD_FIRM_CENTRIC: &[Criterion<Signal>] = &[
    Criterion {
        signal: Signal::NoPartner,
        weight: 50,
        need: Required,
        because: "there is no strategic partner (figure 1b)",
    },
    Criterion {
        signal: Signal::Suppliers,
        weight: 35,
        need: Required,
        because: "suppliers supply the lead firm directly (figure 1b)",
    },
    Criterion {
        signal: Signal::LeadFirmServes,
        weight: 15,
        need: Adds,
        because: "the lead firm serves its customers (figure 1b)",
    },
];

/// Finds the configuration of each lead firm among `roles`, which are in the order of
/// [`roles`](crate::roles), by firm, then industry.
///
/// Source: Yeung (2017), figure 1, after Coe and Yeung (2015). Weights are ours.
#[must_use]
pub fn configurations(snapshot: &Snapshot, roles: &[RoleFinding]) -> Vec<ConfigurationFinding> {
    configurations_of(snapshot, Roles::Listed(roles), roles)
}

/// The same of those among `own`, which are of one firm or of several.
pub(crate) fn configurations_of(
    snapshot: &Snapshot,
    roles: Roles<'_>,
    own: &[RoleFinding],
) -> Vec<ConfigurationFinding> {
    let mut findings = Vec::new();
    let leads = own.iter().filter(|finding| finding.role == Some(Role::LeadFirm));
    let mut of_firm = None;
    for lead in leads {
        // Once for all industries of a firm: it may be lead firm in many.
        let (_, relations) = match of_firm.take() {
            Some((firm, relations)) if firm == &lead.firm => of_firm.insert((firm, relations)),
            Some(_) | None => {
                let id = EntityId::Firm(lead.firm.clone());
                of_firm.insert((&lead.firm, by_industry(snapshot, &id)))
            }
        };
        let in_industry = relations.remove(&lead.industry).unwrap_or_default();
        let surroundings = Surroundings::new(snapshot, roles, lead, &in_industry);
        for (configuration, table) in [
            (Configuration::StrategicPartnership, STRATEGIC_PARTNERSHIP),
            (Configuration::LeadFirmCentric, LEAD_FIRM_CENTRIC),
        ] {
            let (confidence, signals) =
                score(table, Signal::as_str, |signal| surroundings.measure(signal));
            if confidence > Confidence::NONE {
                findings.push(ConfigurationFinding {
                    lead_firm: lead.firm.clone(),
                    industry: lead.industry.clone(),
                    configuration,
                    confidence,
                    partners: firms(&surroundings.joint_development),
                    suppliers: firms(&surroundings.supplies),
                    evidence: evidence_of(&signals),
                    signals,
                });
            }
        }
    }
    findings
}

/// What surrounds one lead firm in one industry.
struct Surroundings<'a> {
    joint_development: Vec<&'a Relation>,
    deliveries: Vec<&'a Relation>,
    supplies: Vec<&'a Relation>,
    service: Vec<&'a Relation>,
}

impl<'a> Surroundings<'a> {
    fn new(
        snapshot: &'a Snapshot,
        roles: Roles<'_>,
        lead: &RoleFinding,
        [gives, receives]: &InIndustry<'a>,
    ) -> Self {
        let is_in = |relation: &&Relation| relation.industry.as_ref() == Some(&lead.industry);
        let is_partner = |firm: &EntityId| {
            let Some(firm) = firm.as_firm() else { return false };
            roles.of(firm).iter().any(|finding| {
                finding.industry == lead.industry && finding.role == Some(Role::StrategicPartner)
            })
        };
        let joint_development: Vec<&Relation> = receives
            .iter()
            .copied()
            .filter(|r| r.kind == RelationKind::CoDesigns && is_partner(&r.from))
            .collect();
        let partners: BTreeSet<&EntityId> = joint_development.iter().map(|r| &r.from).collect();
        let mut deliveries = Vec::new();
        let mut service: Vec<&Relation> = gives
            .iter()
            .copied()
            .filter(|r| r.kind == RelationKind::Serves || is_backing(r, &partners))
            .collect();
        service.sort_by(|one, other| one.id.cmp(&other.id));
        for partner in &partners {
            deliveries.extend(snapshot.outgoing(partner).filter(is_in).filter(|r| is_delivery(r)));
        }
        let supplies = receives
            .iter()
            .copied()
            .filter(|r| r.kind == RelationKind::Supplies && !partners.contains(&r.from))
            .collect();
        Self { joint_development, deliveries, supplies, service }
    }

    fn measure(&self, signal: Signal) -> Measured {
        match signal {
            Signal::JointDevelopment => Measured::by(self.joint_development.iter().copied()),
            Signal::PartnerDelivers => Measured::by(self.deliveries.iter().copied()),
            Signal::LeadFirmServes => Measured::by(self.service.iter().copied()),
            Signal::NoPartner if self.joint_development.is_empty() => Measured::ShownByAbsence,
            Signal::NoPartner => Measured::Silent,
            Signal::Suppliers => Measured::by(self.supplies.iter().copied()),
        }
    }
}

fn is_delivery(relation: &Relation) -> bool {
    matches!(
        relation.kind,
        RelationKind::Supplies | RelationKind::DistributesFor | RelationKind::Serves
    )
}

fn is_backing(relation: &Relation, partners: &BTreeSet<&EntityId>) -> bool {
    matches!(relation.kind, RelationKind::Licenses | RelationKind::SharesInformation)
        && partners.contains(&relation.to)
}

fn firms(relations: &[&Relation]) -> Vec<FirmId> {
    let firms: BTreeSet<FirmId> =
        relations.iter().filter_map(|relation| relation.from.as_firm().cloned()).collect();
    firms.into_iter().collect()
}
