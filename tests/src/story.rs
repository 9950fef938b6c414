//! A stream of what clients send, step by step, so that several tests may send the same and a step
//! that was not acknowledged may be sent again.

use std::path::{Path, PathBuf};
use std::process::Output;

use api::types::Receipt;
use serde_json::Value;

use crate::settle::{merge, receipt_of};
use crate::{Door, repository};

/// A command and how it ends.
#[derive(Clone, Debug)]
pub struct Step {
    /// The command's arguments.
    pub arguments: Vec<String>,
    /// Its exit code when it was acknowledged.
    pub code: i32,
}

impl Step {
    /// A step that succeeds.
    #[must_use]
    pub fn new(arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&one| one.to_owned()).collect();
        Self { arguments, code: 0 }
    }

    /// The same, refused.
    #[must_use]
    pub fn refused(self) -> Self {
        Self { code: 3, ..self }
    }

    /// Sends it.
    #[must_use]
    pub fn send(&self, system: &Door) -> Output {
        let mut arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        arguments.extend(["--json", "--timeout", "60s"]);
        system.run(&arguments)
    }

    /// The answer, if it was acknowledged.
    ///
    /// # Panics
    /// If it was, and answers with no document.
    #[must_use]
    pub fn acknowledged(&self, output: &Output) -> Option<Value> {
        let is_acknowledged = output.status.code() == Some(self.code);
        is_acknowledged.then(|| serde_json::from_slice(&output.stdout).expect("a document"))
    }
}

/// Sends steps one after the other, and answers with the receipt of all.
///
/// # Panics
/// If one of them does not end as it should.
pub fn play(system: &Door, steps: &[Step]) -> Receipt {
    let mut receipt = Receipt::default();
    for step in steps {
        let output = step.send(system);
        let answer = step.acknowledged(&output).unwrap_or_else(|| {
            panic!(
                "{:?} ended with {}: {}{}",
                step.arguments,
                output.status,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            )
        });
        merge(&mut receipt, &receipt_of(&answer));
    }
    receipt
}

/// The paper's feeds, as files sent by hand.
///
/// # Panics
/// If the manifest is not what it was.
#[must_use]
pub fn paper() -> Vec<Step> {
    let feeds = repository().join("feeds/paper");
    let manifest = std::fs::read(feeds.join("manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    let mut steps = Vec::new();
    for kind in ["structures", "checks", "claims"] {
        steps.push(Step::new(&["register", kind, &text(&path_in(&feeds, &manifest[kind]))]));
    }
    for feed in manifest["releases"].as_array().expect("releases") {
        let file = text(&path_in(&feeds, &feed["file"]));
        let released_at = feed["released_at"].as_str().expect("a time");
        steps.push(Step::new(&["ingest", &file, "--released-at", released_at]));
    }
    steps.push(Step::new(&["network", "load", &text(&path_in(&feeds, &manifest["network"]))]));
    steps
}

fn path_in(directory: &Path, name: &Value) -> PathBuf {
    directory.join(name.as_str().expect("a name"))
}

fn text(path: &Path) -> String {
    path.to_str().expect("a readable path").to_owned()
}
