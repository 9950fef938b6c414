//! Shares, confidences and volumes, as whole parts so that equal means equal on every machine.
//!
//! A share is exact to one part in a million, a confidence to one in a thousand; a volume keeps the
//! digits that its source prints. Never adds volumes of unlike units.

use std::fmt;

use crate::Error;

const SHARE_PARTS: u32 = 1_000_000;
const CONFIDENCE_PARTS: u32 = 1_000;
/// Longest number text that is read: enough for any currency in single units.
const AMOUNT_BYTES_MAX: usize = 30;

/// A part of a whole, from 0 to 1.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Share(u32);

/// How sure a fact or a finding is, from 0 to 1. No probability: a degree of support.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Confidence(u32);

/// A decimal number exactly as printed.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Amount(String);

/// A quantity with its unit.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Volume {
    /// How much.
    pub amount: Amount,
    /// Of what: a currency (ISO 4217) or a unit.
    pub unit: String,
}

impl Share {
    /// Checks and rounds a share.
    ///
    /// # Errors
    /// [`Error::OutsideUnitInterval`] if it is not from 0 to 1.
    pub fn try_new(share: f64) -> Result<Self, Error> {
        parts("share", share, SHARE_PARTS).map(Self)
    }

    /// The share in millionths.
    #[must_use]
    pub fn millionths(self) -> u32 {
        self.0
    }

    /// The share as a number from 0 to 1.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(SHARE_PARTS)
    }
}

impl Confidence {
    /// Full support.
    pub const FULL: Self = Self(CONFIDENCE_PARTS);
    /// No support.
    pub const NONE: Self = Self(0);

    /// Checks and rounds a confidence.
    ///
    /// # Errors
    /// [`Error::OutsideUnitInterval`] if it is not from 0 to 1.
    pub fn try_new(confidence: f64) -> Result<Self, Error> {
        parts("confidence", confidence, CONFIDENCE_PARTS).map(Self)
    }

    /// The confidence in thousandths.
    #[must_use]
    pub fn thousandths(self) -> u32 {
        self.0
    }

    /// The confidence as a number from 0 to 1.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / f64::from(CONFIDENCE_PARTS)
    }

    /// Makes a confidence from thousandths; more than 1000 is full.
    pub(crate) fn from_thousandths(thousandths: u32) -> Self {
        Self(thousandths.min(CONFIDENCE_PARTS))
    }
}

impl Amount {
    /// Checks and takes a number.
    ///
    /// # Errors
    /// [`Error::Amount`] if it is no decimal number, or too long.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if is_number(whole) && is_number(fraction) && text.len() <= AMOUNT_BYTES_MAX {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::Amount { found: text.to_owned() })
        }
    }

    /// The number as printed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.3}", self.as_f64())
    }
}

impl fmt::Display for Share {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.as_f64())
    }
}

fn parts(what: &'static str, value: f64, whole: u32) -> Result<u32, Error> {
    if !(0.0..=1.0).contains(&value) {
        return Err(Error::OutsideUnitInterval { what, found: value });
    }
    // The value is from 0 to 1, so the product fits.
    Ok((value * f64::from(whole)).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_lie_between_nothing_and_all() {
        assert_eq!(Share::try_new(0.125).expect("a share").as_f64(), 0.125);
        for bad in [-0.01, 1.000_001, f64::NAN, f64::INFINITY] {
            assert!(matches!(Share::try_new(bad), Err(Error::OutsideUnitInterval { .. })));
            assert!(matches!(Confidence::try_new(bad), Err(Error::OutsideUnitInterval { .. })));
        }
    }

    #[test]
    fn an_amount_keeps_its_digits() {
        assert_eq!(Amount::parse("5.00").expect("a number").as_str(), "5.00");
        for bad in ["", ".", "1e6", "5,0", "--1", "1.", &"1".repeat(31)] {
            assert!(matches!(Amount::parse(bad), Err(Error::Amount { .. })), "{bad}");
        }
    }
}
