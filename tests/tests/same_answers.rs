//! Answers are the same before and after a restart and a rebuild, and those about the paper are
//! what is printed in it.

use serde_json::Value;
use system::{Entrepot, NETWORK_QUESTIONS, Running, paper, play};

/// The years of table 1.
const YEARS: [&str; 11] =
    ["2000", "2005", "2006", "2007", "2008", "2009", "2010", "2011", "2012", "2013", "2014"];

fn answers(system: &Running) -> Vec<Value> {
    let own = [
        &["audit"][..],
        &["indicators"],
        &["indicators", "--as-of", "2015-06-01"],
        &["observations", "--dataflow", "DF_FDI_HOST", "--history"],
        &["releases"],
    ];
    own.iter().chain(NETWORK_QUESTIONS).map(|arguments| system.json(arguments)).collect()
}

#[test]
fn answers_outlive_a_restart_and_a_rebuild() {
    let directory = tempfile::tempdir().expect("a directory");
    let entrepot = Entrepot::find();
    let system = entrepot.up(directory.path(), &["--feed", "none"]);
    let receipt = play(&system, &paper());
    system.settle(&receipt);
    let before = answers(&system);
    assert!(before[1]["values"].as_array().is_some_and(|values| values.len() > 100));
    system.stop();

    let system = entrepot.up(directory.path(), &["--feed", "none"]);
    system.settle(&receipt);
    assert_eq!(answers(&system), before, "after a restart");
    system.stop();

    for entry in std::fs::read_dir(directory.path()).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("log") {
            std::fs::remove_dir_all(path).expect("the system has stopped");
        }
    }
    let system = entrepot.up(directory.path(), &["--feed", "none"]);
    system.settle(&receipt);
    assert_eq!(answers(&system), before, "after a rebuild");
}

#[test]
fn the_intra_asean_share_has_eleven_years_each_as_printed_and_as_recomputed() {
    let directory = tempfile::tempdir().expect("a directory");
    let system = Entrepot::find().up(directory.path(), &["--feed", "none"]);
    system.settle(&play(&system, &paper()));
    let asked = ["indicators", "fdi.intra_share", "--area", "ASEAN"];
    let answer = system.json(&asked);
    let mut values: Vec<&Value> = answer["values"].as_array().expect("values").iter().collect();
    values.retain(|value| value["period"].as_str().is_some_and(|period| period.len() == 4));
    values.sort_by_key(|value| value["period"].as_str().map(str::to_owned));
    let years: Vec<_> = values.iter().filter_map(|value| value["period"].as_str()).collect();
    assert_eq!(years, YEARS, "{answer}");
    for value in &values {
        for field in ["printed", "value"] {
            let number = value[field].as_str().and_then(|text| text.parse::<f64>().ok());
            assert!(number.is_some(), "{field} of {value}");
        }
    }
    let last = values[10];
    assert_eq!(last["printed"], "17.4", "as table 1 prints it");
    let recomputed: f64 = last["value"].as_str().and_then(|text| text.parse().ok()).expect("one");
    // Printed to one decimal, the hosts imply 17.91 (17.858 to 17.961).
    assert!((17.858..=17.961).contains(&recomputed), "{last}");

    let refused = system.run(&[&asked[..], &["--as-of", "2014-01-01", "--json"]].concat());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    assert!(said.contains("2015-05-26"), "the earliest that can be served is named: {said}");
    assert!(refused.stdout.is_empty(), "refused, and not replaced by the newest");

    let explained = system.json(&[&asked[..], &["--period", "2014", "--explain"]].concat());
    let explained = &explained["values"][0];
    assert!(explained["formula"].as_str().is_some_and(|formula| formula.contains("100 ×")));
    let inputs = explained["inputs"].as_array().expect("inputs");
    assert!(inputs.len() >= 20, "ten hosts, an inflow and a share each: {explained}");
    for input in inputs {
        assert_eq!(input["dataflow"], "DF_FDI_HOST", "{input}");
        assert_eq!(input["release"], "ENTREPOT:DF_FDI_HOST(1.0)/1", "{input}");
        let source = input["source"].as_str().unwrap_or_default();
        assert!(source.contains("as of 26 May 2015"), "{input}");
    }
    let shown = system.run(&[&asked[..], &["--period", "2014", "--explain"]].concat());
    let shown = String::from_utf8_lossy(&shown.stdout);
    for part in ["17.4", "formula", "100 ×", "DF_FDI_HOST", "release", "source", "72098"] {
        assert!(shown.contains(part), "`{part}` is not in: {shown}");
    }
}
