//! `entrepot up` as a whole: the real services, the paper's feeds, and a second start on the same
//! data, which must change nothing.

use std::path::Path;

use serde_json::Value;

use crate::{run_at, stderr, stdout};

fn up(data_dir: &Path) -> Value {
    let data_dir = data_dir.display().to_string();
    let arguments =
        ["up", "--once", "--json", "--grpc", "127.0.0.1:0", "--data-dir", data_dir.as_str()];
    let output = run_at("http://127.0.0.1:9", &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).expect("one document")
}

fn outcomes(document: &Value) -> Vec<&str> {
    let releases = document["releases"].as_array().expect("a list");
    releases.iter().filter_map(|release| release["outcome"].as_str()).collect()
}

#[test]
fn the_paper_is_taken_in_once_and_audited() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = up(directory.path());
    let published = outcomes(&first);
    assert!(published.len() > 10, "{published:?}");
    assert!(published.iter().all(|outcome| *outcome == "published"), "{published:?}");
    let claims = first["audit"]["claims"].as_array().expect("a list");
    assert!(claims.iter().any(|claim| claim["verdict"] == "contradicted"));
    let second = up(directory.path());
    assert!(outcomes(&second).iter().all(|outcome| *outcome == "unchanged"), "{second}");
    assert_eq!(first["audit"], second["audit"]);
}

#[test]
fn an_address_beyond_loopback_is_wrong_usage() {
    let directory = tempfile::tempdir().expect("a directory");
    let data_dir = directory.path().display().to_string();
    let arguments = ["up", "--once", "--grpc", "0.0.0.0:0", "--data-dir", data_dir.as_str()];
    let output = run_at("http://127.0.0.1:9", &arguments);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("authentication"), "{}", stderr(&output));
}
