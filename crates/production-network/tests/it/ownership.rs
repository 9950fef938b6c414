//! Nobody owns more than all of a firm, and firms do not own each other wholly; everything else
//! of the load goes on.

use production_network::{Document, Limits, Rule};

/// Firms a to d, and shares of equity (owner, owned, share, more fields) as relations r0, r1, …
fn check(shares: &[(&str, &str, &str, &str)], expected: &[(&str, Rule)]) {
    let firm =
        |id: &str| format!(r#"{{"kind": "firm", "id": "{id}", "name": "F", "source": "s"}}"#);
    let firms = ["a", "b", "c", "d"].map(firm).join(",");
    let mut relations = Vec::new();
    for (number, (owner, owned, share, more)) in shares.iter().enumerate() {
        relations.push(format!(
            r#"{{"id": "r{number}", "kind": "owns", "from": "firm:{owner}", "to": "firm:{owned}",
                "share": {share}, "source": "s", "evidence": "e", "confidence": 1{more}}}"#
        ));
    }
    let relations = relations.join(",");
    let text = format!(r#"{{"network": "n", "entities": [{firms}], "relations": [{relations}]}}"#);
    let document = Document::parse(text.as_bytes(), &Limits::default()).expect("a document");
    let found: Vec<(&str, Rule)> = document
        .rejections
        .iter()
        .map(|one| (one.id.as_deref().expect("an id"), one.rule))
        .collect();
    assert_eq!(found, expected, "{shares:?}");
    assert_eq!(document.facts.len(), 4 + shares.len() - expected.len());
    assert!(document.rejections.iter().all(|one| one.field.as_deref() == Some("share")));
    assert!(document.warnings.is_empty());
}

#[test]
fn the_share_that_lifts_the_sum_above_one_is_refused() {
    check(&[("a", "d", "0.6", ""), ("b", "d", "0.4", "")], &[]);
    check(
        &[("a", "d", "0.6", ""), ("b", "d", "0.5", ""), ("c", "d", "0.4", "")],
        &[("r1", Rule::EquitySum)],
    );
    let (until, since) = (r#", "valid_to": "2004-12-31""#, r#", "valid_from": "2005-01-01""#);
    check(&[("a", "d", "0.6", until), ("b", "d", "0.5", since)], &[]);
    check(
        &[("a", "d", "0.6", until), ("b", "d", "0.5", r#", "valid_from": "2004-12-31""#)],
        &[("r1", Rule::EquitySum)],
    );
    check(
        &[
            ("a", "d", "0.6", r#", "valid_to": "2005""#),
            ("b", "d", "0.5", r#", "valid_from": "2005""#),
        ],
        &[],
    );
}

#[test]
fn firms_that_own_each_other_wholly_are_refused() {
    let ring = [("a", "b", "1", ""), ("b", "c", "1", ""), ("c", "a", "1", "")];
    let all =
        [("r0", Rule::OwnershipCycle), ("r1", Rule::OwnershipCycle), ("r2", Rule::OwnershipCycle)];
    check(&ring, &all);
    // An owner outside, however small, makes it a cross-shareholding.
    check(&[("a", "b", "1", ""), ("b", "c", "1", ""), ("c", "a", "0.99", "")], &[]);
    // Two that hold a third and are held by it: no single ring of 1, but nobody is outside.
    check(
        &[("a", "b", "1", ""), ("a", "c", "1", ""), ("b", "a", "0.5", ""), ("c", "a", "0.5", "")],
        &[
            ("r0", Rule::OwnershipCycle),
            ("r1", Rule::OwnershipCycle),
            ("r2", Rule::OwnershipCycle),
            ("r3", Rule::OwnershipCycle),
        ],
    );
    // Thirds that are rounded are thirds.
    let third = "0.333333";
    check(&[("a", "d", third, ""), ("b", "d", third, ""), ("c", "d", third, "")], &[]);
    check(&[("a", "b", "1", ""), ("b", "c", "1", ""), ("c", "d", "1", "")], &[]);
}

#[test]
fn a_ring_needs_one_time_at_which_it_is_closed() {
    let (until, since) = (r#", "valid_to": "2004-12-31""#, r#", "valid_from": "2005-01-01""#);
    check(&[("a", "b", "1", until), ("b", "a", "1", since)], &[]);
    let meeting = r#", "valid_from": "2004-12-31""#;
    check(
        &[("a", "b", "1", until), ("b", "a", "1", meeting), ("c", "d", "1", "")],
        &[("r0", Rule::OwnershipCycle), ("r1", Rule::OwnershipCycle)],
    );
}
