//! Indicators: pure functions of a view of observations, each declared once.
//!
//! Live values, as-of values, previews and explanations all come from [`evaluate`], so they cannot
//! differ. Numbers carry the rounding of what was printed as an interval, and what has no answer
//! says why. Never reads a clock, never ranks or invents what the tables do not hold.
//! Formulas: `fdi_flow`, `fdi_structure`, `sme`, `participation`, `trade`; who depends on what:
//! `dependants`; dimension order and which dataflow plays which role: `roles`.

pub mod interval;
pub mod map_view;
pub mod sme_status;
mod catalogue;
mod dependants;
mod fdi_flow;
mod fdi_structure;
mod participation;
mod reading;
pub(crate) mod roles;
mod sme;
mod trade;
mod undefined;

use rust_decimal::Decimal;
use statistics::{Cell, Period, SeriesKey, View};

pub use catalogue::{catalogue, definition};
pub use dependants::{Dependants, affected, dataflows, targets};
pub use undefined::Undefined;

pub(crate) use reading::{Reading, multiplier};

use interval::Interval;

/// An indicator as it is declared: what it means, where it comes from, what it reads.
#[derive(Debug)]
pub struct Definition {
    /// Stable id, such as `fdi.intra_share`.
    pub id: &'static str,
    /// A short name for people.
    pub title: &'static str,
    /// Unit of the value, such as `per cent`.
    pub unit: &'static str,
    /// The formula in words and symbols.
    pub formula: &'static str,
    /// Where the formula comes from.
    pub source: &'static str,
    /// What it reads.
    pub inputs: &'static [Input],
    /// What the breakdown of a target names, such as `activity`; `None` where there is none.
    pub breakdown: Option<&'static str>,
    /// A derived number changed when it differs from the last one by more than this; as text.
    pub(crate) tolerance: &'static str,
    pub(crate) compute: Compute,
}

/// An input: a dataflow and which of its series.
#[derive(Debug)]
pub struct Input {
    /// Id of the dataflow.
    pub dataflow: &'static str,
    /// Series pattern, dots between dimensions.
    pub selector: &'static str,
}

/// What is asked for: an indicator of an area, perhaps of a part of it, at a period.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Target {
    /// Id of the indicator.
    pub indicator: &'static str,
    /// Area or group, such as `SG` or `ASEAN`.
    pub area: String,
    /// Codes of the breakdown, such as activity `C`, or activity and source `C|SG`.
    pub breakdown: Option<String>,
    /// The period.
    pub period: Period,
}

/// The answer to a target.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// A number exactly as printed, or one that no rounding touches.
    Number(Decimal),
    /// A number that stands for a range, because its inputs were rounded or sampled.
    Interval {
        /// Lower end.
        low: Decimal,
        /// Upper end.
        high: Decimal,
        /// The value when each input is taken as printed.
        point: Option<Decimal>,
    },
    /// A code, such as the area of a leading source.
    Code(String),
    /// No answer, with the reason.
    Undefined(Undefined),
}

/// A cell that an evaluation read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InputUsed {
    /// Id of the dataflow.
    pub dataflow: String,
    /// The series.
    pub key: SeriesKey,
    /// The period.
    pub period: Period,
    /// What was there; `None` where there was no observation.
    pub cell: Option<Cell>,
    /// The release that brought it.
    pub release: Option<String>,
    /// The publisher's citation, where the observation carries one.
    pub source: Option<String>,
}

/// An answer with all that explains it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Evaluation {
    /// What was asked.
    pub target: Target,
    /// The answer.
    pub outcome: Outcome,
    /// What the publisher itself printed for it, such as a bracketed share.
    pub printed: Option<Decimal>,
    /// All cells that were read, in the order of reading.
    pub inputs: Vec<InputUsed>,
    /// Which members a regional figure used.
    pub membership: Option<String>,
    /// What a reader should know besides, such as parts that were left out.
    pub note: Option<String>,
}

/// What a formula gives back; the reading holds the inputs.
pub(crate) struct Answer {
    pub(crate) value: Result<Value, Undefined>,
    pub(crate) printed: Option<Decimal>,
}

/// A defined value.
pub(crate) enum Value {
    Printed(Decimal),
    Computed(Interval),
    Code(String),
}

/// How an indicator is computed.
pub(crate) type Compute = fn(&Target, &mut Reading<'_>) -> Answer;

/// Decimal places that a computed value keeps.
const COMPUTED_PLACES: u32 = 10;

/// Evaluates a target; `None` where no such indicator is declared.
#[must_use]
pub fn evaluate(target: &Target, view: &dyn View) -> Option<Evaluation> {
    let definition = definition(target.indicator)?;
    let mut reading = Reading::new(view);
    let answer = (definition.compute)(target, &mut reading);
    let outcome = match answer.value {
        Ok(value) => Outcome::from(value),
        Err(undefined) => Outcome::Undefined(undefined),
    };
    let (inputs, membership, note) = reading.into_parts();
    Some(Evaluation {
        target: target.clone(),
        outcome,
        printed: answer.printed,
        inputs,
        membership,
        note,
    })
}

/// The tolerance of an indicator: a derived number changed when it differs by more.
#[must_use]
pub fn smallest_change(definition: &Definition) -> Decimal {
    Decimal::from_str_exact(definition.tolerance).unwrap_or(Decimal::ZERO)
}

impl Outcome {
    /// The number at the centre, if the answer is a number.
    #[must_use]
    pub fn point(&self) -> Option<Decimal> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Interval { point, .. } => *point,
            Self::Code(_) | Self::Undefined(_) => None,
        }
    }
}

impl From<Value> for Outcome {
    fn from(value: Value) -> Self {
        match value {
            Value::Printed(number) => Self::Number(number),
            Value::Code(code) => Self::Code(code),
            Value::Computed(interval) => {
                let [low, point, high] = [interval.low, interval.point, interval.high]
                    .map(|number| number.round_dp(COMPUTED_PLACES).normalize());
                if low == high {
                    Self::Number(point)
                } else {
                    Self::Interval { low, high, point: Some(point) }
                }
            }
        }
    }
}

impl Answer {
    pub(crate) fn new(value: Result<Value, Undefined>, printed: Option<Decimal>) -> Self {
        Self { value, printed }
    }

    /// An answer that was computed, with what the publisher printed for it.
    pub(crate) fn computed(value: Result<Interval, Undefined>, printed: Option<Decimal>) -> Self {
        Self { value: value.map(Value::Computed), printed }
    }
}

#[cfg(test)]
mod tests;
