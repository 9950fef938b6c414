//! The claims' language and file: what is accepted, what is refused and why, what things mean.

use proptest::prelude::*;

use super::claims::{Claims, Tables};
use super::evaluator::{Evaluator, Trouble};
use super::parser::parse;
use super::value::{Truth, Value};
use super::{Verdict, judge};
use crate::indicator::map_view::MapView;

fn evaluate(text: &str) -> Result<Value, Trouble> {
    let (view, tables) = (MapView::default(), Tables::new());
    let expression = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    Evaluator::new(&view, &tables).evaluate(&expression)
}

fn check_number(text: &str, expected: &str) {
    match evaluate(text) {
        Ok(Value::Number(number)) => {
            assert_eq!(number.point.round_dp(4).normalize().to_string(), expected, "{text}");
        }
        other => panic!("{text}: {other:?}"),
    }
}

fn check_truth(text: &str, expected: Truth) {
    assert_eq!(evaluate(text), Ok(Value::Truth(expected)), "{text}");
}

fn check_label(text: &str, expected: &str) {
    match evaluate(text) {
        Ok(Value::Label(label)) => assert_eq!(label.label, expected, "{text}"),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn arithmetic_binds_as_usual() {
    for (text, expected) in [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 4 - 3", "3"),
        ("8 / 4 / 2", "1"),
        ("-2 * -3", "6"),
        ("--2", "2"),
        ("2017-1992", "25"),
        ("share(1, 4)", "25"),
        ("cagr(4, 1, 2)", "100"),
        ("earlier(4, 100, 2)", "1"),
        ("cagr(8, earlier(8, 12.5, 18), 18)", "12.5"),
        ("abs(2 - 5)", "3"),
        ("nearest_share(65, 150)", "65.3333"),
        ("sum(list(1, 2, 3))", "6"),
        ("mean(list(1, 2, 6))", "3"),
        ("max(list(1, 7, 3)) - min(list(1, 7, 3))", "6"),
        ("count(list(1, 7, 3) > 2)", "2"),
        ("rank(list(1, 7, 3), 3)", "2"),
        ("sum(top(list(1, 7, 3), 2))", "10"),
        ("sum(without(list(1, 7, 3), 2))", "4"),
        ("sum(only(list(1, 7, 3), 2 3))", "10"),
        ("sum(for(1 2 3, count(list(1, 1))))", "6"),
    ] {
        check_number(text, expected);
    }
    check_label("argmax(list(1, 7, 3))", "2");
    check_label("argmin(list(1, 7, 3))", "1");
}

#[test]
fn comparisons_and_quantifiers_tell_the_truth() {
    for (text, expected) in [
        ("1 < 2", Truth::Holds),
        ("2 < 2", Truth::Fails),
        ("2 <= 2", Truth::Holds),
        ("3 > 2", Truth::Holds),
        ("2 > 2", Truth::Fails),
        ("2 >= 2", Truth::Holds),
        ("2 = 2", Truth::Holds),
        ("2 = 3", Truth::Fails),
        ("all(list(1, 2) < 3)", Truth::Holds),
        ("all(list(1, 4) < 3)", Truth::Fails),
        ("any(list(1, 4) < 3)", Truth::Holds),
        ("any(list(5, 4) < 3)", Truth::Fails),
        ("agree(list(2, 2))", Truth::Holds),
        ("agree(list(2, 3))", Truth::Fails),
        ("descends(list(1, 2, 3), list(9, 8, 7))", Truth::Holds),
        ("descends(list(1, 2, 3), list(9, 7, 8))", Truth::Fails),
    ] {
        check_truth(text, expected);
    }
}

#[test]
fn expressions_that_make_no_sense_end_in_trouble() {
    for text in [
        "1 / 0",
        "share(0 - 1, 0 - 2)",
        "cagr(1, 0, 3)",
        "cagr(1, 1, many)",
        "cagr(1, 1, 0)",
        "earlier(1, -100, 3)",
        "earlier(1, 10, soon)",
        "sum(1)",
        "1 + list(1)",
        "all(list(1, 2))",
        "max(list(1) < 2)",
        "-list(1)",
        "argmax(list(1)) + 1",
        "list(1) < list(2)",
        "rank(list(1), 9)",
        "obs(DF, A.B, 2014)",
        "obs(DF, A.B, soon)",
        "each(DF, A., 2014)",
        "each(DF, {ASEAN@2014}.A, 2014)",
        "each(DF, {ASEAN.A, 2014)",
        "indicator(no.such, SG, 2014)",
        "indicator(fdi.inflow, SG, 2014)",
        "obs(DF, A.$, 2014)",
        "mark(t, r, c)",
        "rows(t)",
        "nearest_share(5, 0)",
        "79228162514264337593543950335 * 10",
    ] {
        let found = evaluate(text);
        assert!(found.is_err(), "{text}: {found:?}");
        assert!(!found.expect_err("trouble").to_string().is_empty());
    }
}

#[test]
fn work_is_bounded() {
    let many = (0..60).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
    let text = format!("count(for({many}, count(for({many}, count(for({many}, 1))))))");
    assert_eq!(evaluate(&text), Err(Trouble::TooMuchWork));
}

#[test]
fn texts_that_are_no_expression_are_refused_with_their_place() {
    for (text, at) in [
        ("", 1),
        ("1 +", 4),
        ("1 2", 3),
        ("(1", 3),
        ("frob(1)", 5),
        ("sum 1", 5),
        ("obs(DF, A.B)", 13),
        ("obs(DF, , 2014)", 9),
        ("sum(1, 2)", 7),
        ("1.2.3", 6),
        ("1 < 2 < 3", 7),
        ("ünicode", 1),
        ("obs(ü", 7),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!(error.at, at, "{text}: {error}");
    }
    let deep = format!("{}1{}", "(".repeat(33), ")".repeat(33));
    assert_eq!(parse(&deep).expect_err("too deep").expected, "at most 32 levels");
    let long = "1+".repeat(3000);
    assert_eq!(parse(&long).expect_err("too long").expected, "at most 4,096 characters");
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_refused(text in "\\PC{0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn texts_of_the_language_never_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "obs(", "sum(", "list(", "for(", "each(", "top(", "share(", "cagr(", "all(", "rank(",
                "A B", "DF_X", "A..B", "2014", "{ASEAN@2014}", "$", ",", "(", ")", "+", "-", "*", "/",
                "<", ">=", "=", " ", "1", "0.5", "é",
            ]),
            0..24,
        ),
    ) {
        let text = parts.concat();
        if let Ok(expression) = parse(&text) {
            let (view, tables) = (MapView::default(), Tables::new());
            let _ = Evaluator::new(&view, &tables).evaluate(&expression);
        }
    }

    #[test]
    fn any_bytes_are_claims_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(faults) = Claims::parse(&bytes) {
            prop_assert!(!faults.is_empty());
        }
    }
}

#[test]
fn each_fault_of_a_claims_file_is_named_with_its_remedy() {
    let claim = |fields: &str| {
        format!(r#"{{"claims":[{{"id":"a","section":"1","statement":"s",{fields}}}]}}"#)
    };
    let cases = [
        ("{".to_owned(), ""),
        (r#"{"claim":[]}"#.to_owned(), "claims"),
        (r#"{"claims":[3]}"#.to_owned(), ""),
        (r#"{"claims":[],"tables":[1]}"#.to_owned(), "tables"),
        (claim(r#""expression":"1","relation":"eq","stated":"1","verdict":"holds""#), "verdict"),
        (claim(r#""expression":"1 +","relation":"eq","stated":"1""#), "expression"),
        (claim(r#""relation":"eq","stated":"1""#), "expression"),
        (claim(r#""expression":"1","relation":"eq","stated":"1","cannot":"why""#), "expression"),
        (claim(r#""expression":"1","stated":"1""#), "relation"),
        (claim(r#""expression":"1","relation":"near","stated":"1""#), "relation"),
        (claim(r#""expression":"1","relation":"eq""#), "stated"),
        (claim(r#""expression":"1","relation":"eq","stated":"one""#), "stated"),
        (claim(r#""expression":"1","relation":"range","stated":"3..1""#), "stated"),
        (claim(r#""expression":"1","relation":"true","stated":"1""#), "stated"),
        (claim(r#""expression":"1","relation":"eq","stated":1"#), "stated"),
        (claim(r#""expression":"1","relation":"eq","stated":"1","scale":99"#), "scale"),
        (
            claim(r#""expression":"1","relation":"eq","stated":"1","witness":{"name":"w"}"#),
            "witness",
        ),
        (claim(r#""cannot":"  ""#), "cannot"),
        (r#"{"claims":[{"section":"1","statement":"s","cannot":"c"}]}"#.to_owned(), "id"),
    ];
    for (json, field) in cases {
        let faults = Claims::parse(json.as_bytes()).expect_err(&json);
        assert!(faults.iter().any(|fault| fault.field == field), "{json}: {faults:?}");
        assert!(faults.iter().all(|fault| !fault.remedy.is_empty()));
    }
    let twice = r#"{"id":"a","section":"1","statement":"s","cannot":"c"}"#;
    let faults = Claims::parse(format!(r#"{{"claims":[{twice},{twice}]}}"#).as_bytes());
    assert_eq!(faults.expect_err("one id twice")[0].field, "id");
}

#[test]
fn verdicts_lie_on_the_right_side_of_each_bound() {
    let cases = [
        ("2.44", "eq", "2.4", Verdict::Holds),
        ("2.45", "eq", "2.4", Verdict::Holds),
        ("2.4501", "eq", "2.4", Verdict::Contradicted),
        ("51", "gt", "51", Verdict::Contradicted),
        ("51.01", "gt", "51", Verdict::Holds),
        ("51", "ge", "51", Verdict::Holds),
        ("50.99", "ge", "51", Verdict::Contradicted),
        ("25", "le", "25", Verdict::Holds),
        ("25.01", "le", "25", Verdict::Contradicted),
        ("25", "lt", "25", Verdict::Contradicted),
        ("24.99", "lt", "25", Verdict::Holds),
        ("list(13.6, 17.4)", "between", "13.6..17.4", Verdict::Holds),
        ("list(13.6, 17.5)", "between", "13.6..17.4", Verdict::Contradicted),
        ("15", "between", "13.6..17.4", Verdict::Holds),
        ("list(44.9, 50, 72.3)", "range", "45..72", Verdict::Holds),
        ("list(50, 72.3)", "range", "45..72", Verdict::Contradicted),
        ("argmax(list(1, 2))", "is", "2", Verdict::Holds),
        ("argmax(list(1, 2))", "is", "1", Verdict::Contradicted),
        ("top(list(1, 3, 2), 2)", "is", "2 3", Verdict::Holds),
        ("top(list(1, 3, 2), 2)", "is", "3 2", Verdict::Contradicted),
        ("list(1, 2)", "eq", "1", Verdict::CannotBeChecked),
        ("1 / 0", "eq", "1", Verdict::CannotBeChecked),
    ];
    for (expression, relation, stated, verdict) in cases {
        let json = format!(
            r#"{{"claims":[{{"id":"a","section":"1","statement":"s",
            "expression":"{expression}","relation":"{relation}","stated":"{stated}"}}]}}"#
        );
        let claims = Claims::parse(json.as_bytes()).expect("valid");
        let judged = judge(&claims, &MapView::default());
        assert_eq!(judged[0].verdict, verdict, "{expression} {relation} {stated}: {judged:?}");
    }
}

#[test]
fn reasons_fit_the_relation_and_name_what_lies_outside() {
    let reason = |expression: &str, relation: &str, stated: Option<&str>| {
        let stated = stated.map(|text| format!(r#","stated":"{text}""#)).unwrap_or_default();
        let json = format!(
            r#"{{"claims":[{{"id":"a","section":"1","statement":"s",
            "expression":"{expression}","relation":"{relation}"{stated}}}]}}"#
        );
        let claims = Claims::parse(json.as_bytes()).expect("valid");
        judge(&claims, &MapView::default()).remove(0).reason
    };
    for (expression, relation, stated, expected) in [
        ("2.44", "eq", Some("2.4"), "computed 2.44, stated as 2.4: it rounds to what is stated"),
        ("4", "eq", Some("4"), "computed 4, stated as 4: the same"),
        ("4", "eq", Some("5"), "computed 4, stated as 5: they differ"),
        ("52", "gt", Some("51"), "computed 52, stated more than 51: so it is"),
        ("51", "gt", Some("51"), "computed 51, stated more than 51: it is not"),
        ("argmax(list(1, 2))", "is", Some("1"), "computed 2, stated as 1: they differ"),
        (
            "list(15, 21, 17, 11)",
            "between",
            Some("13..17"),
            "computed 1 15, 2 21, 3 17, 4 11, stated within 13 to 17: \
             outside of it: 2 4, whatever the rounding",
        ),
        (
            "36 > 37",
            "true",
            None,
            "computed 36 against 37: the first is not more than the second, whatever the rounding",
        ),
        ("all(list(1, 2) < 3)", "true", None, "the condition holds"),
    ] {
        assert_eq!(reason(expression, relation, stated), expected);
    }
}
