//! Documents of networks beside what earlier documents of the same network asserted.
//!
//! Guarantees that a document may join entities of earlier documents, that one which names an
//! unknown entity loses only the records that do, and that reading it again from the log gives the
//! same. What was asserted is a fold of the own output, a row a document, held in memory as well; it
//! is never taken back.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use api::events::NetworkDocument;
use production_network::{Document, EntityId, Fact, Limits};
use store::{Changes, Store};

use crate::Error;
use crate::options::DOCUMENT_BYTES_MAX;
use crate::store::{NETWORK_DOCUMENTS, NETWORK_ENTITIES, NETWORK_KEYS, network_document_key};

/// The entities that published documents of networks assert: some 60 bytes each.
#[derive(Debug, Default)]
pub(crate) struct Asserted(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_network: BTreeMap<String, HashSet<String>>,
    /// The position behind the last document whose row was read.
    next: u64,
}

impl Asserted {
    /// Reads a document of a network beside the entities that are known in it.
    ///
    /// # Errors
    /// [`Error::Document`] if it cannot be read at all; what the store answered.
    pub(crate) fn read(
        &self,
        store: &Store,
        network: &str,
        name: &str,
        content: &[u8],
    ) -> Result<Document, Error> {
        let limits = Limits { bytes_max: DOCUMENT_BYTES_MAX, ..Limits::default() };
        let known = self.known(store)?;
        let of_network = known.by_network.get(network);
        let is_known = |id: &EntityId| of_network.is_some_and(|ids| ids.contains(&id.to_string()));
        Document::parse_beside(content, &limits, is_known).map_err(|error| Error::Document {
            name: name.to_owned(),
            faults: vec![("content".to_owned(), error.to_string())],
            remedy: "see the description of the network document".to_owned(),
        })
    }

    /// Takes note of a published document, its key, and the entities that it is the first to assert.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn fold(
        &self,
        store: &Store,
        position: u64,
        document: &NetworkDocument,
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let NetworkDocument { network, name, content, sha256, idempotency_key } = document;
        let read = self.read(store, network, name, content)?;
        let row = told(sha256, &read);
        changes.put(NETWORK_DOCUMENTS, network_document_key(network, name), row);
        if !idempotency_key.is_empty() {
            changes.put(NETWORK_KEYS, idempotency_key.as_bytes(), b"");
        }
        let known = self.known(store)?;
        let of_network = known.by_network.get(network);
        // One row: a transaction takes fewer keys than a document has entities.
        let mut row = network.clone();
        for fact in read.facts {
            if let Fact::EntityAsserted(entity) = fact {
                let id = entity.id().to_string();
                if !of_network.is_some_and(|ids| ids.contains(&id)) {
                    row.push('\n');
                    row.push_str(&id);
                }
            }
        }
        if row.len() > network.len() {
            changes.put(NETWORK_ENTITIES, position.to_be_bytes(), row);
        }
        Ok(())
    }

    /// What the store knows by now: what is not committed is not known.
    fn known(&self, store: &Store) -> Result<MutexGuard<'_, Known>, Error> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for row in store.scan_range(NETWORK_ENTITIES, &known.next.to_be_bytes(), None) {
            let (key, row) = row.map_err(service::Error::from)?;
            let text = String::from_utf8_lossy(&row);
            let mut lines = text.split('\n');
            let network = lines.next().unwrap_or_default().to_owned();
            known.by_network.entry(network).or_default().extend(lines.map(str::to_owned));
            let position = key.as_slice().try_into().map_or(u64::MAX, u64::from_be_bytes);
            known.next = position.saturating_add(1);
        }
        Ok(known)
    }
}

/// What is kept of a published document: what it said, and how much of it was taken. The same text
/// says more when entities are known that were not, and is then told again.
pub(crate) fn told(sha256: &str, document: &Document) -> Vec<u8> {
    format!("{sha256} {}", document.facts.len()).into_bytes()
}
