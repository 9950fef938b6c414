//! Recounts of trade and participation: totals and growth of groups, the order of ranks, shares by
//! the world total that the other economies imply, shares of firms by size.

use rust_decimal::Decimal;
use statistics::{Period, SeriesKey};

use crate::audit::evaluator::before_growth;
use crate::audit::implied::{Cell, Recount, key};
use crate::audit::verdict::Verdict;
use crate::indicator::Undefined;
use crate::indicator::interval::{Interval, sum};

const TRADE: &str = "DF_GPN_TRADE";
const TRADE_YEAR: i16 = 2006;
const PARTICIPATION: &str = "DF_PARTICIPATION";

/// The economies that table 6 adds up.
const TIGERS: &[&str] = &["KR", "TW", "SG", "HK"];
/// The economies of the enterprise surveys, with the year of each.
const SURVEYED: &[(&str, i16)] =
    &[("MY", 2006), ("TH", 2006), ("PH", 2008), ("ID", 2008), ("VN", 2008)];
/// The year under which the surveys are added up.
const SURVEYED_YEAR: i16 = 2008;

/// An economy that has a world rank: its code, value and rank.
struct Economy {
    area: String,
    value: Interval,
    rank: Decimal,
}

/// The tigers' total, the order of ranks, and each share by the world total of the others.
pub(super) fn trade(recount: &mut Recount<'_>) {
    let period = Period::year(TRADE_YEAR);
    if let Some(total) = value_key("TIGERS") {
        let keys: Vec<SeriesKey> = TIGERS.iter().filter_map(|area| value_key(area)).collect();
        let sum = recount.sum(TRADE, &keys, period);
        let cell = Cell { dataflow: TRADE, key: &total, period, breakdown: None };
        recount.compare(&cell, "sum of the four", sum);
    }
    growth_of_tigers(recount, period);
    let economies = economies(recount, period);
    for economy in &economies {
        order(recount, &economies, economy, period);
    }
    for Economy { area, value, .. } in &economies {
        let Some(share_key) = key(&["A", area, "SHARE", "PT"]) else { continue };
        let world = world_of_others(&economies, area, period, recount);
        let share = world.and_then(|world| value.share_of(world, "the share of the world"));
        let cell = Cell { dataflow: TRADE, key: &share_key, period, breakdown: None };
        recount.compare(&cell, "share of the world total that the others imply", share);
    }
}

/// The growth of the tigers' total: their values, taken back by their growth, give where it began.
fn growth_of_tigers(recount: &mut Recount<'_>, last_year: Period) {
    let growth_key = |area: &str| key(&["A", area, "CAGR", "PT"]);
    let Some((total_growth, total)) = growth_key("TIGERS").zip(value_key("TIGERS")) else { return };
    for span in recount.periods(TRADE, &total_growth) {
        let Some(first) = span.first_day().map(|day| day.year()) else { continue };
        let Ok(years) = u32::try_from(TRADE_YEAR - first) else { continue };
        let mut began = Ok(Interval::exact(Decimal::ZERO));
        for area in TIGERS {
            let Some((growth, value)) = growth_key(area).zip(value_key(area)) else { return };
            let value = recount.number(TRADE, &value, last_year);
            let growth = recount.number(TRADE, &growth, span);
            let first = value.and_then(|value| before_growth(value, growth?, years));
            began = began.and_then(|sum: Interval| sum.plus(first?));
        }
        let total = recount.number(TRADE, &total, last_year);
        let growth = total.and_then(|total| total.compound_growth(began?, years));
        let cell = Cell { dataflow: TRADE, key: &total_growth, period: span, breakdown: None };
        recount.compare(&cell, "growth of the total of the four", growth);
    }
}

/// A world rank cannot be recounted from some economies, but their order can.
fn order(recount: &mut Recount<'_>, economies: &[Economy], own: &Economy, period: Period) {
    let Some(rank_key) = key(&["A", &own.area, "RANK", "RANK"]) else { return };
    let cell = Cell { dataflow: TRADE, key: &rank_key, period, breakdown: None };
    let Some(printed) = recount.printed(&cell) else { return };
    let wrong = economies.iter().any(|other| {
        (other.rank < own.rank && other.value.high < own.value.low)
            || (other.rank > own.rank && other.value.low > own.value.high)
            || (other.rank == own.rank && other.area != own.area)
    });
    let verdict = if wrong { Verdict::Contradicted } else { Verdict::Holds };
    let larger = economies.iter().filter(|other| other.value.point > own.value.point).count();
    let computed = format!("place {} of {} listed", larger + 1, economies.len());
    let reason = format!("printed {}, {computed} by value", printed.number);
    recount.add(&cell, "order by value", printed, Some(computed), verdict, reason);
}

fn value_key(area: &str) -> Option<SeriesKey> {
    key(&["A", area, "VALUE", "USD"])
}

fn economies(recount: &mut Recount<'_>, period: Period) -> Vec<Economy> {
    let mut economies = Vec::new();
    for rank_key in recount.keys(TRADE, "..RANK.RANK") {
        let Some(area) = rank_key.code(1) else { continue };
        let Some(value_key) = value_key(area) else { continue };
        let rank = recount.number(TRADE, &rank_key, period);
        let value = recount.number(TRADE, &value_key, period);
        if let (Ok(rank), Ok(value)) = (rank, value) {
            economies.push(Economy { area: area.to_owned(), value, rank: rank.point });
        }
    }
    economies
}

/// The range of world totals that value and share of all other economies leave.
fn world_of_others(
    economies: &[Economy],
    area: &str,
    period: Period,
    recount: &mut Recount<'_>,
) -> Result<Interval, Undefined> {
    let mut common: Option<Interval> = None;
    for other in economies.iter().filter(|other| other.area != area) {
        let what = format!("the world share of {}", other.area);
        let missing = || Undefined::MissingInput { what: what.clone(), reason: None };
        let share_key = key(&["A", &other.area, "SHARE", "PT"]).ok_or_else(missing)?;
        let share = recount.number(TRADE, &share_key, period)?;
        let world = other.value.over(share, &what)?.scaled(Decimal::ONE_HUNDRED)?;
        common = Some(match common {
            None => world,
            Some(so_far) => common_part(so_far, world)?,
        });
    }
    let what = "the other economies".to_owned();
    common.ok_or(Undefined::MissingInput { what, reason: None })
}

fn common_part(one: Interval, other: Interval) -> Result<Interval, Undefined> {
    let (low, high) = (one.low.max(other.low), one.high.min(other.high));
    if low > high {
        let what = "economies whose values and shares leave no common world total".to_owned();
        return Err(Undefined::NotApplicable { what });
    }
    let middle = low.checked_add(high).and_then(|sum| sum.checked_div(Decimal::TWO));
    Ok(Interval { low, point: middle.ok_or(Undefined::OutOfRange)?, high })
}

/// The five economies' count and share.
pub(super) fn participation(recount: &mut Recount<'_>) {
    let count_key = |area: &str| key(&["A", area, "_T", "COUNT", "FIRMS"]);
    let share_key = |area: &str| key(&["A", area, "_T", "SHARE", "PT"]);
    let mut counts = Vec::new();
    let mut asked = Vec::new();
    for (area, year) in SURVEYED {
        let Some((count, share)) = count_key(area).zip(share_key(area)) else { return };
        let period = Period::year(*year);
        let count = recount.number(PARTICIPATION, &count, period);
        let share = recount.number(PARTICIPATION, &share, period);
        let (Ok(count), Ok(share)) = (count, share) else { return };
        let firms = count.over(share, "the share").and_then(|n| n.scaled(Decimal::ONE_HUNDRED));
        let Ok(firms) = firms else { return };
        counts.push(count);
        asked.push(firms);
    }
    let period = Period::year(SURVEYED_YEAR);
    let total = sum(counts);
    if let Some(key) = count_key("ASEAN5") {
        let cell = Cell { dataflow: PARTICIPATION, key: &key, period, breakdown: None };
        recount.compare(&cell, "sum of the five", total.clone());
    }
    if let Some(key) = share_key("ASEAN5") {
        let whole = sum(asked);
        let share = total.and_then(|total| total.share_of(whole?, "the share of the firms asked"));
        let cell = Cell { dataflow: PARTICIPATION, key: &key, period, breakdown: None };
        recount.compare(&cell, "firms taking part over firms asked in the five", share);
    }
    by_size(recount);
}

/// An economy of the surveys: firms asked, and those of them that take part, of one size.
struct OfSize {
    asked: Interval,
    taking_part: Interval,
}

/// Shares of SMEs and of large firms in the five: the shares of both and of all firms give how
/// many of the firms asked were of each size.
fn by_size(recount: &mut Recount<'_>) {
    for (size, other) in [("SME", "LARGE"), ("LARGE", "SME")] {
        let five: Result<Vec<OfSize>, Undefined> = SURVEYED
            .iter()
            .map(|(area, year)| of_size(recount, area, *year, size, other))
            .collect();
        let share = five.and_then(|five| {
            let part = sum(five.iter().map(|one| one.taking_part))?;
            part.share_of(sum(five.iter().map(|one| one.asked))?, "the share of the firms asked")
        });
        let Some(key) = key(&["A", "ASEAN5", size, "SHARE", "PT"]) else { continue };
        let period = Period::year(SURVEYED_YEAR);
        let cell = Cell { dataflow: PARTICIPATION, key: &key, period, breakdown: Some(size) };
        recount.compare(&cell, "firms of the size that take part in the five", share);
    }
}

fn of_size(
    recount: &mut Recount<'_>,
    area: &str,
    year: i16,
    size: &str,
    other: &str,
) -> Result<OfSize, Undefined> {
    let period = Period::year(year);
    let mut read = |size: &str, measure: &str, unit: &str| {
        let what = format!("the participation of {area}");
        let key = key(&["A", area, size, measure, unit]);
        let key = key.ok_or(Undefined::MissingInput { what, reason: None })?;
        recount.number(PARTICIPATION, &key, period)
    };
    let (count, all) = (read("_T", "COUNT", "FIRMS")?, read("_T", "SHARE", "PT")?);
    let (own, rest) = (read(size, "SHARE", "PT")?, read(other, "SHARE", "PT")?);
    let firms = count.over(all, "the share of all firms")?.scaled(Decimal::ONE_HUNDRED)?;
    let weight = rest.minus(all)?.over(rest.minus(own)?, "the difference of the shares")?;
    let asked = firms.times(weight)?;
    let taking_part = asked.times(own)?.over(Interval::exact(Decimal::ONE_HUNDRED), "100")?;
    Ok(OfSize { asked, taking_part })
}
