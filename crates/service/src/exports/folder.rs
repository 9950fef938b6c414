//! A folder of exports: `<unit>-<time>.export`, the newest last by name.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

#[cfg(feature = "process")]
use jiff::Timestamp;

use super::head::ExportHead;
use super::{BUFFER_BYTES, dir_of, import_into, is_absent_or_empty, refused};
use crate::Error;

/// The last one, and the one before it, in case the last one cannot be read.
#[cfg(any(feature = "process", test))]
const KEPT: usize = 2;

/// Where the next export of a unit goes.
#[cfg(feature = "process")]
pub(super) fn next(folder: &Path, unit: &str) -> PathBuf {
    let time = Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    folder.join(format!("{unit}-{time}.export"))
}

/// The exports of a unit, newest first.
pub(super) fn exports_of(folder: &Path, unit: &str) -> Result<Vec<PathBuf>, Error> {
    let io = |source| Error::Io { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let time = name.strip_prefix(unit).and_then(|rest| rest.strip_prefix('-'));
        let time = time.and_then(|rest| rest.strip_suffix(".export"));
        // `metrics-1` is no prefix of `metrics-12`, for a time has a T in it and no dash.
        if time.is_some_and(|time| time.contains('T') && !time.contains('-')) {
            found.push(path);
        }
    }
    found.sort_unstable_by(|one, other| other.cmp(one));
    Ok(found)
}

/// Removes all exports of a unit but the newest.
#[cfg(any(feature = "process", test))]
pub(super) fn thin_out(folder: &Path, unit: &str) -> Result<(), Error> {
    for old in exports_of(folder, unit)?.into_iter().skip(KEPT) {
        fs::remove_file(&old).map_err(|source| Error::Io { path: old, source })?;
    }
    Ok(())
}

/// Makes the store of a unit that has none from the newest export that is whole; answers with the
/// file, or with nothing if the unit has a store, or no export that can be read. Blocks.
///
/// # Errors
/// [`Error::Io`] if the folder cannot be read, or the store not be made.
pub fn restore(folder: &Path, unit: &str, data_dir: &Path) -> Result<Option<PathBuf>, Error> {
    let Some(dir) = dir_of(unit, data_dir) else { return Ok(None) };
    if !is_absent_or_empty(&dir) {
        return Ok(None);
    }
    for file in exports_of(folder, unit)? {
        match restore_from(&file, unit, &dir) {
            Ok(()) => return Ok(Some(file)),
            Err(Error::Export { because, .. }) => {
                tracing::warn!(unit, file = %file.display(), because, "an export is passed over");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn restore_from(file: &Path, unit: &str, dir: &Path) -> Result<(), Error> {
    let opened = File::open(file).map_err(|source| Error::Io { path: file.to_owned(), source })?;
    let mut input = BufReader::with_capacity(BUFFER_BYTES, opened);
    let head = ExportHead::read(&mut input, file)?;
    if head.unit != unit {
        return Err(refused(file, "is of another unit than its name says"));
    }
    import_into(&mut input, file, dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_is_found_by_its_unit_and_the_newest_comes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "metrics-1-20260101T000000Z.export",
            "metrics-1-20260301T000000Z.export",
            "metrics-1-20260201T000000Z.export",
            "metrics-1-20260401T000000Z.exporting",
            "metrics-12-20260501T000000Z.export",
            "metrics-1.export",
        ] {
            fs::write(folder.path().join(name), b"").expect("writes");
        }
        let names = || -> Vec<String> {
            let found = exports_of(folder.path(), "metrics-1").expect("reads");
            let name = |path: &PathBuf| path.file_stem().expect("a name").to_string_lossy().into();
            found.iter().map(name).collect()
        };
        let newest = ["metrics-1-20260301T000000Z", "metrics-1-20260201T000000Z"];
        assert_eq!(names(), [newest[0], newest[1], "metrics-1-20260101T000000Z"]);
        thin_out(folder.path(), "metrics-1").expect("removes");
        assert_eq!(names(), newest);
        assert_eq!(exports_of(folder.path(), "metrics-12").expect("reads").len(), 1);
    }
}
