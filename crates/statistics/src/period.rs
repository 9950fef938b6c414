//! Time periods as SDMX writes them: 2014, 2014-S1, 2014-T2, 2014-Q3, 2014-M07 or 2014-07,
//! 2014-W05, 2014-D123, 2014-07-01, a date-time, or a range `2000-01-01/P15Y`.
//!
//! A period is small, ordered and exact: it prints as the canonical form of what it was read from.
//! Periods of different frequency order by frequency first; compare them by their days instead.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, ISOWeekDate, Weekday, date};
use jiff::{Span, ToSpan};

use crate::Error;

/// How long a period is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Frequency {
    /// A: a calendar year.
    Annual,
    /// S: half a year.
    HalfYear,
    /// T: a third of a year.
    Trimester,
    /// Q: a quarter.
    Quarterly,
    /// M: a month.
    Monthly,
    /// W: an ISO week.
    Weekly,
    /// D: a day.
    Daily,
    /// A date with a time of day.
    DateTime,
    /// Some whole years from a day, as in `2000-01-01/P15Y`.
    RangeOfYears,
    /// Some whole months from a day.
    RangeOfMonths,
    /// Some days from a day.
    RangeOfDays,
}

/// A period of time: a frequency and the how-manieth it is, or the start and length of a range.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Period {
    frequency: Frequency,
    /// Of a calendar frequency the index from year 0; of days and ranges the day number (days
    /// since 1970-01-01); of a date-time the seconds since then.
    ordinal: i64,
    /// Of a range the number of years, months or days; else 1.
    length: u16,
}

const EPOCH: Date = date(1970, 1, 1);

impl Period {
    /// The calendar year.
    #[must_use]
    pub fn year(year: i16) -> Self {
        Self { frequency: Frequency::Annual, ordinal: i64::from(year), length: 1 }
    }

    /// How long it is.
    #[must_use]
    pub fn frequency(self) -> Frequency {
        self.frequency
    }

    /// The three numbers that make it: frequency code (0 to 10), ordinal, length. For codecs.
    #[must_use]
    pub fn to_parts(self) -> (u8, i64, u16) {
        (self.frequency.code(), self.ordinal, self.length)
    }

    /// The period with these parts, if there is one.
    #[must_use]
    pub fn from_parts(frequency: u8, ordinal: i64, length: u16) -> Option<Self> {
        let period = Self { frequency: Frequency::from_code(frequency)?, ordinal, length };
        period.first_day()?;
        let is_range = frequency_is_range(period.frequency);
        let fits = if is_range { length > 0 && period.last_day().is_some() } else { length == 1 };
        fits.then_some(period)
    }

    /// The next (or with a negative count an earlier) period of the same frequency. Ranges and
    /// date-times have none.
    #[must_use]
    pub fn offset(self, count: i64) -> Option<Self> {
        if self.frequency >= Frequency::DateTime {
            return None;
        }
        Self::from_parts(self.frequency.code(), self.ordinal.checked_add(count)?, 1)
    }

    /// The first day, if the calendar has it.
    #[must_use]
    pub fn first_day(self) -> Option<Date> {
        let start_month = |per_year: i64| {
            let year = i16::try_from(self.ordinal.div_euclid(per_year)).ok()?;
            let month = self.ordinal.rem_euclid(per_year) * (12 / per_year) + 1;
            Date::new(year, i8::try_from(month).ok()?, 1).ok()
        };
        match self.frequency {
            Frequency::Annual => start_month(1),
            Frequency::HalfYear => start_month(2),
            Frequency::Trimester => start_month(3),
            Frequency::Quarterly => start_month(4),
            Frequency::Monthly => start_month(12),
            Frequency::Weekly => day(self.ordinal.checked_mul(7)?.checked_sub(3)?),
            Frequency::Daily
            | Frequency::RangeOfYears
            | Frequency::RangeOfMonths
            | Frequency::RangeOfDays => day(self.ordinal),
            Frequency::DateTime => day(self.ordinal.div_euclid(86_400)),
        }
    }

    /// The last day, if the calendar has it.
    #[must_use]
    pub fn last_day(self) -> Option<Date> {
        let first = self.first_day()?;
        let length = i64::from(self.length);
        let span = match self.frequency {
            Frequency::Annual => 12.months(),
            Frequency::HalfYear => 6.months(),
            Frequency::Trimester => 4.months(),
            Frequency::Quarterly => 3.months(),
            Frequency::Monthly => 1.month(),
            Frequency::Weekly => 7.days(),
            Frequency::Daily | Frequency::DateTime => 1.day(),
            // Longer than the calendar are 65,535 years, which the plain units would panic at.
            Frequency::RangeOfYears => Span::new().try_years(length).ok()?,
            Frequency::RangeOfMonths => Span::new().try_months(length).ok()?,
            Frequency::RangeOfDays => Span::new().try_days(length).ok()?,
        };
        match first.checked_add(span) {
            Ok(next) => next.checked_sub(1.day()).ok(),
            // The year 9999 ends with the calendar; a range may not go beyond it.
            Err(_) if frequency_is_range(self.frequency) => None,
            Err(_) => Some(Date::MAX),
        }
    }

    fn calendar(frequency: Frequency, year: i16, index: i64, per_year: i64) -> Option<Self> {
        let fits = (1..=per_year).contains(&index);
        fits.then(|| Self { frequency, ordinal: i64::from(year) * per_year + index - 1, length: 1 })
    }

    fn parse(text: &str) -> Option<Self> {
        if let Some((start, duration)) = text.split_once('/') {
            return Self::parse_range(start, duration);
        }
        let year_text = text.get(..4)?;
        let year: i16 = digits(year_text)?.try_into().ok()?;
        let rest = &text[4..];
        if rest.is_empty() {
            return Some(Self::year(year));
        }
        let rest = rest.strip_prefix('-')?;
        let number = |text: &str| digits(text);
        match rest.as_bytes().first()? {
            b'A' => (number(&rest[1..])? == 1).then(|| Self::year(year)),
            b'S' => Self::calendar(Frequency::HalfYear, year, number(&rest[1..])?, 2),
            b'T' => Self::calendar(Frequency::Trimester, year, number(&rest[1..])?, 3),
            b'Q' => Self::calendar(Frequency::Quarterly, year, number(&rest[1..])?, 4),
            b'M' => Self::calendar(Frequency::Monthly, year, number(&rest[1..])?, 12),
            b'W' => {
                let week = i8::try_from(number(&rest[1..])?).ok()?;
                let monday = ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date();
                let ordinal = (day_number(monday) + 3).div_euclid(7);
                Some(Self { frequency: Frequency::Weekly, ordinal, length: 1 })
            }
            b'D' => {
                let index = i16::try_from(number(&rest[1..])?).ok()?;
                let first = Date::new(year, 1, 1).ok()?;
                let found = (1..=366)
                    .contains(&index)
                    .then(|| first.checked_add((i64::from(index) - 1).days()).ok())??;
                (found.year() == year).then(|| Self::on(found))
            }
            _ if rest.len() == 2 => Self::calendar(Frequency::Monthly, year, number(rest)?, 12),
            _ if rest.len() == 5 => Some(Self::on(text.parse().ok()?)),
            _ => {
                let moment: DateTime = text.trim_end_matches('Z').parse().ok()?;
                let time = moment.time();
                let seconds = i64::from(time.hour()) * 3600
                    + i64::from(time.minute()) * 60
                    + i64::from(time.second());
                let ordinal = day_number(moment.date()) * 86_400 + seconds;
                (time.subsec_nanosecond() == 0).then_some(Self {
                    frequency: Frequency::DateTime,
                    ordinal,
                    length: 1,
                })
            }
        }
    }

    fn on(day: Date) -> Self {
        Self { frequency: Frequency::Daily, ordinal: day_number(day), length: 1 }
    }

    fn parse_range(start: &str, duration: &str) -> Option<Self> {
        let first: Date = start.get(..10)?.parse().ok()?;
        let at_midnight = matches!(&start[10..], "" | "T00:00:00" | "T00:00:00Z");
        let body = duration.strip_prefix('P')?;
        let unit = body.as_bytes().last()?;
        let frequency = match unit {
            b'Y' => Frequency::RangeOfYears,
            b'M' => Frequency::RangeOfMonths,
            b'D' => Frequency::RangeOfDays,
            _ => return None,
        };
        let length = u16::try_from(digits(&body[..body.len() - 1])?).ok()?;
        let period = Self { frequency, ordinal: day_number(first), length };
        (at_midnight && length > 0 && period.last_day().is_some()).then_some(period)
    }
}

impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let fits = text.is_ascii() && text.len() <= 64;
        fits.then(|| Self::parse(text))
            .flatten()
            .ok_or_else(|| Error::Period { found: text.chars().take(64).collect() })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year_and_index = |per_year: i64| {
            (self.ordinal.div_euclid(per_year), self.ordinal.rem_euclid(per_year) + 1)
        };
        let first = self.first_day().unwrap_or(EPOCH);
        match self.frequency {
            Frequency::Annual => write!(f, "{:04}", self.ordinal),
            Frequency::HalfYear => {
                let (year, index) = year_and_index(2);
                write!(f, "{year:04}-S{index}")
            }
            Frequency::Trimester => {
                let (year, index) = year_and_index(3);
                write!(f, "{year:04}-T{index}")
            }
            Frequency::Quarterly => {
                let (year, index) = year_and_index(4);
                write!(f, "{year:04}-Q{index}")
            }
            Frequency::Monthly => {
                let (year, index) = year_and_index(12);
                write!(f, "{year:04}-{index:02}")
            }
            Frequency::Weekly => {
                let week = first.iso_week_date();
                write!(f, "{:04}-W{:02}", week.year(), week.week())
            }
            Frequency::Daily => write!(f, "{first}"),
            Frequency::DateTime => {
                let seconds = self.ordinal.rem_euclid(86_400);
                let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
                write!(f, "{first}T{hour:02}:{minute:02}:{second:02}")
            }
            Frequency::RangeOfYears => write!(f, "{first}/P{}Y", self.length),
            Frequency::RangeOfMonths => write!(f, "{first}/P{}M", self.length),
            Frequency::RangeOfDays => write!(f, "{first}/P{}D", self.length),
        }
    }
}

impl Frequency {
    const ALL: [Self; 11] = [
        Self::Annual,
        Self::HalfYear,
        Self::Trimester,
        Self::Quarterly,
        Self::Monthly,
        Self::Weekly,
        Self::Daily,
        Self::DateTime,
        Self::RangeOfYears,
        Self::RangeOfMonths,
        Self::RangeOfDays,
    ];

    fn code(self) -> u8 {
        self as u8
    }

    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

fn frequency_is_range(frequency: Frequency) -> bool {
    frequency >= Frequency::RangeOfYears
}

fn day_number(day: Date) -> i64 {
    i64::from(day.since(EPOCH).map_or(0, |span| span.get_days()))
}

fn day(number: i64) -> Option<Date> {
    EPOCH.checked_add(Span::new().try_days(number).ok()?).ok()
}

/// Reads decimal digits and nothing else (`str::parse` would take a sign).
fn digits(text: &str) -> Option<i64> {
    let only = !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    only.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
