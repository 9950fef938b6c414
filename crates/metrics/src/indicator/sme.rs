//! The weight of SMEs in an economy, and how far their output and exports lag behind it.
//!
//! Shares are what the publisher printed. Gaps are ratios of two shares of one country and period;
//! where one of the two is a dash, there is no gap.

use statistics::Period;

use crate::indicator::interval::Interval;
use crate::indicator::roles::{SME_SHARE, frequency_code, key};
use crate::indicator::{Answer, Reading, Target, Undefined, Value};

/// Measures of `DF_SME_SHARE`.
pub(crate) const MEASURES: &[&str] = &["EST", "EMP", "EMP_MANUF", "GDP", "EXP"];

/// `sme.share`: as printed, by measure.
pub(crate) fn share(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let measure = match target.breakdown.as_deref() {
        Some(measure) if MEASURES.contains(&measure) => measure,
        other => {
            let what = format!("the measure `{}`", other.unwrap_or_default());
            return Answer::computed(Err(Undefined::NotApplicable { what }), None);
        }
    };
    let read = read(&target.area, measure, target.period, reading);
    let number = read.as_ref().ok().map(|(number, _)| *number);
    Answer::new(read.map(|(number, _)| Value::Printed(number)), number)
}

/// `sme.productivity_gap`: share of GDP / share of employment.
pub(crate) fn productivity_gap(target: &Target, reading: &mut Reading<'_>) -> Answer {
    gap(target, reading, "GDP", "EMP")
}

/// `sme.export_gap`: share of exports / share of GDP.
pub(crate) fn export_gap(target: &Target, reading: &mut Reading<'_>) -> Answer {
    gap(target, reading, "EXP", "GDP")
}

fn gap(target: &Target, reading: &mut Reading<'_>, upper: &str, lower: &str) -> Answer {
    let computed = (|| {
        let (_, upper_share) = read(&target.area, upper, target.period, reading)?;
        let (_, lower_share) = read(&target.area, lower, target.period, reading)?;
        let what = format!("the SME share of {lower} of {}", target.area);
        upper_share.over(lower_share, &what)
    })();
    Answer::computed(computed, None)
}

fn read(
    area: &str,
    measure: &str,
    period: Period,
    reading: &mut Reading<'_>,
) -> Result<(rust_decimal::Decimal, Interval), Undefined> {
    let key = key(&[frequency_code(period), area, measure, "PT"])?;
    let read = reading.number(&[SME_SHARE], &key, period, 0)?;
    Ok((read.number, read.interval))
}
