//! Why an indicator has no answer, as a closed set with one sentence each.
//!
//! A reason is an answer: it is stored, published and explained like a number.

use statistics::Missing;

/// Why there is no answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Undefined {
    /// A share or ratio over nothing.
    #[error("{what} is zero, or cannot be told from zero, so nothing can be divided by it")]
    ZeroDenominator {
        /// The denominator.
        what: String,
    },
    /// Both parts of a ratio are negative: its sign and size mean nothing.
    #[error("{what} is a ratio of two negative numbers, which is no share and is never ranked")]
    RatioOfNegatives {
        /// The ratio.
        what: String,
    },
    /// Growth from a base that is not positive.
    #[error("{what} is not positive, so growth from it is not defined")]
    NegativeBase {
        /// The base.
        what: String,
    },
    /// A cell that the formula needs holds no number.
    #[error("{what} has no number ({})", missing_reason(.reason))]
    MissingInput {
        /// The cell.
        what: String,
        /// The publisher's reason; `None` where there is no observation at all.
        reason: Option<Missing>,
    },
    /// The source states nothing that would decide it.
    #[error("{what} is not stated by the source")]
    NotStated {
        /// What is not stated.
        what: String,
    },
    /// The group is unknown, or had no members then.
    #[error("the members of `{group}` are not known for the period")]
    NoMembership {
        /// The group.
        group: String,
    },
    /// No part is positive, so there is no whole to have shares of.
    #[error("no {what} is positive, so there is no whole to take shares of")]
    NoPositivePart {
        /// The parts.
        what: String,
    },
    /// The indicator does not exist for such an area, breakdown or period.
    #[error("it is not defined for {what}")]
    NotApplicable {
        /// The area, breakdown or period.
        what: String,
    },
    /// The result does not fit 28 digits.
    #[error("the result is too large for 28 digits")]
    OutOfRange,
}

impl Undefined {
    /// The stable id of the reason.
    #[must_use]
    pub fn id(&self) -> &'static str {
        match self {
            Self::ZeroDenominator { .. } => "zero_denominator",
            Self::RatioOfNegatives { .. } => "ratio_of_negatives",
            Self::NegativeBase { .. } => "negative_base",
            Self::MissingInput { .. } => "missing_input",
            Self::NotStated { .. } => "not_stated",
            Self::NoMembership { .. } => "no_membership",
            Self::NoPositivePart { .. } => "no_positive_part",
            Self::NotApplicable { .. } => "not_applicable",
            Self::OutOfRange => "out_of_range",
        }
    }
}

fn missing_reason(reason: &Option<Missing>) -> String {
    reason.map_or_else(|| "no observation".to_owned(), |missing| missing.to_string())
}
