//! What is small and always in memory: registered documents, structures and the list of releases.
//!
//! A catalogue is an immutable snapshot of what was committed. Readers hold one and see exactly its
//! releases, whatever is written meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::events::DocumentKind;
use api::types::{LogPosition, RecordCounts};
use jiff::Timestamp;
use prost::Message;
use statistics::{AsOf, DataflowId, RecordedAt, ReleasedAt, Structures};
use store::Store;

use super::fold::{DOCUMENTS, RELEASES};
use crate::ApplyError;

/// A snapshot of what a store of vintages knows.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Structures of all registered messages, joined.
    pub structures: Arc<Structures>,
    /// Registered documents by kind, domain and name.
    pub documents: Arc<BTreeMap<(i32, String, String), Document>>,
    /// Releases of each dataflow, by release sequence.
    pub releases: Arc<BTreeMap<String, Vec<ReleaseRecord>>>,
}

/// A registered document.
#[derive(Clone, PartialEq, Message)]
pub struct Document {
    /// `DocumentKind`.
    #[prost(enumeration = "DocumentKind", tag = "1")]
    pub kind: i32,
    /// The domain that it is for.
    #[prost(string, tag = "2")]
    pub domain: String,
    /// Its name.
    #[prost(string, tag = "3")]
    pub name: String,
    /// The bytes as received.
    #[prost(bytes = "vec", tag = "4")]
    pub content: Vec<u8>,
    /// Their SHA-256.
    #[prost(string, tag = "5")]
    pub sha256: String,
}

/// What is known of a release.
#[derive(Clone, PartialEq, Message)]
pub struct ReleaseRecord {
    /// Its id.
    #[prost(string, tag = "1")]
    pub id: String,
    /// Its dataflow.
    #[prost(string, tag = "2")]
    pub dataflow: String,
    /// Its number within the dataflow.
    #[prost(uint64, tag = "3")]
    pub sequence: u64,
    /// Nanoseconds since 1970.
    #[prost(int64, tag = "4")]
    pub released_nanoseconds: i64,
    /// Of the commit or the abort; nanoseconds since 1970.
    #[prost(int64, tag = "5")]
    pub recorded_nanoseconds: i64,
    /// `ReleaseState`.
    #[prost(enumeration = "ReleaseState", tag = "6")]
    pub state: i32,
    /// Rows as received.
    #[prost(uint64, tag = "7")]
    pub row_count: u64,
    /// SHA-256 of the content as received.
    #[prost(string, tag = "8")]
    pub content_sha256: String,
    /// Records by kind.
    #[prost(message, optional, tag = "9")]
    pub records: Option<RecordCounts>,
    /// The file that it came in.
    #[prost(string, tag = "10")]
    pub file: String,
    /// The client's key.
    #[prost(string, tag = "11")]
    pub idempotency_key: String,
    /// Where its commit is in the log.
    #[prost(message, optional, tag = "12")]
    pub position: Option<LogPosition>,
    /// The position of its first event, in the same partition.
    #[prost(uint64, tag = "13")]
    pub begun_position: u64,
}

/// How far a release is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, prost::Enumeration)]
#[repr(i32)]
pub enum ReleaseState {
    /// Begun; its rows are not visible.
    Open = 0,
    /// Visible.
    Committed = 1,
    /// Never to be visible.
    Aborted = 2,
}

impl ReleaseRecord {
    /// When its publisher published it.
    #[must_use]
    pub fn released_at(&self) -> ReleasedAt {
        ReleasedAt(instant(self.released_nanoseconds))
    }

    /// When it was committed.
    #[must_use]
    pub fn recorded_at(&self) -> RecordedAt {
        RecordedAt(instant(self.recorded_nanoseconds))
    }

    /// Whether its rows are to be seen at that moment.
    #[must_use]
    pub fn is_visible(&self, as_of: AsOf) -> bool {
        self.state() == ReleaseState::Committed
            && as_of.shows(self.released_at(), self.recorded_at())
    }
}

impl Catalogue {
    /// Reads the snapshot from a store. `before` spares what has not changed.
    ///
    /// # Errors
    /// [`ApplyError`] if rows cannot be read.
    pub fn load(store: &Store, before: &Self) -> Result<Self, ApplyError> {
        let mut documents = BTreeMap::new();
        for row in store.scan(DOCUMENTS, b"") {
            let (_, value) = row?;
            let document: Document = decode("document", &value)?;
            let key = (document.kind, document.domain.clone(), document.name.clone());
            documents.insert(key, document);
        }
        let mut releases: BTreeMap<String, Vec<ReleaseRecord>> = BTreeMap::new();
        for row in store.scan(RELEASES, b"") {
            let (_, value) = row?;
            let release: ReleaseRecord = decode("release", &value)?;
            releases.entry(release.dataflow.clone()).or_default().push(release);
        }
        let (structures, documents) = if documents == *before.documents {
            (before.structures.clone(), before.documents.clone())
        } else {
            (Arc::new(join_structures(&documents)?), Arc::new(documents))
        };
        Ok(Self { structures, documents, releases: Arc::new(releases) })
    }

    /// The documents of a kind and a domain.
    pub fn documents_of(
        &self,
        kind: DocumentKind,
        domain: &str,
    ) -> impl Iterator<Item = &Document> {
        let domain = domain.to_owned();
        let kind = i32::from(kind);
        self.documents
            .values()
            .filter(move |document| document.kind == kind && document.domain == domain)
    }

    /// The releases of a dataflow, by sequence.
    #[must_use]
    pub fn releases_of(&self, dataflow: &str) -> &[ReleaseRecord] {
        self.releases.get(dataflow).map_or(&[], Vec::as_slice)
    }

    /// The latest committed release of a dataflow.
    #[must_use]
    pub fn latest(&self, dataflow: &str) -> Option<&ReleaseRecord> {
        let committed = |release: &&ReleaseRecord| release.state() == ReleaseState::Committed;
        self.releases_of(dataflow).iter().rev().find(committed)
    }

    /// What was known when the event at `position` was applied: later releases are hidden, so that
    /// what follows from a release does not depend on when it is worked off.
    #[must_use]
    pub fn until(&self, position: u64) -> Self {
        let known = |release: &ReleaseRecord| {
            release.position.as_ref().is_none_or(|commit| commit.position <= position)
        };
        let mut releases = (*self.releases).clone();
        for of_dataflow in releases.values_mut() {
            of_dataflow.retain(known);
        }
        Self { releases: Arc::new(releases), ..self.clone() }
    }

    /// The domains of all registered dataflows, each once.
    #[must_use]
    pub fn domains(&self) -> Vec<String> {
        let mut domains: Vec<String> =
            self.structures.dataflows().filter_map(|one| one.domain.clone()).collect();
        domains.sort_unstable();
        domains.dedup();
        domains
    }

    /// All registered dataflows that have a domain, each with it.
    #[must_use]
    pub fn dataflows(&self) -> Vec<(String, String)> {
        let all = self.structures.dataflows();
        all.filter_map(|one| Some((one.id.to_string(), one.domain.clone()?))).collect()
    }

    /// The domain that a dataflow belongs to.
    #[must_use]
    pub fn domain_of(&self, dataflow: &DataflowId) -> Option<&str> {
        self.structures.dataflow(dataflow)?.domain.as_deref()
    }

    /// The dataflow of a domain that has this id (without agency and version).
    #[must_use]
    pub fn dataflow_named(&self, domain: &str, id: &str) -> Option<DataflowId> {
        let mut all = self.structures.dataflows();
        all.find(|one| one.id.id() == id && one.domain.as_deref() == Some(domain))
            .map(|one| one.id.clone())
    }
}

pub(crate) fn decode<M: Message + Default>(what: &str, bytes: &[u8]) -> Result<M, ApplyError> {
    M::decode(bytes)
        .map_err(|error| ApplyError::Unexpected { what: format!("stored {what}: {error}") })
}

fn join_structures(
    documents: &BTreeMap<(i32, String, String), Document>,
) -> Result<Structures, ApplyError> {
    let mut joined = Structures::default();
    for document in documents.values() {
        if document.kind() == DocumentKind::Structures {
            let parsed = Structures::parse(&document.content).map_err(|rejections| {
                let first = rejections.first().map(|one| one.reason.clone()).unwrap_or_default();
                ApplyError::Unexpected { what: format!("`{}`: {first}", document.name) }
            })?;
            joined.merge(parsed);
        }
    }
    Ok(joined)
}

fn instant(nanoseconds: i64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(nanoseconds)).unwrap_or(Timestamp::UNIX_EPOCH)
}
