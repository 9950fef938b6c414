//! A network is of organisations and groups; a record about a person is refused and not even kept
//! as a rejection.

use production_network::{Document, Limits, Rule};

fn parse(actor: &str) -> Document {
    let text = format!(
        r#"{{"network": "n", "entities": [{{"kind": "actor", "id": "returnees", "name": "R",
            "type": "transnational_community", "source": "s"{actor}}}]}}"#
    );
    Document::parse(text.as_bytes(), &Limits::default()).expect("a document")
}

#[test]
fn a_community_is_a_group() {
    assert_eq!(parse("").rejections, Vec::new());
    assert!(!parse("").is_personal());
    for field in [
        r#""members": ["Jane Doe"]"#,
        r#""first_name": "Jane""#,
        r#""First-Name": "Jane""#,
        r#""dateOfBirth": "1970""#,
        r#""note": "n", "contact": {"e-mail": "jane@example.org"}"#,
    ] {
        let document = parse(&format!(", {field}"));
        assert!(document.is_personal(), "{field}");
        assert!(document.facts.is_empty(), "{field}");
        let rejection = &document.rejections[0];
        assert_eq!(rejection.rule, Rule::Personal);
        let kept = format!("{rejection:?}");
        assert!(!kept.to_lowercase().contains("jane") && !kept.contains("1970"), "{kept}");
    }
}

#[test]
fn an_unknown_field_that_is_of_no_person_is_only_misspelt() {
    let document = parse(r#", "hmoe": "SG""#);
    assert_eq!(document.rejections[0].rule, Rule::Shape);
    assert!(!document.is_personal());
}
