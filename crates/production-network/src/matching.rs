//! Matches small and medium firms with what lead firms need, and lead firms with what such a firm
//! looks for.
//!
//! Criteria are those of tables 8 and 9. A score is a sum over preferences with anchors that the
//! asker fixes, so each part explains itself, and a firm more or less never reorders the others.
//! Hard requirements are apart: one that is not met excludes, with the reason. What is not known is
//! neither met nor unmet: it widens the score to bounds, or leaves the match open. Nobody is a
//! match for want of a better one: no match is an answer, with the reasons. Never learns weights.

mod ask;
mod evidence;
mod location;
mod acquaintance;

use std::collections::BTreeMap;

use crate::{
    EntityId, Error, FirmId, SegmentId, SmeBasis, SmeFinding, SmeStatus, SmeStatuses, Snapshot,
};

pub use ask::{Ask, MatchCriterion, Requirement, Strictness};
pub use evidence::{Bounds, MatchEvidence};

use ask::asks_of_segment;

/// What a lead firm needs of a supplier.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// Who needs it.
    pub lead: FirmId,
    /// In which segment; what it takes to enter that is required too.
    pub segment: Option<SegmentId>,
    /// What is asked of the supplier.
    pub requirements: Vec<Requirement>,
}

/// Who matches, who does not, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchAnswer {
    /// Those that match, best first: those that fit before those that are open; then by the low
    /// bound of the score, the high bound, the firm's id, and the need's place in the list.
    pub matches: Vec<Match>,
    /// Those that do not, by firm, then need.
    pub excluded: Vec<Excluded>,
    /// What that comes to.
    pub verdict: Verdict,
}

/// A firm that may match.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The firm.
    pub firm: FirmId,
    /// The place of the need in the list, from 0.
    pub need_index: usize,
    /// Whether all that is required is known to be met.
    pub standing: Standing,
    /// The score from 0 to 1, as bounds where something is not known; `None` without preferences.
    pub score: Option<Bounds>,
    /// Each requirement, in the order in which it was asked.
    pub findings: Vec<RequirementFinding>,
}

/// Whether all that is required is known to be met.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Standing {
    /// All is met.
    Fits,
    /// Nothing is unmet, and something is not known.
    Open,
}

/// A firm that does not match.
#[derive(Clone, Debug, PartialEq)]
pub struct Excluded {
    /// The firm.
    pub firm: FirmId,
    /// The place of the need in the list, from 0.
    pub need_index: usize,
    /// What is required and not met.
    pub unmet: Vec<RequirementFinding>,
}

/// What one requirement comes to for one firm.
#[derive(Clone, Debug, PartialEq)]
pub struct RequirementFinding {
    /// The criterion.
    pub criterion: MatchCriterion,
    /// Whether it is required.
    pub strictness: Strictness,
    /// Whose it is: the firm of which it is asked.
    pub asked_of: FirmId,
    /// How far it is met, from 0 to 1; bounds where something is not known.
    pub degree: Bounds,
    /// Its part in the score; nil for what is required.
    pub contribution: Bounds,
    /// Why, in words.
    pub because: String,
    /// What shows it.
    pub evidence: Vec<MatchEvidence>,
}

/// What a search comes to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// At least one fits.
    Found,
    /// None is known to fit; some are open.
    OnlyOpen,
    /// Nobody matches; how many fail each criterion.
    NoneFits(BTreeMap<MatchCriterion, usize>),
    /// There is nobody to ask.
    NoCandidate,
}

/// Finds small and medium firms for a need, among all firms of the network but the lead firm.
///
/// Source: Yeung (2017), tables 8 (lead firms' rationales) and 9. A firm that is larger by its
/// home's definition, its stated size or its holders is excluded; one of which that is open is open. Cost is linear in firms times requirements times their
/// relations.
///
/// # Errors
/// [`Error::UnknownEntity`] for a lead firm or segment that the network does not have;
/// [`Error::Anchors`] for a measure without two different anchors.
pub fn suppliers_for(snapshot: &Snapshot, need: &Need) -> Result<MatchAnswer, Error> {
    let requirements = all_requirements(snapshot, need)?;
    let lead = known_firm(snapshot, &need.lead)?;
    let statuses = SmeStatuses::new(snapshot);
    let mut answer = Search::default();
    for firm in snapshot.firms().filter(|firm| firm.id != lead) {
        let mut findings = vec![size_finding(&statuses.of(firm))];
        for requirement in &requirements {
            findings.push(requirement.finding(snapshot, &firm.id, &lead));
        }
        answer.add(firm.id.clone(), 0, findings);
    }
    Ok(answer.end())
}

/// Finds lead firms for a firm: whose need it meets, and who meets its own wishes.
///
/// Source: Yeung (2017), tables 8 (both sides) and 9. The requirements of a need are asked of the
/// firm, the wishes of the lead firm; both are in one score.
///
/// # Errors
/// As [`suppliers_for`], and [`Error::UnknownEntity`] for the firm itself.
pub fn lead_firms_for(
    snapshot: &Snapshot,
    firm: &FirmId,
    needs: &[Need],
    wishes: &[Requirement],
) -> Result<MatchAnswer, Error> {
    let firm = known_firm(snapshot, firm)?;
    check_anchors(wishes)?;
    let mut answer = Search::default();
    for (need_index, need) in needs.iter().enumerate() {
        let requirements = all_requirements(snapshot, need)?;
        let lead = known_firm(snapshot, &need.lead)?;
        if lead == firm {
            continue;
        }
        let mut findings = Vec::new();
        for requirement in &requirements {
            findings.push(requirement.finding(snapshot, &firm, &lead));
        }
        for wish in wishes {
            findings.push(wish.finding(snapshot, &lead, &firm));
        }
        answer.add(lead, need_index, findings);
    }
    Ok(answer.end())
}

#[derive(Debug, Default)]
struct Search {
    matches: Vec<Match>,
    excluded: Vec<Excluded>,
}

impl Search {
    fn add(&mut self, firm: FirmId, need_index: usize, mut findings: Vec<RequirementFinding>) {
        let score = score(&mut findings);
        let is_hard = |finding: &&RequirementFinding| finding.strictness == Strictness::Hard;
        let hard = || findings.iter().filter(is_hard);
        if hard().any(|finding| finding.degree.high < 1.0) {
            let unmet = hard().filter(|finding| finding.degree.high < 1.0).cloned().collect();
            self.excluded.push(Excluded { firm, need_index, unmet });
            return;
        }
        let is_known = hard().all(|finding| finding.degree.low >= 1.0);
        let standing = if is_known { Standing::Fits } else { Standing::Open };
        self.matches.push(Match { firm, need_index, standing, score, findings });
    }

    fn end(mut self) -> MatchAnswer {
        let key = |one: &Match| one.score.unwrap_or(Bounds::point(0.0));
        self.matches.sort_by(|one, other| {
            let (ours, theirs) = (key(one), key(other));
            one.standing
                .cmp(&other.standing)
                .then(theirs.low.total_cmp(&ours.low))
                .then(theirs.high.total_cmp(&ours.high))
                .then(one.firm.cmp(&other.firm))
                .then(one.need_index.cmp(&other.need_index))
        });
        self.excluded.sort_by(|one, other| {
            one.firm.cmp(&other.firm).then(one.need_index.cmp(&other.need_index))
        });
        let verdict = self.verdict();
        MatchAnswer { matches: self.matches, excluded: self.excluded, verdict }
    }

    fn verdict(&self) -> Verdict {
        if let Some(best) = self.matches.first() {
            return match best.standing {
                Standing::Fits => Verdict::Found,
                Standing::Open => Verdict::OnlyOpen,
            };
        }
        if self.excluded.is_empty() {
            return Verdict::NoCandidate;
        }
        let mut reasons = BTreeMap::new();
        for excluded in &self.excluded {
            for finding in &excluded.unmet {
                *reasons.entry(finding.criterion).or_default() += 1;
            }
        }
        Verdict::NoneFits(reasons)
    }
}

/// Shares the score out to the preferences by weight; the score is the sum of the parts.
fn score(findings: &mut [RequirementFinding]) -> Option<Bounds> {
    let weight = |strictness: Strictness| match strictness {
        Strictness::Hard => 0.0,
        Strictness::Preferred { weight } => f64::from(weight),
    };
    let whole: f64 = findings.iter().map(|finding| weight(finding.strictness)).sum();
    if whole == 0.0 {
        return None;
    }
    let mut score = Bounds::point(0.0);
    for finding in findings {
        let part = weight(finding.strictness) / whole;
        let Bounds { low, high } = finding.degree;
        finding.contribution = Bounds { low: part * low, high: part * high };
        score.low += finding.contribution.low;
        score.high += finding.contribution.high;
    }
    Some(score)
}

/// What is asked, and what it takes to enter the segment.
fn all_requirements(snapshot: &Snapshot, need: &Need) -> Result<Vec<Requirement>, Error> {
    check_anchors(&need.requirements)?;
    let mut requirements = Vec::new();
    if let Some(segment) = &need.segment {
        let asks = asks_of_segment(snapshot, segment)?;
        requirements
            .extend(asks.into_iter().map(|ask| Requirement { ask, strictness: Strictness::Hard }));
    }
    requirements.extend(need.requirements.iter().cloned());
    Ok(requirements)
}

fn check_anchors(requirements: &[Requirement]) -> Result<(), Error> {
    for requirement in requirements {
        if let Ask::Measure { attribute, worst, best, .. } = &requirement.ask {
            let are_apart = worst.is_finite() && best.is_finite() && worst != best;
            if !are_apart {
                return Err(Error::Anchors { attribute: attribute.clone() });
            }
        }
    }
    Ok(())
}

/// The firm's own id, or that of the firm into which it was merged.
fn known_firm(snapshot: &Snapshot, firm: &FirmId) -> Result<FirmId, Error> {
    let found = snapshot.firm(firm).map(|firm| firm.id.clone());
    found.ok_or_else(|| Error::UnknownEntity { id: EntityId::Firm(firm.clone()) })
}

fn size_finding(found: &SmeFinding) -> RequirementFinding {
    let (degree, what) = match found.status {
        SmeStatus::Sme => (Bounds::point(1.0), "it is small or medium"),
        SmeStatus::Larger => (Bounds::point(0.0), "it is larger than small or medium"),
        SmeStatus::Open => (Bounds::UNKNOWN, "whether it is small or medium is open"),
    };
    let by = match found.basis {
        SmeBasis::Definition => "by the definition of its home",
        SmeBasis::StatedSize => "by stated size",
        SmeBasis::Holders => "by who holds it",
        SmeBasis::Nothing => "as its size is not stated",
    };
    RequirementFinding {
        criterion: MatchCriterion::Size,
        strictness: Strictness::Hard,
        asked_of: found.firm.clone(),
        degree,
        contribution: Bounds::point(0.0),
        because: format!("{what}, {by}"),
        evidence: Vec::new(),
    }
}
