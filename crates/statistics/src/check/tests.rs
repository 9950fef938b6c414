//! Sums and agreements on a small table.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::{AttributeSet, Cell, Missing, Observation, SeriesPattern};

const STRUCTURE: &str = r#"{"data":{
 "dataStructures":[{"id":"D","agencyID":"X","version":"1.0","dataStructureComponents":{
   "dimensionList":{"dimensions":[{"id":"AREA"},{"id":"UNIT"}],"timeDimension":{"id":"TIME_PERIOD"}}}}],
 "dataflows":[{"id":"DF","agencyID":"X","version":"1.0","structure":"urn=X:D(1.0)"},
              {"id":"DG","agencyID":"X","version":"1.0","structure":"urn=X:D(1.0)"}]}}"#;
const CHECKS: &str = r#"{"sums":[{"id":"total","dataflow":"DF","match":{"UNIT":"USD"},
   "dimension":"AREA","parent":"T","members":[{"code":"SG"},{"code":"KH","sign":1},
   {"code":"MY","sign":-1}],"memo":["EU"],"severity":"error","reason":"why"}],
 "agreements":[{"id":"both","left":{"dataflow":"DF","key":{"AREA":"T","UNIT":"USD"},"period":"2014"},
   "right":{"dataflow":"DG","key":{"AREA":"T","UNIT":"USD","TIME_PERIOD":"2014"}},
   "severity":"warning","reason":"one total"}]}"#;

/// Cells by dataflow, key, period.
struct Table(BTreeMap<(String, SeriesKey), Vec<Observation>>);

impl Table {
    /// Reads `DF SG.USD 2014 1.5 6` lines: the last word is the multiplier.
    fn new(lines: &[&str]) -> Self {
        let mut cells: BTreeMap<_, Vec<Observation>> = BTreeMap::new();
        for line in lines {
            let words: Vec<_> = line.split(' ').collect();
            let missing = Missing::from_code(words[3]).map(Cell::Missing);
            let pairs = [(Box::from("UNIT_MULT"), Box::from(words[4]))];
            let observation = Observation {
                period: words[2].parse().expect("a period"),
                cell: missing.unwrap_or_else(|| Cell::parse(words[3]).expect("a number")),
                attributes: Arc::new(AttributeSet::new(pairs)),
            };
            let key = words[1].parse().expect("a key");
            cells.entry((words[0].to_owned(), key)).or_default().push(observation);
        }
        Self(cells)
    }
}

impl View for Table {
    fn observation(&self, dataflow: &str, key: &SeriesKey, period: Period) -> Option<Observation> {
        self.series(dataflow, key).into_iter().find(|one| one.period == period)
    }

    fn series(&self, dataflow: &str, key: &SeriesKey) -> Vec<Observation> {
        self.0.get(&(dataflow.to_owned(), key.clone())).cloned().unwrap_or_default()
    }

    fn keys(&self, dataflow: &str, pattern: &SeriesPattern) -> Vec<SeriesKey> {
        let of = self.0.keys().filter(|(flow, key)| flow == dataflow && pattern.matches(key));
        of.map(|(_, key)| key.clone()).collect()
    }

    fn members(&self, _: &str, _: Period) -> Option<Vec<String>> {
        None
    }

    fn release(&self, _: &str, _: &SeriesKey, _: Period) -> Option<String> {
        None
    }
}

fn findings(lines: &[&str]) -> Vec<(String, Outcome, Severity)> {
    let structures = Structures::parse(STRUCTURE.as_bytes()).expect("a structure");
    let checks = Checks::parse(CHECKS.as_bytes()).expect("checks");
    let found = checks.run(&Table::new(lines), &structures, &["DF"]);
    found.into_iter().map(|one| (one.check, one.outcome, one.severity)).collect()
}

fn failing(check: &str, severity: Severity) -> Vec<(String, Outcome, Severity)> {
    vec![(check.into(), Outcome::Fails, severity)]
}

#[test]
fn a_sum_holds_within_half_a_unit_of_every_number_that_takes_part() {
    let with = |parent: &'static str| {
        findings(&[parent, "DF SG.USD 2014 10 0", "DF KH.USD 2014 5 0", "DF MY.USD 2014 3.0 0"])
    };
    // 10 + 5 − 3.0 = 12.0; the tolerance is 0.05 + 0.5 + 0.5 + 0.05.
    assert_eq!(with("DF T.USD 2014 13.1 0"), []);
    assert_eq!(with("DF T.USD 2014 10.9 0"), []);
    assert_eq!(with("DF T.USD 2014 13.2 0"), failing("total", Severity::Error));
    assert_eq!(with("DF T.PT 2014 99 0"), [], "another unit is not checked");
    assert_eq!(with("DF T.USD 2015 O 0"), [], "a total that is missing states nothing");
}

#[test]
fn multipliers_are_applied_before_adding() {
    let lines = ["DF T.USD 2014 1.2 9", "DF SG.USD 2014 1000 6", "DF KH.USD 2014 200 6"];
    let mut lines = lines.to_vec();
    lines.push("DF MY.USD 2014 0 6");
    assert_eq!(findings(&lines), []);
    lines[0] = "DF T.USD 2014 1.200 9";
    lines[2] = "DF KH.USD 2014 203 6";
    assert_eq!(findings(&lines), failing("total", Severity::Error));
}

#[test]
fn a_missing_member_leaves_a_sum_undecided_and_is_no_zero() {
    let lines = ["DF T.USD 2014 15 0", "DF SG.USD 2014 10 0", "DF KH.USD 2014 5 0"];
    let undecided = vec![("total".into(), Outcome::Undecided, Severity::Warning)];
    assert_eq!(findings(&lines), undecided);
    let mut suppressed = lines.to_vec();
    suppressed.push("DF MY.USD 2014 Q 0");
    assert_eq!(findings(&suppressed), undecided);
}

#[test]
fn an_agreement_holds_within_both_roundings() {
    let with = |other: &'static str| findings(&["DF T.PT 2014 1 0", "DF T.USD 2014 17.4 0", other]);
    let agreement = |found: Vec<(String, Outcome, Severity)>| -> Vec<_> {
        found.into_iter().filter(|(check, ..)| check == "both").collect()
    };
    assert_eq!(agreement(with("DG T.USD 2014 17 0")), []);
    assert_eq!(agreement(with("DG T.USD 2014 0.0174 3")), []);
    assert_eq!(agreement(with("DG T.USD 2014 17.9 0")), failing("both", Severity::Warning));
    assert_eq!(agreement(with("DG T.USD 2014 18.0 0")), failing("both", Severity::Warning));
    assert_eq!(agreement(with("DG T.USD 2015 99 0")), []);
    let undecided = vec![("both".to_owned(), Outcome::Undecided, Severity::Warning)];
    assert_eq!(agreement(with("DG T.USD 2014 Q 0")), undecided);
}

#[test]
fn only_checks_of_touched_dataflows_run() {
    let structures = Structures::parse(STRUCTURE.as_bytes()).expect("a structure");
    let checks = Checks::parse(CHECKS.as_bytes()).expect("checks");
    let table = Table::new(&["DF T.USD 2014 15 0", "DG T.USD 2014 99 0"]);
    assert_eq!(checks.run(&table, &structures, &["OTHER"]), []);
    let rules: Vec<_> =
        checks.run(&table, &structures, &["DG"]).iter().map(|one| one.rule).collect();
    assert_eq!(rules, [Rule::Agreement]);
    let finding = &checks.run(&table, &structures, &["DG"])[0];
    assert_eq!(
        Rejection::from(finding).reason,
        "DF T.USD at 2014: 15 here, 99 in DG: 84 apart, rounding explains 1.0 (check `both`)"
    );
}

#[test]
fn what_is_wrong_with_a_document_is_told() {
    let rules = |json: &str| -> Vec<Rule> {
        let refused = Checks::parse(json.as_bytes()).expect_err("refused");
        refused.into_iter().map(|one| one.rule).collect()
    };
    assert_eq!(rules("["), [Rule::DocumentJson]);
    assert_eq!(rules(&CHECKS.replace("\"error\"", "\"fatal\"")), [Rule::DocumentJson]);
    assert_eq!(rules(&CHECKS.replace("\"sign\":-1", "\"sign\":2")), [Rule::DocumentMember]);
    assert_eq!(
        rules(&CHECKS.replace("{\"code\":\"SG\"}", "{\"code\":\"T\"}")),
        [Rule::DocumentMember]
    );
    assert_eq!(rules(&CHECKS.replace("\"both\"", "\"total\"")), [Rule::DocumentMember]);
    assert_eq!(rules(&CHECKS.replace("\"period\":\"2014\"", "\"x\":1")), [Rule::DocumentMember]);
    assert_eq!(
        rules(&CHECKS.replace("{\"UNIT\":\"USD\"}", "{\"AREA\":\"SG\"}")),
        [Rule::DocumentMember]
    );
}
