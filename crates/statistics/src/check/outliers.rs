//! Values far from their own history, as a warning.
//!
//! Source: the median absolute deviation (Hampel 1974), with 1.4826 to make it the standard
//! deviation of a normal series. FDI is far from normal, so the bar is high: it is meant to catch
//! a slipped decimal point, not a good year.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Finding, Outcome, Severity};
use crate::rejection::Rule;
use crate::{Observation, Period, SeriesKey};

/// Fewer numbers have no history to speak of.
const NUMBERS_MIN: usize = 8;
/// Deviations from the median; a slipped decimal point in a steady series has more than 30.
const DEVIATIONS_MAX: f64 = 10.0;
const NORMAL_CONSISTENCY: f64 = 1.4826;

/// A value far from its own history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlier {
    /// Its period.
    pub period: Period,
    /// The value.
    pub value: f64,
    /// The median of the series.
    pub median: f64,
    /// How many (robust) standard deviations it is away.
    pub deviations: f64,
}

/// The outliers of a series, in the order of the observations. Gaps are passed over; a series of
/// which more than half is one number has no spread, and so no outliers. Cost: n log n.
#[must_use]
pub fn outliers(observations: &[Observation]) -> Vec<Outlier> {
    let mut numbers: Vec<(Period, f64)> = Vec::with_capacity(observations.len());
    for observation in observations {
        if let Some(value) = observation.cell.number().and_then(|number| number.to_f64()) {
            numbers.push((observation.period, value));
        }
    }
    if numbers.len() < NUMBERS_MIN {
        return Vec::new();
    }
    let center = median(numbers.iter().map(|(_, value)| *value).collect());
    let spread = median(numbers.iter().map(|(_, value)| (value - center).abs()).collect());
    let unit = spread * NORMAL_CONSISTENCY;
    if unit == 0.0 {
        return Vec::new();
    }
    let far = numbers.into_iter().map(|(period, value)| Outlier {
        period,
        value,
        median: center,
        deviations: (value - center).abs() / unit,
    });
    far.filter(|outlier| outlier.deviations > DEVIATIONS_MAX).collect()
}

impl Outlier {
    /// The warning, for a series.
    #[must_use]
    pub fn finding(&self, dataflow: &str, key: &SeriesKey) -> Finding {
        Finding {
            check: "outlier".into(),
            rule: Rule::Outlier,
            severity: Severity::Warning,
            outcome: Outcome::Fails,
            dataflow: dataflow.into(),
            key: key.clone(),
            period: self.period,
            expected: Decimal::try_from(self.median).ok(),
            computed: Decimal::try_from(self.value).ok(),
            tolerance: None,
            reason: format!(
                "{} is {:.0} robust deviations from the median {} of the series",
                self.value, self.deviations, self.median
            ),
            note: String::new(),
        }
    }
}

/// The median of a list that is not empty.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attributes, Cell};

    fn found(values: &[&str]) -> Vec<Outlier> {
        let observations: Vec<Observation> = values
            .iter()
            .zip(2000..)
            .map(|(value, year)| Observation {
                period: Period::year(year),
                cell: Cell::parse(value).expect("a number"),
                attributes: Attributes::default(),
            })
            .collect();
        outliers(&observations)
    }

    #[test]
    fn a_slipped_decimal_point_is_found_and_a_good_year_is_not() {
        let slipped = found(&["10", "11", "9", "10.5", "1050", "9.8", "11", "10"]);
        assert_eq!(slipped.len(), 1);
        let key = "A.SG".parse().expect("a key");
        let finding = slipped[0].finding("DF", &key);
        assert_eq!((finding.rule, finding.period), (Rule::Outlier, Period::year(2004)));
        // Half the deviations are below 0.6, times 1.4826 is 0.89; 1039.75 / 0.89 = 1169.
        assert!(finding.reason.starts_with("1050 is 1169 robust deviations"), "{}", finding.reason);
        assert_eq!(found(&["10", "11", "9", "10.5", "18", "9.8", "11", "10"]), []);
        assert_eq!(found(&["10", "11", "1000"]), []);
        assert_eq!(found(&["5", "5", "5", "5", "5", "5", "5", "500"]), []);
    }
}
