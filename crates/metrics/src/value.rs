//! Between an evaluation and its message, and when two values count as different.

use api::types::{IndicatorValue, Input};
use rust_decimal::Decimal;

use crate::indicator::{Definition, Evaluation, InputUsed, Outcome, Target, smallest_change};

/// An evaluation as it is published: without its inputs.
pub(crate) fn published(definition: &Definition, evaluation: &Evaluation) -> IndicatorValue {
    let Target { indicator, area, breakdown, period } = &evaluation.target;
    let mut value = IndicatorValue {
        indicator: (*indicator).to_owned(),
        area: area.clone(),
        breakdown: breakdown.clone().unwrap_or_default(),
        period: period.to_string(),
        printed: evaluation.printed.map(|printed| printed.to_string()),
        unit: definition.unit.to_owned(),
        membership: evaluation.membership.clone(),
        note: evaluation.note.clone(),
        ..IndicatorValue::default()
    };
    match &evaluation.outcome {
        Outcome::Number(number) => value.value = Some(number.to_string()),
        Outcome::Interval { low, high, point } => {
            let middle = || (*low + *high) / Decimal::TWO;
            value.value = Some(point.unwrap_or_else(middle).to_string());
            value.low = Some(low.to_string());
            value.high = Some(high.to_string());
        }
        Outcome::Code(code) => value.code = Some(code.clone()),
        Outcome::Undefined(undefined) => value.undefined_because = Some(undefined.to_string()),
    }
    value
}

/// Cells that were read, with their releases and sources.
pub(crate) fn inputs(used: &[InputUsed]) -> Vec<Input> {
    let message = |used: &InputUsed| {
        let (value, missing) = match used.cell {
            Some(statistics::Cell::Number(number)) => (Some(number.to_string()), None),
            Some(statistics::Cell::Missing(missing)) => (None, Some(missing.to_string())),
            None => (None, Some("no observation".to_owned())),
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
    };
    used.iter().map(message).collect()
}

/// Whether a value differs from the last published one by more than its indicator's tolerance.
pub(crate) fn is_changed(
    definition: &Definition,
    before: Option<&IndicatorValue>,
    after: &IndicatorValue,
) -> bool {
    let Some(before) = before else { return true };
    let tolerance = smallest_change(definition);
    differs(&before.value, &after.value, tolerance)
        || differs(&before.low, &after.low, tolerance)
        || differs(&before.high, &after.high, tolerance)
        || differs(&before.printed, &after.printed, Decimal::ZERO)
        || before.code != after.code
        || before.undefined_because != after.undefined_because
        || before.membership != after.membership
}

fn differs(before: &Option<String>, after: &Option<String>, tolerance: Decimal) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return before != after };
    if before == after {
        return false;
    }
    let number = |text: &str| Decimal::from_str_exact(text).ok();
    match (number(before), number(after)) {
        (Some(before), Some(after)) => match before.checked_sub(after) {
            Some(difference) => difference.abs() > tolerance,
            None => true,
        },
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicator::definition;

    fn value(text: &str) -> IndicatorValue {
        IndicatorValue { value: Some(text.to_owned()), ..IndicatorValue::default() }
    }

    #[test]
    fn a_value_changed_when_it_differs_by_more_than_its_tolerance() {
        let definition = definition("fdi.intra_share").expect("declared, tolerance 0.005");
        let changed = |before: &IndicatorValue, after: &IndicatorValue| {
            is_changed(definition, Some(before), after)
        };
        assert!(is_changed(definition, None, &value("17.4")), "no value is not a value");
        assert!(!changed(&value("17.4"), &value("17.40")), "the same number");
        assert!(!changed(&value("17.4"), &value("17.405")), "at the tolerance");
        assert!(changed(&value("17.4"), &value("17.406")), "beyond it");
        let undefined = |because: &str| IndicatorValue {
            undefined_because: Some(because.to_owned()),
            ..IndicatorValue::default()
        };
        assert!(changed(&value("17.4"), &undefined("no number")));
        assert!(changed(&undefined("no number"), &undefined("no members")));
        let printed = IndicatorValue { printed: Some("17.4".to_owned()), ..value("17.4") };
        assert!(changed(&value("17.4"), &printed), "what was printed is a fact of its own");
    }
}
