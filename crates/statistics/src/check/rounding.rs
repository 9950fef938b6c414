//! Printed numbers with what rounding leaves open.
//!
//! A number printed as 82.0 stands for anything from 81.95 to 82.05. The tolerance of a comparison
//! is the sum of what each number leaves open: half a unit of its own last printed place. Where
//! all are printed alike that is the usual (n + 1) × half a unit.

use rust_decimal::Decimal;

use crate::Observation;

/// A number in plain units, and half a unit of its last printed place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Printed {
    pub(super) value: Decimal,
    pub(super) half_unit: Decimal,
}

/// The attribute that gives the power of ten.
const MULTIPLIER: &str = "UNIT_MULT";
/// Beyond this a power of ten leaves the range of decimals.
const MULTIPLIER_MAX: i32 = 20;

impl Printed {
    /// The number of an observation, multiplier applied; `None` if there is none, or if the
    /// multiplier takes it out of range.
    pub(super) fn of(observation: &Observation) -> Option<Self> {
        let number = observation.cell.number()?;
        let multiplier: i32 = match observation.attributes.get(MULTIPLIER) {
            Some(text) => text.parse().ok().filter(|power: &i32| power.abs() <= MULTIPLIER_MAX)?,
            None => 0,
        };
        let half_unit =
            Decimal::try_from_i128_with_scale(5, number.scale().checked_add(1)?).ok()?;
        Some(Self {
            value: shifted(number, multiplier)?,
            half_unit: shifted(half_unit, multiplier)?,
        })
    }
}

/// The number times ten to a power, exactly or not at all.
fn shifted(number: Decimal, power: i32) -> Option<Decimal> {
    let scale = i64::from(number.scale()) - i64::from(power);
    if scale >= 0 {
        return Decimal::try_from_i128_with_scale(number.mantissa(), u32::try_from(scale).ok()?)
            .ok();
    }
    let factor = 10i128.checked_pow(u32::try_from(-scale).ok()?)?;
    Decimal::try_from_i128_with_scale(number.mantissa().checked_mul(factor)?, 0).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{AttributeSet, Cell, Period};

    fn check(number: &str, multiplier: &str, expected: Option<(&str, &str)>) {
        let pairs = [(Box::from("UNIT_MULT"), Box::from(multiplier))];
        let observation = Observation {
            period: Period::year(2014),
            cell: Cell::parse(number).expect("a number"),
            attributes: Arc::new(AttributeSet::new(pairs)),
        };
        let found = Printed::of(&observation);
        let decimal = |text: &str| Cell::parse(text).expect("a number").number().expect("one");
        let expected = expected
            .map(|(value, half)| Printed { value: decimal(value), half_unit: decimal(half) });
        assert_eq!(found, expected, "{number} × 10^{multiplier}");
    }

    #[test]
    fn the_last_printed_place_decides() {
        check("82.0", "0", Some(("82.0", "0.05")));
        check("82", "0", Some(("82", "0.5")));
        check("24377.4", "6", Some(("24377400000", "50000")));
        check("24.3774", "9", Some(("24377400000", "50000")));
        check("-5", "-2", Some(("-0.05", "0.005")));
        check("1234567890123456789012345678", "6", None);
        check("1", "million", None);
        check("1", "99", None);
    }
}
