//! What a machine can hold of how the code is written: headers, lengths, names, arrows.
//!
//! Each rule says which file breaks it and what to do, all of them and not the first.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use system::repository;

const FILE_LINES_MAX: usize = 500;
const HEADER_LINES_MAX: usize = 40;
const VAGUE: [&str; 6] = ["utils", "util", "common", "helpers", "types", "misc"];

/// Who may use whom, own crates only; the arrows of ARCHITECTURE.md.
const ARROWS: [(&str, &[&str]); 14] = [
    ("statistics", &[]),
    ("input-output", &[]),
    ("production-network", &[]),
    ("policy", &[]),
    ("api", &["statistics", "input-output", "production-network", "policy"]),
    ("event-log", &[]),
    ("store", &[]),
    ("service", &["api", "event-log", "store", "statistics"]),
    ("ingestion", &["api", "event-log", "service", "store", "statistics", "production-network"]),
    ("metrics", &["api", "event-log", "service", "store", "statistics", "input-output"]),
    ("network-model", &["api", "event-log", "service", "store", "production-network"]),
    ("policy-advice", &["api", "event-log", "service", "store", "policy", "statistics"]),
    ("gateway", &["api", "service", "event-log"]),
    (
        "entrepot",
        &[
            "api",
            "event-log",
            "gateway",
            "ingestion",
            "metrics",
            "network-model",
            "policy-advice",
            "production-network",
            "service",
            "store",
            "statistics",
        ],
    ),
];

#[test]
fn every_source_file_has_a_header_and_one_idea() {
    let mut faults = Vec::new();
    for path in rust_files() {
        let text = fs::read_to_string(&path).expect("a source file");
        let lines = text.lines().count();
        let header = text.lines().take_while(|line| line.starts_with("//!")).count();
        let is_test = path.components().any(|part| part.as_os_str() == "tests")
            || path.file_name().is_some_and(|name| name == "tests.rs");
        let is_plain = header > 0 || is_test;
        if !is_plain {
            faults.push(format!(
                "{}: begin with a `//!` header that says why it exists",
                show(&path)
            ));
        }
        if header > HEADER_LINES_MAX {
            faults.push(format!("{}: a header of {header} lines; 3 to 8 are enough", show(&path)));
        }
        if lines > FILE_LINES_MAX {
            faults.push(format!("{}: {lines} lines; look for the second idea", show(&path)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_file_has_a_vague_name() {
    let mut faults = Vec::new();
    for path in rust_files() {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if VAGUE.contains(&name) || name == "mod" {
            faults.push(format!("{}: name the file by its idea", show(&path)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn arrows_between_crates_point_downwards() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let mut faults = Vec::new();
    for (name, uses) in &allowed {
        let manifest = repository().join("crates").join(name).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("a manifest");
        let dependencies = text.split("[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for line in dependencies.lines() {
            let used = line.split(['.', ' ', '=']).next().unwrap_or_default().replace('_', "-");
            let is_own = allowed.contains_key(used.as_str());
            if is_own && !uses.contains(&used.as_str()) {
                faults.push(format!(
                    "{name} uses {used}: a new arrow is a matter of ARCHITECTURE.md"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn nothing_is_left_unfinished_in_the_code() {
    // Spelt apart, so that this file does not find itself.
    let words = [["TO", "DO"], ["FIX", "ME"], ["X", "XX"], ["todo", "!("], ["unimplemented", "!("]];
    let mut faults = Vec::new();
    for path in rust_files() {
        let text = fs::read_to_string(&path).expect("a source file");
        for (number, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(&word.concat())) {
                faults.push(format!("{}:{}: {}", show(&path), number + 1, line.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for top in ["crates", "tests"] {
        collect(&repository().join(top), &mut files);
    }
    files.sort();
    assert!(files.len() > 50, "the sources are where this test looks");
    files
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("a directory of the repository") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

fn show(path: &Path) -> String {
    path.strip_prefix(repository()).unwrap_or(path).display().to_string()
}
