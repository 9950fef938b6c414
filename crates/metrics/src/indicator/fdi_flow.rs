//! FDI inflows, what of them is intra-group, shares and growth.
//!
//! A figure of a group is recomputed from the rows of its members, and the figure that the
//! publisher printed for the group stands beside it. A member without a number makes the group's
//! sum undefined: a missing member is never a zero.

use rust_decimal::Decimal;
use statistics::{Period, View};

use crate::indicator::interval::Interval;
use crate::indicator::roles::{ALL_ACTIVITIES, Flow, INTRA, Role};
use crate::indicator::{Answer, Reading, Target, Undefined, Value};

/// FDI amounts are in millions of US dollars.
const MILLIONS: i32 = 6;
const PER_CENT: i32 = 0;

pub(crate) fn inflow(target: &Target, reading: &mut Reading<'_>) -> Answer {
    amount(target, reading, false)
}

pub(crate) fn intra_inflow(target: &Target, reading: &mut Reading<'_>) -> Answer {
    amount(target, reading, true)
}

/// An amount: of an activity or a host as printed, of a group as the sum of its members.
fn amount(target: &Target, reading: &mut Reading<'_>, intra: bool) -> Answer {
    let (area, period) = (target.area.as_str(), target.period);
    let flow = flow_of(target);
    if flow.activity == ALL_ACTIVITIES && reading.is_group(area, period) {
        let flow = if intra { flow.from(INTRA) } else { flow };
        let printed = published(flow, period, reading);
        let total = group_sum(area, period, reading, intra);
        return Answer::computed(total, printed);
    }
    if !intra || flow.activity != ALL_ACTIVITIES {
        let flow = if intra { flow.from(INTRA) } else { flow };
        let read = printed(flow, period, reading);
        let number = read.as_ref().ok().map(|(number, _)| *number);
        return Answer::new(read.map(|(number, _)| Value::Printed(number)), number);
    }
    Answer::computed(host_intra(area, period, reading), None)
}

/// `fdi.intra_share`: 100 × intra-group inflow / inflow.
pub(crate) fn intra_share(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let (area, period) = (target.area.as_str(), target.period);
    let flow = flow_of(target);
    let share = printed(flow.from(INTRA).in_percent(), period, reading);
    let number = share.as_ref().ok().map(|(number, _)| *number);
    let what = format!("intra-{INTRA} inflow over inflow of {}", describe(target));
    if flow.activity != ALL_ACTIVITIES {
        let intra = printed(flow.from(INTRA), period, reading);
        let computed = intra.and_then(|(_, intra)| {
            let (_, whole) = printed(flow, period, reading)?;
            intra.share_of(whole, &what)
        });
        return Answer::computed(computed, number);
    }
    if reading.is_group(area, period) {
        let computed = group_sum(area, period, reading, true)
            .and_then(|intra| intra.share_of(group_sum(area, period, reading, false)?, &what));
        return Answer::computed(computed, number);
    }
    // A host's share is what its publisher printed; where amounts are given, it is recomputed.
    if reading_has_amount(flow.from(INTRA), period, reading) {
        let computed = printed(flow.from(INTRA), period, reading).and_then(|(_, intra)| {
            let (_, whole) = printed(flow, period, reading)?;
            intra.share_of(whole, &what)
        });
        return Answer::computed(computed, number);
    }
    Answer::new(share.map(|(number, _)| Value::Printed(number)), number)
}

/// `fdi.host_share`: 100 × inflow of the host / sum of the inflows of the group's members.
pub(crate) fn host_share(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let (area, period) = (target.area.as_str(), target.period);
    let computed = (|| {
        let members = reading.members(INTRA, period)?;
        if !members.iter().any(|member| member == area) {
            return Err(Undefined::NotApplicable {
                what: format!("`{area}`, which is no member of {INTRA} in {period}"),
            });
        }
        let (_, part) = printed(Flow::total(area), period, reading)?;
        let whole = group_sum(INTRA, period, reading, false)?;
        part.share_of(whole, &format!("inflow of {area} over inflow of {INTRA}"))
    })();
    Answer::computed(computed, None)
}

/// `fdi.growth`: 100 × (inflow / inflow of the period before − 1).
pub(crate) fn growth(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let computed = (|| {
        let before = target.period.offset(-1).ok_or_else(|| Undefined::NotApplicable {
            what: format!("`{}`, which has no period before it", target.period),
        })?;
        let base = inflow_of(&target.area, before, reading)?;
        let now = inflow_of(&target.area, target.period, reading)?;
        let what = format!("inflow of {} in {before}", target.area);
        if base.point < Decimal::ZERO && now.point < Decimal::ZERO {
            return Err(Undefined::RatioOfNegatives {
                what: format!("growth of the inflow of {}", target.area),
            });
        }
        if base.point < Decimal::ZERO {
            return Err(Undefined::NegativeBase { what });
        }
        let ratio = now.over(base, &what)?;
        ratio.minus(Interval::exact(Decimal::ONE))?.scaled(Decimal::ONE_HUNDRED)
    })();
    Answer::computed(computed, None)
}

/// `fdi.compound_growth`: per cent a period, from the breakdown's period (else the first of the
/// series) to the target's.
pub(crate) fn compound_growth(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let area = target.area.as_str();
    let computed = (|| {
        let base_period = match &target.breakdown {
            Some(text) => text.parse().map_err(|_| Undefined::NotApplicable {
                what: format!("`{text}`, which is no period"),
            })?,
            None => first_period(area, target.period, reading.view()).ok_or_else(|| {
                let what = format!("any inflow of {area} before {}", target.period);
                Undefined::MissingInput { what, reason: None }
            })?,
        };
        let periods = periods_between(base_period, target.period)?;
        let base = inflow_of(area, base_period, reading)?;
        let last = inflow_of(area, target.period, reading)?;
        reading.note(format!("from {base_period} to {}, {periods} periods", target.period));
        last.compound_growth(base, periods)
    })();
    Answer::computed(computed, None)
}

/// The inflow of an area, recomputed from its members where it is a group.
pub(crate) fn inflow_of(
    area: &str,
    period: Period,
    reading: &mut Reading<'_>,
) -> Result<Interval, Undefined> {
    if reading.is_group(area, period) {
        return group_sum(area, period, reading, false);
    }
    Ok(printed(Flow::total(area), period, reading)?.1)
}

/// The first period before `period`, of its frequency, in which the area's inflow has a number; of
/// a group the first in which all members have one.
pub(crate) fn first_period(area: &str, period: Period, view: &dyn View) -> Option<Period> {
    let Some(members) = view.members(area, period) else {
        return first_period_of_row(area, period, view);
    };
    let mut first = None;
    for member in members {
        first = first.max(Some(first_period_of_row(&member, period, view)?));
    }
    first
}

fn first_period_of_row(area: &str, period: Period, view: &dyn View) -> Option<Period> {
    let key = Flow::total(area).key(period).ok()?;
    for dataflow in Role::Host.dataflows() {
        let series = view.series(dataflow, &key);
        let first = series.iter().find(|observation| {
            observation.period.frequency() == period.frequency()
                && observation.cell.number().is_some()
        });
        if let Some(observation) = first {
            return (observation.period < period).then_some(observation.period);
        }
    }
    None
}

/// Reads one flow: the digits as printed, and what they stand for, in millions or per cent.
pub(crate) fn printed(
    flow: Flow<'_>,
    period: Period,
    reading: &mut Reading<'_>,
) -> Result<(Decimal, Interval), Undefined> {
    let multiplier = if flow.unit == "PT" { PER_CENT } else { MILLIONS };
    let key = flow.key(period)?;
    let read = reading.number(flow.role().dataflows(), &key, period, multiplier)?;
    Ok((read.number, read.interval))
}

fn group_sum(
    group: &str,
    period: Period,
    reading: &mut Reading<'_>,
    intra: bool,
) -> Result<Interval, Undefined> {
    let mut total = Interval::exact(Decimal::ZERO);
    for member in reading.members(group, period)? {
        let part = if intra {
            host_intra(&member, period, reading)?
        } else {
            printed(Flow::total(&member), period, reading)?.1
        };
        total = total.plus(part)?;
    }
    Ok(total)
}

/// Intra-group inflow of a host: the amount if it is published, else inflow × printed share.
fn host_intra(
    host: &str,
    period: Period,
    reading: &mut Reading<'_>,
) -> Result<Interval, Undefined> {
    let flow = Flow::total(host);
    if reading_has_amount(flow.from(INTRA), period, reading) {
        return Ok(printed(flow.from(INTRA), period, reading)?.1);
    }
    let (_, whole) = printed(flow, period, reading)?;
    let (_, share) = printed(flow.from(INTRA).in_percent(), period, reading)?;
    let hundredth = Decimal::new(1, 2);
    whole.times(share)?.scaled(hundredth)
}

/// What the publisher printed for a group, in whichever table.
fn published(flow: Flow<'_>, period: Period, reading: &mut Reading<'_>) -> Option<Decimal> {
    let key = flow.key(period).ok()?;
    for role in [Role::Host, Role::Industry] {
        let view = reading.view();
        let stands = |dataflow: &&str| view.observation(dataflow, &key, period).is_some();
        if role.dataflows().iter().any(stands) {
            return Some(reading.number(role.dataflows(), &key, period, MILLIONS).ok()?.number);
        }
    }
    None
}

fn reading_has_amount(flow: Flow<'_>, period: Period, reading: &Reading<'_>) -> bool {
    let Ok(key) = flow.key(period) else { return false };
    let view = reading.view();
    flow.role()
        .dataflows()
        .iter()
        .any(|dataflow| view.observation(dataflow, &key, period).is_some())
}

fn periods_between(first: Period, last: Period) -> Result<u32, Undefined> {
    let (from, to) = (first.to_parts(), last.to_parts());
    let same = from.0 == to.0 && first.offset(1).is_some();
    let count = u32::try_from(to.1.saturating_sub(from.1)).ok().filter(|count| *count > 0);
    count
        .filter(|_| same)
        .ok_or_else(|| Undefined::NotApplicable { what: format!("the span {first} to {last}") })
}

fn flow_of(target: &Target) -> Flow<'_> {
    let activity = target.breakdown.as_deref().unwrap_or(ALL_ACTIVITIES);
    Flow::of_activity(&target.area, activity)
}

fn describe(target: &Target) -> String {
    match &target.breakdown {
        Some(activity) => format!("{}, activity {activity}", target.area),
        None => target.area.clone(),
    }
}
