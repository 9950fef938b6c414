//! One cell of a dataflow: a number exactly as printed, or the reason why there is none.
//!
//! A gap is data. It has a reason, survives every format, and is never a zero.

use std::fmt;

use rust_decimal::Decimal;

use crate::{Attributes, Error, Period};

/// What a publisher put in one cell.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Cell {
    /// The number exactly as printed, digits kept, in the unit of its series.
    Number(Decimal),
    /// No number, with the publisher's reason.
    Missing(Missing),
}

/// Why a cell holds no number, by SDMX CL_OBS_STATUS. A zero is a number; a deletion, a tombstone.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Missing {
    /// M: the value cannot exist.
    CannotExist,
    /// L: it exists but was not collected.
    NotCollected,
    /// Q: it was collected and is withheld.
    Suppressed,
    /// O: the publisher gives no reason.
    Unexplained,
}

/// One observation of a series, with the attributes that its publisher attached.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Observation {
    /// The period that it is about.
    pub period: Period,
    /// The number, or why there is none.
    pub cell: Cell,
    /// Attributes of every level that apply to it: observation, series, group, data set.
    pub attributes: Attributes,
}

impl Cell {
    /// Reads a number as printed, keeping trailing zeros. Accepts exponents (`1.5E+3`).
    ///
    /// # Errors
    /// [`Error::Number`] if it is no number or has more than 28 digits.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refused = || Error::Number { found: text.chars().take(64).collect() };
        // The parsers would take `1_000`, which no publisher prints.
        if text.contains('_') {
            return Err(refused());
        }
        let number = if text.bytes().any(|b| matches!(b, b'e' | b'E')) {
            Decimal::from_scientific(text).map_err(|_| refused())?
        } else {
            // `from_str_exact` refuses what it would have to round, so no printed digit is lost.
            Decimal::from_str_exact(text).map_err(|_| refused())?
        };
        Ok(Self::Number(number))
    }

    /// The number, if there is one.
    #[must_use]
    pub fn number(self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(number),
            Self::Missing(_) => None,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Missing(missing) => write!(f, "({missing})"),
        }
    }
}

impl Missing {
    /// The code of SDMX CL_OBS_STATUS.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::CannotExist => "M",
            Self::NotCollected => "L",
            Self::Suppressed => "Q",
            Self::Unexplained => "O",
        }
    }

    /// The reason behind a status code, if the code is one of a missing value.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "M" => Some(Self::CannotExist),
            "L" => Some(Self::NotCollected),
            "Q" => Some(Self::Suppressed),
            "O" => Some(Self::Unexplained),
            _ => None,
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CannotExist => "cannot exist",
            Self::NotCollected => "not collected",
            Self::Suppressed => "suppressed",
            Self::Unexplained => "missing, no reason given",
        })
    }
}
