//! Checks across rows and tables: sums that must come out, quantities that must agree.
//!
//! Published numbers are rounded, so a check is told the printed digits and allows what rounding
//! can make of them, and no more. A number that is missing makes a check undecided, never a zero.
//! Checks are data (`checks.json`); nothing here knows a dataflow by name.

mod document;
mod rounding;
mod sums;
mod agreements;
pub(crate) mod outliers;

use rust_decimal::Decimal;

use crate::rejection::{At, Rejection, Rule};
use crate::structure::Structures;
use crate::{Period, SeriesKey, View};

pub use document::{Agreement, Checks, Severity, Side, SumCheck};

/// What a check found; a check that holds finds nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The id of the check.
    pub check: String,
    /// What kind of check it is: [`Rule::Sum`], [`Rule::Agreement`] or [`Rule::Outlier`].
    pub rule: Rule,
    /// How bad it is; of an undecided check always a warning.
    pub severity: Severity,
    /// Whether it fails, or cannot be told.
    pub outcome: Outcome,
    /// The dataflow of the number that was expected.
    pub dataflow: String,
    /// Its series.
    pub key: SeriesKey,
    /// Its period.
    pub period: Period,
    /// The parent of a sum, the left side of an agreement, the median of a series; multiplier
    /// applied.
    pub expected: Option<Decimal>,
    /// The sum of the members, the right side, the value of the outlier; multiplier applied.
    pub computed: Option<Decimal>,
    /// How far apart they may be.
    pub tolerance: Option<Decimal>,
    /// What was found, in one line.
    pub reason: String,
    /// Why the check is there, in the words of who declared it.
    pub note: String,
}

/// How a check ends if it does not hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The numbers are further apart than rounding explains.
    Fails,
    /// A number is missing, or cannot be compared.
    Undecided,
}

impl Checks {
    /// Runs the checks that involve a dataflow that was touched, given by ids without agency and
    /// version. Findings come in the order of the checks, then by series and period.
    #[must_use]
    pub fn run(&self, view: &dyn View, structures: &Structures, touched: &[&str]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for sum in &self.sums {
            if touched.iter().any(|id| *id == sum.dataflow || *id == sum.parent_dataflow) {
                sums::run(sum, view, structures, &mut findings);
            }
        }
        for agreement in &self.agreements {
            let sides = [&agreement.left.dataflow, &agreement.right.dataflow];
            if touched.iter().any(|id| sides.iter().any(|side| side == id)) {
                agreements::run(agreement, view, structures, &mut findings);
            }
        }
        findings
    }
}

impl From<&Finding> for Rejection {
    fn from(finding: &Finding) -> Self {
        let reason = format!(
            "{} {} at {}: {} (check `{}`)",
            finding.dataflow, finding.key, finding.period, finding.reason, finding.check
        );
        Self::new(finding.rule, At::default(), reason)
    }
}

#[cfg(test)]
mod tests;
