//! Between the pure types and their messages.
//!
//! A [`SeriesBlock`] may mix frequencies and a `Series` message may not, so a block becomes one
//! message a frequency. Going back refuses columns of unlike length and numbers out of range.

use std::sync::Arc;

use jiff::Timestamp;
use statistics::{Action, AttributeSet, Cell, Decimal, Entry, Missing, Period, SeriesBlock};

use crate::types;

/// A message that holds no value of the type, with the path of the field that is to blame.
#[derive(Debug, thiserror::Error)]
#[error("`{field}`: {problem}")]
pub struct ConvertError {
    /// Path of the field, such as `series.ordinals`.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

const KIND_NUMBER: u32 = 0;
const KIND_WITHDRAWN: u32 = 5;

/// Splits a block into messages, one a frequency, in the order of first appearance.
#[must_use]
pub fn series_from_block(block: &SeriesBlock) -> Vec<types::Series> {
    let mut messages: Vec<types::Series> = Vec::new();
    let mut last_ordinals: Vec<i64> = Vec::new();
    for entry in &block.entries {
        let (frequency, ordinal, length) = entry.period.to_parts();
        let found = messages.iter().position(|series| series.frequency == u32::from(frequency));
        let at = found.unwrap_or_else(|| {
            messages.push(types::Series {
                key: block.key.as_str().to_owned(),
                attribute_sets: block.dictionary.iter().map(|set| attribute_set(set)).collect(),
                frequency: u32::from(frequency),
                ..types::Series::default()
            });
            last_ordinals.push(0);
            messages.len() - 1
        });
        let series = &mut messages[at];
        series.ordinals.push(ordinal.wrapping_sub(last_ordinals[at]));
        last_ordinals[at] = ordinal;
        if frequency >= 8 {
            series.lengths.push(u32::from(length));
        }
        let (kind, number) = kind_and_number(entry);
        let mantissa = number.mantissa();
        series.kinds.push(kind);
        series.mantissas.push(mantissa as i64);
        series.mantissas_high.push(high_part(mantissa));
        series.scales.push(number.scale());
        series.attribute_indexes.push(entry.attributes_index);
    }
    messages.iter_mut().for_each(shorten);
    messages
}

/// Reads a message back into a block.
///
/// # Errors
/// [`ConvertError`] with the column that does not fit.
pub fn series_to_block(series: &types::Series) -> Result<SeriesBlock, ConvertError> {
    let refused = |field, problem: &str| ConvertError { field, problem: problem.to_owned() };
    let key = series
        .key
        .parse()
        .map_err(|error: statistics::Error| refused("series.key", &error.to_string()))?;
    let dictionary: Vec<_> = series
        .attribute_sets
        .iter()
        .map(|set| {
            let pairs = set.attributes.iter();
            let pairs = pairs.map(|one| (one.id.as_str().into(), one.value.as_str().into()));
            Arc::new(AttributeSet::new(pairs))
        })
        .collect();
    let count = series.ordinals.len();
    let frequency = u8::try_from(series.frequency)
        .map_err(|_| refused("series.frequency", "unknown frequency"))?;
    let one_each = |field, found: usize, may_be: &[usize]| {
        if found == count || may_be.contains(&found) {
            return Ok(());
        }
        Err(refused(field, &format!("{found} entries for {count} observations")))
    };
    one_each("series.mantissas", series.mantissas.len(), &[])?;
    one_each("series.mantissas_high", series.mantissas_high.len(), &[0])?;
    one_each("series.kinds", series.kinds.len(), &[0])?;
    one_each("series.scales", series.scales.len(), &[1])?;
    one_each("series.attribute_indexes", series.attribute_indexes.len(), &[1])?;
    one_each("series.lengths", series.lengths.len(), &[0])?;
    let mut entries = Vec::with_capacity(count);
    let mut ordinal = 0i64;
    for index in 0..count {
        ordinal = ordinal.wrapping_add(series.ordinals[index]);
        let length = series.lengths.get(index).copied().unwrap_or(1);
        let period = u16::try_from(length)
            .ok()
            .and_then(|length| Period::from_parts(frequency, ordinal, length))
            .ok_or_else(|| refused("series.ordinals", "no such period"))?;
        let attributes_index = one_or_each(&series.attribute_indexes, index);
        if attributes_index as usize >= dictionary.len().max(1) {
            return Err(refused("series.attribute_indexes", "no such attribute set"));
        }
        let (action, cell) = action_and_cell(series, index)?;
        entries.push(Entry { period, action, cell, attributes_index });
    }
    Ok(SeriesBlock { key, entries, dictionary })
}

/// A timestamp as its message.
#[must_use]
pub fn timestamp_to(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}

/// A timestamp from its message.
///
/// # Errors
/// [`ConvertError`] if it is out of the calendar's range.
pub fn timestamp_from(
    field: &'static str,
    time: &prost_types::Timestamp,
) -> Result<Timestamp, ConvertError> {
    Timestamp::new(time.seconds, time.nanos)
        .map_err(|error| ConvertError { field, problem: error.to_string() })
}

fn kind_and_number(entry: &Entry) -> (u32, Decimal) {
    match (entry.action, entry.cell) {
        (Action::Delete, _) => (KIND_WITHDRAWN, Decimal::ZERO),
        (Action::Put, Cell::Number(number)) => (KIND_NUMBER, number),
        (Action::Put, Cell::Missing(missing)) => {
            let kind = match missing {
                Missing::CannotExist => 1,
                Missing::NotCollected => 2,
                Missing::Suppressed => 3,
                Missing::Unexplained => 4,
            };
            (kind, Decimal::ZERO)
        }
    }
}

fn action_and_cell(series: &types::Series, index: usize) -> Result<(Action, Cell), ConvertError> {
    let missing = |missing| Ok((Action::Put, Cell::Missing(missing)));
    match series.kinds.get(index).copied().unwrap_or(KIND_NUMBER) {
        KIND_NUMBER => {
            let high = series.mantissas_high.get(index).copied().unwrap_or(0);
            let low = series.mantissas[index];
            let mantissa = if series.mantissas_high.is_empty() {
                i128::from(low)
            } else {
                (i128::from(high) << 64) | i128::from(low as u64)
            };
            let scale = one_or_each(&series.scales, index);
            let number = Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|error| {
                ConvertError { field: "series.mantissas", problem: error.to_string() }
            })?;
            Ok((Action::Put, Cell::Number(number)))
        }
        1 => missing(Missing::CannotExist),
        2 => missing(Missing::NotCollected),
        3 => missing(Missing::Suppressed),
        4 => missing(Missing::Unexplained),
        KIND_WITHDRAWN => Ok((Action::Delete, Cell::Missing(Missing::Unexplained))),
        other => {
            Err(ConvertError { field: "series.kinds", problem: format!("unknown kind {other}") })
        }
    }
}

/// Columns whose entries are all alike shrink to one entry, or to none.
fn shorten(series: &mut types::Series) {
    if series.kinds.iter().all(|kind| *kind == KIND_NUMBER) {
        series.kinds.clear();
    }
    let fits = series.mantissas.iter().zip(&series.mantissas_high);
    if fits.into_iter().all(|(low, high)| *high == if *low < 0 { -1 } else { 0 }) {
        series.mantissas_high.clear();
    }
    for column in [&mut series.scales, &mut series.attribute_indexes] {
        if column.windows(2).all(|pair| pair[0] == pair[1]) {
            column.truncate(1);
        }
    }
}

fn one_or_each(column: &[u32], index: usize) -> u32 {
    column.get(index).or_else(|| column.first()).copied().unwrap_or(0)
}

fn high_part(mantissa: i128) -> i64 {
    (mantissa >> 64) as i64
}

fn attribute_set(set: &AttributeSet) -> types::AttributeSet {
    let attributes = set
        .iter()
        .map(|(id, value)| types::Attribute { id: id.to_owned(), value: value.to_owned() })
        .collect();
    types::AttributeSet { attributes }
}

#[cfg(test)]
mod tests;
