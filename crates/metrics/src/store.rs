//! The tables beside those of the vintages: values as last published, what is due, how far it is.
//!
//! A value keeps the one before it: until the bracket of its cause is closed, readers get the one
//! before, so that they see all of a release's effects or none. A bracket is closed before the next
//! is opened, so two versions are enough.

use std::collections::BTreeSet;

use api::events::IndicatorsChanged;
use api::types::IndicatorValue;
use prost::Message;
use service::ApplyError;
use store::{Changes, DigestView, Store, Table};

use crate::indicator::Target;

/// Canonical: `domain 0 indicator 0 area 0 breakdown 0 period` to [`StoredValue`].
pub(crate) const VALUES: Table = Table::canonical("values");
/// Derived: position of a cause, big-endian, to [`Due`]; in the order of the log.
const DUE: Table = Table::derived("due");
/// Derived: one row, [`EffectsState`].
const EFFECTS: Table = Table::derived("effects");
const EFFECTS_KEY: &[u8] = b"state";

/// The tables of this module.
pub(crate) const OWN_TABLES: [Table; 3] = [VALUES, DUE, EFFECTS];

/// A value as last published, and the one that it replaced.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct StoredValue {
    #[prost(message, optional, tag = "1")]
    pub(crate) value: Option<IndicatorValue>,
    /// Position of the cause.
    #[prost(uint64, tag = "2")]
    pub(crate) cause: u64,
    #[prost(message, optional, tag = "3")]
    pub(crate) before: Option<IndicatorValue>,
    #[prost(uint64, tag = "4")]
    pub(crate) before_cause: u64,
}

/// A digest covers the values that hold, not which event caused them.
pub(crate) const VALUES_VIEW: DigestView = DigestView {
    table: VALUES,
    rows: |_| {
        Ok(Box::new(|key, row| {
            let value = StoredValue::decode(row).ok()?.value?;
            Some((key.to_vec(), value.encode_to_vec()))
        }))
    },
};

/// What a cause asks to work off.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Due {
    /// Full id of the dataflow; empty if everything is to be computed anew.
    #[prost(string, tag = "1")]
    pub(crate) dataflow: String,
    #[prost(uint64, tag = "2")]
    pub(crate) sequence: u64,
    #[prost(string, tag = "3")]
    pub(crate) release: String,
    /// Of everything: how many pairs of domain and indicator are done.
    #[prost(uint32, tag = "4")]
    pub(crate) cursor: u32,
}

/// How far the own output is.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct EffectsState {
    /// The last cause whose bracket is closed.
    #[prost(uint64, optional, tag = "1")]
    pub(crate) closed_cause: Option<u64>,
    /// The cause whose bracket is open.
    #[prost(uint64, optional, tag = "2")]
    pub(crate) open_cause: Option<u64>,
    /// Values published in the open bracket.
    #[prost(uint64, tag = "3")]
    pub(crate) open_count: u64,
    /// Where the last bracket was closed: position in the own output, plus one.
    #[prost(uint64, tag = "4")]
    pub(crate) closed_next: u64,
    /// The next input position behind what the own output says is applied.
    #[prost(uint64, tag = "5")]
    pub(crate) told_next: u64,
}

/// What a reader makes of a stored value.
pub(crate) enum Seen {
    Value(Box<IndicatorValue>),
    /// The target had no value yet.
    Nothing,
    /// Two brackets were closed since the reader looked how far it is: it has to look again.
    Outdated,
}

impl StoredValue {
    /// The value for a reader that has seen the brackets up to that of `closed_cause`.
    pub(crate) fn seen_at(self, closed_cause: Option<u64>) -> Seen {
        let is_seen = |cause: u64| closed_cause.is_some_and(|closed| cause <= closed);
        match (self.value, self.before) {
            (Some(value), _) if is_seen(self.cause) => Seen::Value(Box::new(value)),
            (_, Some(before)) if is_seen(self.before_cause) => Seen::Value(Box::new(before)),
            (_, Some(_)) => Seen::Outdated,
            (_, None) => Seen::Nothing,
        }
    }
}

/// The key of a value.
pub(crate) fn value_key(domain: &str, value: &IndicatorValue) -> Vec<u8> {
    let IndicatorValue { indicator, area, breakdown, period, .. } = value;
    format!("{domain}\0{indicator}\0{area}\0{breakdown}\0{period}").into_bytes()
}

/// The stored value of a target.
pub(crate) fn stored_value(store: &Store, key: &[u8]) -> Result<Option<StoredValue>, ApplyError> {
    store.get(VALUES, key)?.map(|bytes| decode("value", &bytes)).transpose()
}

/// The targets of an indicator that have a value.
pub(crate) fn published_targets(
    store: &Store,
    domain: &str,
    indicator: &'static str,
) -> Result<BTreeSet<Target>, ApplyError> {
    let prefix = format!("{domain}\0{indicator}\0");
    let mut targets = BTreeSet::new();
    for row in store.scan(VALUES, prefix.as_bytes()) {
        let (key, _) = row?;
        let Some([_, area, breakdown, period]) = parts_of(&key) else { continue };
        let breakdown = (!breakdown.is_empty()).then(|| breakdown.to_owned());
        let (area, period) = (area.to_owned(), period.parse()?);
        targets.insert(Target { indicator, area, breakdown, period });
    }
    Ok(targets)
}

/// Indicator, area, breakdown and period of a key.
pub(crate) fn parts_of(key: &[u8]) -> Option<[&str; 4]> {
    let text = std::str::from_utf8(key).ok()?;
    let mut parts = text.split('\0').skip(1);
    Some([parts.next()?, parts.next()?, parts.next()?, parts.next()?])
}

/// Takes over published values.
pub(crate) fn put_values(
    store: &Store,
    changed: &IndicatorsChanged,
    cause: u64,
    changes: &mut Changes,
) -> Result<(), ApplyError> {
    for value in &changed.values {
        let key = value_key(&changed.domain, value);
        let mut row =
            StoredValue { value: Some(value.clone()), cause, before: None, before_cause: 0 };
        if let Some(earlier) = stored_value(store, &key)? {
            let same_bracket = earlier.cause == cause;
            let StoredValue { value, cause, before, before_cause } = earlier;
            (row.before, row.before_cause) =
                if same_bracket { (before, before_cause) } else { (value, cause) };
        }
        changes.put(VALUES, key, row.encode_to_vec());
    }
    Ok(())
}

pub(crate) fn put_due(position: u64, due: &Due, changes: &mut Changes) {
    changes.put(DUE, position.to_be_bytes(), due.encode_to_vec());
}

pub(crate) fn delete_due(position: u64, changes: &mut Changes) {
    changes.delete(DUE, position.to_be_bytes());
}

/// The oldest that is due, with the position of its cause.
pub(crate) fn first_due(store: &Store) -> Result<Option<(u64, Due)>, ApplyError> {
    let Some(row) = store.scan(DUE, b"").next() else { return Ok(None) };
    let (key, value) = row?;
    let position: [u8; 8] = key.try_into().map_err(|_| ApplyError::Unexpected {
        what: "stored due row has another key than a position".to_owned(),
    })?;
    Ok(Some((u64::from_be_bytes(position), decode("due row", &value)?)))
}

pub(crate) fn effects_state(store: &Store) -> Result<EffectsState, ApplyError> {
    let row = store.get(EFFECTS, EFFECTS_KEY)?;
    row.map_or_else(|| Ok(EffectsState::default()), |bytes| decode("effects", &bytes))
}

pub(crate) fn put_effects_state(state: &EffectsState, changes: &mut Changes) {
    changes.put(EFFECTS, EFFECTS_KEY, state.encode_to_vec());
}

pub(crate) fn decode<M: Message + Default>(what: &str, bytes: &[u8]) -> Result<M, ApplyError> {
    M::decode(bytes)
        .map_err(|error| ApplyError::Unexpected { what: format!("stored {what}: {error}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(seen: Seen) -> String {
        match seen {
            Seen::Value(value) => value.period.clone(),
            Seen::Nothing => "nothing".to_owned(),
            Seen::Outdated => "outdated".to_owned(),
        }
    }

    #[test]
    fn until_its_bracket_is_closed_a_value_is_the_one_before() {
        let value =
            |period: &str| Some(IndicatorValue { period: period.to_owned(), ..Default::default() });
        let new = StoredValue { value: value("new"), cause: 7, before: None, before_cause: 0 };
        let revised = StoredValue { before: value("old"), before_cause: 5, ..new.clone() };
        for (row, closed_cause, expected) in [
            (&new, None, "nothing"),
            (&new, Some(6), "nothing"),
            (&new, Some(7), "new"),
            (&revised, Some(5), "old"),
            (&revised, Some(6), "old"),
            (&revised, Some(7), "new"),
            (&revised, Some(9), "new"),
            (&revised, Some(4), "outdated"),
        ] {
            assert_eq!(text(row.clone().seen_at(closed_cause)), expected, "{closed_cause:?}");
        }
    }
}
