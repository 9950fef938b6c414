//! Roles of firms in an industry (table 5), classified from relations and never from a label.
//!
//! The rules are one table: what a role needs, what adds to it, and what each signal weighs. A firm
//! has one finding for each industry that it takes part in, with the role of the highest score, the
//! runner-up and the relations that show it. Signals are measured in `role/signal.rs`.

mod signal;

use std::sync::Arc;

use imbl::OrdMap;

use crate::closed_set::closed_set;
use crate::scorecard::{Criterion, Need, evidence_of, score};
use crate::{Confidence, EntityId, Firm, FirmId, IndustryId, RelationId, SignalFinding, Snapshot};
pub use signal::Signal as RoleSignal;
pub(crate) use signal::{InIndustry, by_industry};
use signal::{Participation, Signal};

/// Scores below this are no role: the relations show too little of any.
const SCORE_MIN_THOUSANDTHS: u32 = 300;

closed_set! {
    /// Roles of firms in a production network (table 5).
    pub enum Role: "roles" {
        /// Coordinates and controls; defines product and market.
        LeadFirm = "lead_firm",
        /// Gives partial or complete solutions to lead firms; co-designs and co-develops.
        StrategicPartner = "strategic_partner",
        /// Supplies one industry with high-value modules, components, products or services.
        SpecializedSupplierIndustry = "specialized_supplier_industry",
        /// Supplies several industries with critical intermediates.
        SpecializedSupplierMulti = "specialized_supplier_multi",
        /// Supplies standardized, low-value products or services at arm's length.
        GenericSupplier = "generic_supplier",
        /// Returns value to lead firms by intermediate or final use.
        KeyCustomer = "key_customer",
    }
}

/// What the relations say about one firm in one industry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleFinding {
    /// The firm.
    pub firm: FirmId,
    /// The industry.
    pub industry: IndustryId,
    /// The role; `None` if the relations show too little of any.
    pub role: Option<Role>,
    /// The score of the role, or of the best candidate.
    pub confidence: Confidence,
    /// The relations that show the role, in order.
    pub evidence: Vec<RelationId>,
    /// The second best role, if anything speaks for one.
    pub runner_up: Option<Role>,
    /// All roles that anything speaks for, best first.
    pub scores: Vec<RoleScore>,
    /// The role that a source gives, if one does.
    pub given_label: Option<Role>,
    /// Whether the given label is the role found; `None` without a label.
    pub agrees: Option<bool>,
}

/// One role's score and its reasons.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RoleScore {
    /// The role.
    pub role: Role,
    /// The sum of weight × strength.
    pub score: Confidence,
    /// Each signal's part.
    pub signals: Vec<SignalFinding>,
}

const fn row(signal: Signal, weight: u32, need: Need, because: &'static str) -> Criterion<Signal> {
    Criterion { signal, weight, need, because }
}

use Need::{Adds, Required};
use Signal as S;

/// Table 5, row 1; section 3.1: "the lead firm or firms define its products and/or control its
/// markets".
const LEAD_FIRM: &[Criterion<Signal>] = &[
    row(S::DefinesProduct, 40, Required, "defines the product (table 5, row 1)"),
    row(S::DefinesMarket, 25, Adds, "defines or controls the market (table 5, row 1)"),
    row(S::IsSupplied, 20, Adds, "coordinates suppliers (table 5, row 1)"),
    row(S::IsCoDesignedFor, 15, Adds, "a partner develops solutions for it (figure 1a)"),
];

/// Table 5, row 2; figure 1 (a).
const STRATEGIC_PARTNER: &[Criterion<Signal>] = &[
    row(S::CoDesigns, 65, Required, "co-designs with a lead firm (table 5, row 2)"),
    row(S::SuppliesOrDelivers, 25, Adds, "provides or delivers the solution (figure 1a)"),
    row(S::IsSupplied, 10, Adds, "has suppliers of its own (figure 1a)"),
];

/// Table 5, row 3.
const SPECIALIZED_SUPPLIER_INDUSTRY: &[Criterion<Signal>] = &[
    row(S::SuppliesSpecialized, 50, Required, "dedicated or high-value supply (table 5, row 3)"),
    row(S::DoesNotCoDesign, 30, Adds, "supplies without co-designing (table 5, rows 2 and 3)"),
    row(S::SuppliesOneIndustry, 20, Required, "supplies one industry (table 5, row 3)"),
];

/// Table 5, row 4. Owned firms count with the group, as the two Panasonic firms show.
const SPECIALIZED_SUPPLIER_MULTI: &[Criterion<Signal>] = &[
    row(S::SuppliesSpecialized, 50, Required, "critical supply (table 5, row 4)"),
    row(S::DoesNotCoDesign, 30, Adds, "supplies without co-designing (table 5, rows 2 and 4)"),
    row(S::SuppliesSeveralIndustries, 20, Required, "supplies several industries (table 5, row 4)"),
];

/// Table 5, row 5.
const GENERIC_SUPPLIER: &[Criterion<Signal>] = &[
    row(S::SuppliesStandardized, 70, Required, "standardized supply (table 5, row 5)"),
    row(
        S::KeepsArmsLength,
        30,
        Adds,
        "at arm's length: no joint design, licence or know-how (row 5)",
    ),
];

/// Table 5, row 6; other lead firms may be key customers too.
const KEY_CUSTOMER: &[Criterion<Signal>] = &[
    row(S::IsServed, 70, Required, "is served with the product (table 5, row 6)"),
    row(S::SuppliesNobody, 30, Adds, "uses it and supplies nobody in the industry (row 6)"),
];

fn table(role: Role) -> &'static [Criterion<Signal>] {
    match role {
        Role::LeadFirm => LEAD_FIRM,
        Role::StrategicPartner => STRATEGIC_PARTNER,
        Role::SpecializedSupplierIndustry => SPECIALIZED_SUPPLIER_INDUSTRY,
        Role::SpecializedSupplierMulti => SPECIALIZED_SUPPLIER_MULTI,
        Role::GenericSupplier => GENERIC_SUPPLIER,
        Role::KeyCustomer => KEY_CUSTOMER,
    }
}

/// Classifies each firm in each industry that it takes part in, by firm, then industry.
///
/// Source: Yeung (2017), table 5. Weights are ours. Equal scores fall to the earlier row of the
/// table. Cost is linear in relations times industries a firm.
#[must_use]
pub fn roles(snapshot: &Snapshot) -> Vec<RoleFinding> {
    snapshot.firms().flat_map(|firm| roles_of(snapshot, firm)).collect()
}

/// Classifies one firm in each industry that it takes part in, by industry.
pub(crate) fn roles_of(snapshot: &Snapshot, firm: &Firm) -> Vec<RoleFinding> {
    let id = EntityId::Firm(firm.id.clone());
    let mut industries = by_industry(snapshot, &id);
    for label in &firm.labels {
        industries.entry(&label.industry).or_default();
    }
    let group_supplies = signal::group_supplies(snapshot, &id);
    let mut findings = Vec::new();
    for (industry, [gives, receives]) in &industries {
        let label = firm.labels.iter().find(|label| label.industry == **industry);
        let group_supplies = &group_supplies;
        let participation = Participation { snapshot, gives, receives, group_supplies };
        findings.push(finding(&participation, &firm.id, industry, label.map(|label| label.role)));
    }
    findings
}

/// Those of one firm, among all in the order of firms, which `own` gives.
pub(crate) fn of_firm<'a, T>(all: &'a [T], own: fn(&T) -> &FirmId, firm: &FirmId) -> &'a [T] {
    let begin = all.partition_point(|found| own(found) < firm);
    let rest = all.get(begin..).unwrap_or_default();
    let end = rest.partition_point(|found| own(found) == firm);
    rest.get(..end).unwrap_or_default()
}

fn finding(
    participation: &Participation<'_>,
    firm: &FirmId,
    industry: &IndustryId,
    given_label: Option<Role>,
) -> RoleFinding {
    let mut scores = Vec::new();
    for role in Role::ALL {
        let (total, signals) =
            score(table(*role), Signal::as_str, |signal| participation.measure(signal));
        if total > Confidence::NONE {
            scores.push(RoleScore { role: *role, score: total, signals });
        }
    }
    // The sort is stable: equal scores stay in the order of table 5.
    scores.sort_by_key(|scored| std::cmp::Reverse(scored.score));
    let best = scores.first();
    let is_enough = |scored: &&RoleScore| scored.score.thousandths() >= SCORE_MIN_THOUSANDTHS;
    let role = best.filter(is_enough).map(|scored| scored.role);
    RoleFinding {
        firm: firm.clone(),
        industry: industry.clone(),
        role,
        confidence: best.map_or(Confidence::NONE, |scored| scored.score),
        evidence: best.map(|scored| evidence_of(&scored.signals)).unwrap_or_default(),
        runner_up: scores.get(1).map(|scored| scored.role),
        given_label,
        agrees: given_label.map(|label| Some(label) == role),
        scores,
    }
}

/// The roles of all firms, however they are held.
#[derive(Clone, Copy)]
pub(crate) enum Roles<'a> {
    /// In the order of [`roles`].
    Listed(&'a [RoleFinding]),
    /// By firm.
    Kept(&'a OrdMap<FirmId, Arc<[RoleFinding]>>),
}

impl<'a> Roles<'a> {
    /// Those of one firm, by industry.
    pub(crate) fn of(self, firm: &FirmId) -> &'a [RoleFinding] {
        match self {
            Self::Listed(findings) => of_firm(findings, |found| &found.firm, firm),
            Self::Kept(findings) => findings.get(firm).map(Arc::as_ref).unwrap_or_default(),
        }
    }

    /// Whether it is a lead firm in some industry.
    pub(crate) fn is_lead_firm(self, firm: &FirmId) -> bool {
        is_lead_firm(self.of(firm))
    }
}

/// Whether a firm with these roles is a lead firm in some industry.
pub(crate) fn is_lead_firm(of_firm: &[RoleFinding]) -> bool {
    of_firm.iter().any(|found| found.role == Some(Role::LeadFirm))
}
