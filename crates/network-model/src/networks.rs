//! The networks of a unit in memory, made from its stored documents.
//!
//! Guarantees that the same documents give the same networks, however they were batched.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use production_network::{Document, EntityId, Limits, Network, RecordedAt};
use service::ApplyError;
use store::Store;

use crate::picture::{Picture, Pictures};
use crate::store::{DOCUMENTS, DocumentRow, decode};

/// All networks of a unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Networks {
    by_id: BTreeMap<String, Arc<Known>>,
    /// The position behind the last document.
    next: u64,
    pictures: Arc<Pictures>,
}

/// A network and the documents that it is made from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) network: Network,
    /// In the order of the log; never empty.
    pub(crate) documents: Vec<DocumentHead>,
}

/// A document that was folded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct DocumentHead {
    pub(crate) position: u64,
    pub(crate) recorded_at: Timestamp,
}

impl Networks {
    /// A network with its documents.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Known>> {
        self.by_id.get(id)
    }

    /// The networks' ids, in order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.by_id.keys().map(String::as_str)
    }

    /// The position behind the last document.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// A network on a day, as known when a document of it was recorded; `None` without the network.
    pub(crate) fn picture(&self, id: &str, day: Date, head: DocumentHead) -> Option<Arc<Picture>> {
        let known = self.get(id)?;
        Some(self.pictures.get(id, &known.network, day, head))
    }

    /// The first document at or behind a position, with its network.
    pub(crate) fn first_from(&self, position: u64) -> Option<(&str, DocumentHead)> {
        let mut first: Option<(&str, DocumentHead)> = None;
        for (id, known) in &self.by_id {
            let index = known.documents.partition_point(|head| head.position < position);
            let Some(head) = known.documents.get(index) else { continue };
            if first.is_none_or(|(_, earlier)| head.position < earlier.position) {
                first = Some((id, *head));
            }
        }
        first
    }

    /// Reads the documents that were stored since; `None` if there are none.
    ///
    /// # Errors
    /// [`ApplyError`] for a stored document that cannot be read.
    pub(crate) fn renewed(&self, store: &Store) -> Result<Option<Self>, ApplyError> {
        let mut renewed = None;
        for row in store.scan_range(DOCUMENTS, &self.next.to_be_bytes(), None) {
            let (key, row) = row?;
            let position = key.as_slice().try_into().map(u64::from_be_bytes);
            let Ok(position) = position else {
                return Err(unexpected("a document's key is no position".to_owned()));
            };
            let row: DocumentRow = decode("documents", &row)?;
            let networks = renewed.get_or_insert_with(|| self.clone());
            networks.fold(position, &row)?;
        }
        Ok(renewed)
    }

    fn fold(&mut self, position: u64, row: &DocumentRow) -> Result<(), ApplyError> {
        let known = Arc::make_mut(self.by_id.entry(row.network.clone()).or_default());
        let document = read(row, |id| known.network.knows(id))?;
        let recorded_at = Timestamp::from_nanosecond(i128::from(row.recorded_nanoseconds))
            .map_err(|error| unexpected(error.to_string()))?;
        for fact in document.facts {
            let applied = known.network.apply(fact, RecordedAt::new(recorded_at));
            applied.map_err(|error| unexpected(error.to_string()))?;
        }
        known.documents.push(DocumentHead { position, recorded_at });
        self.next = position + 1;
        Ok(())
    }
}

impl Known {
    /// The last document that was recorded by a moment; the last of all without one.
    pub(crate) fn last_by(&self, moment: Option<Timestamp>) -> Option<DocumentHead> {
        let known_by = |head: &&DocumentHead| moment.is_none_or(|by| head.recorded_at <= by);
        self.documents.iter().rev().find(known_by).copied()
    }
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
