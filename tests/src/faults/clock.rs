//! A process whose wall clock is another: by a small library that is loaded before all others.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::repository;

/// The library, built; `None` where there is no C compiler or no such loading.
#[must_use]
pub(crate) fn library(directory: &Path) -> Option<PathBuf> {
    let source = repository().join("tests/clock/shift.c");
    let library = directory.join("shift.so");
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    let compiled = compile.status().is_ok_and(|status| status.success());
    if !compiled {
        println!("SKIPPED: no C compiler, so no clock is set back");
    }
    compiled.then_some(library)
}
