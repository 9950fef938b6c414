//! Texts that a person has read and approved, as plain files in `tests/golden`.
//! `ENTREPOT_RENEW_GOLDEN=1 cargo test -p entrepot` writes them anew: read the difference.

use std::path::Path;

/// Compares a text with its file, or writes the file.
pub(crate) fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let text = format!("{}\n", text.trim_end());
    if std::env::var_os("ENTREPOT_RENEW_GOLDEN").is_some() {
        std::fs::write(&path, text).expect("the sources can be written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name} differs; renew it if the new text is right");
}
