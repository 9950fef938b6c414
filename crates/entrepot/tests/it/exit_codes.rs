//! The exit code says whose fault it was, and stderr what to do.

use crate::{Setting, file, run_at, stderr, stdout};

fn check(setting: &Setting, arguments: &[&str], code: i32, said: &[&str]) {
    let output = setting.run(arguments);
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    for words in said {
        assert!(text.contains(words), "{arguments:?} does not say `{words}`: {text}");
    }
}

#[test]
fn the_exit_code_follows_from_the_status() {
    let setting = Setting::new();
    let check = |arguments: &[&str], code, said: &[&str]| check(&setting, arguments, code, said);
    check(&["audit"], 0, &[]);
    check(&["audit", "--domain", "broken"], 1, &["INTERNAL"]);
    check(
        &["audit", "--domain", "refused"],
        3,
        &["field `domain`: is refused", "rule: audit.domain", "what to do: ask for `asean`"],
    );
    check(&["observations", "--dataflow", "DF_NONE"], 3, &["NOT_FOUND", "register its structure"]);
    check(&["audit", "--domain", "slow", "--timeout", "200ms"], 4, &["DEADLINE_EXCEEDED"]);
}

#[test]
fn wrong_usage_ends_with_2() {
    let setting = Setting::new();
    let check = |arguments: &[&str], said: &[&str]| check(&setting, arguments, 2, said);
    check(&[], &["Usage"]);
    check(&["nonsense"], &["nonsense"]);
    check(&["audit", "--as-of", "yesterday"], &["is no moment"]);
    check(&["ingest", "/nowhere/release.csv"], &["/nowhere/release.csv"]);
    check(&["ingest", "/tmp"], &["is a directory", "name the files"]);
    check(&["audit", "--gateway", "nonsense"], &["is no address of a gateway"]);
    check(&["up", "--grpc", "0.0.0.0:50051", "--kafka-nonsense"], &["kafka-nonsense"]);
}

#[test]
fn a_gateway_that_is_away_ends_with_4_and_says_how_to_start_one() {
    let output = run_at("http://127.0.0.1:9", &["audit"]);
    assert_eq!(output.status.code(), Some(4));
    let text = stderr(&output);
    assert!(text.contains("http://127.0.0.1:9") && text.contains("entrepot up"), "{text}");
}

#[test]
fn services_that_are_away_end_with_4() {
    let mut setting = Setting::new();
    setting.fakes.crash();
    let output = setting.run(&["audit"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stderr(&output).contains("`metrics`"), "{}", stderr(&output));
    let output = setting.run(&["status"]);
    assert_eq!(output.status.code(), Some(0), "the status always answers");
    assert!(stdout(&output).contains("unreachable"), "{}", stdout(&output));
}

#[test]
fn a_refused_release_ends_with_3_after_its_document() {
    let setting = Setting::new();
    let directory = tempfile::tempdir().expect("a directory");
    let path = file(directory.path(), "bad.csv");
    let output = setting.run(&["ingest", &path, "--json"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let document: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("one document");
    assert_eq!(document["releases"][0]["outcome"], "refused");
    assert_eq!(document["releases"][0]["rejections"][0]["rule"], "row.code");
}
