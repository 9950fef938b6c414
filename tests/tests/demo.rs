//! The demonstration: one command loads the paper's statistics, shows what is in them, and ends.

use std::path::Path;
use std::process::Output;

use system::Entrepot;

const COLUMNS: usize = 80;

fn demo(directory: &Path, more: &[&str]) -> Output {
    let data = directory.join("data");
    let data = data.to_str().expect("a readable path");
    let once = ["up", "--feed", "paper", "--once", "--grpc", "127.0.0.1:0", "--data-dir", data];
    let mut command = Entrepot::find().command(&[&once[..], more].concat());
    command.env("COLUMNS", COLUMNS.to_string()).output().expect("the command starts")
}

#[test]
fn the_demonstration_ends_well_fits_a_terminal_and_names_the_known_contradictions() {
    let directory = tempfile::tempdir().expect("a directory");
    let output = demo(directory.path(), &[]);
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{shown}{said}");
    for line in shown.lines() {
        let width = line.chars().count();
        assert!(width <= COLUMNS, "{width} columns: {line}");
    }
    assert!(!shown.contains("no answer:"), "every question is answered: {shown}");
    // Cells are broken over lines, so words are compared.
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for contradiction in ["17.4", "17.91", "Lao", "Myanmar", "41.2", "35.6", "-72.7", "suppressed"]
    {
        assert!(words.contains(contradiction), "`{contradiction}` is not in: {shown}");
    }
    assert!(words.contains(" contradicted,"), "how many of the claims: {shown}");
}

#[test]
fn the_same_as_json_is_one_document_and_a_second_time_changes_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut audits = Vec::new();
    for outcome in ["published", "unchanged"] {
        let output = demo(directory.path(), &["--json"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let releases = document["releases"].as_array().expect("releases");
        assert_eq!(releases.len(), 14);
        assert!(releases.iter().all(|release| release["outcome"] == outcome), "{document}");
        let claims = document["audit"]["claims"].as_array().expect("claims");
        assert!(claims.iter().any(|claim| claim["verdict"] == "contradicted"));
        audits.push(document["audit"].clone());
    }
    assert_eq!(audits[0], audits[1]);
}
