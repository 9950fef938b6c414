//! SMEs, participation and trade against tables 3, 6 and 7; a firm against its country's definition.

use metrics::indicator::sme_status::{ActivityGroup, FirmFacts, sme_status};
use metrics::indicator::{Outcome, catalogue, definition, evaluate, smallest_change, targets};
use statistics::Decimal;

use crate::feed::{ask, check_point, check_undefined, decimal, paper, undefined};

#[test]
fn sme_shares_and_gaps_are_those_of_table_3() {
    check_point("sme.share", "MM", "EST", "2014", "87.4");
    check_point("sme.share", "VN", "EMP_MANUF", "2012", "31.8");
    check_point("sme.productivity_gap", "SG", "", "2014", "0.714");
    check_point("sme.productivity_gap", "VN", "", "2012", "0.855");
    check_point("sme.export_gap", "TH", "", "2013", "0.682");
    check_point("sme.export_gap", "ID", "", "2013", "0.260");
    check_undefined("sme.share", "SG", "EMP_MANUF", "2014", "missing_input");
    check_undefined("sme.share", "SG", "WAGES", "2014", "not_applicable");
    check_undefined("sme.export_gap", "KH", "", "2014", "missing_input");
    check_undefined("sme.productivity_gap", "MM", "", "2014", "missing_input");
    check_undefined("sme.share", "A.B", "EST", "2014", "not_applicable");
}

#[test]
fn participation_carries_the_error_of_its_sample() {
    // n = 646 / 0.597 = 1082 firms; Wilson by the closed formula, widened by half a last place.
    let answer = ask("participation.share", "MY", "", "2006");
    let Outcome::Interval { low, high, point } = answer.outcome else { panic!("an interval") };
    assert_eq!(point, Some(decimal("59.7")));
    assert!((low - decimal("56.70")).abs() < decimal("0.02"), "{low}");
    assert!((high - decimal("62.64")).abs() < decimal("0.02"), "{high}");
    assert!(answer.note.expect("n").contains("1082"));

    let answer = ask("participation.gap", "MY", "", "2006");
    let Outcome::Interval { low, high, point } = answer.outcome else { panic!("an interval") };
    assert_eq!(point, Some(decimal("36.2")));
    // 679 SMEs and 403 large firms: Newcombe's interval is about five points either way.
    assert!(low > decimal("30") && low < decimal("32"), "{low}");
    assert!(high > decimal("40.5") && high < decimal("42"), "{high}");
    check_point("participation.gap", "ASEAN5", "", "2008", "50.1");
    check_undefined("participation.share", "SG", "", "2006", "missing_input");
    check_undefined("participation.share", "MY", "HUGE", "2006", "not_applicable");
}

#[test]
fn trade_is_as_printed_and_implies_a_world_total() {
    check_point("trade.world_share", "SG", "", "2006", "3.0");
    check_point("trade.rank", "MY", "", "2006", "17");
    check_point("trade.growth", "SG", "", "1988-01-01/P18Y", "17.2");
    check_point("trade.implied_world_total", "SG", "", "2006", "9653");
    check_undefined("trade.rank", "TIGERS", "", "2006", "missing_input");
    // All nine economies leave room for one world total.
    let (mut low, mut high) = (Decimal::ZERO, Decimal::MAX);
    for area in ["KR", "TW", "SG", "HK", "CN", "MX", "MY", "TH", "IN"] {
        let answer = ask("trade.implied_world_total", area, "", "2006").outcome;
        let Outcome::Interval { low: l, high: h, .. } = answer else { panic!("{area}") };
        (low, high) = (low.max(l), high.min(h));
    }
    assert!(low < high, "{low} to {high}");
    // 289.55 / 3.05 % of Singapore, 807.95 / 8.45 % of China.
    assert_eq!((low.round(), high.round()), (decimal("9493"), decimal("9562")));
}

#[test]
fn a_firm_is_judged_by_its_own_country_or_not_at_all() {
    let firm =
        |turnover: Option<i64>, assets: Option<i64>, employees: Option<u64>, currency: &str| {
            let (turnover, assets) = (turnover.map(Decimal::from), assets.map(Decimal::from));
            FirmFacts { turnover, assets, employees, currency: currency.to_owned() }
        };
    use ActivityGroup::{Any, LabourIntensiveManufacturing, Manufacturing, Services};
    let million = 1_000_000;
    let cases = [
        // Below, at and above the bound of Singapore: less than 100 million.
        (firm(Some(100 * million - 1), None, None, "SGD"), "SG", Any, "SME"),
        (firm(Some(100 * million), None, None, "SGD"), "SG", Any, "NOT_SME"),
        (firm(Some(100 * million + 1), None, None, "SGD"), "SG", Any, "NOT_SME"),
        // In dollars by the implied rate, which is an interval: near the bound nothing is known.
        (firm(Some(70 * million), None, None, "USD"), "SG", Any, "SME"),
        (firm(Some(80 * million), None, None, "USD"), "SG", Any, "NOT_SME"),
        (firm(Some(74_300_000), None, None, "USD"), "SG", Any, "not_stated"),
        (firm(Some(million), None, None, "EUR"), "SG", Any, "not_stated"),
        // Up to 600 in labour-intensive manufacturing of Myanmar only.
        (firm(None, None, Some(600), "MMK"), "MM", LabourIntensiveManufacturing, "SME"),
        (firm(None, None, Some(601), "MMK"), "MM", LabourIntensiveManufacturing, "NOT_SME"),
        (firm(None, None, Some(10), "MMK"), "MM", Manufacturing, "not_stated"),
        // Lower for services, not given.
        (firm(Some(million), None, None, "MYR"), "MY", Services, "not_stated"),
        (firm(Some(million), None, None, "MYR"), "MY", Manufacturing, "SME"),
        // The text does not say whether the bound itself is included.
        (firm(Some(1_000 * million), None, None, "LAK"), "LA", Any, "not_stated"),
        (firm(None, None, Some(99), "LAK"), "LA", Any, "SME"),
        (firm(None, None, Some(100), "LAK"), "LA", Any, "NOT_SME"),
        // Criteria that disagree, and nothing says how they combine.
        (firm(Some(million), None, Some(500), "LAK"), "LA", Any, "not_stated"),
        // No definition in the source: the norm of most members is never used.
        (firm(Some(1), Some(1), Some(1), "VND"), "VN", Any, "not_stated"),
        (firm(None, None, Some(1), "BND"), "BN", Any, "not_stated"),
    ];
    let day = jiff::civil::date(2016, 4, 30);
    for (facts, area, group, expected) in cases {
        let answer = sme_status(&facts, area, group, day, paper());
        let found = match &answer.outcome {
            Outcome::Code(code) => code.as_str(),
            Outcome::Undefined(undefined) => undefined.id(),
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expected, "{area} {group:?} {facts:?}: {answer:?}");
    }
}

#[test]
fn every_definition_is_complete_and_answers_for_all_its_targets() {
    for (index, one) in catalogue().iter().enumerate() {
        let texts = [one.id, one.title, one.unit, one.formula, one.source];
        assert!(texts.iter().all(|text| !text.is_empty()) && !one.inputs.is_empty(), "{}", one.id);
        assert!(one.inputs.iter().all(|input| !input.selector.is_empty()), "{}", one.id);
        assert!(smallest_change(one) >= Decimal::ZERO);
        assert!(catalogue()[..index].iter().all(|other| other.id != one.id), "{} twice", one.id);
        let all = targets(definition(one.id).expect("itself"), None, paper());
        assert!(!all.is_empty(), "{}", one.id);
        for target in all {
            let answer = evaluate(&target, paper()).expect("declared");
            if let Some(undefined) = undefined(&answer) {
                assert!(undefined.id() != "no_membership", "{target:?}: {undefined}");
            }
            assert!(!answer.inputs.is_empty(), "{target:?} read nothing");
        }
    }
}
