//! Bad input by the command: a clear answer with its exit code, nothing half published, and memory
//! that stays within a bound.

use std::path::Path;
use std::process::Output;

use system::{Entrepot, HOST_HEADER, Running, host_file, host_row, paper, play};

/// An idle system with its sixteen and more stores holds well under 100 MiB in a debug build, and a
/// release in work a few MiB more; without limits the widest of these files alone takes more.
const MEMORY_BYTES_MAX: u64 = 256 << 20;
const LONG_FIELD_BYTES: usize = 10 << 20;
const COLUMNS: usize = 100_000;

struct Case {
    name: &'static str,
    content: Vec<u8>,
    /// What must be in the answer besides the file, and a remedy.
    told: &'static [&'static str],
}

fn cases() -> Vec<Case> {
    let rows: Vec<String> = (2001..2015).map(|year| host_row("SG", year, "1")).collect();
    let whole = host_file(&rows);
    let text = String::from_utf8(whole.clone()).expect("UTF-8");
    let latin = text.replacen(",s,", ",\u{e9},", 1);
    let latin = latin.chars().map(|one| u8::try_from(one).expect("Latin-1")).collect();
    let long = host_file(&[host_row("SG", 2001, &"9".repeat(LONG_FIELD_BYTES))]);
    vec![
        Case {
            name: "cut-in-half.csv",
            content: whole[..whole.len() / 2 - 7].to_vec(),
            told: &["9"],
        },
        Case {
            name: "unknown-code.csv",
            content: text.replacen(",A,SG,W,", ",A,ATLANTIS,W,", 1).into_bytes(),
            told: &["2", "REF_AREA", "code.unknown", "ATLANTIS"],
        },
        Case {
            name: "other-separator.csv",
            // The header keeps its commas: with one separator throughout it would be a good file.
            content: format!("{HOST_HEADER}\n{}", text[HOST_HEADER.len() + 1..].replace(',', ";"))
                .into_bytes(),
            told: &["2"],
        },
        Case { name: "latin-1.csv", content: latin, told: &["2"] },
        Case { name: "long-field.csv", content: long, told: &["2"] },
        Case {
            name: "wide.csv",
            content: format!("STRUCTURE{}\n", ",X".repeat(COLUMNS)).into_bytes(),
            told: &["1"],
        },
        Case { name: "empty.csv", content: Vec::new(), told: &[] },
        Case {
            name: "header-only.csv",
            content: format!("{HOST_HEADER}\n").into_bytes(),
            told: &[],
        },
    ]
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All that can be read of the host table.
fn visible(system: &Running) -> [serde_json::Value; 2] {
    [
        system.json(&["observations", "--dataflow", "DF_FDI_HOST", "--history"]),
        system.json(&["releases"]),
    ]
}

fn with_structures(directory: &Path) -> Running {
    let system = Entrepot::find().up(&directory.join("data"), &["--feed", "none"]);
    // Without checks, so that only the file itself can be at fault.
    let steps = paper();
    play(&system, &[steps[0].clone(), steps[3].clone()]);
    system
}

#[test]
fn files_that_are_none_are_refused_with_line_rule_and_remedy_in_bounded_memory() {
    let directory = tempfile::tempdir().expect("a directory");
    let system = with_structures(directory.path());
    let before = visible(&system);
    let idle = system.peak_memory_bytes();
    for Case { name, content, told } in cases() {
        let path = directory.path().join(name);
        std::fs::write(&path, content).expect("the directory is ours");
        let path = path.to_str().expect("a readable path");
        let output = system.run(&["ingest", path, "--json"]);
        let said = format!("{name}: {}{}", stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(3), "{said}");
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let release = &answer["releases"][0];
        assert_eq!(release["outcome"], "refused", "{said}");
        let rejections = release["rejections"].as_array().expect("a list");
        let is_told = !rejections.is_empty() || release["explanation"] != "";
        assert!(is_told, "{said}");
        if let Some(rejection) = rejections.first() {
            for field in ["file", "rule", "reason", "remedy"] {
                assert_ne!(rejection[field].as_str().unwrap_or_default(), "", "{field}: {said}");
            }
            assert_eq!(rejection["file"], name);
        }
        let facts = rejections.first().map(ToString::to_string).unwrap_or_default();
        for fact in told {
            assert!(facts.contains(fact), "`{fact}` is not in {said}");
        }
        // The same for people: the rule and what to do, within a screen and not the row of 10 MB.
        let output = system.run(&["ingest", path]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        let shown = stdout(&output) + &stderr(&output);
        assert!(shown.contains("what to do"), "{name}: {shown}");
        assert!(shown.len() < 8_000, "{name}: {} bytes", shown.len());
    }
    assert_eq!(visible(&system), before, "nothing is half published");
    let peak = system.peak_memory_bytes();
    println!("peak memory: {} MiB idle, {} MiB after", idle >> 20, peak >> 20);
    assert!(peak < MEMORY_BYTES_MAX, "{} MiB", peak >> 20);
}

#[test]
fn what_is_no_file_is_wrong_usage_and_names_the_path() {
    let directory = tempfile::tempdir().expect("a directory");
    let system = with_structures(directory.path());
    let before = visible(&system);
    let missing = directory.path().join("missing.csv");
    for path in [directory.path(), &missing] {
        let path = path.to_str().expect("a readable path");
        let output = system.run(&["ingest", path]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(path), "{}", stderr(&output));
        assert!(stderr(&output).contains("what to do"), "{}", stderr(&output));
    }
    assert_eq!(visible(&system), before);
}

#[test]
fn a_byte_order_mark_and_a_pipe_are_no_faults() {
    let directory = tempfile::tempdir().expect("a directory");
    let system = with_structures(directory.path());
    let marked = [b"\xef\xbb\xbf".as_slice(), &host_file(&[host_row("SG", 2015, "1")])].concat();
    let path = directory.path().join("marked.csv");
    std::fs::write(&path, marked).expect("the directory is ours");
    let path = path.to_str().expect("a readable path");
    let output = system.run(&["ingest", path, "--lenient"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));

    let piped = host_file(&[host_row("MY", 2015, "1")]);
    let output = system.run_with_input(&["ingest", "-", "--lenient", "--json"], &piped);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["releases"][0]["outcome"], "published", "{answer}");

    let bad = host_file(&[host_row("ATLANTIS", 2015, "1")]);
    let output = system.run_with_input(&["ingest", "-"], &bad);
    assert_eq!(output.status.code(), Some(3), "{}{}", stdout(&output), stderr(&output));
    for part in ["standard input", "code.unknown", "ATLANTIS"] {
        let shown = system.json(&["rejections"]).to_string();
        assert!(shown.contains(part), "`{part}` is not in {shown}");
    }
}
