//! Interval arithmetic on each side of its bounds, and as properties.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::interval::{Interval, power_of_ten, sum};
use super::{Outcome, Target, Undefined, Value, evaluate, map_view::MapView};

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("a decimal")
}

fn printed(text: &str) -> Interval {
    Interval::printed(decimal(text), 0).expect("small")
}

fn interval(low: &str, point: &str, high: &str) -> Interval {
    Interval { low: decimal(low), point: decimal(point), high: decimal(high) }
}

#[test]
fn a_printed_number_stands_for_half_a_last_place_either_way() {
    assert_eq!(printed("17.4"), interval("17.35", "17.4", "17.45"));
    assert_eq!(printed("10.0"), interval("9.95", "10.0", "10.05"));
    assert_eq!(printed("10"), interval("9.5", "10", "10.5"));
    assert_eq!(printed("-8.0"), interval("-8.05", "-8.0", "-7.95"));
    let billions = Interval::printed(decimal("289.6"), 9).expect("fits");
    assert_eq!(billions, interval("289550000000", "289600000000", "289650000000"));
    let downwards = Interval::printed(decimal("1500"), -3).expect("fits");
    assert_eq!(downwards, interval("1.4995", "1.5", "1.5005"));
}

#[test]
fn quotients_of_nothing_and_of_negatives_are_refused() {
    let what = "the whole";
    let zero = Undefined::ZeroDenominator { what: what.to_owned() };
    assert_eq!(printed("5.0").over(printed("0.0"), what), Err(zero.clone()));
    // 0.1 − 0.1: its point is zero and its interval holds zero.
    let none = printed("0.1").minus(printed("0.1")).expect("fits");
    assert_eq!(printed("5.0").over(none, what), Err(zero));
    let both = Undefined::RatioOfNegatives { what: what.to_owned() };
    assert_eq!(printed("-5.0").share_of(printed("-47.4"), what), Err(both));
    assert!(printed("-5.0").share_of(printed("47.4"), what).is_ok());
    assert!(printed("5.0").share_of(printed("-47.4"), what).is_ok());
}

#[test]
fn growth_needs_a_positive_base_and_a_span() {
    let growth = printed("2.4").compound_growth(printed("0.7"), 10).expect("positive");
    assert_eq!(growth.point.round_dp(1), decimal("13.1"));
    assert_eq!(
        (growth.low.round_dp(1), growth.high.round_dp(1)),
        (decimal("12.1"), decimal("14.2"))
    );
    for (last, base) in [("2.4", "0.0"), ("2.4", "-0.7"), ("0.0", "0.7"), ("-1.0", "-1.0")] {
        let refused = printed(last).compound_growth(printed(base), 10);
        assert!(matches!(refused, Err(Undefined::NegativeBase { .. })), "{last} over {base}");
    }
    let refused = printed("2.4").compound_growth(printed("0.7"), 0);
    assert!(matches!(refused, Err(Undefined::NotApplicable { .. })));
}

#[test]
fn numbers_that_do_not_fit_are_out_of_range_and_never_a_panic() {
    let huge = Interval::exact(Decimal::MAX);
    assert_eq!(huge.plus(huge), Err(Undefined::OutOfRange));
    assert_eq!(huge.times(huge), Err(Undefined::OutOfRange));
    assert_eq!(huge.minus(huge.negated()), Err(Undefined::OutOfRange));
    assert_eq!(huge.over(printed("0.00001"), "it"), Err(Undefined::OutOfRange));
    assert_eq!(huge.power(9.0, "it"), Err(Undefined::OutOfRange));
    assert_eq!(Interval::printed(Decimal::MAX, 3), Err(Undefined::OutOfRange));
    assert_eq!(Interval::printed(Decimal::new(1, 28), 0), Err(Undefined::OutOfRange));
    assert_eq!(power_of_ten(19), Err(Undefined::OutOfRange));
    assert_eq!(power_of_ten(-16), Err(Undefined::OutOfRange));
}

#[test]
fn an_unknown_indicator_has_no_answer() {
    let period = statistics::Period::year(2014);
    let target = Target { indicator: "no.such", area: "SG".into(), breakdown: None, period };
    assert_eq!(evaluate(&target, &MapView::default()), None);
    let rounded = Outcome::from(Value::Computed(printed("17.40")));
    assert_eq!(rounded.point(), Some(decimal("17.4")));
    let exact = Outcome::from(Value::Computed(Interval::exact(decimal("2.50"))));
    assert_eq!(exact, Outcome::Number(decimal("2.5")));
    assert_eq!(Outcome::Code("SG".into()).point(), None);
}

fn any_interval() -> impl Strategy<Value = Interval> {
    (any::<i32>(), 0u32..5, 0u32..1000).prop_map(|(mantissa, scale, width)| {
        let point = Decimal::new(mantissa.into(), scale);
        let width = Decimal::new(width.into(), 3);
        Interval { low: point - width, point, high: point + width }
    })
}

/// A number inside an interval, `share` thousandths of the way up.
fn inside(interval: Interval, share: u32) -> Decimal {
    let way = Decimal::new(share.into(), 3);
    interval.low + (interval.high - interval.low) * way
}

proptest! {
    #[test]
    fn results_hold_every_result_of_numbers_inside(
        (a, b) in (any_interval(), any_interval()),
        (s, t) in (0u32..=1000, 0u32..=1000),
    ) {
        let (x, y) = (inside(a, s), inside(b, t));
        let holds = |result: Interval, value: Decimal| {
            // A quotient is rounded in the 28th digit.
            let slack = (value.abs() + Decimal::ONE) * Decimal::new(1, 20);
            result.low <= result.point && result.point <= result.high
                && result.low - slack <= value && value <= result.high + slack
        };
        prop_assert!(holds(a.plus(b).expect("fits"), x + y));
        prop_assert!(holds(a.minus(b).expect("fits"), x - y));
        prop_assert!(holds(a.times(b).expect("fits"), x * y));
        if let Ok(quotient) = a.over(b, "b") {
            prop_assert!(holds(quotient, x / y));
        }
        prop_assert_eq!(sum([a, b]).expect("fits"), a.plus(b).expect("fits"));
        prop_assert_eq!(a.meets(b), b.meets(a));
    }

    #[test]
    fn compound_growth_inverts_compounding(base in 1u32..100_000, rate in -50i32..200, n in 1u32..20) {
        let base = Decimal::from(base);
        let factor = Decimal::ONE + Decimal::new(rate.into(), 2);
        let mut last = base;
        for _ in 0..n {
            last = (last * factor).round_dp(12);
        }
        prop_assume!(last > Decimal::new(1, 3));
        let growth = Interval::exact(last).compound_growth(Interval::exact(base), n).expect("positive");
        // f64 carries 15 digits; the rounding of `last` to 12 places weighs more for small ones.
        prop_assert!((growth.point - Decimal::from(rate)).abs() < Decimal::new(1, 6), "{}", growth.point);
    }
}
