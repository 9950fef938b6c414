//! Lists: parts, sums, extremes, ranks, quantifiers.
//!
//! The place of an element is as certain as the roundings allow: a label carries the others that
//! could stand there, a rank the range of ranks.

use rust_decimal::Decimal;

use crate::audit::evaluator::tables::count;
use crate::audit::evaluator::{Evaluator, Trouble};
use crate::audit::expression::Argument;
use crate::audit::function::Function;
use crate::audit::value::{Element, Item, Label, Truth, Value};
use crate::indicator::Undefined;
use crate::indicator::interval::{Interval, sum};

/// A label and its number.
type Numbered = (String, Interval);

impl Evaluator<'_> {
    pub(super) fn list_call(
        &mut self,
        function: Function,
        arguments: &[Argument],
    ) -> Result<Value, Trouble> {
        let list = self.list("a function of a list", arguments, 0)?;
        self.step(list.len())?;
        match function {
            Function::Without | Function::Only => {
                let wanted = function == Function::Only;
                self.part(list, &self.codes(arguments, 1)?, wanted)
            }
            Function::Top => {
                let most = self.whole(arguments, 1)?;
                let mut numbers = self.numbers(&list)?;
                numbers.sort_by(|a, b| b.1.point.cmp(&a.1.point).then_with(|| a.0.cmp(&b.0)));
                numbers.truncate(usize::try_from(most).unwrap_or(usize::MAX));
                let top = numbers.into_iter().map(|(label, n)| Element::number(label, Ok(n)));
                Ok(Value::List(top.collect()))
            }
            Function::Sum | Function::Mean => {
                let mut parts = Vec::with_capacity(list.len());
                for element in &list {
                    parts.push(number_of(element)?.map_err(Trouble::Undefined)?);
                }
                let total = sum(parts.iter().copied()).map_err(Trouble::Undefined)?;
                if function == Function::Sum {
                    return Ok(Value::Number(total));
                }
                let n = u64::try_from(parts.len()).unwrap_or(u64::MAX);
                let mean = total.over(Interval::exact(n.into()), "the number of elements");
                mean.map(Value::Number).map_err(Trouble::Undefined)
            }
            Function::Count => Ok(count_of(&list)),
            Function::Max | Function::Min => {
                let numbers = self.numbers(&list)?;
                extreme(&numbers, function == Function::Max).map(Value::Number)
            }
            Function::ArgMax | Function::ArgMin => {
                let mut numbers = self.numbers(&list)?;
                if function == Function::ArgMin {
                    numbers = numbers.into_iter().map(|(l, n)| (l, n.negated())).collect();
                }
                largest(&numbers)
            }
            Function::Rank => {
                let code = self.codes(arguments, 1)?;
                rank(&self.numbers(&list)?, &code)
            }
            Function::All | Function::Any => self.quantified(&list, function == Function::All),
            Function::Agree => {
                let numbers = self.numbers(&list)?;
                let low = numbers.iter().map(|(_, n)| n.low).max();
                let high = numbers.iter().map(|(_, n)| n.high).min();
                let common = low.zip(high).is_some_and(|(low, high)| low <= high);
                Ok(Value::Truth(Truth::from_bounds(common, common)))
            }
            Function::Descends => {
                let other = self.list("descends", arguments, 1)?;
                let (left, right) = (self.numbers(&list)?, self.numbers(&other)?);
                self.step(left.len().saturating_mul(left.len()))?;
                descends(&left, &right)
            }
            Function::Observation
            | Function::Indicator
            | Function::Each
            | Function::For
            | Function::List
            | Function::Abs
            | Function::Share
            | Function::Cagr
            | Function::NearestShare
            | Function::Earlier
            | Function::Mark
            | Function::Marks
            | Function::Rows => {
                Err(Trouble::Kind { what: "a function", expected: "no list", found: "a list" })
            }
        }
    }

    fn part(&self, list: Vec<Element>, codes: &str, wanted: bool) -> Result<Value, Trouble> {
        let codes: Vec<&str> = codes.split_whitespace().collect();
        for code in &codes {
            if !list.iter().any(|element| element.label == *code) {
                return Err(Trouble::Codes {
                    text: (*code).to_owned(),
                    expected: "label of the list",
                });
            }
        }
        let part = list.into_iter();
        let part = part.filter(|element| codes.contains(&element.label.as_str()) == wanted);
        Ok(Value::List(part.collect()))
    }

    /// The elements that have a number; a note says how many have none.
    fn numbers(&mut self, list: &[Element]) -> Result<Vec<Numbered>, Trouble> {
        let mut numbers = Vec::with_capacity(list.len());
        for element in list {
            if let Ok(number) = number_of(element)? {
                numbers.push((element.label.clone(), number));
            }
        }
        let without = list.len() - numbers.len();
        if without > 0 {
            self.notes.push(format!("{without} without a number left out"));
        }
        if numbers.is_empty() {
            return Err(Trouble::NotHeld {
                what: "no element of the list has a number".to_owned(),
            });
        }
        Ok(numbers)
    }

    fn quantified(&mut self, list: &[Element], all: bool) -> Result<Value, Trouble> {
        let mut truths = Vec::new();
        let mut failing = Vec::new();
        for element in list {
            match &element.item {
                Ok(Item::Truth(truth)) => {
                    truths.push(*truth);
                    if all && *truth == Truth::Fails {
                        failing.push(element.label.as_str());
                    }
                }
                Ok(Item::Number(_)) => {
                    return Err(Trouble::Kind {
                        what: "all or any",
                        expected: "truths",
                        found: "numbers",
                    });
                }
                Err(_) => {}
            }
        }
        if truths.len() < list.len() {
            self.notes.push(format!("{} without a number left out", list.len() - truths.len()));
        }
        if !failing.is_empty() {
            self.notes.push(format!("it fails for {}", failing.join(" ")));
        }
        let truth = if all { truths.into_iter().min() } else { truths.into_iter().max() };
        truth.map(Value::Truth).ok_or_else(|| Trouble::NotHeld {
            what: "no element of the list has a number".to_owned(),
        })
    }
}

fn number_of(element: &Element) -> Result<Result<Interval, Undefined>, Trouble> {
    match &element.item {
        Ok(Item::Number(number)) => Ok(Ok(*number)),
        Ok(Item::Truth(_)) => Err(Trouble::Kind {
            what: "a function of a list",
            expected: "numbers",
            found: "truths",
        }),
        Err(undefined) => Ok(Err(undefined.clone())),
    }
}

/// Elements with a number; of truths, from those that hold for certain to those that may.
fn count_of(list: &[Element]) -> Value {
    let truths = list.iter().filter_map(|element| match element.item {
        Ok(Item::Truth(truth)) => Some(truth),
        _ => None,
    });
    let truths: Vec<Truth> = truths.collect();
    if truths.is_empty() {
        return count(list.iter().filter(|element| element.item.is_ok()).count());
    }
    let at_least = |bound: Truth| {
        let number = truths.iter().filter(|truth| **truth >= bound).count();
        Decimal::from(u64::try_from(number).unwrap_or(u64::MAX))
    };
    let certain = at_least(Truth::Holds);
    Value::Number(Interval { low: certain, point: certain, high: at_least(Truth::WithinRounding) })
}

fn extreme(numbers: &[Numbered], largest: bool) -> Result<Interval, Trouble> {
    let pick = |a: Decimal, b: Decimal| if largest { a.max(b) } else { a.min(b) };
    let found = numbers.iter().map(|(_, number)| *number).reduce(|a, b| Interval {
        low: pick(a.low, b.low),
        point: pick(a.point, b.point),
        high: pick(a.high, b.high),
    });
    found.ok_or_else(|| Trouble::NotHeld { what: "the list is empty".to_owned() })
}

fn largest(numbers: &[Numbered]) -> Result<Value, Trouble> {
    let mut best: Option<&Numbered> = None;
    for one in numbers {
        if best.is_none_or(|best| one.1.point > best.1.point) {
            best = Some(one);
        }
    }
    let Some((label, number)) = best else {
        return Err(Trouble::NotHeld { what: "the list is empty".to_owned() });
    };
    let also = numbers.iter().filter(|(other, rival)| other != label && rival.high >= number.low);
    let also = also.map(|(other, _)| other.clone()).collect();
    Ok(Value::Label(Label { label: label.clone(), also }))
}

fn rank(numbers: &[Numbered], code: &str) -> Result<Value, Trouble> {
    let Some((_, own)) = numbers.iter().find(|(label, _)| label == code) else {
        return Err(Trouble::Codes { text: code.to_owned(), expected: "label of the list" });
    };
    let before = |ahead: &dyn Fn(&Interval) -> bool| {
        let number = numbers.iter().filter(|(label, n)| label != code && ahead(n)).count();
        Decimal::from(u64::try_from(number).unwrap_or(u64::MAX)) + Decimal::ONE
    };
    let point = before(&|other| other.point > own.point);
    let low = before(&|other| other.low > own.high);
    let high = before(&|other| other.high > own.low);
    Ok(Value::Number(Interval { low: low.min(point), point, high: high.max(point) }))
}

/// Whether, of any two labels, the one with the smaller left number has the larger right one.
fn descends(left: &[Numbered], right: &[Numbered]) -> Result<Value, Trouble> {
    let mut worst = Truth::Holds;
    let mut pairs = 0u32;
    for (label, rank) in left {
        let Some((_, value)) = right.iter().find(|(other, _)| other == label) else { continue };
        for (other_label, other_rank) in left {
            let other = right.iter().find(|(other, _)| other == other_label);
            let Some((_, other_value)) = other.filter(|_| rank.point < other_rank.point) else {
                continue;
            };
            pairs += 1;
            let sure = value.low > other_value.high;
            let possible = value.high >= other_value.low;
            worst = worst.min(Truth::from_bounds(sure, possible));
        }
    }
    if pairs == 0 {
        return Err(Trouble::NotHeld { what: "the lists have no two labels in common".to_owned() });
    }
    Ok(Value::Truth(worst))
}
