//! The tables of a unit and the rows in them.
//!
//! Documents are kept as they were received; networks are made from them in memory. Findings are
//! the last published values, folded from the own output and never from what was computed.

use api::events::Finding;
use prost::Message;
use service::ApplyError;
use store::{DigestView, Store, Table};

/// Documents by position, big-endian.
pub(crate) const DOCUMENTS: Table = Table::canonical("documents");
/// The last published finding by network, subject, kind, industry and object.
pub(crate) const FINDINGS: Table = Table::canonical("findings");
/// How far the effects of documents are worked off; one row.
pub(crate) const EFFECTS: Table = Table::canonical("effects");

const EFFECTS_KEY: &[u8] = b"effects";

/// A digest covers the documents in their order, not where and when they were recorded.
pub(crate) const DOCUMENTS_VIEW: DigestView = DigestView {
    table: DOCUMENTS,
    rows: |_| {
        Ok(Box::new(|_, row| {
            let mut document = DocumentRow::decode(row).ok()?;
            document.recorded_nanoseconds = 0;
            Some((Vec::new(), document.encode_to_vec()))
        }))
    },
};
/// How far effects are worked off is a position, and none of a digest.
pub(crate) const EFFECTS_VIEW: DigestView =
    DigestView { table: EFFECTS, rows: |_| Ok(Box::new(|_, _| None)) };

/// A document as it was received.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct DocumentRow {
    #[prost(string, tag = "1")]
    pub(crate) network: String,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(string, tag = "3")]
    pub(crate) sha256: String,
    #[prost(int64, tag = "4")]
    pub(crate) recorded_nanoseconds: i64,
    #[prost(bytes = "vec", tag = "5")]
    pub(crate) content: Vec<u8>,
}

/// What the own output says of the effects of documents.
#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct EffectsRow {
    /// Documents before this position are worked off.
    #[prost(uint64, tag = "1")]
    pub(crate) next: u64,
    /// The document whose bracket is open.
    #[prost(uint64, optional, tag = "2")]
    pub(crate) open: Option<u64>,
    /// Findings published in the open bracket.
    #[prost(uint64, tag = "3")]
    pub(crate) changed: u64,
}

/// The key of a finding; its parts hold no NUL.
pub(crate) fn finding_key(finding: &Finding) -> Vec<u8> {
    let Finding { network, subject, kind, industry, object, .. } = finding;
    format!("{network}\0{subject}\0{kind}\0{industry}\0{object}").into_bytes()
}

/// The start of the keys of all findings of a network.
pub(crate) fn findings_of(network: &str) -> Vec<u8> {
    format!("{network}\0").into_bytes()
}

/// The start of the keys of all findings about a subject.
pub(crate) fn findings_about(network: &str, subject: &str) -> Vec<u8> {
    format!("{network}\0{subject}\0").into_bytes()
}

/// How far effects are worked off.
pub(crate) fn effects(store: &Store) -> Result<EffectsRow, ApplyError> {
    match store.get(EFFECTS, EFFECTS_KEY)? {
        Some(row) => decode("effects", &row),
        None => Ok(EffectsRow::default()),
    }
}

/// Adds to `changes` how far effects are worked off.
pub(crate) fn put_effects(changes: &mut store::Changes, row: EffectsRow) {
    changes.put(EFFECTS, EFFECTS_KEY, row.encode_to_vec());
}

/// Reads a row that this service wrote.
pub(crate) fn decode<M: Message + Default>(table: &str, row: &[u8]) -> Result<M, ApplyError> {
    M::decode(row)
        .map_err(|error| ApplyError::Unexpected { what: format!("row of `{table}`: {error}") })
}
