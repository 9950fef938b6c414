//! What an operator may set, each with unit, default and reason.
//!
//! Never holds what the safety of the store depends on: segment size, sync distance and transaction
//! limits are constants, because they come from simulated losses of power and not from taste.

/// How a store is opened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Options {
    /// Page cache of the engine in bytes. Default 32 MiB: sled's own default is 1 GiB, and a process
    /// opens one store a unit.
    pub cache_bytes: u64,
    /// Size of the reserve file in bytes, 0 for none. Default 64 MiB. It is given back when space is
    /// short, so that what is under way can still be synced and published.
    pub reserve_bytes: u64,
    /// Commits are refused while the file system has less than this available. Default 64 MiB: eight
    /// segments, above what is written between two looks at the free space.
    pub free_bytes_min: u64,
    /// When every record is read and checked while opening.
    pub verify: Verify,
}

/// When [`crate::Store::open`] reads the whole store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verify {
    /// At every open, so that damage is found before anybody relies on the store. The default: it
    /// adds about 60 ms for 30 MB.
    Always,
    /// Only if the last process did not close the store. Damage in a clean store is then reported
    /// by the read that meets it, and sets the store aside at the next open.
    AfterUncleanStop,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_bytes: 32 << 20,
            reserve_bytes: 64 << 20,
            free_bytes_min: 64 << 20,
            verify: Verify::Always,
        }
    }
}
