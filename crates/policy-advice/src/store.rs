//! The tables of a unit and the rows in them.
//!
//! Indicators and findings are the last values of whole brackets; rankings are what was last
//! published, folded from the own output. What is staged belongs to a bracket that is not worked
//! off yet, and is no part of the state.

use std::collections::BTreeMap;

use prost::Message;
use service::{ApplyError, TopicPartition};
use store::{Changes, Store, Table};

/// Values by indicator, area, breakdown, period and domain.
pub(crate) const INDICATORS: Table = Table::canonical("indicators");
/// Findings by network, subject, kind and industry.
pub(crate) const FINDINGS: Table = Table::canonical("findings");
/// The last published ranking by subject.
pub(crate) const RANKINGS: Table = Table::canonical("rankings");
/// What was read of brackets, by source, position and part.
pub(crate) const STAGED: Table = Table::derived("staged");
/// Where brackets end that are not worked off, by source and position.
pub(crate) const ENDS: Table = Table::derived("ends");
/// The position behind the last bracket that was worked off, by source.
pub(crate) const WORKED: Table = Table::derived("worked");
/// The position up to which the own output says that everything is published, by source.
pub(crate) const TOLD: Table = Table::derived("told");

/// Values that one staged row holds: with it they stay well under the 2,000 keys of a transaction.
pub(crate) const STAGED_VALUES_MAX: usize = 400;

/// A part of what an event of a bracket says.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct StagedRow {
    #[prost(message, repeated, tag = "1")]
    pub(crate) values: Vec<api::types::IndicatorValue>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) findings: Vec<api::events::Finding>,
    /// The domain of the values.
    #[prost(string, tag = "3")]
    pub(crate) domain: String,
}

/// The key of a source; it begins the keys of what was read from it.
pub(crate) fn source_key(topic: &str, partition: u32) -> Vec<u8> {
    let mut key = topic.as_bytes().to_vec();
    key.push(0);
    key.extend(partition.to_be_bytes());
    key
}

/// The key of a source's position.
pub(crate) fn position_key(source: &TopicPartition, position: u64) -> Vec<u8> {
    let mut key = source_key(source.topic.as_str(), source.partition.0);
    key.extend(position.to_be_bytes());
    key
}

/// The position in a key that begins with a source's key.
pub(crate) fn position_in(key: &[u8], source: &TopicPartition) -> Result<u64, ApplyError> {
    let behind = source_key(source.topic.as_str(), source.partition.0).len();
    let bytes = key.get(behind..behind + 8).and_then(|bytes| bytes.try_into().ok());
    bytes.map(u64::from_be_bytes).ok_or_else(|| unexpected("a key without a position".to_owned()))
}

/// The key of an indicator's value. Domains are apart: each has its own order in the log.
pub(crate) fn value_key(domain: &str, value: &api::types::IndicatorValue) -> String {
    let api::types::IndicatorValue { indicator, area, breakdown, period, .. } = value;
    format!("{indicator}\0{area}\0{breakdown}\0{period}\0{domain}")
}

/// The key of a finding.
pub(crate) fn finding_key(finding: &api::events::Finding) -> String {
    let api::events::Finding { network, subject, kind, industry, object, .. } = finding;
    format!("{network}\0{subject}\0{kind}\0{industry}\0{object}")
}

/// A position of a source in a table of positions; 0 if there is none.
pub(crate) fn position_of(
    store: &Store,
    table: Table,
    source: &TopicPartition,
) -> Result<u64, ApplyError> {
    let key = source_key(source.topic.as_str(), source.partition.0);
    match store.get(table, &key)? {
        Some(row) => number(&row),
        None => Ok(0),
    }
}

/// Moves positions of `table` on to these; none goes back.
pub(crate) fn advance(
    store: &Store,
    changes: &mut Changes,
    table: Table,
    to: &[api::types::LogPosition],
) -> Result<(), ApplyError> {
    let mut furthest: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
    for at in to {
        let next = furthest.entry(source_key(&at.topic, at.partition)).or_default();
        *next = (*next).max(at.position + 1);
    }
    for (key, next) in furthest {
        let earlier = store.get(table, &key)?.map_or(Ok(0), |row| number(&row))?;
        if next > earlier {
            changes.put(table, key, next.to_be_bytes());
        }
    }
    Ok(())
}

/// Reads a row that this service wrote.
pub(crate) fn decode<M: Message + Default>(table: &str, row: &[u8]) -> Result<M, ApplyError> {
    M::decode(row).map_err(|error| unexpected(format!("row of `{table}`: {error}")))
}

pub(crate) fn unexpected(what: String) -> ApplyError {
    ApplyError::Unexpected { what }
}

fn number(row: &[u8]) -> Result<u64, ApplyError> {
    let number = row.try_into().map(u64::from_be_bytes);
    number.map_err(|_| unexpected("a position that is no number".to_owned()))
}
