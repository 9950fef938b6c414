//! The four verdicts, and how a computed value and a stated one come to them.
//!
//! A stated number stands for itself plus or minus half a unit of its last place where the
//! relation is equality; a stated bound ("over 51") is taken as it stands.

use rust_decimal::Decimal;

use crate::audit::claims::Test;
use crate::audit::expression::Comparison;
use crate::audit::relation::{Relation, Stated};
use crate::audit::value::{Element, Item, Label, Truth, Value};
use crate::indicator::interval::Interval;

/// What the audit says of a claim or of a printed number.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    /// The computed value rounds to what is stated, or the relation holds for every value within
    /// the roundings.
    Holds,
    /// What was computed and what is stated meet within their roundings.
    HoldsWithinRounding,
    /// They do not meet.
    Contradicted,
    /// No table holds it, a cell is missing, or the words are not measurable.
    CannotBeChecked,
}

/// A verdict with what it rests on.
pub(crate) struct Ruling {
    pub(crate) verdict: Verdict,
    pub(crate) computed: String,
    pub(crate) reason: String,
}

impl Verdict {
    /// The verdict as its stable id.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::HoldsWithinRounding => "holds_within_rounding",
            Self::Contradicted => "contradicted",
            Self::CannotBeChecked => "cannot_be_checked",
        }
    }
}

impl From<Truth> for Verdict {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::Holds => Self::Holds,
            Truth::WithinRounding => Self::HoldsWithinRounding,
            Truth::Fails => Self::Contradicted,
        }
    }
}

/// Compares what was found with what the claim states.
pub(crate) fn rule(test: &Test, found: &Value) -> Ruling {
    let shown = Shown { places: test.stated.places(), scale: test.scale };
    let computed = match (test.relation, found) {
        (Relation::Is, Value::List(list)) => labels(list),
        _ => shown.value(found),
    };
    let truth = match (test.relation, &test.stated, found) {
        (Relation::True, _, Value::Truth(truth)) => Some(*truth),
        (Relation::Is, Stated::Codes(codes), Value::Label(label)) => Some(label_is(label, codes)),
        (Relation::Is, Stated::Codes(codes), Value::List(list)) => {
            Some(if labels(list) == *codes { Truth::Holds } else { Truth::Fails })
        }
        (relation, Stated::Number(number), Value::Number(found)) => {
            shown.down(*found).and_then(|found| compare(relation, found, *number))
        }
        (relation, Stated::Range(low, high), Value::Number(found)) => {
            shown.down(*found).and_then(|found| in_range(relation, &[found], *low, *high))
        }
        (relation, Stated::Range(low, high), Value::List(list)) => {
            shown.numbers(list).and_then(|found| in_range(relation, &found, *low, *high))
        }
        _ => None,
    };
    let Some(truth) = truth else {
        let reason =
            format!("the expression gives {}, which the relation cannot use", found.kind());
        return Ruling { verdict: Verdict::CannotBeChecked, computed, reason };
    };
    let reason = match test.stated.text() {
        Some(stated) => {
            let same = computed == stated;
            let exact = matches!(found, Value::Number(number) if number.low == number.high);
            let says = match outside(test, found, &shown).as_slice() {
                [] => says(test.relation, truth, same, exact).to_owned(),
                outside => format!("outside of it: {}, whatever the rounding", outside.join(" ")),
            };
            format!("computed {computed}, stated {} {stated}: {says}", test.relation)
        }
        None => condition(truth).to_owned(),
    };
    Ruling { verdict: truth.into(), computed, reason }
}

/// What came of a relation, in words that fit it.
fn says(relation: Relation, truth: Truth, same: bool, exact: bool) -> &'static str {
    match (relation, truth) {
        (Relation::Equal, Truth::Fails) if exact => "they differ",
        (_, Truth::Fails) if exact => "it is not",
        (Relation::Equal, Truth::Holds) if !same => "it rounds to what is stated",
        (Relation::Equal | Relation::Is, Truth::Holds) => "the same",
        (Relation::Equal, Truth::WithinRounding) => "the two meet only within their roundings",
        (Relation::Equal, Truth::Fails) => "no rounding brings what is computed to what is stated",
        (Relation::Is, Truth::WithinRounding) => "rounding leaves another one open",
        (Relation::Is, Truth::Fails) => "they differ",
        (Relation::Between | Relation::Range, Truth::Holds) => "so it is",
        (Relation::Between | Relation::Range, Truth::WithinRounding) => {
            "so it is only within the roundings"
        }
        (Relation::Between, Truth::Fails) => "it lies outside, whatever the rounding",
        (Relation::Range, Truth::Fails) => "it runs otherwise, whatever the rounding",
        (_, Truth::Holds) => "so it is",
        (_, Truth::WithinRounding) => "so it is for some of the values that rounding leaves only",
        (_, Truth::Fails) => "it is not, whatever the rounding",
    }
}

/// What came of a condition.
fn condition(truth: Truth) -> &'static str {
    match truth {
        Truth::Holds => "the condition holds",
        Truth::WithinRounding => {
            "the condition holds for some of the values that rounding leaves, not for all"
        }
        Truth::Fails => "the condition fails, whatever the rounding",
    }
}

/// What came of a comparison of two sides.
pub(crate) fn compared(comparison: Comparison, verdict: Verdict) -> String {
    match verdict {
        Verdict::Holds => format!("the first is {comparison} the second"),
        Verdict::HoldsWithinRounding => format!(
            "the first is {comparison} the second for some of the values that rounding leaves, \
             not for all"
        ),
        Verdict::Contradicted | Verdict::CannotBeChecked => {
            format!("the first is not {comparison} the second, whatever the rounding")
        }
    }
}

/// Which elements of a list lie outside of a stated range, whatever their rounding.
fn outside<'a>(test: &Test, found: &'a Value, shown: &Shown) -> Vec<&'a str> {
    let (Relation::Between, Stated::Range(low, high), Value::List(list)) =
        (test.relation, &test.stated, found)
    else {
        return Vec::new();
    };
    let fails = |element: &&Element| match element.item {
        Ok(Item::Number(number)) => {
            let truth = shown.down(number).and_then(|n| in_range(test.relation, &[n], *low, *high));
            truth == Some(Truth::Fails)
        }
        _ => false,
    };
    list.iter().filter(fails).map(|one| one.label.as_str()).collect()
}

/// The rule for equality: does the point round to what is stated, or do the intervals meet?
pub(crate) fn equals(found: Interval, stated: Decimal) -> Option<Truth> {
    let stands_for = Interval::printed(stated, 0).ok()?;
    let rounds = stands_for.low <= found.point && found.point <= stands_for.high;
    Some(Truth::from_bounds(rounds, found.meets(stands_for)))
}

fn compare(relation: Relation, found: Interval, stated: Decimal) -> Option<Truth> {
    let (low, high) = (found.low, found.high);
    match relation {
        Relation::Equal => equals(found, stated),
        Relation::Greater => Some(Truth::from_bounds(low > stated, high > stated)),
        Relation::AtLeast => Some(Truth::from_bounds(low >= stated, high >= stated)),
        Relation::Less => Some(Truth::from_bounds(high < stated, low < stated)),
        Relation::AtMost => Some(Truth::from_bounds(high <= stated, low <= stated)),
        Relation::Between | Relation::Range | Relation::Is | Relation::True => None,
    }
}

fn in_range(relation: Relation, found: &[Interval], low: Decimal, high: Decimal) -> Option<Truth> {
    match relation {
        Relation::Range => {
            let smallest = found.iter().copied().reduce(|a, b| Interval {
                low: a.low.min(b.low),
                point: a.point.min(b.point),
                high: a.high.min(b.high),
            })?;
            let largest = found.iter().copied().reduce(|a, b| Interval {
                low: a.low.max(b.low),
                point: a.point.max(b.point),
                high: a.high.max(b.high),
            })?;
            Some(equals(smallest, low)?.min(equals(largest, high)?))
        }
        Relation::Between => {
            let (from, to) = (Interval::printed(low, 0).ok()?, Interval::printed(high, 0).ok()?);
            let mut worst = Truth::Holds;
            for one in found {
                let rounds = from.low <= one.point && one.point <= to.high;
                let meets = from.low <= one.high && one.low <= to.high;
                worst = worst.min(Truth::from_bounds(rounds, meets));
            }
            (!found.is_empty()).then_some(worst)
        }
        Relation::Equal
        | Relation::Greater
        | Relation::AtLeast
        | Relation::Less
        | Relation::AtMost
        | Relation::Is
        | Relation::True => None,
    }
}

fn labels(list: &[Element]) -> String {
    let labels: Vec<&str> = list.iter().map(|element| element.label.as_str()).collect();
    labels.join(" ")
}

fn label_is(label: &Label, stated: &str) -> Truth {
    let also = label.also.iter().any(|other| other == stated);
    Truth::from_bounds(
        label.label == stated && label.also.is_empty(),
        label.label == stated || also,
    )
}

/// How numbers are shown beside what is stated: two places more, in its power of ten.
pub(crate) struct Shown {
    pub(crate) places: u32,
    pub(crate) scale: i32,
}

impl Shown {
    pub(crate) fn value(&self, value: &Value) -> String {
        match value {
            Value::Number(number) => self.number(*number),
            Value::Label(Label { label, also }) if also.is_empty() => label.clone(),
            Value::Label(Label { label, also }) => format!("{label} (or {})", also.join(" ")),
            Value::Truth(truth) => truth_text(*truth).to_owned(),
            Value::List(list) => {
                let parts: Vec<String> = list.iter().map(|element| self.element(element)).collect();
                parts.join(", ")
            }
        }
    }

    fn element(&self, element: &Element) -> String {
        let item = match &element.item {
            Ok(Item::Number(number)) => self.number(*number),
            Ok(Item::Truth(truth)) => truth_text(*truth).to_owned(),
            Err(_) => "none".to_owned(),
        };
        format!("{} {item}", element.label)
    }

    pub(crate) fn number(&self, number: Interval) -> String {
        let Some(number) = self.down(number) else { return number.point.to_string() };
        let round = |one: Decimal| one.round_dp(self.places + 2).normalize();
        let (low, point, high) = (round(number.low), round(number.point), round(number.high));
        if low == high { point.to_string() } else { format!("{point} ({low} to {high})") }
    }

    pub(crate) fn down(&self, number: Interval) -> Option<Interval> {
        let factor = crate::indicator::interval::power_of_ten(self.scale).ok()?;
        number.over(Interval::exact(factor), "a power of ten").ok()
    }

    fn numbers(&self, list: &[Element]) -> Option<Vec<Interval>> {
        let mut numbers = Vec::new();
        for element in list {
            if let Ok(Item::Number(number)) = element.item {
                numbers.push(self.down(number)?);
            }
        }
        Some(numbers)
    }
}

fn truth_text(truth: Truth) -> &'static str {
    match truth {
        Truth::Holds => "holds",
        Truth::WithinRounding => "holds within rounding",
        Truth::Fails => "does not hold",
    }
}
