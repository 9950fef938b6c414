//! Names of tables, declared once by each service as constants.
//!
//! The kind decides what a digest covers, so that caches and indexes that can be derived again do
//! not make two equal states look different. Never opens anything: see `registry.rs` for the way
//! from a name to its place on disk.

/// A named set of keys inside a store.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Table {
    /// The name on disk: renaming a table is making a new one.
    pub name: &'static str,
    /// Whether its content is the state itself or follows from it.
    pub kind: TableKind,
}

/// Whether a table is part of what [`crate::Store::digest`] covers.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum TableKind {
    /// The state: equal logs give equal content, byte for byte.
    Canonical,
    /// Caches, indexes, cursors, work in progress: may differ between two equal states.
    Derived,
}

impl Table {
    /// Declares a table that the digest covers.
    pub const fn canonical(name: &'static str) -> Self {
        Self { name, kind: TableKind::Canonical }
    }

    /// Declares a table that the digest leaves out.
    pub const fn derived(name: &'static str) -> Self {
        Self { name, kind: TableKind::Derived }
    }
}
