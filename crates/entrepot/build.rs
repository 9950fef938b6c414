//! Lists the files of the paper's feed, so that the command carries them and `entrepot up` needs
//! no other file. Whatever is in `feeds/paper` is taken; the manifest says what each file is.

use std::fmt::Write;
use std::path::{Path, PathBuf};

const FEED: &str = "../../feeds/paper";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let feed = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join(FEED);
    println!("cargo:rerun-if-changed={}", feed.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(&feed)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "csv" || extension == "json") {
            paths.push(path.canonicalize()?);
        }
    }
    paths.sort();
    let mut source = String::from("pub(super) const FILES: &[(&str, &[u8])] = &[\n");
    for path in paths {
        println!("cargo:rerun-if-changed={}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        writeln!(source, "    ({name:?}, include_bytes!({:?})),", path.display().to_string())?;
    }
    source.push_str("];\n");
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("paper.rs"), source)?;
    Ok(())
}
