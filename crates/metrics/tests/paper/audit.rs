//! The audit of the paper: what must be found is found, by computation, and nothing is stated.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use metrics::audit::{Claims, Implied, Judged, Verdict, implied, judge};
use statistics::{Cell, Decimal, Period, SeriesKey, View};

use crate::feed::{folder, paper};

fn claims() -> Claims {
    let json = fs::read(folder().join("claims.json")).expect("claims.json");
    Claims::parse(&json).expect("valid claims")
}

fn judged() -> BTreeMap<String, Judged> {
    judge(&claims(), paper()).into_iter().map(|one| (one.id.clone(), one)).collect()
}

#[test]
fn there_are_claims_enough_of_every_section_and_each_has_its_reason() {
    let claims = claims();
    assert!(claims.len() >= 340, "{}", claims.len());
    let ids: BTreeSet<&str> = claims.iter().map(|claim| claim.id.as_str()).collect();
    assert_eq!(ids.len(), claims.len());
    let sections: BTreeSet<&str> = claims.iter().map(|claim| claim.section.as_str()).collect();
    for section in ["1", "2.1", "2.2", "3.1", "3.2", "3.3", "4", "footnote 1", "table 1", "table 7"]
    {
        assert!(sections.contains(section), "{section}");
    }
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for one in judge(&claims, paper()) {
        assert!(!one.reason.is_empty(), "{}", one.id);
        if one.verdict == Verdict::CannotBeChecked {
            assert_eq!(one.computed, None, "{}", one.id);
            // An expression that broke off is a mistake of the file, not of the paper.
            assert!(!one.reason.contains("` takes "), "{}: {}", one.id, one.reason);
            assert!(!one.reason.contains("` is no "), "{}: {}", one.id, one.reason);
        } else {
            assert!(one.computed.is_some(), "{}", one.id);
        }
        *counts.entry(one.verdict).or_default() += 1;
    }
    assert_eq!(counts.len(), 4, "{counts:?}");
}

#[test]
fn the_contradictions_of_the_paper_are_exactly_these() {
    let contradicted: Vec<String> = judged()
        .into_values()
        .filter(|one| one.verdict == Verdict::Contradicted)
        .map(|one| one.id)
        .collect();
    assert_eq!(
        contradicted,
        [
            "s2.1-intra-2000-lao",     // 35, the table has 41.2
            "s2.1-intra-2000-myanmar", // 41, the table has 35.6: swapped
            "s2.1-intra-hovered",      // 2007, 2008 and 2012 lie outside
            "s2.1-total-my",           // 95,537 is 96 billion, not 95
            "s2.2-exports-25",         // Thailand has 25.5
            "s3.2-higher-vn",          // Viet Nam's 36.4 is below 37.3
            "s4-infrastructure-services",
            "t1-intra-2014",
            "t2a-intra-is-hosts",
            "t2a-share-suppressed-row",
            "t2a-title-sources",         // 2a has no source countries
            "t6-tigers-growth-of-total", // 14.4, the mean of the rates is 14.95
        ]
    );
}

#[test]
fn named_claims_have_their_verdicts() {
    use Verdict::{CannotBeChecked, Holds, HoldsWithinRounding};
    let judged = judged();
    for (id, verdict) in [
        ("s2.1-inflow-2014", Holds),
        ("s2.1-five-share", Holds),
        ("s2.1-first-100-billion", Holds),
        ("s2.1-malaysia-fourth-2014", Holds),
        ("s2.1-top-industries-82", Holds),
        ("s2.1-real-estate-98", Holds),
        ("s2.1-intra-2014-printed", Holds),
        ("s2.1-largest-source-a", Holds),
        ("s2.1-largest-source-k", Holds),
        ("s2.1-intra-2015", CannotBeChecked),
        ("s2.1-singapore-k", CannotBeChecked),
        ("s1-gpn-trade-80", CannotBeChecked),
        ("fn1-most-below-200", CannotBeChecked),
        ("fn1-lao-one-exchange-rate", HoldsWithinRounding),
        ("fn1-service-threshold-malaysia", CannotBeChecked),
        ("s2.2-gdp-share-growth-12", HoldsWithinRounding),
        ("s2.2-bcg-revenue", CannotBeChecked),
        ("s2.2-bcg-revenue-possible", Holds),
        ("fn1-lao-assets-equivalent", Holds),
        ("fn4-malaysia-dollars", Holds),
        ("t7-smes-pooled", Holds),
        ("t7-large-pooled", HoldsWithinRounding),
        ("s3.2-growing-share-my", HoldsWithinRounding),
        ("s3.2-participation-37.3", Holds),
        ("s3.2-local-knowledge-table-8", CannotBeChecked),
        ("s3.3-complexity-table-9", CannotBeChecked),
        ("s3.3-five-organizations", Holds),
        ("t1-total-2010", HoldsWithinRounding),
        ("t1-total-2014", Holds),
        ("t2a-share-r", CannotBeChecked),
        ("t2a-share-t-row", Holds),
        ("t2b-rows", Holds),
        ("t2b-column-sg", Holds),
        ("t6-tigers-total", HoldsWithinRounding),
        ("t6-ranks-follow-values", Holds),
        ("t6-one-world-total", Holds),
        ("t10-survey-size", Holds),
    ] {
        let one = &judged[id];
        assert_eq!(one.verdict, verdict, "{id}: {}", one.reason);
    }
}

#[test]
fn the_partner_table_is_a_witness_against_17_4() {
    let judged = judged();
    let hosts = &judged["t1-intra-2014"];
    assert_eq!(hosts.stated.as_deref(), Some("17.4"));
    assert_eq!(hosts.computed.as_deref(), Some("17.91 (17.858 to 17.961)"));
    let witness = hosts.witness.as_deref().expect("a witness");
    assert!(witness.contains("17.901") && witness.contains("differs"), "{witness}");
    assert!(hosts.inputs.iter().any(|input| input.dataflow == "DF_FDI_PARTNER"));
    let table = judged["t2a-share-t-row"].computed.as_deref();
    assert_eq!(table, Some("17.383 (17.382 to 17.383)"));
}

#[test]
fn a_corrected_cell_changes_the_verdict() {
    let key: SeriesKey = "A.TH.EXP.PT".parse().expect("a key");
    let period = Period::year(2013);
    let mut view = paper().clone();
    let mut cell = view.observation("DF_SME_SHARE", &key, period).expect("printed");
    cell.cell = Cell::Number(Decimal::new(245, 1));
    view.put("DF_SME_SHARE", key, cell);
    let all = judge(&claims(), &view);
    let one = all.iter().find(|one| one.id == "s2.2-exports-25").expect("the claim");
    assert_eq!(one.verdict, Verdict::Holds, "{}", one.reason);
    // With nothing loaded no claim about a number of a table can be judged.
    let empty = judge(&claims(), &metrics::indicator::map_view::MapView::default());
    let one = empty.iter().find(|one| one.id == "s2.2-exports-25").expect("the claim");
    assert_eq!(one.verdict, Verdict::CannotBeChecked);
    assert!(empty.iter().all(|one| one.inputs.iter().all(|input| input.cell.is_none())));
}

fn entry<'a>(
    all: &'a [Implied],
    table: &str,
    part: Option<&str>,
    period: &str,
    what: &str,
) -> &'a Implied {
    let period: Period = period.parse().expect("a period");
    let fits = |one: &&Implied| {
        one.table == table
            && one.breakdown.as_deref() == part
            && one.period == period
            && one.quantity == what
    };
    all.iter().find(fits).unwrap_or_else(|| panic!("{table} {part:?} {what}"))
}

#[test]
fn every_implied_number_of_the_tables_is_recomputed() {
    let all = implied(paper());
    assert!(all.len() > 250, "{}", all.len());
    use Verdict::{CannotBeChecked, Contradicted, Holds, HoldsWithinRounding};
    for (table, part, period, what, verdict) in [
        ("table 1", None, "2010", "total of the hosts", HoldsWithinRounding),
        ("table 1", None, "2000-01-01/P15Y", "total of the hosts", HoldsWithinRounding),
        ("table 1", None, "2012", "intra-ASEAN share of the hosts", Holds),
        ("table 1", None, "2014", "intra-ASEAN share of the hosts", Contradicted),
        ("table 2a", None, "2014", "total of the activities", Holds),
        ("table 2a", None, "2014", "intra-ASEAN inflow that the hosts imply", Contradicted),
        ("table 2a", None, "2014", "total of the table by host", Holds),
        ("table 2a", Some("C"), "2014", "intra-ASEAN share", Holds),
        ("table 2a", Some("R"), "2014", "intra-ASEAN share", CannotBeChecked),
        ("table 2a", Some("_Q"), "2014", "intra-ASEAN share", Contradicted),
        ("table 2a", Some("L"), "2014", "sum of the sources", Holds),
        ("table 2b", Some("SG"), "2014", "total of the activities of the source", Holds),
        ("table 26", Some("ASEAN"), "2014", "the table by industry", Contradicted),
        ("table 26", Some("ASEAN"), "2014", "the table by host", HoldsWithinRounding),
        ("table 26", Some("JP"), "2014", "share of the partner", Holds),
        ("table 6", None, "2006", "sum of the four", HoldsWithinRounding),
        ("table 1", None, "2014", "share in the table by industry", Holds),
        ("table 1", None, "2013", "share in the table by partner", Holds),
        ("table 1", None, "2014", "share in the table by partner", Contradicted),
        ("table 6", None, "1988-01-01/P18Y", "growth of the total of the four", Contradicted),
        ("table 7", None, "2008", "sum of the five", Holds),
        ("table 7", Some("SME"), "2008", "firms of the size that take part in the five", Holds),
        (
            "table 7",
            Some("LARGE"),
            "2008",
            "firms of the size that take part in the five",
            HoldsWithinRounding,
        ),
        ("table 10", Some("I04"), "2014", "place in the list", Holds),
        ("table 10", Some("SAMPLE_SIZE"), "2014", "sum of the countries", Holds),
    ] {
        let one = entry(&all, table, part, period, what);
        assert_eq!(one.verdict, verdict, "{table} {part:?} {what}: {}", one.reason);
    }
    let contradicted = all.iter().filter(|one| one.verdict == Contradicted).count();
    assert_eq!(contradicted, 8, "and the two swapped figures of the text");
}
