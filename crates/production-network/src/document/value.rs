//! Reads the parts that records of several kinds share: dates, tiers, attributes, volumes.
//!
//! Guarantees that a refusal names the field that it is about.

use serde::Deserialize;
use serde_json::{Number, Value};

use super::rule::{Refusal, Rule};
use crate::{
    Amount, Attribute, AttributeGroup, AttributeId, AttributeValue, EntityKind, Error, PartialDate,
    Tier, Validity, Volume,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeRecord {
    id: String,
    value: Printed,
    unit: Option<String>,
    source: String,
    valid_from: Option<String>,
    valid_to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VolumeRecord {
    amount: String,
    unit: String,
}

/// A value in quotes or a number without.
#[derive(Deserialize)]
#[serde(untagged)]
enum Printed {
    Text(String),
    Number(Number),
}

pub(crate) fn shape<'a, T: Deserialize<'a>>(value: &'a Value) -> Result<T, Refusal> {
    T::deserialize(value).map_err(|error| Refusal::new(Rule::Shape, error.to_string()))
}

/// The value of a field, or the refusal that names it.
pub(crate) fn at<T>(field: &'static str, read: Result<T, Error>) -> Result<T, Refusal> {
    read.map_err(|error| Refusal::of(&error).at(field))
}

/// The same of a field that may be missing.
pub(crate) fn maybe<T>(
    field: &'static str,
    text: Option<&str>,
    read: impl Fn(&str) -> Result<T, Error>,
) -> Result<Option<T>, Refusal> {
    at(field, text.map(read).transpose())
}

/// A validity; `ends` are the names of its two fields.
pub(crate) fn validity(
    ends: [&'static str; 2],
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Validity, Refusal> {
    let [from_field, to_field] = ends;
    let from = maybe(from_field, from, PartialDate::parse)?;
    let to = maybe(to_field, to, PartialDate::parse)?;
    at(to_field, Validity::try_new(from, to))
}

/// A tier; public if none is given.
pub(crate) fn tier(tier: Option<&str>) -> Result<Tier, Refusal> {
    Ok(maybe("tier", tier, Tier::parse)?.unwrap_or(Tier::Public))
}

pub(crate) fn volume(
    field: &'static str,
    record: Option<VolumeRecord>,
) -> Result<Option<Volume>, Refusal> {
    let Some(record) = record else { return Ok(None) };
    let amount = at(field, Amount::parse(&record.amount))?;
    Ok(Some(Volume { amount, unit: record.unit }))
}

/// The attributes of an entity of a kind.
pub(crate) fn attributes(
    kind: EntityKind,
    records: Vec<AttributeRecord>,
) -> Result<Vec<Attribute>, Refusal> {
    let mut attributes = Vec::new();
    for record in records {
        attributes.push(attribute(kind, record).map_err(|refusal| refusal.at("attributes"))?);
    }
    Ok(attributes)
}

fn attribute(kind: EntityKind, record: AttributeRecord) -> Result<Attribute, Refusal> {
    let id = at("attributes", AttributeId::try_new(record.id))?;
    let group = at("attributes", AttributeGroup::of(&id))?;
    if !group.holders().contains(&kind) {
        return Err(Refusal::new(Rule::Shape, format!("a {kind} has no attribute `{id}`")));
    }
    if record.source.trim().is_empty() {
        return Err(Refusal::new(Rule::Unsourced, format!("attribute `{id}` has no source")));
    }
    let value = match record.value {
        Printed::Text(text) => AttributeValue::read(&text),
        // A number is taken with the digits that it is written with.
        Printed::Number(number) => {
            AttributeValue::Number(at("attributes", Amount::parse(&number.to_string()))?)
        }
    };
    let (from, to) = (record.valid_from.as_deref(), record.valid_to.as_deref());
    let validity = validity(["attributes", "attributes"], from, to)?;
    Ok(Attribute { id, value, unit: record.unit, source: record.source, validity })
}
