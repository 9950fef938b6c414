//! Shares of sales and of purchases are two things; `share` of a sale is its share of sales.

use production_network::{Document, Fact, Limits, Relation, Rule, Share, Tenure};

const ENTITIES: &str = r#"
    {"kind": "firm", "id": "a", "name": "A", "source": "s"},
    {"kind": "firm", "id": "b", "name": "B", "source": "s"},
    {"kind": "firm", "id": "c", "name": "C", "source": "s"}"#;

fn parse(relations: &[String]) -> Document {
    let relations = relations.join(",");
    let text =
        format!(r#"{{"network": "n", "entities": [{ENTITIES}], "relations": [{relations}]}}"#);
    Document::parse(text.as_bytes(), &Limits::default()).expect("a document")
}

fn relation(id: &str, kind: &str, ends: [&str; 2], more: &str) -> String {
    let [from, to] = ends;
    format!(
        r#"{{"id": "{id}", "kind": "{kind}", "from": "firm:{from}", "to": "firm:{to}",
            "source": "s", "evidence": "e", "confidence": 1{more}}}"#
    )
}

fn read(kind: &str, more: &str) -> Result<Relation, Rule> {
    let document = parse(&[relation("r", kind, ["a", "b"], more)]);
    match (document.facts.last(), document.rejections.first()) {
        (Some(Fact::RelationAsserted(relation)), None) => Ok(relation.clone()),
        (_, Some(rejection)) => Err(rejection.rule),
        (_, None) => panic!("neither a relation nor a rejection"),
    }
}

#[test]
fn each_share_is_of_its_own_whole() {
    let both = read("supplies", r#", "share_of_sales": 0.4, "share_of_purchases": 0.05"#);
    let both = both.expect("a relation");
    assert_eq!(both.share_of_sales().map(Share::as_f64), Some(0.4));
    assert_eq!(both.share_of_purchases.map(Share::as_f64), Some(0.05));
    assert_eq!(both.share_of_equity(), None);
    let old = read("supplies", r#", "share": 0.4"#).expect("a relation");
    assert_eq!(old.share_of_sales(), both.share_of_sales());
    let owned = read("owns", r#", "share": 0.4"#).expect("a relation");
    assert_eq!((owned.share_of_sales(), owned.share_of_equity()), (None, both.share));
    let same = read("supplies", r#", "share": 0.4, "share_of_sales": 0.4"#);
    assert_eq!(same.expect("a relation").share, both.share);
    for (kind, more, rule) in [
        ("supplies", r#", "share": 0.4, "share_of_sales": 0.5"#, Rule::Shape),
        ("owns", r#", "share_of_sales": 0.5"#, Rule::Shape),
        ("owns", r#", "share_of_purchases": 0.5"#, Rule::Shape),
        ("supplies", r#", "share_of_sales": 1.5"#, Rule::UnitInterval),
        ("supplies", r#", "share_of_purchases": -0.5"#, Rule::UnitInterval),
        ("supplies", r#", "segment": "nothing""#, Rule::UnknownEntity),
        ("supplies", r#", "certificate": "ISO 9001""#, Rule::Code),
        ("supplies", r#", "tenure": {"years": "-1"}"#, Rule::Amount),
        ("goes_into", "", Rule::EndKind),
    ] {
        assert_eq!(read(kind, more).err(), Some(rule), "{kind} {more}");
    }
}

#[test]
fn tenure_is_stated_or_follows_from_the_start() {
    let day = jiff::civil::date(2016, 1, 1);
    let stated = read("supplies", r#", "tenure": {"years": "20"}, "valid_from": "2015""#);
    let stated = stated.expect("a relation").tenure_on(day);
    assert_eq!(stated, Tenure::Years { min: 20.0, max: 20.0 });
    let derived = read("supplies", r#", "valid_from": "2015-12-31""#).expect("a relation");
    let one_day = 1.0 / 365.2425;
    assert_eq!(derived.tenure_on(day), Tenure::Years { min: one_day, max: one_day });
    assert_eq!(read("supplies", "").expect("a relation").tenure_on(day), Tenure::NotStated);
}

#[test]
fn parallel_relations_are_kept_apart_by_their_ids() {
    let ends = ["a", "b"];
    let document =
        parse(&[relation("r1", "supplies", ends, ""), relation("r2", "supplies", ends, "")]);
    assert_eq!((document.facts.len(), document.rejections.len()), (5, 0));
}

fn warned(sales: &[(&str, &str, &str)]) -> Vec<Vec<String>> {
    let mut relations = Vec::new();
    for (number, (to, share, more)) in sales.iter().enumerate() {
        let more = format!(r#", "share": {share}{more}"#);
        relations.push(relation(&format!("r{number}"), "supplies", ["a", to], &more));
    }
    let document = parse(&relations);
    assert_eq!(document.rejections, Vec::new());
    assert_eq!(document.facts.len(), 3 + sales.len(), "a warning refuses nothing");
    let ids = |warning: &production_network::Warning| {
        assert_eq!(warning.rule, Rule::SalesSum);
        warning.relations.iter().map(ToString::to_string).collect()
    };
    document.warnings.iter().map(ids).collect()
}

#[test]
fn who_sells_more_than_all_at_one_time_is_warned_of() {
    let both = vec![vec!["r0".to_owned(), "r1".to_owned()]];
    assert_eq!(warned(&[("b", "0.6", ""), ("c", "0.5", "")]), both);
    assert_eq!(warned(&[("b", "0.6", ""), ("c", "0.4", "")]), Vec::<Vec<String>>::new());
    // One after the other, in different industries, or perhaps one after the other.
    let (early, late) = (r#", "valid_to": "2004""#, r#", "valid_from": "2005""#);
    for (one, other) in [
        (early, late),
        (r#", "industry": "x""#, r#", "industry": "y""#),
        (r#", "valid_to": "2005""#, late),
    ] {
        assert!(warned(&[("b", "0.6", one), ("c", "0.5", other)]).is_empty(), "{one} {other}");
    }
    let year = r#", "valid_from": "2005", "valid_to": "2005""#;
    assert_eq!(warned(&[("b", "0.6", year), ("c", "0.5", year)]), both, "the same year");
    let overlapping = r#", "valid_from": "2003""#;
    assert_eq!(warned(&[("b", "0.6", early), ("c", "0.5", overlapping)]), both);
}

#[test]
fn rounding_as_printed_is_no_excess() {
    let sixth = ("b", "0.167", "");
    assert!(warned(&[sixth; 6]).is_empty(), "6 × 0.167 = 1.002 may be 6 × 1/6");
    let too_much = ("b", "0.169", "");
    assert_eq!(warned(&[too_much; 6]).len(), 1, "6 × 0.1685 is above 1");
}
