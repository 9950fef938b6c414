//! How many firms take part in production networks, by size, with the error of a sample.
//!
//! The survey prints the number of participating firms of all sizes and three shares. The number
//! of firms asked is count / share; those of each size follow from the share of all being the mean
//! of the two, weighted by them. Intervals: Wilson (1927) for a share, Newcombe (1998, method 10)
//! for a difference, both at 95 per cent, in `f64` rounded to six places.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use statistics::Period;

use crate::indicator::interval::Interval;
use crate::indicator::roles::{PARTICIPATION, frequency_code, key};
use crate::indicator::{Answer, Reading, Target, Undefined};

/// The 97.5 per cent quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Places that a value computed in `f64` keeps; the arithmetic is good to twelve.
const PLACES: u32 = 6;

/// Sizes of firms of `DF_PARTICIPATION`.
pub(crate) const SIZES: &[&str] = &["_T", "SME", "LARGE"];

/// A proportion of a sample: in [0, 1], and how many were asked.
#[derive(Clone, Copy, Debug)]
struct Proportion {
    p: f64,
    n: f64,
}

/// `participation.share`: printed share with its Wilson interval.
pub(crate) fn share(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let size = target.breakdown.as_deref().unwrap_or("_T");
    if !SIZES.contains(&size) {
        let what = format!("the firm size `{size}`");
        return Answer::computed(Err(Undefined::NotApplicable { what }), None);
    }
    let printed = read(&target.area, size, "SHARE", target.period, reading);
    let number = printed.as_ref().ok().map(|(number, _)| *number);
    let computed = printed.and_then(|(number, rounded)| {
        let n = asked(&target.area, size, target.period, reading)?;
        reading.note(format!("firms asked, of this size: about {}", n.round()));
        let low = wilson(Proportion { p: fraction(rounded.low)?, n }).0;
        let high = wilson(Proportion { p: fraction(rounded.high)?, n }).1;
        in_percent(low, number, high)
    });
    Answer::computed(computed, number)
}

/// `participation.gap`: share of large firms − share of SMEs, in percentage points.
pub(crate) fn gap(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let (area, period) = (target.area.as_str(), target.period);
    let computed = (|| {
        let (sme_number, sme) = read(area, "SME", "SHARE", period, reading)?;
        let (large_number, large) = read(area, "LARGE", "SHARE", period, reading)?;
        let sme = Proportion { p: fraction(sme.point)?, n: asked(area, "SME", period, reading)? };
        let large =
            Proportion { p: fraction(large.point)?, n: asked(area, "LARGE", period, reading)? };
        reading.note(format!(
            "firms asked: about {} small and medium, {} large",
            sme.n.round(),
            large.n.round()
        ));
        let ((l1, u1), (l2, u2)) = (wilson(large), wilson(sme));
        let difference = large.p - sme.p;
        let low = difference - ((large.p - l1).powi(2) + (u2 - sme.p).powi(2)).sqrt();
        let high = difference + ((u1 - large.p).powi(2) + (sme.p - l2).powi(2)).sqrt();
        in_percent(low, large_number - sme_number, high)
    })();
    Answer::computed(computed, None)
}

/// Firms asked of a size, from count, share of all and the two shares by size.
fn asked(
    area: &str,
    size: &str,
    period: Period,
    reading: &mut Reading<'_>,
) -> Result<f64, Undefined> {
    let (_, count) = read(area, "_T", "COUNT", period, reading)?;
    let (_, all) = read(area, "_T", "SHARE", period, reading)?;
    let what = format!("the share of all firms of {area}");
    let n = fraction(count.over(all, &what)?.point)? * 10_000.0;
    if size == "_T" {
        return Ok(n);
    }
    let (_, sme) = read(area, "SME", "SHARE", period, reading)?;
    let (_, large) = read(area, "LARGE", "SHARE", period, reading)?;
    let what = format!("the difference between large firms and SMEs of {area}");
    let weight = large.minus(all)?.over(large.minus(sme)?, &what)?.point;
    let sme_weight = fraction(weight)? * 100.0;
    if !(0.0..=1.0).contains(&sme_weight) {
        return Err(Undefined::NotApplicable {
            what: format!("{area}, whose share of all firms lies outside those of the two sizes"),
        });
    }
    Ok(n * if size == "SME" { sme_weight } else { 1.0 - sme_weight })
}

/// Wilson score interval of a proportion: centre (p + z²/2n)/(1 + z²/n).
fn wilson(Proportion { p, n }: Proportion) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let p = p.clamp(0.0, 1.0);
    let scale = 1.0 + Z * Z / n;
    let centre = (p + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

fn read(
    area: &str,
    size: &str,
    measure: &str,
    period: Period,
    reading: &mut Reading<'_>,
) -> Result<(Decimal, Interval), Undefined> {
    let unit = if measure == "COUNT" { "FIRMS" } else { "PT" };
    let key = key(&[frequency_code(period), area, size, measure, unit])?;
    let read = reading.number(&[PARTICIPATION], &key, period, 0)?;
    Ok((read.number, read.interval))
}

/// Per cent as a fraction of one.
fn fraction(per_cent: Decimal) -> Result<f64, Undefined> {
    Ok(per_cent.to_f64().ok_or(Undefined::OutOfRange)? / 100.0)
}

fn in_percent(low: f64, point: Decimal, high: f64) -> Result<Interval, Undefined> {
    let decimal = |fraction: f64| {
        let number = Decimal::from_f64(fraction * 100.0).ok_or(Undefined::OutOfRange)?;
        Ok(number.round_dp(PLACES))
    };
    let (low, high) = (decimal(low)?, decimal(high)?);
    Ok(Interval { low: low.min(point), point, high: high.max(point) })
}
