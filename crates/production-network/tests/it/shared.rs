//! Where data of others lies that tests read and never copy.

use std::path::PathBuf;

/// A file or folder of it; says loudly that it is not there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let shared = std::env::var_os("ENTREPOT_SHARED_DATA").map_or(default.into(), PathBuf::from);
    let found = shared.join(path);
    if !found.exists() {
        println!("SKIPPED: {} is not there (set ENTREPOT_SHARED_DATA)", found.display());
        return None;
    }
    Some(found)
}

/// The rows of a table with a header, by the names of its columns.
pub(crate) fn rows(text: &str) -> Vec<std::collections::BTreeMap<&str, &str>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    lines.map(|line| names.iter().copied().zip(line.split(',')).collect()).collect()
}
