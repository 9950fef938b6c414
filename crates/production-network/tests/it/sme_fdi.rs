//! Statistics of investment by small firms are exact, and what is published tells of no firm.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use production_network::{
    Contribution, Coverage, DisclosureRules, FdiDimension, FdiRecord, FdiValue, FirmId,
    PublishedCell, PublishedTable, SmeStatus, contributions, fdi_records, publishable, roles,
    sme_fdi,
};
use proptest::prelude::*;

use crate::linear_program::least;
use crate::paper_on;

const HOST: FdiDimension = FdiDimension::Host;
const YEAR: FdiDimension = FdiDimension::Year;

/// A firm, its host and year, what it invests, and whether it is small.
type Truth = (u8, u8, u8, u16, bool);

fn firm(number: u8) -> FirmId {
    FirmId::try_new(format!("f{number}")).expect("an id")
}

fn record(truth: &Truth, value: FdiValue, status: SmeStatus) -> FdiRecord {
    let (number, host, year, ..) = truth;
    let codes = [(HOST, format!("H{host}")), (YEAR, format!("{}", 2000 + u16::from(*year)))];
    FdiRecord { investor: firm(*number), codes: codes.into(), value, status }
}

fn register() -> impl Strategy<Value = Vec<Truth>> {
    proptest::collection::vec((0u8..40, 0u8..5, 0u8..4, 0u16..1_000, any::<bool>()), 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn totals_and_coverage_are_exact(
        register in register(),
        hidden in proptest::collection::vec((any::<bool>(), any::<bool>()), 120),
        official in 1i64..1_000_000,
    ) {
        let status = |is_small: bool| if is_small { SmeStatus::Sme } else { SmeStatus::Larger };
        let known: Vec<FdiRecord> = register
            .iter()
            .map(|one| record(one, FdiValue::Known(one.3.into()), status(one.4)))
            .collect();
        let table = sme_fdi(&known, &[HOST, YEAR]);
        let mut truth: BTreeMap<Vec<Option<String>>, (u64, i128)> = BTreeMap::new();
        for (_, host, year, value, _) in register.iter().filter(|one| one.4) {
            let key = [format!("H{host}"), format!("{}", 2000 + u16::from(*year))];
            let cell = truth.entry(key.map(Some).into()).or_default();
            *cell = (cell.0 + 1, cell.1 + i128::from(*value));
        }
        prop_assert_eq!(table.cells.len(), truth.len());
        for (key, (count, value)) in &truth {
            let cell = table.cells[key];
            prop_assert_eq!(cell.count, [*count, *count]);
            prop_assert_eq!((cell.value.low, cell.value.high), (Some(*value), Some(*value)));
        }
        let sum: i128 = truth.values().map(|(_, value)| value).sum();
        let coverage = table.total.coverage([official, official]);
        let exact = [sum, i128::from(official)];
        prop_assert_eq!(coverage, Coverage::Between(exact, exact));

        // With values and statuses hidden, the bounds hold the truth.
        let partial: Vec<FdiRecord> = register
            .iter()
            .zip(&hidden)
            .map(|(one, (no_value, no_status))| {
                let value = if *no_value {
                    FdiValue::Between(-5, 2_000)
                } else {
                    FdiValue::Known(one.3.into())
                };
                record(one, value, if *no_status { SmeStatus::Open } else { status(one.4) })
            })
            .collect();
        let bounds = sme_fdi(&partial, &[HOST, YEAR]);
        for (key, (count, value)) in &truth {
            let cell = bounds.cells[key];
            prop_assert!(cell.count[0] <= *count && *count <= cell.count[1]);
            prop_assert!(cell.value.low <= Some(*value) && Some(*value) <= cell.value.high);
        }
    }

    #[test]
    fn a_linear_program_cannot_solve_what_is_withheld(register in register()) {
        let known: Vec<FdiRecord> = register
            .iter()
            .map(|one| record(one, FdiValue::Known(one.3.into()), SmeStatus::Sme))
            .collect();
        let (all, left_out) = contributions(&known, HOST, Some(YEAR));
        prop_assert_eq!(left_out, 0);
        let rules = DisclosureRules::default();
        let table = publishable(&all, &rules).expect("a table");
        attack(&all, &table, &rules)?;
    }
}

/// Each number of a table by its node names: rows, columns, and the totals of both.
fn numbers(all: &[Contribution]) -> BTreeMap<(String, String), BTreeMap<FirmId, u64>> {
    let mut numbers: BTreeMap<(String, String), BTreeMap<FirmId, u64>> = BTreeMap::new();
    for one in all {
        let column = one.column.clone().unwrap_or_default();
        for key in [
            (one.row.clone(), column.clone()),
            (one.row.clone(), String::new()),
            (String::new(), column.clone()),
            (String::new(), String::new()),
        ] {
            *numbers.entry(key).or_default().entry(one.by.clone()).or_default() += one.value;
        }
    }
    numbers
}

fn published(table: &PublishedTable, (row, column): &(String, String)) -> PublishedCell {
    let row = table.rows.iter().position(|code| code == row);
    let column = table.columns.iter().position(|code| code == column);
    match (row, column) {
        (Some(row), Some(column)) => table.cells[&(row, column)],
        (Some(row), None) => table.row_totals[row],
        (None, Some(column)) => table.column_totals[column],
        (None, None) => table.total,
    }
}

/// Tries to find each number that tells of one firm, from outside and as each firm.
fn attack(
    all: &[Contribution],
    table: &PublishedTable,
    rules: &DisclosureRules,
) -> Result<(), TestCaseError> {
    let numbers = numbers(all);
    let withheld: Vec<&(String, String)> =
        numbers.keys().filter(|key| published(table, key) == PublishedCell::Withheld).collect();
    // Columns of the program are what is withheld; each sum of a row or a column is a line.
    let mut lines = Vec::new();
    let mut right = Vec::new();
    let all_rows: BTreeSet<&String> = numbers.keys().map(|(row, _)| row).collect();
    let all_columns: BTreeSet<&String> = numbers.keys().map(|(_, column)| column).collect();
    let mut sum = |members: Vec<&(String, String)>, total: (String, String)| {
        let mut line = vec![0.0; withheld.len()];
        let mut known = 0.0;
        for (key, sign) in members.into_iter().map(|key| (key, 1.0)).chain([(&total, -1.0)]) {
            match published(table, key) {
                PublishedCell::Withheld => {
                    line[withheld.binary_search(&key).expect("withheld")] += sign;
                }
                PublishedCell::Shown { value, .. } => known += sign * value as f64,
            }
        }
        lines.push(line);
        right.push(-known);
    };
    for row in all_rows {
        let members = numbers.keys().filter(|(r, c)| r == row && !c.is_empty());
        sum(members.collect(), (row.clone(), String::new()));
    }
    for column in all_columns.into_iter().filter(|column| !column.is_empty()) {
        let members = numbers.keys().filter(|(r, c)| c == column && !r.is_empty());
        sum(members.collect(), (String::new(), column.clone()));
    }
    for (key, parts) in &numbers {
        let total: u64 = parts.values().sum();
        let mut by_size: Vec<u64> = parts.values().copied().collect();
        by_size.sort_unstable();
        by_size.reverse();
        let two: u64 = by_size.iter().take(2).sum();
        let is_telling = (parts.len() as u64) < rules.firms_min
            || two * 100 > total * rules.dominance_percent
            || (total - two) * 100 < by_size[0] * rules.p_percent;
        if !is_telling {
            continue;
        }
        let place = withheld.binary_search(&key);
        prop_assert!(place.is_ok(), "{key:?} tells of one firm and is shown");
        let place = place.expect("asserted");
        for intruder in std::iter::once(None).chain(parts_alone(&numbers).into_iter().map(Some)) {
            // A firm knows what is its own alone.
            let own: Vec<usize> = withheld
                .iter()
                .enumerate()
                .filter(|(_, key)| {
                    let parts = &numbers[**key];
                    intruder.as_ref().is_some_and(|by| parts.len() == 1 && parts.contains_key(by))
                })
                .map(|(index, _)| index)
                .collect();
            if own.contains(&place) {
                continue;
            }
            // It wants to know of the others.
            let others = parts.iter().filter(|(by, _)| Some(*by) != intruder.as_ref());
            let largest = others.map(|(_, part)| *part).max().unwrap_or(0);
            let needed = largest as f64 * rules.p_percent as f64 / 100.0;
            let (mut lines, mut right) = (lines.clone(), right.clone());
            for index in own {
                let mut line = vec![0.0; withheld.len()];
                line[index] = 1.0;
                lines.push(line);
                right.push(numbers[withheld[index]].values().sum::<u64>() as f64);
            }
            let mut costs = vec![0.0; withheld.len()];
            costs[place] = 1.0;
            let low = least(&lines, &right, &costs).expect("bounded by nil");
            costs[place] = -1.0;
            let high = least(&lines, &right, &costs).map(|least| -least);
            let value = total as f64;
            let is_open = value - low >= needed - 1e-3
                && high.is_none_or(|high| high - value >= needed - 1e-3 && high - low > 0.5);
            prop_assert!(
                is_open || total == 0,
                "{key:?} is {value}, found from {low} to {high:?}, as {intruder:?}"
            );
        }
    }
    Ok(())
}

/// The firms that have some number alone.
fn parts_alone(numbers: &BTreeMap<(String, String), BTreeMap<FirmId, u64>>) -> BTreeSet<FirmId> {
    let alone = numbers.values().filter(|parts| parts.len() == 1);
    alone.flat_map(|parts| parts.keys().cloned()).collect()
}

#[test]
fn what_may_be_published_is() {
    // Five firms of like size in each of four cells.
    let mut all = Vec::new();
    for (row, column) in [("A", "x"), ("A", "y"), ("B", "x"), ("B", "y")] {
        for number in 0..5u8 {
            all.push(Contribution {
                by: firm(number),
                row: row.to_owned(),
                column: Some(column.to_owned()),
                value: 100 + u64::from(number),
            });
        }
    }
    let table = publishable(&all, &DisclosureRules::default()).expect("a table");
    let shown = PublishedCell::Shown { count: 5, value: 510 };
    assert!(table.cells.values().all(|cell| *cell == shown), "{table:?}");
    assert_eq!(table.total, PublishedCell::Shown { count: 20, value: 2_040 });
    assert!(!table.is_too_few());
    // One firm alone in a cell takes others along, and no total gives it away.
    let alone =
        Contribution { by: firm(9), row: "C".to_owned(), column: Some("x".to_owned()), value: 7 };
    let with = publishable(&[all.as_slice(), &[alone]].concat(), &DisclosureRules::default());
    let with = with.expect("a table");
    assert_eq!(with.cells[&(2, 0)], PublishedCell::Withheld);
    assert_eq!(with.row_totals[2], PublishedCell::Withheld);
    let withheld = with.cells.values().chain(&with.row_totals).chain(&with.column_totals);
    let withheld = withheld.filter(|cell| **cell == PublishedCell::Withheld).count();
    assert!((3..9).contains(&withheld), "{with:?}");
}

#[test]
fn the_case_firms_are_too_few_to_publish() {
    let snapshot = paper_on(date(2016, 6, 1));
    let records = fdi_records(&snapshot, &roles(&snapshot), "AUD");
    let perth = records.iter().find(|one| one.codes[&HOST] == "AU").expect("Eftech in Perth");
    assert_eq!((perth.value, perth.status), (FdiValue::Known(5_000_000), SmeStatus::Sme));
    assert_eq!(perth.codes[&YEAR], "2015");
    let in_usd = fdi_records(&snapshot, &roles(&snapshot), "USD");
    assert!(in_usd.iter().all(|one| one.value == FdiValue::Unknown), "nothing is in dollars");
    let penang = records.iter().find(|one| one.investor.as_str() == "atc").expect("ATC in Penang");
    assert_eq!(penang.codes[&FdiDimension::Route], "beside_lead_firm");
    assert_eq!(penang.codes[&FdiDimension::Place], "penang");
    let table = sme_fdi(&records, &[HOST]);
    // ATC in Malaysia, Eftech in Singapore and Australia; Cool's operations may be none.
    assert!(table.total.count[0] >= 3 && table.total.count[1] > 3, "{table:?}");
    assert_eq!(table.total.value.high, None, "most values are stated by nobody");
    assert_eq!(table.total.coverage([1_000, 1_000]), Coverage::Undefined);
    let (all, left_out) = contributions(&records, HOST, None);
    assert_eq!(all.len(), 1, "of one a value is stated");
    assert!(left_out >= 3);
    let published = publishable(&all, &DisclosureRules::default()).expect("a table");
    assert!(published.is_too_few(), "{published:?}");
}

#[test]
fn coverage_of_what_may_be_nil_is_undefined() {
    let of = |values: &[FdiValue]| {
        let truth = (1, 1, 1, 0, true);
        let records: Vec<FdiRecord> =
            values.iter().map(|value| record(&truth, *value, SmeStatus::Sme)).collect();
        sme_fdi(&records, &[]).total
    };
    let cell = of(&[FdiValue::Known(50), FdiValue::Between(-10, 20)]);
    assert_eq!(cell.coverage([200, 400]), Coverage::Between([40, 400], [70, 200]));
    assert_eq!(cell.coverage([0, 400]), Coverage::Undefined);
    assert_eq!(cell.coverage([-1, 400]), Coverage::Undefined);
    assert_eq!(of(&[FdiValue::Unknown]).coverage([200, 400]), Coverage::Undefined);
    let below = of(&[FdiValue::Known(-50)]);
    assert_eq!(below.coverage([200, 400]), Coverage::Between([-50, 200], [-50, 400]));
}
