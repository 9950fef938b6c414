//! Entries in key order, from either end.
//!
//! Holds no lock between two entries: commits go on, and a scan may see part of one. Ends after its
//! first error. Never reads ahead more than the engine's page.

use crate::error::Error;
use crate::layout;
use crate::reading::resolve;
use crate::store::Store;

/// A key and its value.
pub(crate) type Entry = (Vec<u8>, Vec<u8>);

/// An iterator over entries of a table, made by [`Store::scan`] and [`Store::scan_range`].
pub struct Scan {
    store: Store,
    /// Nothing once the scan has ended. Boxed, because the engine's iterator is large.
    source: Option<Result<Box<sled::Iter>, Error>>,
}

impl Scan {
    pub(crate) fn prefix(store: &Store, prefix: &[u8]) -> Self {
        Self::of(store, store.inner.tree.scan_prefix(prefix))
    }

    /// From `from` (included) to `end` (excluded).
    pub(crate) fn range(store: &Store, from: Vec<u8>, end: Vec<u8>) -> Self {
        if from >= end {
            return Self { store: store.clone(), source: None };
        }
        Self::of(store, store.inner.tree.range(from..end))
    }

    pub(crate) fn failed(store: &Store, error: Error) -> Self {
        Self { store: store.clone(), source: Some(Err(error)) }
    }

    /// The same entries with the engine's keys.
    pub(crate) fn raw(mut self) -> impl Iterator<Item = Result<Entry, Error>> {
        std::iter::from_fn(move || self.step(sled::Iter::next))
    }

    fn of(store: &Store, entries: sled::Iter) -> Self {
        Self { store: store.clone(), source: Some(Ok(Box::new(entries))) }
    }

    fn step(
        &mut self,
        advance: impl Fn(&mut sled::Iter) -> Option<sled::Result<(sled::IVec, sled::IVec)>>,
    ) -> Option<Result<Entry, Error>> {
        // Put back only if there is more to come: a scan ends after its first error.
        let mut entries = match self.source.take()? {
            Ok(entries) => entries,
            Err(error) => return Some(Err(error)),
        };
        if let Err(error) = self.store.check_usable() {
            return Some(Err(error));
        }
        loop {
            let (key, stored) = match advance(&mut entries)? {
                Ok(found) => found,
                Err(source) => return Some(Err(self.store.doubt(Error::engine(b"", source)))),
            };
            match resolve(&self.store.inner.tree, &key, stored) {
                Ok(Some(value)) => {
                    self.source = Some(Ok(entries));
                    return Some(Ok((key.to_vec(), value)));
                }
                // Removed by a commit since the scan read the page.
                Ok(None) => {}
                Err(error) => return Some(Err(self.store.doubt(error))),
            }
        }
    }
}

impl Iterator for Scan {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(sled::Iter::next).map(without_prefix)
    }
}

impl DoubleEndedIterator for Scan {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.step(sled::Iter::next_back).map(without_prefix)
    }
}

fn without_prefix(entry: Result<Entry, Error>) -> Result<Entry, Error> {
    entry.map(|(mut key, value)| {
        debug_assert!(!layout::is_part_key(&key));
        key.remove(0);
        (key, value)
    })
}
