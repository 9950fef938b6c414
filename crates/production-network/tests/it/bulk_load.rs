//! A mapping makes the facts that a document of the same records would; bad rows are refused alone.

use std::collections::BTreeMap;
use std::io::{self, Cursor};

use production_network::{Document, Error, Limits, Mapping, Rule};

const MAPPING: &str = r#"{"network": "n",
  "maps": {"economy": {"Malaysia": "MY", "nowhere": null}},
  "entities": [{"kind": "segment", "id": "parts", "name": "Parts", "isic": "25", "source": "m"}],
  "sources": [
   {"file": "sales.csv", "format": "csv", "delimiter": ";", "records": [
     {"list": "relations", "where": [{"column": "type", "is_not": ["draft"]}],
      "fields": {"id": "s{number}", "kind": "supplies", "from": "firm:{seller|slug}",
       "to": "firm:{buyer|slug}", "segment": "parts",
       "share": {"$": "{percent}", "number": true, "divide": 100},
       "volume": {"amount": "{amount}", "unit": "USD"}, "valid_from": "{since}",
       "source": "sales", "evidence": "row {number}", "confidence": 1}},
     {"list": "merges", "where": [{"column": "same_as", "is_not": [""]}],
      "fields": {"merged": "firm:{seller|slug}", "into": "firm:{same_as|slug}",
       "source": "sales", "evidence": "row {number}"}}]},
   {"file": "firms.jsonl", "format": "json_lines", "records": [
     {"list": "entities",
      "fields": {"kind": "firm", "id": "{name|slug}", "name": "{name}", "founded": "{founded}",
       "home": {"$": "{address.country}", "map": "economy"}, "source": "firms",
       "attributes": [{"id": "price.unit", "value": "{price}", "source": "firms"},
                      {"id": "certificate.iso-9001", "value": "{iso}", "source": "firms"}]}}]}]}"#;

const FIRMS: &str = r#"{"name": "A Co", "founded": 1999, "address": {"country": "Malaysia"}, "iso": 1}

{"name": "B Co", "address": {"country": "nowhere"}, "price": 12.5}
{"name": "C Co", "address": {"country": "Atlantis"}}
["no", "object"]
{"name": "D Co", "founded": "long ago"}
"#;

const SALES: &str = "number;seller;buyer;type;percent;amount;since;same_as\n\
    1;A Co;B Co;final;40;1000.50;2001;\n\
    2;A Co;B Co;draft;40;;;\n\
    3;A Co;B Co;final;;;;\n\
    4;A Co;C Co;final;;;;\n\
    5;A Co;B Co;final;much;;;\n\
    6;A Co;B Co;final;140;;;\n\
    7;A Co;B Co\n\
    8;B Co;A Co;final;;;2001-13;A Co\n";

fn load(mapping: &str, files: &[(&str, &str)]) -> Result<Document, Error> {
    let mapping = Mapping::parse(mapping.as_bytes()).expect("a mapping");
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    mapping.load(&Limits::default(), |name| {
        let file = files.get(name).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Cursor::new(file.as_bytes()))
    })
}

#[test]
fn the_facts_are_those_of_a_document() {
    let loaded = load(MAPPING, &[("firms.jsonl", FIRMS), ("sales.csv", SALES)]).expect("loads");
    let expected = br#"{"network": "n", "entities": [
        {"kind": "segment", "id": "parts", "name": "Parts", "isic": "25", "source": "m"},
        {"kind": "firm", "id": "a-co", "name": "A Co", "home": "MY", "founded": "1999",
         "attributes": [{"id": "certificate.iso-9001", "value": 1, "source": "firms"}],
         "source": "firms"},
        {"kind": "firm", "id": "b-co", "name": "B Co", "source": "firms",
         "attributes": [{"id": "price.unit", "value": "12.5", "source": "firms"}]}],
      "relations": [
        {"id": "s1", "kind": "supplies", "from": "firm:a-co", "to": "firm:b-co", "share": 0.4,
         "segment": "parts", "volume": {"amount": "1000.50", "unit": "USD"}, "valid_from": "2001",
         "source": "sales", "evidence": "row 1", "confidence": 1},
        {"id": "s3", "kind": "supplies", "from": "firm:a-co", "to": "firm:b-co",
         "segment": "parts", "source": "sales", "evidence": "row 3", "confidence": 1}],
      "merges": [{"merged": "firm:b-co", "into": "firm:a-co", "source": "sales",
         "evidence": "row 8"}]}"#;
    let expected = Document::parse(expected, &Limits::default()).expect("a document");
    assert_eq!(expected.rejections, Vec::new());
    assert_eq!(loaded.facts, expected.facts);
}

#[test]
fn a_bad_row_is_named_by_file_line_and_column() {
    let loaded = load(MAPPING, &[("firms.jsonl", FIRMS), ("sales.csv", SALES)]).expect("loads");
    let found: Vec<(&str, Rule)> =
        loaded.rejections.iter().map(|one| (one.position.as_str(), one.rule)).collect();
    assert_eq!(
        found,
        [
            ("firms.jsonl line 5", Rule::Mapping),
            ("sales.csv line 8", Rule::Mapping),
            ("firms.jsonl line 4, column `address.country`", Rule::Mapping),
            ("firms.jsonl line 6, column `founded`", Rule::Date),
            ("sales.csv line 5, column `buyer`", Rule::UnknownEntity),
            ("sales.csv line 6, column `percent`", Rule::Mapping),
            ("sales.csv line 7, column `percent`", Rule::UnitInterval),
            ("sales.csv line 9, column `since`", Rule::Date),
        ]
    );
    assert!(loaded.rejections.iter().all(|one| !one.original.is_empty()));
}

#[test]
fn a_column_that_is_not_there_stops_the_load() {
    let renamed = SALES.replace("percent", "per_cent");
    match load(MAPPING, &[("firms.jsonl", FIRMS), ("sales.csv", &renamed)]) {
        Err(Error::Mapping { file, problem }) => {
            assert_eq!(file, "sales.csv");
            assert!(problem.contains("`percent`") && problem.contains("per_cent"), "{problem}");
        }
        other => panic!("{other:?}"),
    }
    let missing = load(MAPPING, &[("sales.csv", SALES)]);
    assert!(matches!(missing, Err(Error::Source { line: 0, .. })), "{missing:?}");
}

#[test]
fn limits_hold_for_bulk_loads() {
    let mapping = Mapping::parse(MAPPING.as_bytes()).expect("a mapping");
    let open = |name: &str| Ok(Cursor::new(if name == "sales.csv" { SALES } else { FIRMS }));
    let few = Limits { entities_max: 2, ..Limits::default() };
    assert!(matches!(mapping.load(&few, open), Err(Error::DocumentCount { limit: 2, .. })));
    let few = Limits { relations_max: 2, ..Limits::default() };
    assert!(matches!(mapping.load(&few, open), Err(Error::DocumentCount { limit: 2, .. })));
}

#[test]
fn a_mapping_that_does_not_fit_its_file_is_given_up() {
    let sales = |rows: usize| {
        let header = SALES.lines().next().expect("a header");
        format!("{header}\n{}", "1;A Co;B Co\n".repeat(rows))
    };
    let refused =
        |rows: usize| load(MAPPING, &[("firms.jsonl", FIRMS), ("sales.csv", &sales(rows))]);
    assert_eq!(refused(9_000).expect("loads").rejections.len(), 9_000 + 3);
    assert!(matches!(refused(10_001), Err(Error::DocumentCount { what: "rejections", .. })));
}

#[test]
fn a_mapping_that_cannot_be_is_refused_before_any_file_is_read() {
    for (from, to) in [
        (r#""map": "economy""#, r#""map": "nothing""#),
        ("{seller|slug}", "{seller|shout}"),
        ("{seller|slug}", "{seller"),
        (r#""divide": 100"#, r#""divide": 0"#),
        (r#""number": true, "divide""#, r#""divide""#),
        (r#""delimiter": ";""#, r#""delimiter": "\"""#),
    ] {
        let bad = MAPPING.replace(from, to);
        assert_ne!(bad, MAPPING);
        assert!(matches!(Mapping::parse(bad.as_bytes()), Err(Error::Mapping { .. })), "{to}");
    }
    for (from, to) in [(r#""csv""#, r#""xls""#), (r#""merges", "where""#, r#""people", "where""#)] {
        let bad = MAPPING.replace(from, to);
        assert_ne!(bad, MAPPING);
        assert!(matches!(Mapping::parse(bad.as_bytes()), Err(Error::Code { .. })), "{to}");
    }
    let misspelt = MAPPING.replace("is_not", "isnt");
    assert!(matches!(Mapping::parse(misspelt.as_bytes()), Err(Error::DocumentSyntax { .. })));
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_parquet_says_which_feature_is_missing() {
    let parquet = MAPPING.replace("\"csv\"", "\"parquet\"");
    match Mapping::parse(parquet.as_bytes()) {
        Err(Error::Mapping { file, problem }) => {
            assert_eq!(file, "sales.csv");
            assert!(problem.contains("`--features parquet`"), "{problem}");
        }
        other => panic!("{other:?}"),
    }
}
