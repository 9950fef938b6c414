//! How FDI inflows are spread over hosts, activities and sources: concentration, leading source,
//! shares, location quotients.
//!
//! Net flows can be negative. A concentration index takes the positive parts only and says which
//! were left out; a share or quotient of two negatives is undefined and never ranked.

use rust_decimal::Decimal;
use statistics::Period;

use crate::indicator::fdi_flow::printed;
use crate::indicator::interval::{Interval, sum};
use crate::indicator::roles::{ALL_ACTIVITIES, Flow, INTRA, NOT_SECTIONS, Role, SECTIONS, WORLD};
use crate::indicator::{Answer, Reading, Target, Undefined, Value};

/// A Herfindahl–Hirschman index runs to 10,000 when shares are in per cent.
const HHI_MAX: i64 = 10_000;

/// A part of a whole: its code and its flow.
type Part = (String, Interval);

/// `fdi.hhi_host`: over the members of the group.
pub(crate) fn hhi_host(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let computed = (|| {
        let mut parts = Vec::new();
        for member in reading.members(&target.area, target.period)? {
            let (_, flow) = printed(Flow::total(&member), target.period, reading)?;
            parts.push((member, flow));
        }
        concentration(&parts, "host's inflow", reading)
    })();
    Answer::computed(computed, None)
}

/// `fdi.hhi_industry`: over the sections of ISIC that the table has.
pub(crate) fn hhi_industry(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let computed = (|| {
        let parts = section_flows(&target.area, WORLD, target.period, reading)?;
        reading.note("rows that name no activity are left out");
        concentration(&parts, "activity's inflow", reading)
    })();
    Answer::computed(computed, None)
}

/// `fdi.hhi_source`: over the sources that are members of the group, in one activity or in all.
pub(crate) fn hhi_source(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let computed = source_flows(target, reading)
        .and_then(|parts| concentration(&parts, "source's flow", reading));
    Answer::computed(computed, None)
}

/// `fdi.leading_source`: the member with the largest positive flow.
pub(crate) fn leading_source(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let value = source_flows(target, reading).and_then(|parts| {
        let mut leader: Option<&Part> = None;
        for part in parts.iter().filter(|(_, flow)| flow.point > Decimal::ZERO) {
            if leader.is_none_or(|(_, best)| part.1.point > best.point) {
                leader = Some(part);
            }
        }
        let (code, flow) =
            leader.ok_or_else(|| Undefined::NoPositivePart { what: "source's flow".to_owned() })?;
        let rivals = parts.iter().filter(|(other, rival)| other != code && rival.high >= flow.low);
        let rivals: Vec<&str> = rivals.map(|(other, _)| other.as_str()).collect();
        if !rivals.is_empty() {
            reading.note(format!("within rounding it could also be {}", rivals.join(" ")));
        }
        Ok(Value::Code(code.clone()))
    });
    Answer::new(value, None)
}

/// `fdi.industry_share`: 100 × inflow of the activity / inflow of all activities.
pub(crate) fn industry_share(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let computed = (|| {
        let activity = target.breakdown.as_deref().ok_or_else(no_breakdown)?;
        let flow = Flow::of_activity(&target.area, activity);
        let (_, part) = printed(flow, target.period, reading)?;
        let whole = total_of_activities(&target.area, WORLD, target.period, reading)?;
        part.share_of(whole, &format!("inflow of activity {activity} over all of {}", target.area))
    })();
    Answer::computed(computed, None)
}

/// `fdi.specialization`: the location quotient of a source in an activity, breakdown `C|SG`.
pub(crate) fn specialization(target: &Target, reading: &mut Reading<'_>) -> Answer {
    let (area, period) = (target.area.as_str(), target.period);
    let computed = (|| {
        let codes = target.breakdown.as_deref().and_then(|codes| codes.split_once('|'));
        let (activity, source) = codes.ok_or_else(no_breakdown)?;
        let (_, cell) = printed(Flow::of_activity(area, activity).from(source), period, reading)?;
        let (_, of_source) = printed(Flow::total(area).from(source), period, reading)?;
        let (_, of_activity) =
            printed(Flow::of_activity(area, activity).from(INTRA), period, reading)?;
        let all = total_of_activities(area, INTRA, period, reading)?;
        let own =
            cell.ratio_to(of_source, &format!("activity {activity} in the flow of {source}"))?;
        let common = of_activity.ratio_to(all, &format!("activity {activity} in all flows"))?;
        let what = format!("location quotient of {source} in activity {activity}");
        own.ratio_to(common, &what)
    })();
    Answer::computed(computed, None)
}

/// `10,000 × Σ (part / Σ parts)²` over the positive parts.
fn concentration(
    parts: &[Part],
    what: &str,
    reading: &mut Reading<'_>,
) -> Result<Interval, Undefined> {
    let (positive, other): (Vec<&Part>, Vec<&Part>) =
        parts.iter().partition(|(_, flow)| flow.point > Decimal::ZERO);
    if positive.is_empty() {
        return Err(Undefined::NoPositivePart { what: what.to_owned() });
    }
    let negative = other.iter().filter(|(_, flow)| flow.point < Decimal::ZERO);
    let negative: Vec<&str> = negative.map(|(code, _)| code.as_str()).collect();
    if !negative.is_empty() {
        reading.note(format!("negative net flows are left out: {}", negative.join(" ")));
    }
    // A printed number at the edge of zero must not make an end of an interval negative.
    let floor = |flow: Interval| Interval { low: flow.low.max(Decimal::ZERO), ..flow };
    let flows: Vec<Interval> = positive.iter().map(|(_, flow)| floor(*flow)).collect();
    let whole = sum(flows.iter().copied())?;
    let mut index = Interval::exact(Decimal::ZERO);
    for (place, flow) in flows.iter().enumerate() {
        // share = x / (x + rest) with x in one place: tighter than dividing by the whole.
        let rest = sum(flows.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, f)| *f))?;
        let share = share_with_rest(*flow, rest, whole, what)?;
        index = index.plus(share.times(share)?)?;
    }
    let count = u64::try_from(flows.len()).unwrap_or(u64::MAX);
    let index = index.scaled(Decimal::from(HHI_MAX))?;
    let (lowest, highest) = (Decimal::from(HHI_MAX) / Decimal::from(count), Decimal::from(HHI_MAX));
    let low = index.low.max(lowest).min(index.point);
    Ok(Interval { low, point: index.point, high: index.high.min(highest).max(index.point) })
}

fn share_with_rest(
    part: Interval,
    rest: Interval,
    whole: Interval,
    what: &str,
) -> Result<Interval, Undefined> {
    let end = |part: Decimal, rest: Decimal| {
        let whole = part.checked_add(rest).ok_or(Undefined::OutOfRange)?;
        if whole == Decimal::ZERO {
            return Err(Undefined::ZeroDenominator { what: what.to_owned() });
        }
        part.checked_div(whole).ok_or(Undefined::OutOfRange)
    };
    let point = part.point.checked_div(whole.point).ok_or(Undefined::OutOfRange)?;
    Ok(Interval { low: end(part.low, rest.high)?, point, high: end(part.high, rest.low)? })
}

/// Flows by section; sections that the table does not have are skipped, gaps are not.
fn section_flows(
    area: &str,
    counterpart: &str,
    period: Period,
    reading: &mut Reading<'_>,
) -> Result<Vec<Part>, Undefined> {
    let mut parts = Vec::new();
    for section in SECTIONS {
        let flow = Flow::of_activity(area, section).from(counterpart);
        if exists(flow, period, reading)? {
            parts.push(((*section).to_owned(), printed(flow, period, reading)?.1));
        }
    }
    if parts.is_empty() {
        let what = format!("inflow of {area} by activity in {period}");
        return Err(Undefined::MissingInput { what, reason: None });
    }
    Ok(parts)
}

fn source_flows(target: &Target, reading: &mut Reading<'_>) -> Result<Vec<Part>, Undefined> {
    let activity = target.breakdown.as_deref().unwrap_or(ALL_ACTIVITIES);
    let mut parts = Vec::new();
    for source in reading.members(INTRA, target.period)? {
        if source == target.area {
            continue;
        }
        let flow = Flow::of_activity(&target.area, activity).from(&source);
        let (_, interval) = printed(flow, target.period, reading)?;
        parts.push((source, interval));
    }
    Ok(parts)
}

/// The total that the table by activity prints; where it prints none, the sum of its rows.
fn total_of_activities(
    area: &str,
    counterpart: &str,
    period: Period,
    reading: &mut Reading<'_>,
) -> Result<Interval, Undefined> {
    let total = Flow::total(area).from(counterpart);
    let key = total.key(period)?;
    let dataflows = Role::Industry.dataflows();
    let view = reading.view();
    if dataflows.iter().any(|dataflow| view.observation(dataflow, &key, period).is_some()) {
        return Ok(reading.number(dataflows, &key, period, 6)?.interval);
    }
    reading.note("the table prints no total of activities: the sum of its rows is used");
    let mut whole =
        sum(section_flows(area, counterpart, period, reading)?.into_iter().map(|(_, flow)| flow))?;
    for row in NOT_SECTIONS {
        let flow = Flow::of_activity(area, row).from(counterpart);
        if exists(flow, period, reading)? {
            whole = whole.plus(printed(flow, period, reading)?.1)?;
        }
    }
    Ok(whole)
}

fn exists(flow: Flow<'_>, period: Period, reading: &Reading<'_>) -> Result<bool, Undefined> {
    let key = flow.key(period)?;
    let view = reading.view();
    let dataflows = flow.role().dataflows();
    Ok(dataflows.iter().any(|dataflow| view.observation(dataflow, &key, period).is_some()))
}

fn no_breakdown() -> Undefined {
    Undefined::NotApplicable { what: "a target without its breakdown".to_owned() }
}
