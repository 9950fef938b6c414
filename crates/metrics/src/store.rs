//! The tables beside those of the vintages: last published values, and what is still to be done.

use api::events::IndicatorsChanged;
use api::types::IndicatorValue;
use prost::Message;
use service::ApplyError;
use store::{Changes, Store, Table};

/// Canonical: `domain 0 indicator 0 area 0 breakdown 0 period` to the value as last published.
pub(crate) const VALUES: Table = Table::canonical("values");
/// Derived: position of a commit (big-endian) to what is to be worked off.
pub(crate) const PENDING: Table = Table::derived("pending");
/// Derived: how far effects are published, folded from the own output.
pub(crate) const EFFECTS: Table = Table::derived("effects");

const COMMITTED: &[u8] = b"committed";
const BEGUN: &[u8] = b"begun";

/// A commit whose effects are due.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Pending {
    #[prost(string, tag = "1")]
    pub(crate) dataflow: String,
    #[prost(uint64, tag = "2")]
    pub(crate) sequence: u64,
    #[prost(string, tag = "3")]
    pub(crate) release: String,
    #[prost(string, tag = "4")]
    pub(crate) domain: String,
    /// Values that it has changed so far.
    #[prost(uint64, tag = "5")]
    pub(crate) changed_count: u64,
}

/// The oldest commit whose effects are due, with its position.
pub(crate) fn oldest_pending(store: &Store) -> Result<Option<(u64, Pending)>, ApplyError> {
    let Some(row) = store.scan(PENDING, b"").next() else { return Ok(None) };
    let (key, value) = row?;
    let position = <[u8; 8]>::try_from(key.as_slice()).map(u64::from_be_bytes);
    let position =
        position.map_err(|_| ApplyError::Unexpected { what: "a pending key".to_owned() })?;
    Ok(Some((position, decode("pending effects", &value)?)))
}

pub(crate) fn put_pending(position: u64, pending: &Pending, changes: &mut Changes) {
    changes.put(PENDING, position.to_be_bytes(), pending.encode_to_vec());
}

/// The next position behind the last cause whose effects are published; 0 if there is none.
pub(crate) fn committed_until(store: &Store) -> Result<u64, ApplyError> {
    number(store, COMMITTED)
}

/// The next position behind the cause whose bracket was opened last; 0 if there is none.
pub(crate) fn begun_until(store: &Store) -> Result<u64, ApplyError> {
    number(store, BEGUN)
}

pub(crate) fn put_committed(cause: u64, changes: &mut Changes) {
    changes.put(EFFECTS, COMMITTED, (cause + 1).to_be_bytes());
}

pub(crate) fn put_begun(cause: u64, changes: &mut Changes) {
    changes.put(EFFECTS, BEGUN, (cause + 1).to_be_bytes());
}

fn number(store: &Store, key: &[u8]) -> Result<u64, ApplyError> {
    let value = store.get(EFFECTS, key)?;
    let value = value.and_then(|value| <[u8; 8]>::try_from(value.as_slice()).ok());
    Ok(value.map_or(0, u64::from_be_bytes))
}

pub(crate) fn put_values(changed: &IndicatorsChanged, changes: &mut Changes) {
    for value in &changed.values {
        changes.put(VALUES, value_key(&changed.domain, value), value.encode_to_vec());
    }
}

pub(crate) fn value_key(domain: &str, value: &IndicatorValue) -> Vec<u8> {
    let parts = [domain, &value.indicator, &value.area, &value.breakdown, &value.period];
    parts.join("\0").into_bytes()
}

/// The last published value with that key.
pub(crate) fn value_at(store: &Store, key: &[u8]) -> Result<Option<IndicatorValue>, ApplyError> {
    match store.get(VALUES, key)? {
        Some(value) => Ok(Some(decode("value", &value)?)),
        None => Ok(None),
    }
}

pub(crate) fn decode<M: Message + Default>(what: &str, bytes: &[u8]) -> Result<M, ApplyError> {
    M::decode(bytes)
        .map_err(|error| ApplyError::Unexpected { what: format!("stored {what}: {error}") })
}
