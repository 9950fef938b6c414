//! Trade in intermediate manufactured goods: shares, ranks and growth as printed, and the world
//! total that value and share imply together.

use rust_decimal::Decimal;

use crate::indicator::interval::Interval;
use crate::indicator::roles::{GPN_TRADE, frequency_code, key};
use crate::indicator::{Answer, Reading, Target, Undefined, Value};

/// Trade values are in billions of US dollars.
const BILLIONS: i32 = 9;

pub(crate) fn world_share(target: &Target, reading: &mut Reading<'_>) -> Answer {
    as_printed(target, reading, "SHARE", "PT")
}

pub(crate) fn rank(target: &Target, reading: &mut Reading<'_>) -> Answer {
    as_printed(target, reading, "RANK", "RANK")
}

pub(crate) fn growth(target: &Target, reading: &mut Reading<'_>) -> Answer {
    as_printed(target, reading, "CAGR", "PT")
}

/// `trade.implied_world_total`: 100 × value / share of the world.
pub(crate) fn implied_world_total(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let computed = (|| {
        let (_, value) = read(target, "VALUE", "USD", reading)?;
        let (_, share) = read(target, "SHARE", "PT", reading)?;
        let what = format!("the world share of {}", target.area);
        value.over(share, &what)?.scaled(Decimal::ONE_HUNDRED)
    })();
    Answer::computed(computed, None)
}

fn as_printed(target: &Target, reading: &mut Reading<'_>, measure: &str, unit: &str) -> Answer {
    let read = read(target, measure, unit, reading);
    let number = read.as_ref().ok().map(|(number, _)| *number);
    Answer::new(read.map(|(number, _)| Value::Printed(number)), number)
}

fn read(
    target: &Target,
    measure: &str,
    unit: &str,
    reading: &mut Reading<'_>,
) -> Result<(Decimal, Interval), Undefined> {
    let multiplier = if measure == "VALUE" { BILLIONS } else { 0 };
    let key = key(&[frequency_code(target.period), &target.area, measure, unit])?;
    let read = reading.number(&[GPN_TRADE], &key, target.period, multiplier)?;
    Ok((read.number, read.interval))
}
