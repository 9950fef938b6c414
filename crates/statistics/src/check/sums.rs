//! Sums over members: parent = Σ sign × member, within what rounding leaves open.
//!
//! Source of the tolerance: (n + 1) × half a unit in the last printed place, taken number by
//! number. Hierarchies of published tables overlap, so members and signs are declared, not derived.

use rust_decimal::Decimal;

use super::rounding::Printed;
use super::{Finding, Outcome, Severity, SumCheck};
use crate::rejection::Rule;
use crate::structure::{Structure, Structures};
use crate::{Observation, SeriesKey, SeriesPattern, View};

pub(super) fn run(
    check: &SumCheck,
    view: &dyn View,
    structures: &Structures,
    findings: &mut Vec<Finding>,
) {
    let structure_of = |id: &str| structures.dataflow_named(id).map(|flow| &flow.structure);
    let parents = structure_of(&check.parent_dataflow);
    let (Some(parents), Some(members)) = (parents, structure_of(&check.dataflow)) else { return };
    let Some(pattern) = parent_pattern(check, parents) else { return };
    for key in view.keys(&check.parent_dataflow, &pattern) {
        for parent in view.series(&check.parent_dataflow, &key) {
            let sum = Sum { check, view, parents, members, key: &key, parent: &parent };
            findings.extend(sum.finding());
        }
    }
}

/// One parent at one period.
struct Sum<'a> {
    check: &'a SumCheck,
    view: &'a dyn View,
    parents: &'a Structure,
    members: &'a Structure,
    key: &'a SeriesKey,
    parent: &'a Observation,
}

impl Sum<'_> {
    fn finding(&self) -> Option<Finding> {
        let Some(parent) = Printed::of(self.parent) else {
            // A parent that is not published states nothing that could be wrong.
            return None;
        };
        let (mut sum, mut tolerance) = (Decimal::ZERO, parent.half_unit);
        let mut missing = Vec::new();
        for (code, sign) in &self.check.members {
            let member = self.member(code);
            let observation = member.and_then(|key| {
                self.view.observation(&self.check.dataflow, &key, self.parent.period)
            });
            let Some(printed) = observation.as_ref().and_then(Printed::of) else {
                missing.push(code.as_str());
                continue;
            };
            let signed = if *sign < 0 { -printed.value } else { printed.value };
            let added = sum.checked_add(signed).zip(tolerance.checked_add(printed.half_unit));
            let Some((new_sum, new_tolerance)) = added else {
                missing.push(code.as_str());
                continue;
            };
            (sum, tolerance) = (new_sum, new_tolerance);
        }
        if !missing.is_empty() {
            let shown = missing.iter().take(5).copied().collect::<Vec<_>>().join(", ");
            let count = missing.len();
            let reason = format!("cannot be decided: {count} members have no number ({shown})");
            return Some(self.report(Outcome::Undecided, parent.value, None, None, reason));
        }
        let apart = parent.value.checked_sub(sum)?.abs();
        if apart <= tolerance {
            return None;
        }
        let reason = format!(
            "`{}` is {}, its members add up to {sum}: {apart} apart, rounding explains {tolerance}",
            self.check.parent, parent.value
        );
        Some(self.report(Outcome::Fails, parent.value, Some(sum), Some(tolerance), reason))
    }

    /// The key of a member: the parent's with another code, dimension by dimension.
    fn member(&self, code: &str) -> Option<SeriesKey> {
        let mut codes = Vec::with_capacity(self.members.dimensions.len());
        for dimension in &self.members.dimensions {
            if dimension.id == self.check.dimension {
                codes.push(code);
                continue;
            }
            let of_parent = self.parents.dimension_index(&dimension.id);
            let of_parent = of_parent.and_then(|index| self.key.code(index));
            codes.push(
                of_parent.or_else(|| self.check.matches.get(&dimension.id).map(String::as_str))?,
            );
        }
        SeriesKey::try_new(codes).ok()
    }

    fn report(
        &self,
        outcome: Outcome,
        expected: Decimal,
        computed: Option<Decimal>,
        tolerance: Option<Decimal>,
        reason: String,
    ) -> Finding {
        let severity = match outcome {
            Outcome::Fails => self.check.severity,
            Outcome::Undecided => Severity::Warning,
        };
        Finding {
            check: self.check.id.clone(),
            rule: Rule::Sum,
            severity,
            outcome,
            dataflow: self.check.parent_dataflow.clone(),
            key: self.key.clone(),
            period: self.parent.period,
            expected: Some(expected),
            computed,
            tolerance,
            reason,
            note: self.check.reason.clone(),
        }
    }
}

fn parent_pattern(check: &SumCheck, structure: &Structure) -> Option<SeriesPattern> {
    structure.dimension_index(&check.dimension)?;
    let codes = structure.dimensions.iter().map(|dimension| {
        if dimension.id == check.dimension {
            check.parent.as_str()
        } else {
            check.matches.get(&dimension.id).map_or("", String::as_str)
        }
    });
    codes.collect::<Vec<_>>().join(".").parse().ok()
}
