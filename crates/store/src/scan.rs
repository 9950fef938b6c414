//! Entries in key order, from either end.
//!
//! Holds no lock between two entries: commits go on, and a scan may see part of one. Ends after its
//! first error. Never reads ahead more than the engine's page.

use crate::error::Error;
use crate::layout;
use crate::reading::resolve;
use crate::store::Store;

/// An iterator over entries of a table, made by [`Store::scan`] and [`Store::scan_range`].
pub struct Scan {
    store: Store,
    source: Source,
}

enum Source {
    Entries(sled::Iter),
    Failed(Error),
    Ended,
}

impl Scan {
    pub(crate) fn prefix(store: &Store, prefix: &[u8]) -> Self {
        Self::of(store, store.inner.tree.scan_prefix(prefix))
    }

    /// From `from` (included) to `end` (excluded).
    pub(crate) fn range(store: &Store, from: Vec<u8>, end: Vec<u8>) -> Self {
        if from >= end {
            return Self { store: store.clone(), source: Source::Ended };
        }
        Self::of(store, store.inner.tree.range(from..end))
    }

    pub(crate) fn failed(store: &Store, error: Error) -> Self {
        Self { store: store.clone(), source: Source::Failed(error) }
    }

    /// The same entries with the engine's keys.
    pub(crate) fn raw(mut self) -> impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), Error>> {
        std::iter::from_fn(move || self.step(sled::Iter::next))
    }

    fn of(store: &Store, entries: sled::Iter) -> Self {
        Self { store: store.clone(), source: Source::Entries(entries) }
    }

    fn step(
        &mut self,
        advance: impl Fn(&mut sled::Iter) -> Option<sled::Result<(sled::IVec, sled::IVec)>>,
    ) -> Option<Result<(Vec<u8>, Vec<u8>), Error>> {
        if let Err(error) = self.store.check_usable() {
            return match std::mem::replace(&mut self.source, Source::Ended) {
                Source::Ended => None,
                Source::Entries(_) | Source::Failed(_) => Some(Err(error)),
            };
        }
        loop {
            let entries = match &mut self.source {
                Source::Entries(entries) => entries,
                Source::Failed(_) | Source::Ended => {
                    return match std::mem::replace(&mut self.source, Source::Ended) {
                        Source::Failed(error) => Some(Err(error)),
                        Source::Entries(_) | Source::Ended => None,
                    };
                }
            };
            let found = match advance(entries) {
                None => {
                    self.source = Source::Ended;
                    return None;
                }
                Some(Err(source)) => Err(Error::engine(b"", source)),
                Some(Ok((key, stored))) => resolve(&self.store.inner.tree, &key, stored)
                    .map(|value| value.map(|value| (key.to_vec(), value))),
            };
            match found {
                Ok(Some(entry)) => return Some(Ok(entry)),
                // Removed by a commit since the scan read the page.
                Ok(None) => {}
                Err(error) => {
                    self.source = Source::Ended;
                    let corrupt = matches!(error, Error::Corrupt { .. });
                    return Some(Err(if corrupt { self.store.poison(error) } else { error }));
                }
            }
        }
    }
}

impl Iterator for Scan {
    type Item = Result<(Vec<u8>, Vec<u8>), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(sled::Iter::next).map(without_prefix)
    }
}

impl DoubleEndedIterator for Scan {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.step(sled::Iter::next_back).map(without_prefix)
    }
}

fn without_prefix(entry: Result<(Vec<u8>, Vec<u8>), Error>) -> Result<(Vec<u8>, Vec<u8>), Error> {
    entry.map(|(mut key, value)| {
        debug_assert!(!layout::is_part_key(&key));
        key.remove(0);
        (key, value)
    })
}
