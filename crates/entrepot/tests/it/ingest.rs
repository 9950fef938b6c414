//! Files on their way: from a path or standard input, in chunks, each its own release.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::{Setting, file, stdout};

/// More than one chunk of 64 KiB.
const LARGE_BYTES: usize = 200_000;

#[test]
fn every_byte_of_a_large_file_arrives() {
    let setting = Setting::new();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("large.csv");
    std::fs::write(&path, vec![b'x'; LARGE_BYTES]).expect("the directory is ours");
    let output = setting.run(&["ingest", &path.display().to_string(), "--json"]);
    let document: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("one document");
    // The fake counts bytes as first records.
    assert_eq!(document["releases"][0]["records"]["first"], LARGE_BYTES);
}

#[test]
fn several_files_are_several_releases_of_one_document() {
    let setting = Setting::new();
    let directory = tempfile::tempdir().expect("a directory");
    let one = file(directory.path(), "one.csv");
    let two = file(directory.path(), "two.csv");
    let output = setting.run(&["ingest", &one, &two, "--json"]);
    let document: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("one document");
    assert_eq!(document["releases"].as_array().map(Vec::len), Some(2));
}

#[test]
fn standard_input_is_sent() {
    let setting = Setting::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_entrepot"))
        .args(["ingest", "-", "--json", "--gateway", &setting.gateway])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command was built");
    let mut input = command.stdin.take().expect("is piped");
    input.write_all(b"twelve bytes").expect("it reads");
    drop(input);
    let output = command.wait_with_output().expect("it ends");
    let document: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("one document");
    assert_eq!(document["releases"][0]["records"]["first"], 12);
}
