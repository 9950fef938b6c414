//! Every form of a period, and what is none.

use proptest::prelude::*;

use super::*;

fn check(input: &str, printed: &str, first: &str, last: &str) {
    let period: Period = input.parse().expect(input);
    assert_eq!(period.to_string(), printed, "{input}");
    assert_eq!(period.first_day().expect(input).to_string(), first, "{input}");
    assert_eq!(period.last_day().expect(input).to_string(), last, "{input}");
    let (frequency, ordinal, length) = period.to_parts();
    assert_eq!(Period::from_parts(frequency, ordinal, length), Some(period), "{input}");
    assert_eq!(printed.parse::<Period>().expect(printed), period, "{input}");
}

#[test]
fn every_form_prints_canonically_and_knows_its_days() {
    check("2014", "2014", "2014-01-01", "2014-12-31");
    check("2014-A1", "2014", "2014-01-01", "2014-12-31");
    check("2014-S2", "2014-S2", "2014-07-01", "2014-12-31");
    check("2014-T2", "2014-T2", "2014-05-01", "2014-08-31");
    check("2014-Q3", "2014-Q3", "2014-07-01", "2014-09-30");
    check("2014-M07", "2014-07", "2014-07-01", "2014-07-31");
    check("2012-02", "2012-02", "2012-02-01", "2012-02-29");
    check("2014-W01", "2014-W01", "2013-12-30", "2014-01-05");
    check("2009-W53", "2009-W53", "2009-12-28", "2010-01-03");
    check("2012-D366", "2012-12-31", "2012-12-31", "2012-12-31");
    check("2014-02-28", "2014-02-28", "2014-02-28", "2014-02-28");
    check("2014-02-28T13:05:09", "2014-02-28T13:05:09", "2014-02-28", "2014-02-28");
    check("2000-01-01/P15Y", "2000-01-01/P15Y", "2000-01-01", "2014-12-31");
    check("2000-01-01T00:00:00/P18M", "2000-01-01/P18M", "2000-01-01", "2001-06-30");
    check("9999", "9999", "9999-01-01", "9999-12-31");
    check("9999-Q4", "9999-Q4", "9999-10-01", "9999-12-31");
    check("0000", "0000", "0000-01-01", "0000-12-31");
    check("1969-12-31", "1969-12-31", "1969-12-31", "1969-12-31");
}

#[test]
fn what_is_no_period_is_refused() {
    let refused = [
        "",
        "14",
        "2014-",
        "2014-Q5",
        "2014-Q0",
        "2014-13",
        "2014-W54",
        "2014-W53",
        "2014-D366",
        "2014-02-30",
        "2014-Q+1",
        "+2014",
        "2014-1",
        "2014/P1Y",
        "2014-01-01/P0Y",
        "2014-01-01/P9000Y",
        "2014-01-01/P65535Y",
        "2014-01-01/1Y",
        "2014-01-01T25:00:00",
        "２０１４",
        "2014-Q1 ",
    ];
    for text in refused {
        assert!(text.parse::<Period>().is_err(), "{text} was read as a period");
    }
}

#[test]
fn neighbours_keep_the_frequency() {
    let december: Period = "2013-12".parse().expect("a month");
    assert_eq!(december.offset(1).expect("a month").to_string(), "2014-01");
    assert_eq!(december.offset(-12).expect("a month").to_string(), "2012-12");
    assert_eq!("2000-01-01/P15Y".parse::<Period>().expect("a range").offset(1), None);
}

proptest! {
    #[test]
    fn what_is_read_has_days_prints_and_comes_back_from_its_parts(
        text in "[0-9]{4}(-[ASTQMWD]?[0-9]{1,3}|-[0-9]{2}-[0-9]{2}(/P[0-9]{1,5}[YMD]|T[0-2][0-9]:[0-5][0-9]:00)?)?",
    ) {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert!(period.first_day() <= period.last_day());
            let (frequency, ordinal, length) = period.to_parts();
            prop_assert_eq!(Period::from_parts(frequency, ordinal, length), Some(period));
            prop_assert_eq!(period.to_string().parse::<Period>().ok(), Some(period));
        }
    }

    #[test]
    fn any_parts_are_a_period_or_none(
        frequency in any::<u8>(), ordinal in any::<i64>(), small in -4_000_000i64..4_000_000,
        length in any::<u16>(),
    ) {
        for ordinal in [ordinal, small] {
            if let Some(period) = Period::from_parts(frequency % 12, ordinal, length) {
                prop_assert!(period.first_day() <= period.last_day());
                let _ = (period.to_string(), period.offset(1));
            }
        }
    }
}
