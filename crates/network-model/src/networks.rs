//! The networks of a unit in memory, made from its stored documents.
//!
//! Guarantees that the same documents give the same networks, however they were batched. A network is
//! changed in place; a picture of an earlier point is the same before and after, since nothing that
//! was recorded by then changes.

mod recent;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use production_network::{Document, EntityId, Limits, Network, RecordedAt, Touched};
use service::ApplyError;
use store::Store;

use crate::picture::{Picture, Pictures};
use crate::store::{DOCUMENTS, DocumentRow, decode};
use recent::Recent;

/// All networks of a unit. One thread takes documents in; any number ask.
#[derive(Debug)]
pub(crate) struct Networks {
    /// Relations from which on a network is large.
    large_from: usize,
    by_id: RwLock<BTreeMap<String, Arc<Known>>>,
    /// The position behind the last document.
    next: AtomicU64,
    pictures: Pictures,
}

/// A network and the documents that it is made from.
#[derive(Debug, Default)]
pub(crate) struct Known {
    network: RwLock<Network>,
    /// In the order of the log; never empty. Apart from the network, which is locked for as long as
    /// a picture takes.
    documents: RwLock<Vec<DocumentHead>>,
    /// What the documents since the last finished picture are about.
    recent: Mutex<Recent>,
    /// Relations that were ever told of.
    relations: AtomicUsize,
}

/// A picture with all that follows.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) picture: Arc<Picture>,
    /// If it was found from an earlier one: the position of that one's last document, and the
    /// subjects about which something else may be found than there.
    pub(crate) since: Option<(u64, BTreeSet<String>)>,
}

/// A document that was folded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct DocumentHead {
    pub(crate) position: u64,
    pub(crate) recorded_at: Timestamp,
}

impl Networks {
    pub(crate) fn new(large_from: usize) -> Self {
        let (by_id, next, pictures) = Default::default();
        Self { large_from, by_id, next, pictures }
    }

    /// A network with its documents.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Known>> {
        reading(&self.by_id).get(id).cloned()
    }

    /// Whether what follows from all of a network takes more than a moment. Waits for nobody.
    pub(crate) fn is_large(&self, known: &Known) -> bool {
        known.relations.load(Ordering::Relaxed) >= self.large_from
    }

    /// The networks' ids, in order.
    pub(crate) fn ids(&self) -> Vec<String> {
        reading(&self.by_id).keys().cloned().collect()
    }

    /// The position behind the last document.
    pub(crate) fn next(&self) -> u64 {
        self.next.load(Ordering::Acquire)
    }

    /// A network on a day, as known when a document of it was recorded; `None` without the network.
    pub(crate) fn picture(&self, id: &str, day: Date, head: DocumentHead) -> Option<Arc<Picture>> {
        let known = self.get(id)?;
        let finished = self.pictures.finished(id).filter(|picture| picture.head == head);
        if let Some(finished) = finished.filter(|picture| picture.snapshot.valid() == day) {
            return Some(finished);
        }
        let make = || Picture::new(&known.network(), day, head);
        Some(self.pictures.get(id, day, head, make))
    }

    /// Whether much of a network was told since its last finished picture, so that the next one is
    /// made anew.
    pub(crate) fn is_any_behind(&self) -> bool {
        reading(&self.by_id).iter().any(|(id, known)| {
            let finished = self.pictures.finished(id).map(|picture| picture.head.position);
            !known.recent().reaches_back_to(finished.unwrap_or(0))
        })
    }

    /// The newest picture of a network, as known with a document, with all that follows: from the
    /// last one where few documents came since.
    pub(crate) fn finish(&self, id: &str, head: DocumentHead) -> Option<Finished> {
        let known = self.get(id)?;
        let last = self.pictures.finished(id).filter(|last| last.head.position < head.position);
        let advanced = last.and_then(|last| {
            let before = last.head.position;
            let touched = known.recent().touched(before, head.position)?;
            let (picture, about) = last.advance(id, &known.network(), &touched, head)?;
            Some((Arc::new(picture), Some((before, about))))
        });
        let (picture, since) = match advanced {
            Some(advanced) => advanced,
            None => (self.made(id, head)?, None),
        };
        picture.findings(id);
        self.pictures.finish(id, &picture);
        known.recent().forget(head.position);
        Some(Finished { picture, since })
    }

    /// The picture of the day of a document. Nobody else keeps it: who asks for it once it is finished
    /// finds it there, and later ones share with it what is the same.
    fn made(&self, id: &str, head: DocumentHead) -> Option<Arc<Picture>> {
        let known = self.get(id)?;
        let there = self.pictures.finished(id).filter(|picture| picture.head == head);
        let there = there.or_else(|| self.pictures.take(id, head.day(), head));
        Some(there.unwrap_or_else(|| Arc::new(Picture::new(&known.network(), head.day(), head))))
    }

    /// The last picture that was finished, if its last document is not before a position: nobody
    /// waits for it.
    pub(crate) fn finished(&self, id: &str, not_before: u64) -> Option<Arc<Picture>> {
        self.pictures.finished(id).filter(|picture| picture.head.position >= not_before)
    }

    /// The first document at or behind a position, with its network and how many of the network
    /// come behind it.
    pub(crate) fn first_from(&self, position: u64) -> Option<(String, DocumentHead, usize)> {
        let mut first: Option<(String, DocumentHead, usize)> = None;
        for (id, known) in reading(&self.by_id).iter() {
            let documents = reading(&known.documents);
            let index = documents.partition_point(|head| head.position < position);
            let Some(head) = documents.get(index) else { continue };
            if first.as_ref().is_none_or(|(_, earlier, _)| head.position < earlier.position) {
                first = Some((id.clone(), *head, documents.len() - index - 1));
            }
        }
        first
    }

    /// Takes the documents in that were stored since.
    ///
    /// # Errors
    /// [`ApplyError`] for a stored document that cannot be read.
    pub(crate) fn take_in(&self, store: &Store) -> Result<(), ApplyError> {
        for row in store.scan_range(DOCUMENTS, &self.next().to_be_bytes(), None) {
            let (key, row) = row?;
            let position = key.as_slice().try_into().map(u64::from_be_bytes);
            let Ok(position) = position else {
                return Err(unexpected("a document's key is no position".to_owned()));
            };
            let row: DocumentRow = decode("documents", &row)?;
            self.fold(position, &row)?;
        }
        Ok(())
    }

    fn fold(&self, position: u64, row: &DocumentRow) -> Result<(), ApplyError> {
        let recorded_at = Timestamp::from_nanosecond(i128::from(row.recorded_nanoseconds))
            .map_err(|error| unexpected(error.to_string()))?;
        let known = self.get(&row.network).unwrap_or_default();
        let document = {
            let network = known.network();
            read(row, |id| network.knows(id))?
        };
        let mut touched = Touched::default();
        let mut network = known.network.write().unwrap_or_else(PoisonError::into_inner);
        for fact in document.facts {
            touched.note(&fact);
            let applied = network.apply(fact, RecordedAt::new(recorded_at));
            applied.map_err(|error| unexpected(error.to_string()))?;
        }
        let relations = network.relation_count();
        known.relations.store(relations, Ordering::Relaxed);
        drop(network);
        known.recent().note(position, touched, relations);
        let mut documents = known.documents.write().unwrap_or_else(PoisonError::into_inner);
        documents.push(DocumentHead { position, recorded_at });
        drop(documents);
        let mut by_id = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
        by_id.entry(row.network.clone()).or_insert(known);
        self.next.store(position + 1, Ordering::Release);
        Ok(())
    }
}

impl Known {
    /// The facts. Who holds them keeps documents from being taken in.
    pub(crate) fn network(&self) -> RwLockReadGuard<'_, Network> {
        reading(&self.network)
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last document that was recorded by a moment; the last of all without one.
    pub(crate) fn last_by(&self, moment: Option<Timestamp>) -> Option<DocumentHead> {
        let known_by = |head: &&DocumentHead| moment.is_none_or(|by| head.recorded_at <= by);
        reading(&self.documents).iter().rev().find(known_by).copied()
    }

    /// The first document.
    pub(crate) fn first(&self) -> Option<DocumentHead> {
        reading(&self.documents).first().copied()
    }
}

fn reading<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    // A document that cannot be folded parks the unit; what was there before it still holds.
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

impl DocumentHead {
    /// The day on which the document was recorded, in UTC: the latest day that is asked for when
    /// none is named, so that an answer does not depend on when it is asked.
    pub(crate) fn day(&self) -> Date {
        TimeZone::UTC.to_datetime(self.recorded_at).date()
    }
}

/// Reads a document that may join entities for which `is_known` holds; its bad rows are left out,
/// as they were when it was taken in.
///
/// # Errors
/// [`ApplyError`] if it is none, or of another network than its event says.
pub(crate) fn read(
    row: &DocumentRow,
    is_known: impl Fn(&EntityId) -> bool,
) -> Result<Document, ApplyError> {
    let document = Document::parse_beside(&row.content, &Limits::default(), is_known)
        .map_err(|error| unexpected(format!("document `{}`: {error}", row.name)))?;
    if document.network.as_str() != row.network {
        let found = document.network;
        return Err(unexpected(format!(
            "document `{}` is of network `{found}`, its event of `{}`",
            row.name, row.network
        )));
    }
    Ok(document)
}

fn unexpected(what: String) -> ApplyError {
    ApplyError::Unexpected { what }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Documents that networks take in without a log.

    use prost::Message;
    use service::Work;
    use store::{Changes, Options};
    use tempfile::TempDir;

    use super::{DOCUMENTS, DocumentHead, DocumentRow, Networks, Store};
    use crate::apply::NetworkWork;

    /// A store of documents of network `asean`, which say nothing.
    pub(crate) struct Documents {
        store: Store,
        _directory: TempDir,
    }

    impl Documents {
        pub(crate) fn new() -> Self {
            let directory = tempfile::tempdir().expect("a directory");
            let options = Options { reserve_bytes: 0, ..Options::default() };
            let opened = Store::open(&directory.path().join("0"), NetworkWork::tables(), options);
            Self { store: opened.expect("a store").store, _directory: directory }
        }

        /// One more, at a position that is its time too.
        pub(crate) fn tell(&self, networks: &Networks, position: u64) -> DocumentHead {
            let row = DocumentRow {
                network: "asean".to_owned(),
                recorded_nanoseconds: i64::try_from(position).expect("small"),
                content: br#"{"network": "asean"}"#.to_vec(),
                ..DocumentRow::default()
            };
            let mut changes = Changes::new();
            changes.put(DOCUMENTS, position.to_be_bytes(), row.encode_to_vec());
            self.store.commit(changes).expect("committed");
            networks.take_in(&self.store).expect("read");
            let known = networks.get("asean").expect("a network");
            known.last_by(None).expect("a document")
        }
    }
}
