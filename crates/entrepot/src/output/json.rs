//! Messages as JSON: what several commands print has one shape, whichever command prints it.
//!
//! Decimals are strings, because a JSON number would lose digits; counts are numbers; what is
//! absent is null, and never an empty string where "none" is meant.

use api::events::Finding;
use api::types::{IndicatorValue, Input, LogPosition, Receipt, RecordCounts, Rejection};
use api::{ingestion, timestamp_from};
use serde_json::{Map, Value, json};

use crate::clock;

/// An indicator's value with everything that the answer says about it.
pub(crate) fn indicator_value(value: &IndicatorValue) -> Value {
    json!({
        "indicator": value.indicator,
        "area": value.area,
        "breakdown": text(&value.breakdown),
        "period": value.period,
        "value": value.value.as_ref().or(value.code.as_ref()),
        "code": value.code,
        "undefined_because": value.undefined_because,
        "low": value.low,
        "high": value.high,
        "printed": value.printed,
        "unit": text(&value.unit),
        "membership": value.membership,
        "note": value.note,
    })
}

/// Value or code of an indicator as one text; none if it is undefined.
pub(crate) fn value_text(value: &IndicatorValue) -> Option<&String> {
    value.value.as_ref().or(value.code.as_ref())
}

pub(crate) fn input(input: &Input) -> Value {
    json!({
        "dataflow": input.dataflow,
        "key": input.key,
        "period": input.period,
        "value": input.value,
        "missing": input.missing,
        "release": text(&input.release),
        "source": text(&input.source),
    })
}

pub(crate) fn records(counts: Option<&RecordCounts>) -> Value {
    let counts = counts.copied().unwrap_or_default();
    json!({
        "first": counts.first,
        "unchanged": counts.unchanged,
        "revised": counts.revised,
        "restated": counts.restated,
        "deleted": counts.deleted,
        "rejected": counts.rejected,
    })
}

pub(crate) fn rejection(rejection: &Rejection) -> Value {
    json!({
        "release": text(&rejection.release),
        "dataflow": text(&rejection.dataflow),
        "file": rejection.file,
        "line": rejection.line,
        "column": text(&rejection.column),
        "rule": rejection.rule,
        "reason": rejection.reason,
        "remedy": rejection.remedy,
        "row": String::from_utf8_lossy(&rejection.row),
        "row_sha256": text(&rejection.row_sha256),
    })
}

pub(crate) fn release(release: &ingestion::Release) -> Value {
    json!({
        "id": release.id,
        "dataflow": release.dataflow,
        "released_at": moment(release.released_at.as_ref()),
        "recorded_at": moment(release.recorded_at.as_ref()),
        "state": release.state,
        "rows": release.row_count,
        "content_sha256": text(&release.content_sha256),
        "records": records(release.records.as_ref()),
        "file": text(&release.file),
        "position": release.position.as_ref().map(log_position),
    })
}

/// Where something is in the log: `entrepot.observations.v1/2` and the number there.
pub(crate) fn log_position(position: &LogPosition) -> Value {
    json!({
        "topic": position.topic,
        "partition": position.partition,
        "position": position.position,
    })
}

/// Positions as a map from topic and partition to the number there.
pub(crate) fn positions(positions: &[LogPosition]) -> Value {
    let mut map = Map::new();
    for position in positions {
        let name = format!("{}/{}", position.topic, position.partition);
        map.insert(name, Value::from(position.position));
    }
    Value::Object(map)
}

pub(crate) fn receipt(receipt: Option<&Receipt>) -> Value {
    receipt.map_or(Value::Null, |receipt| positions(&receipt.positions))
}

/// A moment as RFC 3339, in UTC.
pub(crate) fn moment(time: Option<&prost_types::Timestamp>) -> Value {
    match moment_text(time) {
        text if text.is_empty() => Value::Null,
        text => Value::from(text),
    }
}

pub(crate) fn moment_text(time: Option<&prost_types::Timestamp>) -> String {
    clock::show(time.and_then(|time| timestamp_from("time", time).ok()))
}

/// What the network model found, or no longer finds.
pub(crate) fn finding(finding: &Finding) -> Value {
    json!({
        "network": finding.network,
        "subject": finding.subject,
        "kind": finding.kind,
        "value": finding.value,
        "industry": text(&finding.industry),
        "evidence": finding.evidence,
        "runner_up": text(&finding.runner_up),
        "confidence": text(&finding.confidence),
        "withdrawn": finding.withdrawn,
    })
}

fn text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
