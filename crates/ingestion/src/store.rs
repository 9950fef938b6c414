//! The tables beside those of the vintages: rejections and what networks were told.

use std::collections::HashSet;

use api::types::Rejection;
use prost::Message;
use store::{Changes, DigestView, Store, Table};

/// Canonical: `release 0 seq`, in the order of publication within a release.
pub(crate) const REJECTIONS: Table = Table::canonical("rejections");
/// Derived: the same by time, newest first: inverted position, for listing.
pub(crate) const REJECTIONS_BY_TIME: Table = Table::derived("rejections-by-time");
/// Canonical: `network 0 name` to the document's SHA-256 and the number of its facts.
pub(crate) const NETWORK_DOCUMENTS: Table = Table::canonical("network-documents");

/// Derived: idempotency keys of documents of networks that are published.
pub(crate) const NETWORK_KEYS: Table = Table::derived("network-keys");
/// Derived: by position of a document of a network, the network and the entities that it is the first
/// to assert, a line each.
pub(crate) const NETWORK_ENTITIES: Table = Table::derived("network-entities");
/// Derived: messages of the feeds that wait to be judged, by position, big-endian.
pub(crate) const FEED_WAITING: Table = Table::derived("feed-waiting");
/// Derived: the last sequence of each producer that was taken.
pub(crate) const FEED_PRODUCERS: Table = Table::derived("feed-producers");
/// Derived: positions of messages that the own output says are worked off.
pub(crate) const FEED_DONE: Table = Table::derived("feed-done");
/// Derived: one row, the position up to which the own output says that feeds are worked off.
pub(crate) const FEED_TOLD: Table = Table::derived("feed-told");

/// A digest covers the order of a release's rejections, not their positions, nor that of a message
/// of the feeds that was quarantined.
pub(crate) const REJECTIONS_VIEW: DigestView = DigestView {
    table: REJECTIONS,
    rows: |_| {
        Ok(Box::new(|key, value| {
            let release = key.get(..key.len().checked_sub(8)?)?;
            let mut value = value.to_vec();
            if release.starts_with(QUARANTINED.as_bytes()) {
                let rejection = Rejection::decode(value.as_slice()).ok()?;
                value = Rejection { file: String::new(), ..rejection }.encode_to_vec();
            }
            Some((release.to_vec(), value))
        }))
    },
};

/// Begins what stands in the place of a release's id for a quarantined message.
pub(crate) const QUARANTINED: &str = "feeds/quarantined-";

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

/// Whether there is any rejection of a release.
pub(crate) fn is_rejected(store: &Store, release: &str) -> Result<bool, ::store::Error> {
    store.scan(REJECTIONS, &rejection_prefix(release)).next().transpose().map(|row| row.is_some())
}

fn rejection_prefix(release: &str) -> Vec<u8> {
    let mut prefix = release.as_bytes().to_vec();
    prefix.push(0);
    prefix
}

pub(crate) fn network_document_key(network: &str, name: &str) -> Vec<u8> {
    format!("{network}\0{name}").into_bytes()
}
