//! What a dry run says is what then happens, and the dry run itself leaves no trace.

use std::collections::BTreeMap;

use serde_json::Value;
use system::{Entrepot, HOST_HEADER, Logged, Running, host_row, logged, paper, play, receipt_of};

const RELEASED_AT: &str = "2016-05-26";

/// The value of a host and year as it is now.
fn value_of(system: &Running, area: &str, year: &str) -> f64 {
    let key = format!("A.{area}.W.I.F.T.D.IMM._T");
    let asked = ["observations", "--dataflow", "DF_FDI_HOST", "--key", &key, "--period", year];
    let answer = system.json(&asked);
    let value = answer["observations"][0]["value"].as_str().expect("a value");
    value.parse().expect("a number")
}

/// A revision that keeps the sums: what one host gains, the group gains; a year is new for one host,
/// one value comes again from another source, one with another unit, and one is withdrawn.
fn revision(system: &Running) -> String {
    let raised = |area: &str| format!("{:.0}", value_of(system, area, "2014") + 1000.0);
    let rows = [
        host_row("SG", 2014, &raised("SG")),
        host_row("ASEAN", 2014, &raised("ASEAN")),
        host_row("SG", 2015, "70000"),
        host_row("MY", 2014, &format!("{:.0}", value_of(system, "MY", "2014"))),
        // The same number, said to be in thousands: another thing than before.
        host_row("TH", 2014, &format!("{:.0}", value_of(system, "TH", "2014")))
            .replace(",F,6,", ",F,3,"),
        "dataflow,ENTREPOT:DF_FDI_HOST(1.0),D,A,BN,W,I,F,T,D,IMM,_T,C,USD,2000,,,,,,,,".to_owned(),
    ];
    format!("{HOST_HEADER}\n{}\n", rows.join("\n"))
}

type Key = [String; 4];

fn key_of(value: &Value) -> Key {
    ["indicator", "area", "breakdown", "period"]
        .map(|field| value[field].as_str().unwrap_or_default().to_owned())
}

/// All values of all indicators.
fn indicators(system: &Running) -> BTreeMap<Key, Value> {
    let answer = system.json(&["indicators", "--breakdown", "*"]);
    let values = answer["values"].as_array().expect("values");
    values.iter().map(|value| (key_of(value), value.clone())).collect()
}

fn text_of(value: Option<&Value>) -> Value {
    let value = value.map(|value| [&value["value"], &value["code"]]);
    value.into_iter().flatten().find(|text| text.is_string()).cloned().unwrap_or_default()
}

#[test]
fn a_dry_run_of_a_revision_says_what_the_release_then_changes_and_publishes_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let entrepot = Entrepot::find();
    let system = entrepot.up(&data, &["--feed", "none"]);
    let receipt = play(&system, &paper());
    system.settle(&receipt);
    let file = directory.path().join("revision.csv");
    std::fs::write(&file, revision(&system)).expect("the directory is ours");
    let file = file.to_str().expect("a readable path");
    let send = ["ingest", file, "--released-at", RELEASED_AT, "--lenient"];
    system.stop();
    let facts = Logged::facts(&logged(&data));

    let system = entrepot.up(&data, &["--feed", "none"]);
    system.settle(&receipt);
    let before = indicators(&system);
    let digests = system.digests();
    let preview = system.json(&[&send[..], &["--dry-run"]].concat());
    let preview = &preview["releases"][0];
    assert_eq!(preview["outcome"], "dry_run", "{preview}");
    assert_eq!(system.digests(), digests);
    system.stop();
    assert_eq!(Logged::facts(&logged(&data)), facts, "a dry run adds no event");

    let system = entrepot.up(&data, &["--feed", "none"]);
    system.settle(&receipt);
    assert_eq!(indicators(&system), before, "a dry run changes no answer");
    let outcome = system.json(&send);
    system.settle(&receipt_of(&outcome));
    let outcome = &outcome["releases"][0];
    assert_eq!(outcome["outcome"], "published", "{outcome}");
    assert_eq!(outcome["records"], preview["records"]);
    assert_eq!(outcome["warnings"], preview["warnings"]);
    for kind in ["first", "restated", "revised", "deleted"] {
        assert!(preview["records"][kind].as_u64() > Some(0), "{kind}: {preview}");
    }

    let after = indicators(&system);
    let keys = before.keys().chain(after.keys());
    let happened: BTreeMap<Key, [Value; 2]> = keys
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| (key.clone(), [text_of(before.get(key)), text_of(after.get(key))]))
        .collect();
    let changes = preview["changes"].as_array().expect("changes");
    let told: BTreeMap<Key, [Value; 2]> = changes
        .iter()
        .map(|change| (key_of(change), [change["before"].clone(), change["after"].clone()]))
        .collect();
    assert_eq!(told.len(), changes.len(), "each change once");
    assert!(told.len() > 10, "{told:?}");
    assert_eq!(told, happened);
    println!("{} changes told and happened; {}", told.len(), preview["records"]);
}
