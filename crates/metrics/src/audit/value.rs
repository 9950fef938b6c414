//! What an expression comes to: a number with its rounding, a label, a truth, or a list of them.

use crate::indicator::Undefined;
use crate::indicator::interval::Interval;

/// The value of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Number(Interval),
    Label(Label),
    Truth(Truth),
    List(Vec<Element>),
}

/// An element of a list.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Element {
    pub(crate) label: String,
    pub(crate) item: Result<Item, Undefined>,
}

/// What an element holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Item {
    Number(Interval),
    Truth(Truth),
}

/// A label that was found, and which others rounding would allow.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Label {
    pub(crate) label: String,
    pub(crate) also: Vec<String>,
}

/// Whether something is so, as far as rounding lets one say.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Truth {
    /// It is not, whatever the true values within the roundings.
    Fails,
    /// It is for some true values within the roundings, not for all.
    WithinRounding,
    /// It is, for the printed values and for all within the roundings.
    Holds,
}

impl Truth {
    /// From what all values say and what some say.
    pub(crate) fn from_bounds(for_all: bool, for_some: bool) -> Self {
        match (for_all, for_some) {
            (true, _) => Self::Holds,
            (false, true) => Self::WithinRounding,
            (false, false) => Self::Fails,
        }
    }
}

impl Value {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Label(_) => "a label",
            Self::Truth(_) => "a truth",
            Self::List(_) => "a list",
        }
    }
}

impl Element {
    pub(crate) fn number(label: impl Into<String>, number: Result<Interval, Undefined>) -> Self {
        Self { label: label.into(), item: number.map(Item::Number) }
    }
}
