//! Fills a view from the feed of the paper, read as plain CSV: enough for tests, no more.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use metrics::indicator::interval::Interval;
use metrics::indicator::map_view::MapView;
use metrics::indicator::{Evaluation, Outcome, Target, Undefined, definition, evaluate};
use statistics::{AttributeSet, Cell, Decimal, Missing, Observation, Period, SeriesKey};

pub(crate) const MEMBERS: [(&str, i16); 11] = [
    ("BN", 1984),
    ("KH", 1999),
    ("ID", 1967),
    ("LA", 1997),
    ("MY", 1967),
    ("MM", 1997),
    ("PH", 1967),
    ("SG", 1967),
    ("TH", 1967),
    ("VN", 1995),
    ("TL", 2025),
];

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../feeds/paper")
}

/// The whole feed.
pub(crate) fn paper() -> &'static MapView {
    static PAPER: OnceLock<MapView> = OnceLock::new();
    PAPER.get_or_init(|| {
        let mut view = MapView::default();
        let mut files: Vec<PathBuf> = fs::read_dir(folder())
            .expect("the feed")
            .map(|entry| entry.expect("one").path())
            .collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "csv")) {
            read(&fs::read_to_string(file).expect("a file"), &mut view);
        }
        for (area, year) in MEMBERS {
            view.join("ASEAN", area, Period::year(year));
        }
        view
    })
}

fn read(text: &str, view: &mut MapView) {
    let mut lines = text.lines().map(fields);
    let header = lines.next().expect("a header");
    let time = header.iter().position(|name| name == "TIME_PERIOD").expect("a time column");
    for row in lines {
        let id = row[1].split(':').nth(1).and_then(|rest| rest.split('(').next()).expect("an id");
        let key = SeriesKey::try_new(row[3..time].iter().map(String::as_str)).expect("a key");
        let pairs = header[time + 2..].iter().zip(&row[time + 2..]);
        let pairs = pairs.filter(|(_, value)| !value.is_empty());
        let pairs = pairs.map(|(id, value)| (id.as_str().into(), value.as_str().into()));
        let attributes = Arc::new(AttributeSet::new(pairs));
        let cell = if row[time + 1].is_empty() {
            Cell::Missing(
                Missing::from_code(attributes.get("OBS_STATUS").expect("a status")).expect("why"),
            )
        } else {
            Cell::parse(&row[time + 1]).expect("a number")
        };
        let period = row[time].parse().expect("a period");
        view.put(id, key, Observation { period, cell, attributes });
    }
}

/// Splits a line at commas outside quotes.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().expect("one").push(c),
        }
    }
    fields
}

pub(crate) fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("a decimal")
}

pub(crate) fn target(indicator: &str, area: &str, part: &str, period: &str) -> Target {
    let breakdown = (!part.is_empty()).then(|| part.to_owned());
    let indicator = definition(indicator).expect("an indicator").id;
    Target {
        indicator,
        area: area.to_owned(),
        breakdown,
        period: period.parse().expect("a period"),
    }
}

pub(crate) fn ask(indicator: &str, area: &str, part: &str, period: &str) -> Evaluation {
    evaluate(&target(indicator, area, part, period), paper()).expect("declared")
}

/// The point rounds to `expected` at its digits.
pub(crate) fn check_point(indicator: &str, area: &str, part: &str, period: &str, expected: &str) {
    let answer = ask(indicator, area, part, period);
    let expected = decimal(expected);
    let point =
        answer.outcome.point().unwrap_or_else(|| panic!("{indicator} {area} {part}: {answer:?}"));
    let stands_for = Interval::printed(expected, 0).expect("small");
    let fits = stands_for.low <= point && point <= stands_for.high;
    assert!(fits, "{indicator} {area} {part} {period}: {point}, expected {expected}");
}

pub(crate) fn check_undefined(indicator: &str, area: &str, part: &str, period: &str, id: &str) {
    match ask(indicator, area, part, period).outcome {
        Outcome::Undefined(undefined) => assert_eq!(undefined.id(), id, "{undefined}"),
        other => panic!("{indicator} {area} {part} {period}: {other:?}"),
    }
}

pub(crate) fn undefined(answer: &Evaluation) -> Option<&Undefined> {
    match &answer.outcome {
        Outcome::Undefined(undefined) => Some(undefined),
        _ => None,
    }
}
