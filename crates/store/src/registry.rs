//! From a table's name to its byte in the engine's keys.
//!
//! A number is given once, at the first open that names the table, and never changes or goes to
//! another table; tables that this open does not name keep theirs, and the digest still covers them.
//! The kind is what the caller says now. Never part of the digest: numbers depend on history.

use crate::error::{Corruption, Error};
use crate::layout::{self, TABLE_FIRST, TABLE_LAST};
use crate::record::{self, Record};
use crate::table::{Table, TableKind};
use crate::transaction::Row;

const CANONICAL: u8 = 0;
const DERIVED: u8 = 1;

/// All tables of a store, by name.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) id: u8,
    pub(crate) kind: TableKind,
}

impl Registry {
    /// Reads what is registered.
    pub(crate) fn load(tree: &sled::Tree) -> Result<Self, Error> {
        let mut entries = Vec::new();
        let prefix = layout::registry_prefix();
        for row in tree.scan_prefix(prefix) {
            let (key, stored) = row.map_err(|source| Error::engine(&prefix, source))?;
            entries.push(decode_entry(&key, &stored)?);
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { entries })
    }

    /// Adds the tables that are new or of another kind; returns the rows to write.
    ///
    /// # Errors
    /// [`Error::TooManyTables`], [`Error::KeyTooLong`] for a name.
    pub(crate) fn admit(&mut self, tables: &[Table]) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        for table in tables {
            let entry = match self.position(table.name) {
                Ok(found) if self.entries[found].kind == table.kind => continue,
                Ok(found) => {
                    self.entries[found].kind = table.kind;
                    self.entries[found].clone()
                }
                Err(place) => {
                    let entry = self.enter(table)?;
                    self.entries.insert(place, entry.clone());
                    entry
                }
            };
            let key = layout::registry_key(&entry.name);
            let kind = match entry.kind {
                TableKind::Canonical => CANONICAL,
                TableKind::Derived => DERIVED,
            };
            rows.push(Row::set(key, TableKind::Derived, &[entry.id, kind]));
        }
        Ok(rows)
    }

    pub(crate) fn find(&self, table: Table) -> Result<&Entry, Error> {
        self.find_name(table.name)
    }

    pub(crate) fn find_name(&self, name: &'static str) -> Result<&Entry, Error> {
        match self.position(name) {
            Ok(found) => Ok(&self.entries[found]),
            Err(_) => Err(Error::UnknownTable { table: name }),
        }
    }

    /// The tables that a digest covers, in order of their names.
    pub(crate) fn canonical(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.kind == TableKind::Canonical)
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.name.as_str().cmp(name))
    }

    fn enter(&self, table: &Table) -> Result<Entry, Error> {
        if table.name.len() > layout::KEY_BYTES_MAX {
            let bytes = table.name.len();
            return Err(Error::KeyTooLong { bytes, bytes_max: layout::KEY_BYTES_MAX });
        }
        let last = self.entries.iter().map(|entry| entry.id).max();
        let id = last.map_or(TABLE_FIRST, |last| last + 1);
        if id > TABLE_LAST {
            let count_max = usize::from(TABLE_LAST - TABLE_FIRST) + 1;
            return Err(Error::TooManyTables { table: table.name, count_max });
        }
        Ok(Entry { name: table.name.to_owned(), id, kind: table.kind })
    }
}

fn decode_entry(key: &[u8], stored: &[u8]) -> Result<Entry, Error> {
    let broken = |corruption| Error::corrupt(key, corruption);
    let truncated = Corruption::Truncated { bytes: stored.len() };
    let (id, kind) = match record::decode(key, stored).map_err(broken)? {
        Record::Whole(&[id, CANONICAL]) => (id, TableKind::Canonical),
        Record::Whole(&[id, DERIVED]) => (id, TableKind::Derived),
        Record::Whole(_) | Record::Head(_) | Record::Part(_) => return Err(broken(truncated)),
    };
    let name = key.get(layout::registry_prefix().len()..).unwrap_or_default();
    let name = str::from_utf8(name).map_err(|_| broken(truncated))?.to_owned();
    Ok(Entry { name, id, kind })
}
