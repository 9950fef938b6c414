//! Each rule has an input that breaks it, named here by the rule.

use std::collections::BTreeSet;

use statistics::{Checks, Limits, Rule, Structures, read_release};

use crate::support::{small, structures};

const HEADER: &str = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n";
/// Reached by tests of the checks, which need a view.
const OF_CHECKS: [Rule; 3] = [Rule::Sum, Rule::Agreement, Rule::Outlier];

fn reached(csv: &[u8], structures: &Structures, rules: &mut BTreeSet<Rule>) {
    let limits = Limits { field_bytes_max: 200, ..Limits::default() };
    let release = read_release(csv, structures, limits, &mut |_| {});
    rules.extend(release.rejections.kept.iter().map(|rejection| rejection.rule));
}

#[test]
fn each_rule_is_reached_by_an_input_that_breaks_it() {
    let mut rules: BTreeSet<Rule> = OF_CHECKS.into();
    for row in [
        "I,A,VN,2014,1,A",
        "I,A,SG,soon,1,A",
        "I,A,SG,2014,x,A",
        "I,A,SG,2014,,A",
        "I,A,SG,2014,1,M",
        "I,A,,2014,1,A",
        "X,A,SG,2014,1,A",
        "D,A,SG,2014,,A",
        "I,A,SG,2014,1",
        "I,A,SG,2015,1,A\ndataflow,X:DF(1.0),I,A,SG,2015,2,A",
        "I,A,SG,2014,1,\"open",
    ] {
        reached(format!("{HEADER}dataflow,X:DF(1.0),{row}\n").as_bytes(), &small(), &mut rules);
    }
    reached(b"FREQ\n", &small(), &mut rules);
    reached(b"STRUCTURE:STRUCTURE_ID\n", &small(), &mut rules);
    reached(b"DATAFLOW,A\nX:NO(1.0),1\n\xe9,1\n", &small(), &mut rules);
    reached(format!("DATAFLOW{}\n", ",A".repeat(2_000)).as_bytes(), &small(), &mut rules);
    reached(format!("DATAFLOW,A\n{},1\n", "x".repeat(300)).as_bytes(), &small(), &mut rules);
    let strict = structures("X:DF(1.0)", "AREA", "TIME_PERIOD", "OBS_STATUS!");
    let rows = "X:DF(1.0),SG,2014,1,\nX:DF(1.0),a.b,2014,1,A\n";
    let csv = format!("DATAFLOW,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n{rows}");
    reached(csv.as_bytes(), &strict, &mut rules);
    for document in ["[", "{\"sums\":[]}", &" ".repeat(65 << 20)] {
        let refused = Structures::parse(document.as_bytes()).expect_err("no structure message");
        rules.extend(refused.iter().map(|rejection| rejection.rule));
        let _ = Checks::parse(document.as_bytes());
    }
    let all: BTreeSet<Rule> = Rule::ALL.iter().copied().collect();
    assert_eq!(rules, all);
}
