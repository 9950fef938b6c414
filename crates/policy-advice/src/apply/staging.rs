//! What was read of brackets that have not ended, or are not worked off yet.
//!
//! Rows are small, so that each is worked off in one transaction; values and findings that advice
//! does not use are not staged at all.

use api::events::{Finding, IndicatorsChanged};
use api::types::IndicatorValue;
use prost::Message;
use service::{ApplyError, At, TopicPartition};
use store::{Changes, Store};

use crate::known::{Known, Used, is_used};
use crate::store::{
    ENDS, FINDINGS, INDICATORS, STAGED, STAGED_VALUES_MAX, StagedRow, decode, finding_key,
    position_in, position_key, source_key, value_key,
};

/// Stages those values that advice uses.
pub(super) fn stage_values(at: At<'_>, changed: &IndicatorsChanged, changes: &mut Changes) {
    let used: Vec<IndicatorValue> = changed
        .values
        .iter()
        .filter(|value| Used::of(value).is_some())
        // Inputs stay where the value is explained: in the service that made it.
        .map(|value| IndicatorValue { inputs: Vec::new(), ..value.clone() })
        .collect();
    for (part, values) in (0..).zip(used.chunks(STAGED_VALUES_MAX)) {
        let row = StagedRow {
            values: values.to_vec(),
            findings: Vec::new(),
            domain: changed.domain.clone(),
        };
        changes.put(STAGED, part_key(at, part), row.encode_to_vec());
    }
}

/// Stages those findings that advice uses.
pub(super) fn stage_findings(at: At<'_>, findings: &[Finding], changes: &mut Changes) {
    // What decided a finding is asked for where it was found.
    let used = findings.iter().filter(|finding| is_used(finding));
    let used: Vec<Finding> =
        used.map(|one| Finding { evidence: Vec::new(), ..one.clone() }).collect();
    for (part, findings) in (0..).zip(used.chunks(STAGED_VALUES_MAX)) {
        let row = StagedRow { findings: findings.to_vec(), ..StagedRow::default() };
        changes.put(STAGED, part_key(at, part), row.encode_to_vec());
    }
}

/// Remembers that a bracket ends here.
pub(super) fn end(at: At<'_>, changes: &mut Changes) {
    changes.put(ENDS, position_key(at.source, at.position.0), Vec::new());
}

/// Forgets the end of a bracket that is worked off.
pub(super) fn ended(source: &TopicPartition, end: u64, changes: &mut Changes) {
    changes.delete(ENDS, position_key(source, end));
}

/// Where the first bracket of a source ends that is whole and not worked off.
pub(super) fn first_end(store: &Store, source: &TopicPartition) -> Result<Option<u64>, ApplyError> {
    let prefix = source_key(source.topic.as_str(), source.partition.0);
    match store.scan(ENDS, &prefix).next() {
        Some(row) => position_in(&row?.0, source).map(Some),
        None => Ok(None),
    }
}

/// The first staged row of a source before a position.
pub(super) fn first_row(
    store: &Store,
    source: &TopicPartition,
    before: u64,
) -> Result<Option<(Vec<u8>, StagedRow)>, ApplyError> {
    let from = position_key(source, 0);
    let to = position_key(source, before);
    match store.scan_range(STAGED, &from, Some(&to)).next() {
        Some(row) => {
            let (key, row) = row?;
            Ok(Some((key, decode("staged", &row)?)))
        }
        None => Ok(None),
    }
}

/// Takes a row into what is known, in memory and in the store.
pub(super) fn take_in(known: &mut Known, row: StagedRow, changes: &mut Changes) {
    for value in row.values {
        let key = value_key(&row.domain, &value);
        changes.put(INDICATORS, key.as_str(), value.encode_to_vec());
        known.put_value(key, value);
    }
    for finding in row.findings {
        if finding.withdrawn {
            changes.delete(FINDINGS, finding_key(&finding));
        } else {
            changes.put(FINDINGS, finding_key(&finding), finding.encode_to_vec());
        }
        known.put_finding(finding);
    }
}

fn part_key(at: At<'_>, part: u32) -> Vec<u8> {
    let mut key = position_key(at.source, at.position.0);
    key.extend(part.to_be_bytes());
    key
}
