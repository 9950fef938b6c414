//! Evaluates expressions over a view, remembering every cell that it read.
//!
//! A gap stays a gap: sums and means of a list with a gap are undefined, extremes and ranks are
//! those of the elements that have a number, and a note says how many were left out. Work is
//! bounded, whatever an expression asks for.

use rust_decimal::Decimal;
use statistics::View;

use crate::audit::claims::Tables;
use crate::audit::expression::{Argument, Comparison, Expression, Operator};
use crate::audit::function::Function;
use crate::audit::value::{Element, Item, Truth, Value};
use crate::indicator::interval::Interval;
use crate::indicator::{InputUsed, Reading, Undefined};

mod lists;
mod tables;

/// Steps that one claim may take; the largest in use takes under 2,000.
const STEPS_MAX: u32 = 200_000;

/// Why an expression has no value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("{0}")]
    Undefined(Undefined),
    #[error("no table holds it: {what}")]
    NotHeld { what: String },
    #[error("`{what}` takes {expected}, found {found}")]
    Kind { what: &'static str, expected: &'static str, found: &'static str },
    #[error("`{text}` is no {expected}")]
    Codes { text: String, expected: &'static str },
    #[error("the expression asks for too much work")]
    TooMuchWork,
}

/// An evaluation under way.
pub(crate) struct Evaluator<'a> {
    reading: Reading<'a>,
    tables: &'a Tables,
    /// What `$` stands for, innermost last.
    variables: Vec<String>,
    notes: Vec<String>,
    steps: u32,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(view: &'a dyn View, tables: &'a Tables) -> Self {
        let (variables, notes) = (Vec::new(), Vec::new());
        Self { reading: Reading::new(view), tables, variables, notes, steps: 0 }
    }

    pub(crate) fn into_parts(self) -> (Vec<InputUsed>, Option<String>) {
        let mut notes = self.notes;
        notes.dedup();
        let note = (!notes.is_empty()).then(|| notes.join("; "));
        (self.reading.into_parts().0, note)
    }

    pub(crate) fn evaluate(&mut self, expression: &Expression) -> Result<Value, Trouble> {
        self.step(1)?;
        match expression {
            Expression::Number(number) => Ok(Value::Number(Interval::exact(*number))),
            Expression::Negated(inner) => match self.evaluate(inner)? {
                Value::Number(number) => Ok(Value::Number(number.negated())),
                other => Err(wrong_kind("-", "a number", &other)),
            },
            Expression::Arithmetic(operator, left, right) => {
                let (left, right) = (self.evaluate(left)?, self.evaluate(right)?);
                arithmetic(*operator, left, right)
            }
            Expression::Comparison(comparison, left, right) => {
                let (left, right) = (self.evaluate(left)?, self.evaluate(right)?);
                compare_values(*comparison, left, right)
            }
            Expression::Call(function, arguments) => self.call(*function, arguments),
        }
    }

    fn call(&mut self, function: Function, arguments: &[Argument]) -> Result<Value, Trouble> {
        match function {
            Function::Observation => self.observation(arguments),
            Function::Indicator => self.indicator(arguments),
            Function::Each => self.each(arguments),
            Function::For => self.for_each(arguments),
            Function::Mark => self.mark(arguments),
            Function::Marks => self.marks(arguments),
            Function::Rows => self.rows(arguments),
            Function::List => {
                let mut elements = Vec::new();
                for (index, argument) in arguments.iter().enumerate() {
                    let value = self.argument(argument);
                    elements.push(element((index + 1).to_string(), value)?);
                }
                Ok(Value::List(elements))
            }
            Function::Abs => {
                let number = self.number("abs", arguments, 0)?;
                let size = if number.point < Decimal::ZERO { number.negated() } else { number };
                Ok(Value::Number(Interval { low: size.low.max(Decimal::ZERO), ..size }))
            }
            Function::Share => {
                let part = self.number("share", arguments, 0)?;
                let whole = self.number("share", arguments, 1)?;
                let what = "the share";
                let share = part.share_of(whole, what).map_err(Trouble::Undefined)?;
                Ok(Value::Number(share))
            }
            Function::Cagr => {
                let last = self.number("cagr", arguments, 0)?;
                let first = self.number("cagr", arguments, 1)?;
                let periods = self.whole(arguments, 2)?;
                last.compound_growth(first, periods).map(Value::Number).map_err(Trouble::Undefined)
            }
            Function::Earlier => {
                let last = self.number("earlier", arguments, 0)?;
                let growth = self.number("earlier", arguments, 1)?;
                let periods = self.whole(arguments, 2)?;
                before_growth(last, growth, periods).map(Value::Number).map_err(Trouble::Undefined)
            }
            Function::NearestShare => {
                let share = self.number("nearest_share", arguments, 0)?.point;
                let n = self.number("nearest_share", arguments, 1)?.point;
                nearest_share(share, n)
            }
            Function::Without
            | Function::Only
            | Function::Top
            | Function::Sum
            | Function::Mean
            | Function::Count
            | Function::Max
            | Function::Min
            | Function::ArgMax
            | Function::ArgMin
            | Function::Rank
            | Function::All
            | Function::Any
            | Function::Agree
            | Function::Descends => self.list_call(function, arguments),
        }
    }

    fn argument(&mut self, argument: &Argument) -> Result<Value, Trouble> {
        match argument {
            Argument::Expression(expression) => self.evaluate(expression),
            Argument::Codes(codes) => {
                Err(Trouble::Codes { text: codes.clone(), expected: "expression" })
            }
        }
    }

    fn at(&mut self, arguments: &[Argument], index: usize) -> Result<Value, Trouble> {
        match arguments.get(index) {
            Some(argument) => self.argument(argument),
            None => Err(Trouble::Codes { text: String::new(), expected: "expression" }),
        }
    }

    fn number(
        &mut self,
        what: &'static str,
        arguments: &[Argument],
        index: usize,
    ) -> Result<Interval, Trouble> {
        match self.at(arguments, index)? {
            Value::Number(number) => Ok(number),
            other => Err(wrong_kind(what, "a number", &other)),
        }
    }

    fn list(
        &mut self,
        what: &'static str,
        arguments: &[Argument],
        index: usize,
    ) -> Result<Vec<Element>, Trouble> {
        match self.at(arguments, index)? {
            Value::List(list) => Ok(list),
            other => Err(wrong_kind(what, "a list", &other)),
        }
    }

    /// The codes of an argument, with `$` replaced by what it stands for.
    fn codes(&self, arguments: &[Argument], index: usize) -> Result<String, Trouble> {
        let Some(Argument::Codes(codes)) = arguments.get(index) else {
            return Err(Trouble::Codes { text: String::new(), expected: "code" });
        };
        match self.variables.last() {
            Some(variable) => Ok(codes.replace('$', variable)),
            None if codes.contains('$') => {
                Err(Trouble::Codes { text: codes.clone(), expected: "code outside `for`" })
            }
            None => Ok(codes.clone()),
        }
    }

    fn whole(&self, arguments: &[Argument], index: usize) -> Result<u32, Trouble> {
        let text = self.codes(arguments, index)?;
        text.parse().map_err(|_| Trouble::Codes { text, expected: "whole number" })
    }

    fn step(&mut self, count: usize) -> Result<(), Trouble> {
        self.steps = self.steps.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        if self.steps > STEPS_MAX { Err(Trouble::TooMuchWork) } else { Ok(()) }
    }
}

/// A value as an element of a list; what is undefined stays so, other trouble ends the evaluation.
fn element(label: String, value: Result<Value, Trouble>) -> Result<Element, Trouble> {
    let item = match value {
        Ok(Value::Number(number)) => Ok(Item::Number(number)),
        Ok(Value::Truth(truth)) => Ok(Item::Truth(truth)),
        Ok(other) => return Err(wrong_kind("list", "numbers or truths", &other)),
        Err(Trouble::Undefined(undefined)) => Err(undefined),
        Err(trouble) => return Err(trouble),
    };
    Ok(Element { label, item })
}

fn wrong_kind(what: &'static str, expected: &'static str, found: &Value) -> Trouble {
    Trouble::Kind { what, expected, found: found.kind() }
}

fn arithmetic(operator: Operator, left: Value, right: Value) -> Result<Value, Trouble> {
    let (Value::Number(left), Value::Number(right)) = (&left, &right) else {
        let other = if matches!(left, Value::Number(_)) { &right } else { &left };
        return Err(wrong_kind("an operator", "numbers", other));
    };
    let result = match operator {
        Operator::Plus => left.plus(*right),
        Operator::Minus => left.minus(*right),
        Operator::Times => left.times(*right),
        Operator::Over => left.over(*right, "the divisor"),
    };
    result.map(Value::Number).map_err(Trouble::Undefined)
}

/// Compares numbers, or each number of a list with one number.
fn compare_values(comparison: Comparison, left: Value, right: Value) -> Result<Value, Trouble> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            Ok(Value::Truth(compare(comparison, left, right)))
        }
        (Value::List(list), Value::Number(right)) => {
            let mut truths = Vec::with_capacity(list.len());
            for Element { label, item } in list {
                let item = match item {
                    Ok(Item::Number(left)) => Ok(Item::Truth(compare(comparison, left, right))),
                    Ok(Item::Truth(_)) => {
                        return Err(Trouble::Kind {
                            what: "a comparison",
                            expected: "numbers",
                            found: "truths",
                        });
                    }
                    Err(undefined) => Err(undefined),
                };
                truths.push(Element { label, item });
            }
            Ok(Value::List(truths))
        }
        (other @ (Value::Label(_) | Value::Truth(_)), _) | (_, other) => {
            Err(wrong_kind("a comparison", "numbers, or a list and a number", &other))
        }
    }
}

fn compare(comparison: Comparison, left: Interval, right: Interval) -> Truth {
    match comparison {
        Comparison::Less => Truth::from_bounds(left.high < right.low, left.low < right.high),
        Comparison::AtMost => Truth::from_bounds(left.high <= right.low, left.low <= right.high),
        Comparison::Greater => Truth::from_bounds(left.low > right.high, left.high > right.low),
        Comparison::AtLeast => Truth::from_bounds(left.low >= right.high, left.high >= right.low),
        Comparison::Equal => Truth::from_bounds(left.point == right.point, left.meets(right)),
    }
}

/// What grew to `last` over the periods at `growth` per cent each: compound growth turned back.
pub(crate) fn before_growth(
    last: Interval,
    growth: Interval,
    periods: u32,
) -> Result<Interval, Undefined> {
    let what = "the growth factor";
    let one = growth.over(Interval::exact(Decimal::ONE_HUNDRED), "100")?;
    let one = one.plus(Interval::exact(Decimal::ONE))?;
    last.over(one.power(f64::from(periods), what)?, what)
}

/// The share that a whole number of n gives and that is nearest to `share`, in per cent.
fn nearest_share(share: Decimal, n: Decimal) -> Result<Value, Trouble> {
    let out_of_range = || Trouble::Undefined(Undefined::OutOfRange);
    let hundred = Decimal::ONE_HUNDRED;
    if n <= Decimal::ZERO {
        return Err(Trouble::Undefined(Undefined::ZeroDenominator { what: "the sample".into() }));
    }
    let firms = share.checked_mul(n).and_then(|product| product.checked_div(hundred));
    let firms = firms.ok_or_else(out_of_range)?.round();
    let nearest = firms.checked_mul(hundred).and_then(|product| product.checked_div(n));
    Ok(Value::Number(Interval::exact(nearest.ok_or_else(out_of_range)?)))
}
