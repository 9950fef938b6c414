//! Which findings are to be found anew when a snapshot moves on.
//!
//! What the rules of a firm look at, each of these read off the rules themselves:
//!
//! - the relations and records of the firm and of those that belong to it or that it belongs to;
//! - of those at the other end of these relations their records, where they are located, whether
//!   they are lead firms and, of a larger firm, to whom it sells;
//! - of a lead firm the roles and deliveries of those who design with it;
//! - of a small or medium firm the configurations of its lead firms and what shows their needs.
//!
//! So a fact reaches from what it is about to there and no farther; from a lead firm only as far as
//! its configuration or its needs turn out otherwise. Places, programmes, products, segments and
//! actors are read from everywhere: a snapshot does not move on when their records change.

use std::collections::BTreeSet;

use super::Findings;
use super::near::{neighbours, with_groups};
use crate::role::{Roles, is_lead_firm};
use crate::strategic_match::has_same_needs;
use crate::{
    Advance, Confidence, Configuration, ConfigurationFinding, Entity, EntityId, FirmId, FirmSize,
    IndustryId, RelationKind, Snapshot,
};

/// Findings that have moved on with their snapshot.
#[derive(Debug)]
pub struct AdvancedFindings {
    /// All findings now.
    pub findings: Findings,
    /// Firms, products and segments about which something else may be found than before; of matches,
    /// as far as strengths and [`StrategicMatch::evidence`](crate::StrategicMatch::evidence) go. About
    /// others nothing is.
    pub about: BTreeSet<EntityId>,
}

impl Findings {
    /// What follows from a snapshot that has moved on from `before`, which this follows from.
    #[must_use]
    pub fn advance(&self, before: &Snapshot, advance: &Advance) -> AdvancedFindings {
        let after = &advance.snapshot;
        let snapshots = [before, after];
        let mut findings = self.clone();

        let mut changed = advance.firms.clone();
        changed.extend(advance.versions().flat_map(|one| [one.from.clone(), one.to.clone()]));
        let grouped = with_groups(snapshots, changed);
        let mut turned = BTreeSet::new();
        for firm in grouped.iter().filter_map(EntityId::as_firm) {
            findings.find_roles(after, firm);
            let is_lead = [self, &findings].map(|found| is_lead_firm(found.of_firm(firm).roles));
            if is_lead[0] != is_lead[1] {
                turned.insert(EntityId::Firm(firm.clone()));
            }
        }

        let mut about = grouped.clone();
        about.extend(near_what_stands_otherwise(snapshots, advance, turned));
        about.extend(beside_larger_sellers(snapshots, advance));

        let (around, told) = findings.advance_configurations(self, snapshots, &grouped, &about);
        about.extend(around);
        let needy = findings.leads_with_other_needs(self, snapshots, &about);
        about.extend(neighbours(snapshots, &needy));
        findings.find_others(after, about.iter().filter_map(EntityId::as_firm));

        about.extend(told);
        let made = neighbours(snapshots, &advance.firms);
        about.extend(made.into_iter().filter(|one| one.as_firm().is_none()));
        for id in about.iter().filter(|one| one.as_firm().is_none()) {
            findings.find_source(after, id);
        }
        AdvancedFindings { findings, about }
    }

    /// Finds configurations anew; answers with the firms that are in one which is another for them,
    /// and with the lead firms of which something else is found.
    fn advance_configurations(
        &mut self,
        earlier: &Self,
        snapshots: [&Snapshot; 2],
        grouped: &BTreeSet<EntityId>,
        about: &BTreeSet<EntityId>,
    ) -> (BTreeSet<EntityId>, BTreeSet<EntityId>) {
        let mut leads: BTreeSet<EntityId> = about.clone();
        for (snapshot, id) in
            snapshots.iter().flat_map(|one| grouped.iter().map(move |id| (one, id)))
        {
            let designs = snapshot.outgoing(id).filter(|one| one.kind == RelationKind::CoDesigns);
            leads.extend(designs.map(|one| one.to.clone()));
        }
        let (mut around, mut told) = (BTreeSet::new(), BTreeSet::new());
        for firm in leads.iter().filter_map(EntityId::as_firm) {
            self.find_configurations(snapshots[1], firm);
            let [before, after] = [earlier, self].map(|found| found.of_firm(firm).configurations);
            if before != after {
                told.insert(EntityId::Firm(firm.clone()));
            }
            for (these, those) in [(before, after), (after, before)] {
                let those: BTreeSet<_> = those.iter().map(as_seen_by_others).collect();
                let other = these.iter().filter(|one| !those.contains(&as_seen_by_others(one)));
                let members = other.flat_map(|one| one.partners.iter().chain(&one.suppliers));
                around.extend(members.map(|firm| EntityId::Firm(firm.clone())));
            }
        }
        (around, told)
    }

    /// Of these the lead firms whose needs are shown otherwise than before.
    fn leads_with_other_needs(
        &self,
        earlier: &Self,
        snapshots: [&Snapshot; 2],
        among: &BTreeSet<EntityId>,
    ) -> BTreeSet<EntityId> {
        let (before, after) = (Roles::Kept(&earlier.roles), Roles::Kept(&self.roles));
        let is_other = |firm: &&FirmId| {
            // One that has turned reaches all that deal with it already.
            before.is_lead_firm(firm)
                && after.is_lead_firm(firm)
                && !has_same_needs(snapshots, firm)
        };
        let firms = among.iter().filter_map(EntityId::as_firm);
        firms.filter(is_other).map(|firm| EntityId::Firm(firm.clone())).collect()
    }
}

/// Those who deal with firms that have another record or location, or have turned into lead firms
/// or from them; with all that belong to them.
fn near_what_stands_otherwise(
    snapshots: [&Snapshot; 2],
    advance: &Advance,
    turned: BTreeSet<EntityId>,
) -> BTreeSet<EntityId> {
    let mut other = turned;
    other.extend(advance.firms.iter().cloned());
    let moved = advance.versions().filter(|one| one.kind == RelationKind::LocatedIn);
    other.extend(moved.map(|one| one.from.clone()));
    with_groups(snapshots, firms(neighbours(snapshots, &other)))
}

/// Those who deal with larger firms of which the sales have changed.
fn beside_larger_sellers(snapshots: [&Snapshot; 2], advance: &Advance) -> BTreeSet<EntityId> {
    let is_large = |id: &EntityId| {
        let found = snapshots.iter().filter_map(|one| one.entity(id)).filter_map(Entity::as_firm);
        found.into_iter().any(|firm| firm.size == FirmSize::Large)
    };
    let sales = advance.versions().filter(|one| one.kind.is_sale() && is_large(&one.from));
    let sellers: BTreeSet<&EntityId> = sales.map(|one| &one.from).collect();
    firms(neighbours(snapshots, sellers))
}

fn firms(mut ids: BTreeSet<EntityId>) -> BTreeSet<EntityId> {
    ids.retain(|id| id.as_firm().is_some());
    ids
}

/// What those around a lead firm read of its configuration, but for whether they are in it.
fn as_seen_by_others(found: &ConfigurationFinding) -> (&IndustryId, Configuration, Confidence) {
    (&found.industry, found.configuration, found.confidence)
}
