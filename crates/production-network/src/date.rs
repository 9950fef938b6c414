//! Dates as sources give them: a year, a month or a day; and the interval in which a fact holds.
//!
//! Guarantees that a partial date is never filled up silently: `2001` stays a year. Whether a fact
//! with partial dates holds on a day can therefore be certain, possible or excluded.

use std::fmt;

use jiff::civil::Date;

use crate::Error;

/// A date with the precision that its source has.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PartialDate {
    first: Date,
    precision: Precision,
}

/// How much of a date is known.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Precision {
    /// The year.
    Year,
    /// The year and month.
    Month,
    /// The day.
    Day,
}

/// The days on which a fact holds, both ends included.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Validity {
    from: Option<PartialDate>,
    to: Option<PartialDate>,
}

/// Whether a fact holds on a day.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Presence {
    /// It holds, however the partial dates are read.
    Certain,
    /// It holds for some readings of the partial dates.
    Possible,
    /// It does not hold.
    Absent,
}

impl PartialDate {
    /// Reads `2001`, `2001-05` or `2001-05-17`.
    ///
    /// # Errors
    /// [`Error::Date`] for any other form, and for days that do not exist.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Date { found: text.to_owned() };
        let (padding, precision) = match text.len() {
            4 => ("-01-01", Precision::Year),
            7 => ("-01", Precision::Month),
            10 => ("", Precision::Day),
            _ => return Err(wrong()),
        };
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if !is_plain {
            return Err(wrong());
        }
        let first = format!("{text}{padding}").parse::<Date>().map_err(|_| wrong())?;
        Ok(Self { first, precision })
    }

    /// A date known to the day.
    #[must_use]
    pub fn from_day(day: Date) -> Self {
        Self { first: day, precision: Precision::Day }
    }

    /// How much of the date is known.
    #[must_use]
    pub fn precision(self) -> Precision {
        self.precision
    }

    /// The earliest day that the date can mean.
    #[must_use]
    pub fn earliest(self) -> Date {
        self.first
    }

    /// The latest day that the date can mean.
    #[must_use]
    pub fn latest(self) -> Date {
        match self.precision {
            Precision::Year => self.first.last_of_year(),
            Precision::Month => self.first.last_of_month(),
            Precision::Day => self.first,
        }
    }
}

impl Validity {
    /// An interval; an end that is not stated is open.
    ///
    /// # Errors
    /// [`Error::EndBeforeStart`] if it is empty however the partial dates are read.
    pub fn try_new(from: Option<PartialDate>, to: Option<PartialDate>) -> Result<Self, Error> {
        if let (Some(first), Some(last)) = (from, to)
            && last.latest() < first.earliest()
        {
            return Err(Error::EndBeforeStart { from: first.to_string(), to: last.to_string() });
        }
        Ok(Self { from, to })
    }

    /// The first day, if stated.
    #[must_use]
    pub fn from(self) -> Option<PartialDate> {
        self.from
    }

    /// The last day, if stated.
    #[must_use]
    pub fn to(self) -> Option<PartialDate> {
        self.to
    }

    /// Whether the interval holds `day`.
    #[must_use]
    pub fn presence(self, day: Date) -> Presence {
        let begun_surely = self.from.is_none_or(|from| from.latest() <= day);
        let begun_perhaps = self.from.is_none_or(|from| from.earliest() <= day);
        let lasts_surely = self.to.is_none_or(|to| day <= to.earliest());
        let lasts_perhaps = self.to.is_none_or(|to| day <= to.latest());
        if begun_surely && lasts_surely {
            Presence::Certain
        } else if begun_perhaps && lasts_perhaps {
            Presence::Possible
        } else {
            Presence::Absent
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.first.year(), self.first.month());
        match self.precision {
            Precision::Year => write!(formatter, "{year:04}"),
            Precision::Month => write!(formatter, "{year:04}-{month:02}"),
            Precision::Day => write!(formatter, "{}", self.first),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_partial_date_keeps_its_precision() {
        for text in ["2001", "2001-05", "2001-05-17"] {
            assert_eq!(PartialDate::parse(text).expect("a date").to_string(), text);
        }
        for bad in ["", "201", "2001-13", "2001-02-29", "2001-5", "20010517", "2001/05"] {
            assert!(matches!(PartialDate::parse(bad), Err(Error::Date { .. })), "{bad}");
        }
        let february = PartialDate::parse("2004-02").expect("a month");
        assert_eq!(february.latest(), date(2004, 2, 29));
    }

    #[test]
    fn presence_tells_certain_from_possible() {
        let year = |text| Some(PartialDate::parse(text).expect("a date"));
        let validity = Validity::try_new(year("2001"), year("2005")).expect("an interval");
        assert_eq!(validity.presence(date(2000, 12, 31)), Presence::Absent);
        assert_eq!(validity.presence(date(2001, 6, 1)), Presence::Possible);
        assert_eq!(validity.presence(date(2003, 1, 1)), Presence::Certain);
        assert_eq!(validity.presence(date(2005, 12, 31)), Presence::Possible);
        assert_eq!(validity.presence(date(2006, 1, 1)), Presence::Absent);
    }

    #[test]
    fn an_end_before_the_start_is_refused_unless_a_reading_fits() {
        let at = |text| Some(PartialDate::parse(text).expect("a date"));
        assert!(Validity::try_new(at("2005-06"), at("2005")).is_ok());
        let refused = Validity::try_new(at("2005"), at("2004-12-31"));
        assert!(matches!(refused, Err(Error::EndBeforeStart { .. })));
    }
}
