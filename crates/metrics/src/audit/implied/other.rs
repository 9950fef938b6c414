//! Recounts of scores, surveys, ranks and figures of the text.

use rust_decimal::Decimal;
use statistics::Period;

use crate::audit::implied::{Cell, Recount, key};
use crate::audit::verdict::Verdict;
use crate::indicator::Undefined;
use crate::indicator::interval::Interval;

const SCORE: &str = "DF_AEC_SCORE";
const SURVEY: &str = "DF_SURVEY";
const RANK: &str = "DF_RANK";
const TEXT: &str = "DF_TEXT";

/// The overall score lies between the pillars' smallest and largest.
pub(super) fn scores(recount: &mut Recount<'_>) {
    let Some(overall) = key(&["A", "_T", "PT"]) else { return };
    let pillars = recount.keys(SCORE, "A.P1+P2+P3+P4.PT");
    for period in recount.periods(SCORE, &overall) {
        let mut range: Option<Interval> = None;
        for pillar in &pillars {
            let Ok(score) = recount.number(SCORE, pillar, period) else { continue };
            range = Some(range.map_or(score, |so_far| Interval {
                low: so_far.low.min(score.low),
                point: score.point,
                high: so_far.high.max(score.high),
            }));
        }
        let cell = Cell { dataflow: SCORE, key: &overall, period, breakdown: None };
        let Some((range, printed)) = range.zip(recount.printed(&cell)) else { continue };
        let inside = range.low <= printed.number && printed.number <= range.high;
        let verdict = if inside { Verdict::Holds } else { Verdict::Contradicted };
        let computed = format!("{} to {}", range.low, range.high);
        let reason = format!("a weighted mean of the pillars lies within {computed}");
        recount.add(&cell, "mean of the pillars", printed, Some(computed), verdict, reason);
    }
}

/// Samples that add up, and shares that a whole number of respondents can give.
pub(super) fn surveys(recount: &mut Recount<'_>) {
    for survey_key in recount.keys(SURVEY, "..") {
        for observation in recount.view.series(SURVEY, &survey_key) {
            let period = observation.period;
            let breakdown = survey_key.code(2);
            let cell = Cell { dataflow: SURVEY, key: &survey_key, period, breakdown };
            if survey_key.code(3) == Some("ADB4") {
                let parts = recount.keys(SURVEY, "A.ADB_2014.SAMPLE_SIZE.KZ+PG+PH+LK.FIRMS");
                let total = recount.sum(SURVEY, &parts, period);
                recount.compare(&cell, "sum of the countries", total);
            }
            // A bound ("less than 19") is not a share of the sample.
            let bound = observation.attributes.get("BOUND");
            let is_share =
                survey_key.code(4) == Some("PT") && matches!(bound, None | Some("APPROX"));
            let n = observation.attributes.get("SAMPLE_SIZE").and_then(|text| text.parse().ok());
            let numbers = observation.cell.number().zip(n).filter(|_| is_share);
            if let Some((share, n)) = numbers {
                let nearest = nearest_share(share, n);
                recount.compare(&cell, "share of a whole number of respondents", nearest);
            }
        }
    }
}

fn nearest_share(share: Decimal, n: Decimal) -> Result<Interval, Undefined> {
    let hundred = Interval::exact(Decimal::ONE_HUNDRED);
    let firms = Interval::exact(share).times(Interval::exact(n))?.over(hundred, "100")?;
    let whole = Interval::exact(firms.point.round());
    whole.share_of(Interval::exact(n), "the share of the sample")
}

/// Ranks of a list run from 1 to its length, each once.
pub(super) fn ranks(recount: &mut Recount<'_>) {
    let all = recount.keys(RANK, "..");
    for rank_key in &all {
        let list = rank_key.code(1);
        for period in recount.periods(RANK, rank_key) {
            let cell = Cell { dataflow: RANK, key: rank_key, period, breakdown: rank_key.code(2) };
            let Some(printed) = recount.printed(&cell) else { continue };
            let mut peers = Vec::new();
            for other in all.iter().filter(|other| other.code(1) == list) {
                let observation = recount.view.observation(RANK, other, period);
                peers.extend(observation.and_then(|observation| observation.cell.number()));
            }
            let before = peers.iter().filter(|rank| **rank < printed.number).count();
            let twins = peers.iter().filter(|rank| **rank == printed.number).count();
            let place = Decimal::from(u64::try_from(before).unwrap_or(u64::MAX)) + Decimal::ONE;
            let fits = twins == 1 && place == printed.number;
            let verdict = if fits { Verdict::Holds } else { Verdict::Contradicted };
            let reason = format!("printed {}, place {place} in its list", printed.number);
            let computed = Some(place.to_string());
            recount.add(&cell, "place in the list", printed, computed, verdict, reason);
        }
    }
}

/// Figures of the text that others imply: growth of a share, and shares that table 1 holds.
pub(super) fn text(recount: &mut Recount<'_>) {
    let growth = key(&["A", "ASEAN", "WORLD_GDP_SHARE_GROWTH", "PT"]);
    let share = key(&["A", "ASEAN", "WORLD_GDP_SHARE", "PT"]);
    if let Some((growth, share)) = growth.zip(share) {
        for period in recount.periods(TEXT, &growth) {
            let (_, _, years) = period.to_parts();
            let Some(first) = period.first_day().map(|day| day.year()) else { continue };
            let last = i16::try_from(years).ok().and_then(|years| first.checked_add(years));
            let Some(last) = last else { continue };
            let implied = recount.number(TEXT, &share, Period::year(last)).and_then(|last| {
                let base = recount.number(TEXT, &share, Period::year(first))?;
                last.compound_growth(base, u32::from(years))
            });
            let cell = Cell { dataflow: TEXT, key: &growth, period, breakdown: None };
            recount.compare(&cell, "growth of the share", implied);
        }
    }
    for text_key in recount.keys(TEXT, "..INTRA_ASEAN_SHARE.PT") {
        let Some(area) = text_key.code(1) else { continue };
        let codes = ["A", area, "ASEAN", "I", "F", "T", "D", "IMM", "_T", "C", "PT"];
        let Some(table_key) = key(&codes) else { continue };
        for period in recount.periods(TEXT, &text_key) {
            let table = recount.number("DF_FDI_HOST", &table_key, period);
            let cell = Cell { dataflow: TEXT, key: &text_key, period, breakdown: None };
            recount.compare(&cell, "the table by host", table);
        }
    }
}
