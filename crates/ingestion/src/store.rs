//! The tables beside those of the vintages: rejections and what networks were told.

use std::collections::HashSet;

use api::types::Rejection;
use prost::Message;
use store::{Changes, DigestView, Store, Table};

/// Canonical: `release 0 seq`, in the order of publication within a release.
pub(crate) const REJECTIONS: Table = Table::canonical("rejections");
/// Derived: the same by time, newest first: inverted position, for listing.
pub(crate) const REJECTIONS_BY_TIME: Table = Table::derived("rejections-by-time");
/// Canonical: `network 0 name` to the SHA-256 of the document.
pub(crate) const NETWORK_DOCUMENTS: Table = Table::canonical("network-documents");

/// A digest covers the order of a release's rejections, not their positions.
pub(crate) const REJECTIONS_VIEW: DigestView = DigestView {
    table: REJECTIONS,
    rows: |_| {
        Ok(Box::new(|key, value| {
            let release = key.get(..key.len().checked_sub(8)?)?;
            Some((release.to_vec(), value.to_vec()))
        }))
    },
};

pub(crate) fn put_rejection(rejection: &Rejection, position: u64, changes: &mut Changes) {
    let bytes = rejection.encode_to_vec();
    let mut key = rejection_prefix(&rejection.release);
    key.extend_from_slice(&position.to_be_bytes());
    changes.put(REJECTIONS_BY_TIME, (u64::MAX - position).to_be_bytes(), bytes.clone());
    changes.put(REJECTIONS, key, bytes);
}

/// Leaves out the rejections of a release that are published already.
pub(crate) fn not_published(
    store: &Store,
    release: &str,
    mut rejections: Vec<Rejection>,
) -> Result<Vec<Rejection>, ::store::Error> {
    let mut published: HashSet<Vec<u8>> = HashSet::new();
    for row in store.scan(REJECTIONS, &rejection_prefix(release)) {
        published.insert(row?.1);
    }
    rejections.retain(|one| !published.contains(&one.encode_to_vec()));
    Ok(rejections)
}

fn rejection_prefix(release: &str) -> Vec<u8> {
    let mut prefix = release.as_bytes().to_vec();
    prefix.push(0);
    prefix
}

pub(crate) fn network_document_key(network: &str, name: &str) -> Vec<u8> {
    format!("{network}\0{name}").into_bytes()
}
