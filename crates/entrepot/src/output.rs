//! Answers on stdout: one JSON document, or text for people. Nothing else is written there.

mod json;
mod table;

use std::io::Write;

use serde_json::Value;

use crate::error::Error;

pub(crate) use json::*;
pub(crate) use table::{Table, fill, shorten};

/// Prints one document.
pub(crate) fn print_json(document: &Value) -> Result<(), Error> {
    print(&format!("{document:#}"))
}

/// Prints one document on one line, at once.
pub(crate) fn print_json_line(document: &Value) -> Result<(), Error> {
    print(&document.to_string())
}

/// Prints text, with one line end behind it.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut stdout = std::io::stdout().lock();
    let written = writeln!(stdout, "{}", text.trim_end_matches('\n'));
    written.and_then(|()| stdout.flush()).map_err(Error::Output)
}
