//! Evaluations as messages, and when a value counts as changed.

use api::types::{IndicatorValue, Input};
use service::ApplyError;
use statistics::{Cell, Decimal, View};
use store::Store;

use crate::indicator::{
    Definition, Evaluation, InputUsed, Outcome, Target, definition, evaluate, smallest_change,
};
use crate::store::{value_at, value_key};

/// A value beside the one that was published last.
pub(crate) struct Change {
    pub(crate) before: Option<IndicatorValue>,
    pub(crate) after: IndicatorValue,
}

/// Evaluates targets and keeps those that differ from what was published last.
pub(crate) fn changed<'t>(
    targets: impl Iterator<Item = &'t Target>,
    domain: &str,
    store: &Store,
    view: &dyn View,
) -> Result<Vec<Change>, ApplyError> {
    let mut changes = Vec::new();
    for target in targets {
        let (Some(evaluation), Some(definition)) =
            (evaluate(target, view), definition(target.indicator))
        else {
            continue;
        };
        let after = message(definition, &evaluation);
        let before = value_at(store, &value_key(domain, &after))?;
        if before.as_ref().is_none_or(|before| differs(before, &after, definition)) {
            changes.push(Change { before, after });
        }
    }
    Ok(changes)
}

/// Whether a value differs from the one before by more than its declared tolerance, or in kind.
fn differs(before: &IndicatorValue, after: &IndicatorValue, definition: &Definition) -> bool {
    let tolerance = smallest_change(definition);
    let moved = |a: &Option<String>, b: &Option<String>| match (number(a), number(b)) {
        (Some(a), Some(b)) => (a - b).abs() > tolerance,
        (a, b) => a.is_some() != b.is_some(),
    };
    moved(&before.value, &after.value)
        || moved(&before.low, &after.low)
        || moved(&before.high, &after.high)
        || before.code != after.code
        || before.undefined_because != after.undefined_because
        || before.printed != after.printed
}

fn number(text: &Option<String>) -> Option<Decimal> {
    Decimal::from_str_exact(text.as_deref()?).ok()
}

/// An evaluation as it is published.
pub(crate) fn message(definition: &Definition, evaluation: &Evaluation) -> IndicatorValue {
    let target = &evaluation.target;
    let mut value = IndicatorValue {
        indicator: target.indicator.to_owned(),
        area: target.area.clone(),
        breakdown: target.breakdown.clone().unwrap_or_default(),
        period: target.period.to_string(),
        printed: evaluation.printed.map(|number| number.to_string()),
        unit: definition.unit.to_owned(),
        inputs: evaluation.inputs.iter().map(input).collect(),
        membership: evaluation.membership.clone(),
        note: evaluation.note.clone(),
        ..IndicatorValue::default()
    };
    match &evaluation.outcome {
        Outcome::Number(number) => value.value = Some(number.to_string()),
        Outcome::Interval { low, high, point } => {
            value.value = point.map(|number| number.to_string());
            value.low = Some(low.to_string());
            value.high = Some(high.to_string());
        }
        Outcome::Code(code) => value.code = Some(code.clone()),
        Outcome::Undefined(reason) => value.undefined_because = Some(reason.to_string()),
    }
    value
}

/// A cell that was used, as a message.
pub(crate) fn input(used: &InputUsed) -> Input {
    let (value, missing) = match used.cell {
        Some(Cell::Number(number)) => (Some(number.to_string()), None),
        Some(Cell::Missing(missing)) => (None, Some(missing.to_string())),
        None => (None, Some("no such observation".to_owned())),
    };
    Input {
        dataflow: used.dataflow.clone(),
        key: used.key.to_string(),
        period: used.period.to_string(),
        value,
        missing,
        release: used.release.clone().unwrap_or_default(),
        source: used.source.clone().unwrap_or_default(),
    }
}
