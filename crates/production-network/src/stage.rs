//! How far a firm has come: from local supplier to lead firm (section 4, first consideration).
//!
//! The five stages are rungs: a firm that designs with a customer goes on supplying others, so the
//! stage is the furthest rung that its relations show, and the rungs below remain. Says which
//! relations, taken away one at a time, would change the answer, and what the next rung lacks.
//! Never reads a label, and says nothing of a firm whose relations show no rung.

mod standing;

use crate::closed_set::closed_set;
use crate::scorecard::{Criterion, Measured, Need, evidence_of, score};
use crate::{Confidence, Firm, FirmId, RelationId, SignalFinding, Snapshot};
use standing::Standing;

/// Scores below this show no rung: the relations say too little. The same as for roles.
const SCORE_MIN_THOUSANDTHS: u32 = 300;

closed_set! {
    /// Stages of a firm, each further than the one before.
    pub enum Stage: "stages" {
        /// Supplies to others' specifications, or standardized things.
        LocalSupplier = "local_supplier",
        /// Designs or develops with a customer.
        CoDesigner = "co_designer",
        /// Sells what it specified or invented itself.
        Innovator = "innovator",
        /// Has a brand of its own.
        OwnBrand = "own_brand",
        /// Defines product and market of others' production.
        LeadFirm = "lead_firm",
    }
}

closed_set! {
    /// What speaks for a stage.
    pub enum StageSignal: "stage signals" {
        /// Supplies to a customer's specification, or standardized things.
        SuppliesToOthersDesign = "supplies_to_others_design",
        /// Supplies within its home economy.
        SuppliesAtHome = "supplies_at_home",
        /// Neither co-designs nor sells a design, technology or brand of its own.
        HasNoDesign = "has_no_design",
        /// Co-designs with another firm.
        CoDesigns = "co_designs",
        /// Supplies to its own specification, or licenses out technology.
        SellsOwnDesign = "sells_own_design",
        /// Makes a product of its own brand, or licenses out its brand.
        HasBrand = "has_brand",
        /// Supplies, distributes or serves.
        Sells = "sells",
        /// Its role in an industry is that of a lead firm.
        IsLeadFirm = "is_lead_firm",
        /// Firms supply it.
        IsSupplied = "is_supplied",
    }
}

/// What the relations say about one firm's stage.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StageFinding {
    /// The firm.
    pub firm: FirmId,
    /// The furthest rung that is shown; `None` if none is.
    pub stage: Option<Stage>,
    /// The score of the stage.
    pub confidence: Confidence,
    /// The relations that show it, in order.
    pub evidence: Vec<RelationId>,
    /// The furthest rung below that is shown too.
    pub runner_up: Option<Stage>,
    /// All rungs that anything speaks for, furthest first.
    pub scores: Vec<StageScore>,
    /// The relations without which, each alone, the stage is another.
    pub without: Vec<StageWithout>,
    /// The next rung; `None` at the top.
    pub next: Option<NextStage>,
}

/// One rung's score and its reasons.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StageScore {
    /// The rung.
    pub stage: Stage,
    /// The sum of weight × strength.
    pub score: Confidence,
    /// Each signal's part.
    pub signals: Vec<SignalFinding>,
}

/// The stage without one relation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StageWithout {
    /// The relation.
    pub relation: RelationId,
    /// The stage without it; `None` if then none is shown.
    pub stage: Option<Stage>,
}

/// What the next rung asks and no relation shows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NextStage {
    /// The rung.
    pub stage: Stage,
    /// Its required signals that nothing shows; empty if it is shown too weakly.
    pub lacks: Vec<StageSignal>,
}

const fn row(
    signal: StageSignal,
    weight: u32,
    need: Need,
    because: &'static str,
) -> Criterion<StageSignal> {
    Criterion { signal, weight, need, because }
}

use Need::{Adds, Required};
use StageSignal as S;

const LOCAL_SUPPLIER: &[Criterion<StageSignal>] = &[
    row(S::SuppliesToOthersDesign, 60, Required, "starts as a local supplier (section 4, 1)"),
    row(S::SuppliesAtHome, 20, Adds, "in the domestic production network (section 4, 1)"),
    row(S::HasNoDesign, 20, Adds, "designs nothing itself (table 5, row 5)"),
];
const CO_DESIGNER: &[Criterion<StageSignal>] = &[
    row(S::CoDesigns, 80, Required, "co-designs and develops (table 5, row 2)"),
    row(S::Sells, 20, Adds, "provides the solution (table 5, row 2)"),
];
const INNOVATOR: &[Criterion<StageSignal>] = &[
    row(S::SellsOwnDesign, 80, Required, "indigenous innovation in a niche (3.2, 2)"),
    row(S::Sells, 20, Adds, "has customers for it (3.2, 2)"),
];
const OWN_BRAND: &[Criterion<StageSignal>] = &[
    row(S::HasBrand, 80, Required, "own brand of products (3.2, 3; section 4)"),
    row(S::Sells, 20, Adds, "markets it (3.2, 3)"),
];
const LEAD_FIRM: &[Criterion<StageSignal>] = &[
    row(S::IsLeadFirm, 80, Required, "defines product and market (table 5, row 1)"),
    row(S::IsSupplied, 20, Adds, "coordinates suppliers (table 5, row 1)"),
];

fn table(stage: Stage) -> &'static [Criterion<StageSignal>] {
    match stage {
        Stage::LocalSupplier => LOCAL_SUPPLIER,
        Stage::CoDesigner => CO_DESIGNER,
        Stage::Innovator => INNOVATOR,
        Stage::OwnBrand => OWN_BRAND,
        Stage::LeadFirm => LEAD_FIRM,
    }
}

/// Finds the stage of a firm; `None` if the snapshot has no such firm.
///
/// Source: Yeung (2017), section 4, consideration 1, and section 3.2 for the way out of production
/// platforms. Weights are ours. Costs one reading of the firm's relations for each that shows it.
#[must_use]
pub fn stage(snapshot: &Snapshot, firm: &FirmId) -> Option<StageFinding> {
    let firm = snapshot.firm(firm)?;
    let scores = scores(snapshot, firm);
    let mut shown = scores.iter().filter(|scored| is_shown(scored));
    let best = shown.next();
    let found = best.map(|scored| scored.stage);
    let evidence = best.map(|scored| evidence_of(&scored.signals)).unwrap_or_default();
    let mut without = Vec::new();
    for relation in &evidence {
        let thinner = snapshot.without_relations(|other| other.id == *relation);
        let stage = reached(&thinner, firm);
        if stage != found {
            without.push(StageWithout { relation: relation.clone(), stage });
        }
    }
    let next = match found {
        None => Stage::ALL.first(),
        Some(found) => Stage::ALL.iter().find(|stage| **stage > found),
    };
    Some(StageFinding {
        firm: firm.id.clone(),
        stage: found,
        confidence: best.map_or(Confidence::NONE, |scored| scored.score),
        evidence,
        runner_up: shown.next().map(|scored| scored.stage),
        next: next.map(|next| NextStage { stage: *next, lacks: lacks(snapshot, firm, *next) }),
        scores,
        without,
    })
}

fn reached(snapshot: &Snapshot, firm: &Firm) -> Option<Stage> {
    scores(snapshot, firm).iter().find(|scored| is_shown(scored)).map(|scored| scored.stage)
}

fn is_shown(scored: &StageScore) -> bool {
    scored.score.thousandths() >= SCORE_MIN_THOUSANDTHS
}

fn scores(snapshot: &Snapshot, firm: &Firm) -> Vec<StageScore> {
    let standing = Standing::new(snapshot, firm);
    let mut scores = Vec::new();
    for stage in Stage::ALL.iter().rev() {
        let (total, signals) =
            score(table(*stage), StageSignal::as_str, |signal| standing.measure(signal));
        if total > Confidence::NONE {
            scores.push(StageScore { stage: *stage, score: total, signals });
        }
    }
    scores
}

fn lacks(snapshot: &Snapshot, firm: &Firm, stage: Stage) -> Vec<StageSignal> {
    let standing = Standing::new(snapshot, firm);
    let is_lacking = |row: &&Criterion<StageSignal>| {
        row.need == Required && standing.measure(row.signal) == Measured::Silent
    };
    table(stage).iter().filter(is_lacking).map(|row| row.signal).collect()
}
