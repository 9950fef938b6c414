//! Documents of networks beside what earlier documents of the same network asserted.
//!
//! Guarantees that a document may join entities of earlier documents, that one which names an
//! unknown entity loses only the records that do, and that reading it again from the log gives the
//! same. What was asserted is a fold of the own output; it is never taken back.

use std::cell::RefCell;

use api::events::NetworkDocument;
use production_network::{Document, EntityId, Fact, Limits};
use store::{Changes, Store};

use crate::Error;
use crate::options::DOCUMENT_BYTES_MAX;
use crate::store::{
    NETWORK_DOCUMENTS, NETWORK_ENTITIES, NETWORK_KEYS, network_document_key, network_entity_key,
};

/// Reads a document of a network beside the entities that are known in it.
///
/// # Errors
/// [`Error::Document`] if it cannot be read at all; what the store answered.
pub(crate) fn read(
    store: &Store,
    network: &str,
    name: &str,
    content: &[u8],
) -> Result<Document, Error> {
    let limits = Limits { bytes_max: DOCUMENT_BYTES_MAX, ..Limits::default() };
    let failed = RefCell::new(None);
    let is_known = |id: &EntityId| match store.get(NETWORK_ENTITIES, &entity_key(network, id)) {
        Ok(row) => row.is_some(),
        Err(error) => {
            failed.borrow_mut().get_or_insert(error);
            false
        }
    };
    let parsed = Document::parse_beside(content, &limits, is_known);
    if let Some(error) = failed.into_inner() {
        return Err(service::Error::from(error).into());
    }
    parsed.map_err(|error| Error::Document {
        name: name.to_owned(),
        faults: vec![("content".to_owned(), error.to_string())],
        remedy: "see the description of the network document".to_owned(),
    })
}

/// Takes note of a published document, its key, and the entities that it asserts.
///
/// # Errors
/// As [`read`].
pub(crate) fn fold(
    store: &Store,
    document: &NetworkDocument,
    changes: &mut Changes,
) -> Result<(), Error> {
    let NetworkDocument { network, name, content, sha256, idempotency_key } = document;
    let read = read(store, network, name, content)?;
    let row = told(sha256, &read);
    changes.put(NETWORK_DOCUMENTS, network_document_key(network, name), row);
    if !idempotency_key.is_empty() {
        changes.put(NETWORK_KEYS, idempotency_key.as_bytes(), b"");
    }
    for fact in read.facts {
        if let Fact::EntityAsserted(entity) = fact {
            changes.put(NETWORK_ENTITIES, entity_key(network, &entity.id()), b"");
        }
    }
    Ok(())
}

/// What is kept of a published document: what it said, and how much of it was taken. The same text
/// says more when entities are known that were not, and is then told again.
pub(crate) fn told(sha256: &str, document: &Document) -> Vec<u8> {
    format!("{sha256} {}", document.facts.len()).into_bytes()
}

fn entity_key(network: &str, id: &EntityId) -> Vec<u8> {
    network_entity_key(network, &id.to_string())
}
