//! Small files that tell the next opener how the last one ended.
//!
//! `open` holds the boot id of the machine while a process has the store open: after a kill it is
//! there with the same boot id, and the engine recovers; with another boot id the machine went
//! down, what was not synced may be there in part, and the store is set aside. `corrupt` is left by
//! a read that met damage. Each is written and removed so that it survives a loss of power itself.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::error::Error;

const OPEN: &str = "open";
const CORRUPT: &str = "corrupt";
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// Where there is no boot id to read, each unclean stop counts as one of the machine.
const BOOT_ID_UNKNOWN: &str = "unknown";

/// How the last opener ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum LastStop {
    Clean,
    /// The process ended without closing, the machine went on.
    Killed,
    /// The machine went down, or may have.
    MachineWentDown {
        boot_then: String,
        boot_now: String,
    },
    /// A read met damage; what it said.
    Corrupt {
        told: String,
    },
}

pub(crate) fn last_stop(dir: &Path) -> Result<LastStop, Error> {
    if let Some(told) = read(dir, CORRUPT)? {
        return Ok(LastStop::Corrupt { told });
    }
    let Some(boot_then) = read(dir, OPEN)? else { return Ok(LastStop::Clean) };
    let boot_now = boot_id();
    if boot_then == boot_now && boot_now != BOOT_ID_UNKNOWN {
        return Ok(LastStop::Killed);
    }
    Ok(LastStop::MachineWentDown { boot_then, boot_now })
}

pub(crate) fn mark_open(dir: &Path) -> Result<(), Error> {
    write(dir, OPEN, &boot_id())
}

pub(crate) fn mark_closed(dir: &Path) -> Result<(), Error> {
    let path = dir.join(OPEN);
    fs::remove_file(&path).map_err(|source| Error::io(&path, source))?;
    sync_dir(dir)
}

pub(crate) fn mark_corrupt(dir: &Path, told: &str) -> Result<(), Error> {
    write(dir, CORRUPT, told)
}

/// Makes creations, renames and removals in a folder survive a loss of power.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|file| file.sync_all()).map_err(|source| Error::io(dir, source))
}

fn boot_id() -> String {
    match fs::read_to_string(BOOT_ID) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => BOOT_ID_UNKNOWN.to_owned(),
    }
}

fn read(dir: &Path, name: &str) -> Result<Option<String>, Error> {
    let path = dir.join(name);
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned())),
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::io(&path, source)),
    }
}

fn write(dir: &Path, name: &str, text: &str) -> Result<(), Error> {
    let path = dir.join(name);
    let written = File::create(&path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|source| Error::io(&path, source))?;
    sync_dir(dir)
}
