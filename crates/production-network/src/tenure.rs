//! How long a relation has lasted: stated by its source, or from when its validity began.
//!
//! A start that is known to the year only gives bounds, not a point. Without a start the length is
//! not known: never nil.

use jiff::civil::Date;

use crate::{Amount, Error, PartialDate};

/// Mean days of a year of the Gregorian calendar.
const DAYS_A_YEAR: f64 = 365.2425;
/// Stated years are exact to one part in a thousand.
const YEAR_PARTS: f64 = 1_000.0;
/// Longest tenure that is read, in years: older than any firm.
const YEARS_MAX: f64 = 2_000.0;

/// A length in years that a source states for a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StatedTenure {
    /// Thousandths of years.
    parts: u32,
    /// The day for which it is stated; `None` for whichever day is asked.
    at: Option<PartialDate>,
}

/// How long a relation has lasted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tenure {
    /// Between these numbers of years, both included; the same where it is known to the day.
    Years {
        /// At least.
        min: f64,
        /// At most.
        max: f64,
    },
    /// When it began is not stated.
    NotStated,
    /// It begins after the day.
    NotBegun,
}

impl StatedTenure {
    /// Takes a length in years, as stated for a day.
    ///
    /// # Errors
    /// [`Error::Amount`] if it is no number from 0 to 2000.
    pub fn try_new(years: &Amount, at: Option<PartialDate>) -> Result<Self, Error> {
        let number: f64 = years.as_str().parse().unwrap_or(f64::NAN);
        if !(0.0..=YEARS_MAX).contains(&number) {
            return Err(Error::Amount { found: years.as_str().to_owned() });
        }
        // At most two million: fits.
        Ok(Self { parts: (number * YEAR_PARTS).round() as u32, at })
    }

    /// The length as stated, in years.
    #[must_use]
    pub fn years(self) -> f64 {
        f64::from(self.parts) / YEAR_PARTS
    }

    /// The day for which it is stated.
    #[must_use]
    pub fn at(self) -> Option<PartialDate> {
        self.at
    }

    /// The length on another day.
    #[must_use]
    pub fn on(self, day: Date) -> Tenure {
        let Some(at) = self.at else {
            return Tenure::Years { min: self.years(), max: self.years() };
        };
        let (min, max) = (years(at.latest(), day), years(at.earliest(), day));
        let (min, max) = (self.years() + min, self.years() + max);
        if max < 0.0 { Tenure::NotBegun } else { Tenure::Years { min: min.max(0.0), max } }
    }
}

impl Tenure {
    /// The length since a start.
    #[must_use]
    pub fn since(start: Option<PartialDate>, day: Date) -> Self {
        let Some(start) = start else { return Self::NotStated };
        let (min, max) = (years(start.latest(), day), years(start.earliest(), day));
        if max < 0.0 { Self::NotBegun } else { Self::Years { min: min.max(0.0), max } }
    }
}

/// Years from one day to another, negative backwards.
fn years(from: Date, to: Date) -> f64 {
    let days = from.until(to).map_or(0, |span| span.get_days());
    f64::from(days) / DAYS_A_YEAR
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Option<PartialDate> {
        Some(PartialDate::parse(text).expect("a date"))
    }

    fn bounds(tenure: Tenure) -> (f64, f64) {
        match tenure {
            Tenure::Years { min, max } => (min, max),
            Tenure::NotStated | Tenure::NotBegun => (f64::NAN, f64::NAN),
        }
    }

    #[test]
    fn a_year_gives_bounds_and_a_day_a_point() {
        let (min, max) = bounds(Tenure::since(at("2004"), date(2010, 1, 1)));
        // 1,827 and 2,192 days.
        assert!((min - 1_827.0 / DAYS_A_YEAR).abs() < 1e-12, "{min}");
        assert!((max - 2_192.0 / DAYS_A_YEAR).abs() < 1e-12, "{max}");
        let (min, max) = bounds(Tenure::since(at("2004-01-01"), date(2010, 1, 1)));
        assert_eq!(min, max);
        assert_eq!(Tenure::since(None, date(2010, 1, 1)), Tenure::NotStated);
        assert_eq!(Tenure::since(at("2011"), date(2010, 1, 1)), Tenure::NotBegun);
        assert_eq!(bounds(Tenure::since(at("2010"), date(2010, 7, 1))).0, 0.0);
    }

    #[test]
    fn a_stated_length_grows_from_its_day() {
        let years = Amount::parse("20").expect("a number");
        let stated = StatedTenure::try_new(&years, at("2010-01-01")).expect("a tenure");
        let (min, max) = bounds(stated.on(date(2012, 1, 1)));
        assert!((min - (20.0 + 730.0 / DAYS_A_YEAR)).abs() < 1e-12);
        assert_eq!(min, max);
        let plain = StatedTenure::try_new(&years, None).expect("a tenure");
        assert_eq!(bounds(plain.on(date(1900, 1, 1))), (20.0, 20.0));
        for bad in ["-1", "2001"] {
            let amount = Amount::parse(bad).expect("a number");
            assert!(matches!(StatedTenure::try_new(&amount, None), Err(Error::Amount { .. })));
        }
    }
}
