//! Recounts of FDI tables: by host, by industry, by source, by partner, and across them.

use rust_decimal::Decimal;
use statistics::{Frequency, Period, SeriesKey};

use crate::audit::implied::{Cell, Recount};
use crate::audit::verdict::Verdict;
use crate::indicator::interval::{Interval, power_of_ten};
use crate::indicator::roles::{ALL_ACTIVITIES, Flow, GROUPS, INTRA, WORLD};
use crate::indicator::{Outcome, Target, Undefined, definition, evaluate};

const HOST: &str = "DF_FDI_HOST";
const INDUSTRY: &str = "DF_FDI_INDUSTRY";
const SOURCE: &str = "DF_FDI_SOURCE";
const PARTNER: &str = "DF_FDI_PARTNER";

/// The partners that the partner table adds up to `SELECTED`.
const SELECTED: &[&str] =
    &["ASEAN", "AU", "CA", "CN", "EU", "IN", "JP", "KR", "NZ", "PK", "RU", "US"];
/// The partners that make the world.
const WHOLE: &[&str] = &["SELECTED", "_O"];
/// FDI indicators count in millions.
const MILLIONS: i32 = 6;

/// Totals and intra-group shares of a group against its members.
pub(super) fn hosts(recount: &mut Recount<'_>) {
    for group in GROUPS {
        let total = Flow::total(group);
        let Ok(total_key) = total.key(Period::year(2000)) else { continue };
        for period in recount.periods(HOST, &total_key) {
            let members = recount.view.members(group, period).unwrap_or_default();
            let keys: Vec<SeriesKey> =
                members.iter().filter_map(|member| Flow::total(member).key(period).ok()).collect();
            let sum = recount.sum(HOST, &keys, period);
            recount.compare(&cell(HOST, &total_key, period), "total of the hosts", sum);
        }
        let share = total.from(INTRA).in_percent();
        let Ok(share_key) = share.key(Period::year(2000)) else { continue };
        for period in recount.periods(HOST, &share_key) {
            let share = indicator("fdi.intra_share", group, period, recount);
            let cell = cell(HOST, &share_key, period);
            recount.compare(&cell, "intra-ASEAN share of the hosts", share);
            for (table, quantity) in [
                (INDUSTRY, "share in the table by industry"),
                (PARTNER, "share in the table by partner"),
            ] {
                let amounts = Flow::total(group).from(INTRA);
                let Ok(part_key) = amounts.key(period) else { continue };
                if recount.view.observation(table, &part_key, period).is_some() {
                    let share = share_in(table, amounts, period, recount);
                    recount.compare(&cell, quantity, share);
                }
            }
        }
    }
}

/// Intra-group over world inflow in another table.
fn share_in(
    table: &str,
    part: Flow<'_>,
    period: Period,
    recount: &mut Recount<'_>,
) -> Result<Interval, Undefined> {
    let (part_key, whole_key) = (part.key(period)?, part.from(WORLD).key(period)?);
    let part = recount.number(table, &part_key, period)?;
    part.share_of(recount.number(table, &whole_key, period)?, "intra-ASEAN over total inflow")
}

/// Totals over activities, shares of each activity, and the totals of other tables.
pub(super) fn industries(recount: &mut Recount<'_>) {
    for counterpart in [INTRA, WORLD] {
        for total_key in recount.keys(INDUSTRY, &pattern(counterpart, ALL_ACTIVITIES)) {
            let Some(area) = total_key.code(1) else { continue };
            let mut rows = recount.keys(INDUSTRY, &area_pattern(area, counterpart, ""));
            rows.retain(|row| row.code(8) != Some(ALL_ACTIVITIES));
            for period in recount.periods(INDUSTRY, &total_key) {
                let sum = recount.sum(INDUSTRY, &rows, period);
                let cell = cell(INDUSTRY, &total_key, period);
                recount.compare(&cell, "total of the activities", sum);
                if counterpart == WORLD {
                    let host = recount.number(HOST, &total_key, period);
                    recount.compare(&cell, "total of the table by host", host);
                } else {
                    let hosts = indicator("fdi.intra_inflow", area, period, recount);
                    let hosts = hosts.and_then(in_units);
                    recount.compare(&cell, "intra-ASEAN inflow that the hosts imply", hosts);
                }
            }
        }
    }
    shares(recount);
}

fn shares(recount: &mut Recount<'_>) {
    for share_key in recount.keys(INDUSTRY, "..ASEAN.I.F.T.D.IMM..C.PT") {
        let Some(flow) = Flow::parse(&share_key) else { continue };
        let amounts = Flow { unit: "USD", ..flow };
        for period in recount.periods(INDUSTRY, &share_key) {
            let keys = amounts.key(period).ok().zip(amounts.from(WORLD).key(period).ok());
            let Some((part_key, whole_key)) = keys else { continue };
            let part = recount.number(INDUSTRY, &part_key, period);
            let whole = recount.number(INDUSTRY, &whole_key, period);
            let what = format!("intra-ASEAN over total inflow of activity {}", flow.activity);
            let share = part.clone().and_then(|part| part.share_of(whole.clone()?, &what));
            let breakdown = Some(flow.activity);
            let cell = Cell { dataflow: INDUSTRY, key: &share_key, period, breakdown };
            match (share, part, whole) {
                (Err(Undefined::ZeroDenominator { .. }), Ok(part), Ok(whole)) => {
                    over_nothing(recount, &cell, part, whole);
                }
                (share, _, _) => recount.compare(&cell, "intra-ASEAN share", share),
            }
        }
    }
}

/// A share that divides by zero: does share × whole come anywhere near the part?
fn over_nothing(recount: &mut Recount<'_>, cell: &Cell<'_>, part: Interval, whole: Interval) {
    let Some(printed) = recount.printed(cell) else { return };
    let back = Interval::printed(printed.number, -2).and_then(|share| share.times(whole));
    let (verdict, says) = if back.is_ok_and(|back| back.meets(part)) {
        (Verdict::CannotBeChecked, "may give the part")
    } else {
        (Verdict::Contradicted, "never gives the part")
    };
    let reason = format!(
        "a share over a total of zero is undefined, and {} per cent of what the total may have \
         been rounded from {says}",
        printed.number
    );
    recount.add(cell, "intra-ASEAN share", printed, None, verdict, reason);
}

/// Rows and columns of the table by source, against each other and the table by industry.
pub(super) fn sources(recount: &mut Recount<'_>) {
    for row_key in recount.keys(INDUSTRY, &pattern(INTRA, "")) {
        let Some((area, activity)) = row_key.code(1).zip(row_key.code(8)) else { continue };
        let cells = recount.keys(SOURCE, &area_pattern(area, "", activity));
        if cells.is_empty() {
            continue;
        }
        for period in recount.periods(INDUSTRY, &row_key) {
            let sum = recount.sum(SOURCE, &cells, period);
            let breakdown = Some(activity);
            let cell = Cell { dataflow: INDUSTRY, key: &row_key, period, breakdown };
            recount.compare(&cell, "sum of the sources", sum);
        }
    }
    for total_key in recount.keys(SOURCE, &pattern("", ALL_ACTIVITIES)) {
        let Some((area, source)) = total_key.code(1).zip(total_key.code(2)) else { continue };
        let mut cells = recount.keys(SOURCE, &area_pattern(area, source, ""));
        cells.retain(|key| key.code(8) != Some(ALL_ACTIVITIES));
        for period in recount.periods(SOURCE, &total_key) {
            let sum = recount.sum(SOURCE, &cells, period);
            let cell = Cell { dataflow: SOURCE, key: &total_key, period, breakdown: Some(source) };
            recount.compare(&cell, "total of the activities of the source", sum);
        }
    }
}

/// Shares, sums over partners and years of the partner table, and its world and intra totals.
pub(super) fn partners(recount: &mut Recount<'_>) {
    for key in recount.keys(PARTNER, "..") {
        let Some(flow) = Flow::parse(&key) else { continue };
        let breakdown = Some(flow.counterpart);
        for period in recount.periods(PARTNER, &key) {
            let cell = Cell { dataflow: PARTNER, key: &key, period, breakdown };
            if flow.unit == "PT" {
                let amounts = Flow { unit: "USD", ..flow };
                let share = partner(amounts, period, recount).and_then(|part| {
                    let whole = partner(amounts.from(WORLD), period, recount)?;
                    part.share_of(whole, "the share of the partner")
                });
                recount.compare(&cell, "share of the partner", share);
                continue;
            }
            if period.frequency() == Frequency::RangeOfYears {
                let years = sum_of_years(&key, period, recount);
                recount.compare(&cell, "sum of the years", years);
            }
            sum_of_partners(recount, flow, &cell);
            across(recount, flow, &cell);
        }
    }
}

fn sum_of_partners(recount: &mut Recount<'_>, flow: Flow<'_>, cell: &Cell<'_>) {
    let parts = match flow.counterpart {
        "SELECTED" => SELECTED,
        WORLD => WHOLE,
        _ => return,
    };
    let keys = parts.iter().filter_map(|part| flow.from(part).key(cell.period).ok());
    let keys: Vec<SeriesKey> = keys.collect();
    let sum = recount.sum(PARTNER, &keys, cell.period);
    recount.compare(cell, "sum of the partners", sum);
}

/// The same quantity in the other tables.
fn across(recount: &mut Recount<'_>, flow: Flow<'_>, cell: &Cell<'_>) {
    if !matches!(flow.counterpart, WORLD | INTRA) {
        return;
    }
    if recount.view.observation(INDUSTRY, cell.key, cell.period).is_some() {
        let industry = recount.number(INDUSTRY, cell.key, cell.period);
        recount.compare(cell, "the table by industry", industry);
    }
    let id = if flow.counterpart == WORLD { "fdi.inflow" } else { "fdi.intra_inflow" };
    let hosts = indicator(id, flow.area, cell.period, recount).and_then(in_units);
    if hosts.is_ok() {
        recount.compare(cell, "the table by host", hosts);
    }
}

fn partner(
    flow: Flow<'_>,
    period: Period,
    recount: &mut Recount<'_>,
) -> Result<Interval, Undefined> {
    let key = flow.key(period)?;
    recount.number(PARTNER, &key, period)
}

fn sum_of_years(
    key: &SeriesKey,
    range: Period,
    recount: &mut Recount<'_>,
) -> Result<Interval, Undefined> {
    let Some((first, last)) = range.first_day().zip(range.last_day()) else {
        return Err(Undefined::NotApplicable { what: format!("the range {range}") });
    };
    let mut total = Interval::exact(Decimal::ZERO);
    for year in first.year()..=last.year() {
        total = total.plus(recount.number(PARTNER, key, Period::year(year))?)?;
    }
    Ok(total)
}

/// An indicator's value with its range.
fn indicator(
    id: &str,
    area: &str,
    period: Period,
    recount: &Recount<'_>,
) -> Result<Interval, Undefined> {
    let not_applicable = || Undefined::NotApplicable { what: format!("`{id}`") };
    let definition = definition(id).ok_or_else(not_applicable)?;
    let area = area.to_owned();
    let target = Target { indicator: definition.id, area, breakdown: None, period };
    match evaluate(&target, recount.view).ok_or_else(not_applicable)?.outcome {
        Outcome::Number(number) => Ok(Interval::exact(number)),
        Outcome::Interval { low, high, point } => {
            Ok(Interval { low, point: point.unwrap_or(low), high })
        }
        Outcome::Undefined(undefined) => Err(undefined),
        Outcome::Code(_) => Err(not_applicable()),
    }
}

fn in_units(millions: Interval) -> Result<Interval, Undefined> {
    millions.scaled(power_of_ten(MILLIONS)?)
}

fn cell<'a>(dataflow: &'a str, key: &'a SeriesKey, period: Period) -> Cell<'a> {
    Cell { dataflow, key, period, breakdown: None }
}

fn pattern(counterpart: &str, activity: &str) -> String {
    area_pattern("", counterpart, activity)
}

fn area_pattern(area: &str, counterpart: &str, activity: &str) -> String {
    format!(".{area}.{counterpart}.I.F.T.D.IMM.{activity}.C.USD")
}
