//! Agreements: one quantity in two tables, within both roundings.
//!
//! Multipliers are applied first, so that millions and billions compare.

use super::rounding::Printed;
use super::{Agreement, Finding, Outcome, Severity, Side};
use crate::rejection::Rule;
use crate::structure::Structures;
use crate::{Observation, SeriesKey, View};

pub(super) fn run(
    check: &Agreement,
    view: &dyn View,
    structures: &Structures,
    findings: &mut Vec<Finding>,
) {
    let cell = |side: &Side| -> Option<(SeriesKey, Option<Observation>)> {
        let structure = &structures.dataflow_named(&side.dataflow)?.structure;
        let codes = structure.dimensions.iter().map(|dimension| side.key.get(&dimension.id));
        let codes: Option<Vec<&str>> = codes.map(|code| code.map(String::as_str)).collect();
        let key = SeriesKey::try_new(codes?).ok()?;
        let observation = view.observation(&side.dataflow, &key, side.period);
        Some((key, observation))
    };
    let (Some((key, left)), Some((_, right))) = (cell(&check.left), cell(&check.right)) else {
        return;
    };
    // A cell that is not there yet says nothing; a cell that is there without a number does.
    let (Some(left), Some(right)) = (left, right) else { return };
    let mut finding = Finding {
        check: check.id.clone(),
        rule: Rule::Agreement,
        severity: Severity::Warning,
        outcome: Outcome::Undecided,
        dataflow: check.left.dataflow.clone(),
        key,
        period: check.left.period,
        expected: None,
        computed: None,
        tolerance: None,
        reason: "cannot be decided: a side has no number".into(),
        note: check.reason.clone(),
    };
    let (left, right) = (Printed::of(&left), Printed::of(&right));
    finding.expected = left.map(|one| one.value);
    finding.computed = right.map(|one| one.value);
    if let (Some(left), Some(right)) = (left, right) {
        let apart = left.value.checked_sub(right.value).map(|apart| apart.abs());
        let tolerance = left.half_unit.checked_add(right.half_unit);
        let (Some(apart), Some(tolerance)) = (apart, tolerance) else { return };
        if apart <= tolerance {
            return;
        }
        finding.severity = check.severity;
        finding.outcome = Outcome::Fails;
        finding.tolerance = Some(tolerance);
        finding.reason = format!(
            "{} here, {} in {}: {apart} apart, rounding explains {tolerance}",
            left.value, right.value, check.right.dataflow
        );
    }
    findings.push(finding);
}
