//! Stops commits before the disk is full, because the engine's own error for it never goes away.
//!
//! Looks at the free space every few MiB of commits. Below the mark it gives back the reserve file,
//! so that what is under way can be synced, published and trimmed, and refuses commits until there
//! is enough for mark and reserve again. Never deletes anything but the reserve.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate, statvfs};
use rustix::io::Errno;

use crate::error::Error;
use crate::options::Options;

/// Bytes of commits between two looks: with the engine's rewriting (measured at 2 to 3 times) far
/// below the default mark of 64 MiB, and a look of 2 µs costs nothing at this distance.
const LOOK_EVERY_BYTES: u64 = 4 << 20;

const RESERVE: &str = "reserve";

/// The free space of the file system that holds a store.
#[derive(Debug)]
pub(crate) struct Space {
    dir: PathBuf,
    reserve: PathBuf,
    reserve_bytes: u64,
    free_bytes_min: u64,
    bytes_since_look: u64,
    level: Level,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Level {
    Enough,
    Short,
}

impl Space {
    /// Makes the reserve if there is room for it, and gives it back if space is short already.
    pub(crate) fn prepare(dir: &Path, options: &Options) -> Result<Self, Error> {
        let mut space = Self {
            dir: dir.to_owned(),
            reserve: reserve_of(dir),
            reserve_bytes: options.reserve_bytes,
            free_bytes_min: options.free_bytes_min,
            bytes_since_look: LOOK_EVERY_BYTES,
            level: Level::Enough,
        };
        let kept_bytes = fs::metadata(&space.reserve).map_or(0, |metadata| metadata.len());
        if kept_bytes != space.reserve_bytes {
            space.release()?;
            space.level = Level::Short;
        }
        match space.look() {
            Ok(()) | Err(Error::DiskFull { .. }) => Ok(space),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn reserve_path(&self) -> &Path {
        &self.reserve
    }

    /// Whether no commit is refused for want of space.
    pub(crate) fn is_enough(&self) -> bool {
        self.level == Level::Enough
    }

    /// Admits a commit of so many bytes.
    ///
    /// # Errors
    /// [`Error::DiskFull`] below the mark.
    pub(crate) fn admit(&mut self, bytes: u64) -> Result<(), Error> {
        self.bytes_since_look += bytes;
        if self.level == Level::Enough && self.bytes_since_look < LOOK_EVERY_BYTES {
            return Ok(());
        }
        self.look()
    }

    fn look(&mut self) -> Result<(), Error> {
        let available_bytes = self.available()?;
        let required_bytes = match self.level {
            Level::Enough => self.free_bytes_min,
            Level::Short => self.free_bytes_min.saturating_add(self.reserve_bytes),
        };
        if available_bytes < required_bytes {
            if self.level == Level::Enough {
                self.level = Level::Short;
                self.release()?;
            }
            return Err(Error::DiskFull { available_bytes, required_bytes });
        }
        if self.level == Level::Short {
            self.allocate(available_bytes)?;
            self.level = Level::Enough;
        }
        self.bytes_since_look = 0;
        Ok(())
    }

    /// Gives the reserve back to the file system.
    pub(crate) fn release(&mut self) -> Result<(), Error> {
        discard_reserve(&self.dir)
    }

    fn allocate(&mut self, available_bytes: u64) -> Result<(), Error> {
        if self.reserve_bytes == 0 {
            return Ok(());
        }
        let file =
            File::create(&self.reserve).map_err(|source| Error::io(&self.reserve, source))?;
        match fallocate(&file, FallocateFlags::empty(), 0, self.reserve_bytes) {
            Ok(()) => Ok(()),
            Err(Errno::OPNOTSUPP) => {
                tracing::warn!(store = %self.dir.display(), "file system cannot hold a reserve");
                self.reserve_bytes = 0;
                self.release()
            }
            // Another process was faster.
            Err(Errno::NOSPC) => {
                self.release()?;
                let required_bytes = self.free_bytes_min.saturating_add(self.reserve_bytes);
                Err(Error::DiskFull { available_bytes, required_bytes })
            }
            Err(source) => Err(Error::io(&self.reserve, source.into())),
        }
    }

    fn available(&self) -> Result<u64, Error> {
        let status = statvfs(&self.dir).map_err(|source| Error::io(&self.dir, source.into()))?;
        Ok(status.f_bavail.saturating_mul(status.f_frsize))
    }
}

/// Where the reserve of a store is.
pub(crate) fn reserve_of(dir: &Path) -> PathBuf {
    dir.join(RESERVE)
}

/// Removes the reserve of a store that is not open.
pub(crate) fn discard_reserve(dir: &Path) -> Result<(), Error> {
    let path = reserve_of(dir);
    match fs::remove_file(&path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(Error::io(&path, source)),
        Ok(()) | Err(_) => Ok(()),
    }
}
