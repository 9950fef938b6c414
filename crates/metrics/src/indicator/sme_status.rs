//! Whether a firm is an SME by the definition of its own country.
//!
//! Thresholds are the country's own, in its own currency, per criterion and group of activities;
//! the norm of "most members" is never used for one. Where a country states nothing, or its
//! criteria disagree and nothing says how they combine, the answer is "not stated", never a guess.

use jiff::civil::Date;
use rust_decimal::Decimal;
use statistics::{Observation, Period, SeriesKey, View};

use crate::indicator::interval::Interval;
use crate::indicator::reading::multiplier;
use crate::indicator::roles::{EXCHANGE_RATE, SME_DEFINITION, pattern};
use crate::indicator::{Evaluation, Outcome, Reading, Target, Undefined};

/// Id under which the answer is given; it has no catalogue entry, as it needs a firm.
pub const INDICATOR: &str = "sme.status";
/// The answer for a firm below all thresholds that are stated.
pub const SME: &str = "SME";
/// The answer for a firm above all thresholds that are stated.
pub const NOT_SME: &str = "NOT_SME";

/// What is known of a firm. Money is in units of `currency`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct FirmFacts {
    /// Annual turnover.
    pub turnover: Option<Decimal>,
    /// Capital or fixed assets.
    pub assets: Option<Decimal>,
    /// Persons employed.
    pub employees: Option<u64>,
    /// Currency of turnover and assets, ISO 4217.
    pub currency: String,
}

/// A group of activities that definitions tell apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ActivityGroup {
    /// Not known, or none that a definition singles out.
    Any,
    /// Manufacturing.
    Manufacturing,
    /// Labour-intensive manufacturing.
    LabourIntensiveManufacturing,
    /// Services.
    Services,
}

/// One criterion's answer: whether the firm is within it.
struct CriterionAnswer {
    criterion: &'static str,
    within: Result<bool, Undefined>,
}

/// Judges a firm by the definition of `area` that was valid on `day`.
#[must_use]
pub fn sme_status(
    facts: &FirmFacts,
    area: &str,
    group: ActivityGroup,
    day: Date,
    view: &dyn View,
) -> Evaluation {
    let mut reading = Reading::new(view);
    let employees = facts.employees.map(Decimal::from);
    let known = [
        ("TURNOVER", facts.turnover, facts.currency.as_str()),
        ("ASSETS", facts.assets, facts.currency.as_str()),
        ("EMPLOYMENT", employees, "PERSONS"),
    ];
    let mut answers = Vec::new();
    for (criterion, value, unit) in known {
        let Some(value) = value else { continue };
        if let Some(within) = judge(area, criterion, group, (value, unit), day, &mut reading) {
            answers.push(CriterionAnswer { criterion, within });
        }
    }
    let outcome = combine(&answers, area);
    for answer in &answers {
        let says = match &answer.within {
            Ok(true) => "within".to_owned(),
            Ok(false) => "beyond".to_owned(),
            Err(undefined) => undefined.to_string(),
        };
        reading.note(format!("{}: {says}", answer.criterion));
    }
    let (inputs, membership, note) = reading.into_parts();
    let period = day.to_string().parse().unwrap_or(Period::year(day.year()));
    let breakdown = group.codes().first().map(|code| (*code).to_owned());
    let target = Target { indicator: INDICATOR, area: area.to_owned(), breakdown, period };
    Evaluation { target, outcome, printed: None, inputs, membership, note }
}

impl ActivityGroup {
    /// Codes of the group and of those that contain it, the narrowest first.
    fn codes(self) -> &'static [&'static str] {
        match self {
            Self::Any => &["_T"],
            Self::Manufacturing => &["MANUF", "_T"],
            Self::LabourIntensiveManufacturing => &["MANUF_LABOUR", "MANUF", "_T"],
            Self::Services => &["SERV", "_T"],
        }
    }
}

fn combine(answers: &[CriterionAnswer], area: &str) -> Outcome {
    let not_stated = |what: String| Outcome::Undefined(Undefined::NotStated { what });
    let decided: Vec<bool> =
        answers.iter().filter_map(|a| a.within.as_ref().ok().copied()).collect();
    match (decided.first(), answers.iter().find_map(|answer| answer.within.as_ref().err())) {
        (None, Some(undefined)) => Outcome::Undefined(undefined.clone()),
        (None, None) => not_stated(format!("a definition of {area} for what is known of the firm")),
        (Some(first), _) if decided.iter().all(|within| within == first) => {
            Outcome::Code(if *first { SME } else { NOT_SME }.to_owned())
        }
        (Some(_), _) => not_stated(format!("how the criteria of {area}, which disagree, combine")),
    }
}

/// One criterion; `None` where the country has no threshold for it.
fn judge(
    area: &str,
    criterion: &str,
    group: ActivityGroup,
    (value, unit): (Decimal, &str),
    day: Date,
    reading: &mut Reading<'_>,
) -> Option<Result<bool, Undefined>> {
    let (key, threshold) = threshold(area, criterion, group, day, reading)?;
    let found = Some((threshold.cell, &*threshold.attributes));
    reading.remember(SME_DEFINITION, &key, threshold.period, found);
    let Some(bound) = threshold.cell.number() else {
        let what = format!("the threshold of {area} for {criterion} in this activity");
        return Some(Err(Undefined::NotStated { what }));
    };
    let own_unit = key.codes().last().unwrap_or_default().to_owned();
    let value = match in_unit(value, unit, &own_unit, area, criterion, reading) {
        Ok(value) => value,
        Err(undefined) => return Some(Err(undefined)),
    };
    // The threshold itself is a law's number: exact, not rounded.
    let factor = crate::indicator::interval::power_of_ten(multiplier(&threshold.attributes));
    let bound = match factor.and_then(|factor| Interval::exact(bound).scaled(factor)) {
        Ok(bound) => bound.point,
        Err(undefined) => return Some(Err(undefined)),
    };
    let inclusive = match threshold.attributes.get("BOUND") {
        Some("LE") => Some(true),
        Some("LT") => Some(false),
        _ => None,
    };
    let within = if value.high < bound || (value.high == bound && inclusive == Some(true)) {
        Ok(true)
    } else if value.low > bound || (value.low == bound && inclusive == Some(false)) {
        Ok(false)
    } else {
        let what = format!("whether {criterion} at the threshold of {area} is within it");
        Err(Undefined::NotStated { what })
    };
    Some(within)
}

/// The country's threshold in its own unit for the narrowest group that has one.
fn threshold(
    area: &str,
    criterion: &str,
    group: ActivityGroup,
    day: Date,
    reading: &Reading<'_>,
) -> Option<(SeriesKey, Observation)> {
    for code in group.codes() {
        let keys = reading.view().keys(SME_DEFINITION, &pattern(&["", area, criterion, code, ""])?);
        // The dollar row of a country is the author's conversion, not the definition.
        let own = keys.into_iter().filter(|key| key.codes().last() != Some("USD"));
        for key in own {
            let series = reading.view().series(SME_DEFINITION, &key);
            if let Some(observation) = valid_on(series, day) {
                return Some((key, observation));
            }
        }
    }
    None
}

/// The observation that is valid on the day: by its stated validity, else the last one that is not
/// later than the day, else (a definition without any validity) the first.
fn valid_on(series: Vec<Observation>, day: Date) -> Option<Observation> {
    let date = |observation: &Observation, id: &str| -> Option<Date> {
        observation.attributes.get(id).and_then(|text| text.parse().ok())
    };
    let fits = series.into_iter().filter(|observation| {
        date(observation, "VALID_FROM").is_none_or(|from| from <= day)
            && date(observation, "VALID_TO").is_none_or(|to| day <= to)
    });
    let mut best: Option<Observation> = None;
    for observation in fits {
        let started = observation.period.first_day().is_some_and(|first| first <= day);
        if best.is_none() || started {
            best = Some(observation);
        }
    }
    best
}

/// The firm's number in the unit of the threshold, by a published exchange rate if it must be.
fn in_unit(
    value: Decimal,
    unit: &str,
    wanted: &str,
    area: &str,
    criterion: &str,
    reading: &mut Reading<'_>,
) -> Result<Interval, Undefined> {
    if unit == wanted {
        return Ok(Interval::exact(value));
    }
    let not_stated = || Undefined::NotStated { what: format!("a rate from {unit} to {wanted}") };
    let pattern = pattern(&["", area, wanted, criterion, unit]).ok_or_else(not_stated)?;
    let keys = reading.view().keys(EXCHANGE_RATE, &pattern);
    let key = keys.first().ok_or_else(not_stated)?;
    let series = reading.view().series(EXCHANGE_RATE, key);
    let rate = series.last().ok_or_else(not_stated)?;
    reading.remember(EXCHANGE_RATE, key, rate.period, Some((rate.cell, &*rate.attributes)));
    let point = rate.cell.number().ok_or_else(not_stated)?;
    let bound = |id: &str| rate.attributes.get(id).and_then(|text| text.parse().ok());
    let (low, high) = (bound("LOWER").unwrap_or(point), bound("UPPER").unwrap_or(point));
    Interval::exact(value).times(Interval { low: low.min(point), point, high: high.max(point) })
}
