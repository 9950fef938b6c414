//! Numbers with the rounding that they were printed with.
//!
//! A printed number stands for itself plus or minus half a unit of its last printed place;
//! operations propagate the ends, exactly in decimals. Powers go through `f64`, and the ends are
//! widened by its stated error. Nothing panics on overflow: the answer is `OutOfRange`.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use crate::indicator::Undefined;

/// A number between two ends: `low <= point <= high`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: Decimal,
    /// The value with every input taken as printed.
    pub point: Decimal,
    /// Upper end.
    pub high: Decimal,
}

/// Relative error of a power through `f64`: a correctly rounded one has 2^-53, the libraries in
/// use stay below four units in the last place, and the conversions add one each.
const POWER_ERROR: f64 = 1e-14;

impl Interval {
    /// A number that no rounding touches.
    #[must_use]
    pub fn exact(number: Decimal) -> Self {
        Self { low: number, point: number, high: number }
    }

    /// A printed number in units of `10^multiplier`: plus or minus half of its last printed place.
    ///
    /// # Errors
    /// [`Undefined::OutOfRange`] if it does not fit 28 digits.
    pub fn printed(number: Decimal, multiplier: i32) -> Result<Self, Undefined> {
        let half = Decimal::try_new(5, number.scale() + 1).map_err(|_| Undefined::OutOfRange)?;
        let factor = power_of_ten(multiplier)?;
        Self::exact(number).widened(half)?.scaled(factor)
    }

    /// The interval moved out by `by` at both ends.
    ///
    /// # Errors
    /// [`Undefined::OutOfRange`].
    pub fn widened(self, by: Decimal) -> Result<Self, Undefined> {
        let low = self.low.checked_sub(by).ok_or(Undefined::OutOfRange)?;
        let high = self.high.checked_add(by).ok_or(Undefined::OutOfRange)?;
        Ok(Self { low, point: self.point, high })
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Undefined::OutOfRange`].
    pub fn plus(self, other: Self) -> Result<Self, Undefined> {
        let add = |a: Decimal, b: Decimal| a.checked_add(b).ok_or(Undefined::OutOfRange);
        let (low, point) = (add(self.low, other.low)?, add(self.point, other.point)?);
        Ok(Self { low, point, high: add(self.high, other.high)? })
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Undefined::OutOfRange`].
    pub fn minus(self, other: Self) -> Result<Self, Undefined> {
        self.plus(other.negated())
    }

    /// The same with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { low: -self.high, point: -self.point, high: -self.low }
    }

    /// The product with a factor that is exact.
    ///
    /// # Errors
    /// [`Undefined::OutOfRange`].
    pub fn scaled(self, factor: Decimal) -> Result<Self, Undefined> {
        self.times(Self::exact(factor))
    }

    /// The product.
    ///
    /// # Errors
    /// [`Undefined::OutOfRange`].
    pub fn times(self, other: Self) -> Result<Self, Undefined> {
        let product = |a: Decimal, b: Decimal| a.checked_mul(b).ok_or(Undefined::OutOfRange);
        let corners = [
            product(self.low, other.low)?,
            product(self.low, other.high)?,
            product(self.high, other.low)?,
            product(self.high, other.high)?,
        ];
        Ok(Self::around(product(self.point, other.point)?, &corners))
    }

    /// The quotient.
    ///
    /// # Errors
    /// [`Undefined::ZeroDenominator`] (naming `what`) if the divisor cannot be told from zero.
    pub fn over(self, divisor: Self, what: &str) -> Result<Self, Undefined> {
        if divisor.low <= Decimal::ZERO && divisor.high >= Decimal::ZERO {
            return Err(Undefined::ZeroDenominator { what: what.to_owned() });
        }
        let quotient = |a: Decimal, b: Decimal| a.checked_div(b).ok_or(Undefined::OutOfRange);
        let corners = [
            quotient(self.low, divisor.low)?,
            quotient(self.low, divisor.high)?,
            quotient(self.high, divisor.low)?,
            quotient(self.high, divisor.high)?,
        ];
        Ok(Self::around(quotient(self.point, divisor.point)?, &corners))
    }

    /// A share in per cent: `100 × self / whole`, refused where it would mean nothing.
    ///
    /// # Errors
    /// [`Undefined::RatioOfNegatives`] if both are negative, else as [`Self::over`].
    pub fn share_of(self, whole: Self, what: &str) -> Result<Self, Undefined> {
        self.ratio_to(whole, what)?.scaled(Decimal::ONE_HUNDRED)
    }

    /// A ratio that is refused where both parts are negative.
    ///
    /// # Errors
    /// [`Undefined::RatioOfNegatives`], else as [`Self::over`].
    pub fn ratio_to(self, whole: Self, what: &str) -> Result<Self, Undefined> {
        if self.point < Decimal::ZERO && whole.point < Decimal::ZERO {
            return Err(Undefined::RatioOfNegatives { what: what.to_owned() });
        }
        self.over(whole, &format!("the denominator of {what}"))
    }

    /// `self` raised to `exponent`, through `f64`; the ends are widened by its error.
    ///
    /// # Errors
    /// [`Undefined::NegativeBase`] if the interval is not above zero, else `OutOfRange`.
    pub fn power(self, exponent: f64, what: &str) -> Result<Self, Undefined> {
        if self.low <= Decimal::ZERO {
            return Err(Undefined::NegativeBase { what: what.to_owned() });
        }
        let raise = |base: Decimal, factor: f64| {
            let power = base.to_f64()?.powf(exponent) * factor;
            power.is_finite().then(|| Decimal::from_f64(power)).flatten()
        };
        let ends = [
            raise(self.low, 1.0 - POWER_ERROR).ok_or(Undefined::OutOfRange)?,
            raise(self.low, 1.0 + POWER_ERROR).ok_or(Undefined::OutOfRange)?,
            raise(self.high, 1.0 - POWER_ERROR).ok_or(Undefined::OutOfRange)?,
            raise(self.high, 1.0 + POWER_ERROR).ok_or(Undefined::OutOfRange)?,
        ];
        let point = raise(self.point, 1.0).ok_or(Undefined::OutOfRange)?;
        Ok(Self::around(point, &ends))
    }

    /// Compound growth a period in per cent: `100 × ((self / base)^(1/periods) − 1)`.
    ///
    /// # Errors
    /// [`Undefined::NegativeBase`] if either end is not positive; `NotApplicable` without periods.
    pub fn compound_growth(self, base: Self, periods: u32) -> Result<Self, Undefined> {
        if periods == 0 {
            return Err(Undefined::NotApplicable { what: "a span of no periods".to_owned() });
        }
        for (end, what) in [(base, "the first value"), (self, "the last value")] {
            if end.low <= Decimal::ZERO {
                return Err(Undefined::NegativeBase { what: what.to_owned() });
            }
        }
        let ratio = self.over(base, "the first value")?;
        let factor = ratio.power(1.0 / f64::from(periods), "the ratio of the values")?;
        factor.minus(Self::exact(Decimal::ONE))?.scaled(Decimal::ONE_HUNDRED)
    }

    /// Whether the two have a number in common.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }

    fn around(point: Decimal, corners: &[Decimal]) -> Self {
        let low = corners.iter().copied().fold(point, Decimal::min);
        let high = corners.iter().copied().fold(point, Decimal::max);
        Self { low, point, high }
    }
}

/// Sums intervals in the order given.
///
/// # Errors
/// [`Undefined::OutOfRange`].
pub fn sum(parts: impl IntoIterator<Item = Interval>) -> Result<Interval, Undefined> {
    let mut total = Interval::exact(Decimal::ZERO);
    for part in parts {
        total = total.plus(part)?;
    }
    Ok(total)
}

/// `10^exponent`, from 10^-15 to 10^18.
///
/// # Errors
/// [`Undefined::OutOfRange`] beyond.
pub fn power_of_ten(exponent: i32) -> Result<Decimal, Undefined> {
    match exponent {
        0..=18 => Ok(Decimal::from(10i64.pow(exponent.unsigned_abs()))),
        -15..=-1 => Decimal::try_new(1, exponent.unsigned_abs()).map_err(|_| Undefined::OutOfRange),
        _ => Err(Undefined::OutOfRange),
    }
}
