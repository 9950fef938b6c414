//! How a claim relates what is computed to what it states, and the forms that a statement takes.
//!
//! Each relation takes one form: a number, a range, codes, or nothing. What does not fit is
//! refused when the claims are read, so that judging never meets it.

use std::fmt;

use rust_decimal::Decimal;

/// How what is computed must relate to what is stated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Relation {
    /// `eq`: equal at the stated digits.
    Equal,
    /// `gt`: more than.
    Greater,
    /// `ge`: at least.
    AtLeast,
    /// `lt`: less than.
    Less,
    /// `le`: at most.
    AtMost,
    /// `between`: a number, or each of a list, lies in the stated range `a..b`.
    Between,
    /// `range`: a list runs exactly from the stated smallest to the stated largest.
    Range,
    /// `is`: a label, or the labels of a list in order.
    Is,
    /// `true`: the expression is a comparison that must hold; nothing is stated.
    True,
}

/// What is stated.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Stated {
    Nothing,
    Number(Decimal),
    Range(Decimal, Decimal),
    Codes(String),
}

impl Relation {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Equal,
            "gt" => Self::Greater,
            "ge" => Self::AtLeast,
            "lt" => Self::Less,
            "le" => Self::AtMost,
            "between" => Self::Between,
            "range" => Self::Range,
            "is" => Self::Is,
            "true" => Self::True,
            _ => return None,
        })
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal | Self::Is | Self::True => "as",
            Self::Greater => "more than",
            Self::AtLeast => "at least",
            Self::Less => "less than",
            Self::AtMost => "at most",
            Self::Between => "within",
            Self::Range => "as the range",
        })
    }
}

impl Stated {
    pub(crate) fn read(relation: Relation, text: Option<&str>) -> Option<Self> {
        let number = |text: &str| Decimal::from_str_exact(text).ok();
        match (relation, text) {
            (Relation::True, None) => Some(Self::Nothing),
            (Relation::Is, Some(codes)) => Some(Self::Codes(codes.to_owned())),
            (Relation::Between | Relation::Range, Some(text)) => {
                let (low, high) = text.split_once("..")?;
                let (low, high) = (number(low)?, number(high)?);
                (low <= high).then_some(Self::Range(low, high))
            }
            (Relation::True | Relation::Is | Relation::Between | Relation::Range, _) => None,
            (
                Relation::Equal
                | Relation::Greater
                | Relation::AtLeast
                | Relation::Less
                | Relation::AtMost,
                text,
            ) => Some(Self::Number(number(text?)?)),
        }
    }

    /// Decimal places that are stated.
    pub(crate) fn places(&self) -> u32 {
        match self {
            Self::Number(number) => number.scale(),
            Self::Range(low, high) => low.scale().max(high.scale()),
            Self::Nothing | Self::Codes(_) => 1,
        }
    }

    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Number(number) => Some(number.to_string()),
            Self::Range(low, high) => Some(format!("{low} to {high}")),
            Self::Codes(codes) => Some(codes.clone()),
        }
    }
}
