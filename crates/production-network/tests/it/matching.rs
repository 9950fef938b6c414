//! A match explains itself, does not depend on who else is there, and may be nobody.

use std::collections::BTreeMap;

use jiff::civil::date;
use production_network::{
    Ask, AttributeId, Bounds, CertificateId, Document, Error, FirmId, Limits, MatchAnswer,
    MatchCriterion, MatchEvidence, Need, Network, Requirement, SegmentId, Snapshot, Standing,
    Strictness, Verdict, lead_firms_for, suppliers_for,
};
use proptest::prelude::*;

use crate::recorded;

/// A firm with attributes `id=value`.
pub(crate) fn firm(id: &str, size: &str, more: &str, attributes: &[(&str, &str)]) -> String {
    let attributes: Vec<String> = attributes
        .iter()
        .map(|(id, value)| {
            format!(r#"{{"id": "{id}", "value": "{value}", "unit": "x", "source": "s"}}"#)
        })
        .collect();
    let attributes = attributes.join(",");
    format!(
        r#"{{"kind": "firm", "id": "{id}", "name": "{id}", "size": "{size}", "source": "s",
            "attributes": [{attributes}]{more}}}"#
    )
}

pub(crate) fn relation(id: &str, kind: &str, from: &str, to: &str, more: &str) -> String {
    format!(
        r#"{{"id": "{id}", "kind": "{kind}", "from": "{from}", "to": "{to}", "source": "s",
            "evidence": "e", "confidence": 1{more}}}"#
    )
}

pub(crate) fn snapshot(firms: &[String], relations: &[String]) -> Snapshot {
    let fixed = r#"
        {"kind": "place", "id": "my", "name": "Malaysia", "type": "economy", "code": "MY",
         "source": "s"},
        {"kind": "place", "id": "penang", "name": "Penang", "type": "subdivision", "code": "MY-07",
         "source": "s"},
        {"kind": "place", "id": "kulim", "name": "Kulim", "type": "cluster", "code": "MY-02",
         "source": "s"},
        {"kind": "place", "id": "bayan", "name": "Bayan", "type": "cluster", "code": "MY-07",
         "within": "penang", "source": "s"},
        {"kind": "actor", "id": "board", "name": "Board", "type": "state_agency", "source": "s"},
        {"kind": "programme", "id": "fund", "name": "Fund", "type": "funding",
         "operator": "actor:board", "source": "s"},
        {"kind": "segment", "id": "parts", "name": "Parts", "isic": "25",
         "needs": {"capabilities": ["capability.milling"]}, "source": "s"},
        {"kind": "segment", "id": "parts.fine", "name": "Fine",
         "needs": {"certificates": ["iso-9001"]}, "source": "s"}"#;
    let lead = firm("lead", "large", r#", "home": "US""#, &[("offer.training", "yes")]);
    let firms = [std::slice::from_ref(&lead), firms].concat().join(",");
    let relations = relations.join(",");
    let text = format!(
        r#"{{"network": "n", "entities": [{fixed}, {firms}], "relations": [{relations}]}}"#
    );
    let document = Document::parse(text.as_bytes(), &Limits::default()).expect("a document");
    assert_eq!(document.rejections, Vec::new());
    let mut network = Network::default();
    let at = recorded("2017-01-01T00:00:00Z");
    for fact in document.facts {
        network.apply(fact, at).expect("applies");
    }
    network.as_of(date(2016, 1, 1), at)
}

pub(crate) fn attribute(id: &str) -> AttributeId {
    AttributeId::try_new(id).expect("an id")
}

pub(crate) fn price() -> Ask {
    let attribute = attribute("price.unit");
    Ask::Measure { attribute, unit: Some("x".to_owned()), worst: 20.0, best: 10.0 }
}

fn capability() -> Ask {
    Ask::Attributes(vec![attribute("capability.milling")])
}

pub(crate) fn certificates() -> Ask {
    let ids = ["iso-9001", "iso-14001"];
    Ask::Certificates(ids.map(|id| CertificateId::try_new(id).expect("an id")).to_vec())
}

fn hard(ask: Ask) -> Requirement {
    Requirement { ask, strictness: Strictness::Hard }
}

pub(crate) fn preferred(ask: Ask, weight: u32) -> Requirement {
    Requirement { ask, strictness: Strictness::Preferred { weight } }
}

pub(crate) fn need(segment: Option<&str>, requirements: Vec<Requirement>) -> Need {
    let segment = segment.map(|id| SegmentId::try_new(id).expect("an id"));
    Need { lead: id("lead"), segment, requirements }
}

pub(crate) fn id(id: &str) -> FirmId {
    FirmId::try_new(id).expect("an id")
}

fn order(answer: &MatchAnswer) -> Vec<&str> {
    answer.matches.iter().map(|one| one.firm.as_str()).collect()
}

#[test]
fn who_is_held_by_a_larger_firm_is_no_small_firm_to_match() {
    let firms = [firm("held", "sme", "", &[]), firm("free", "sme", "", &[])];
    let owns = |id: &str, of: &str, share: &str| {
        relation(id, "owns", "firm:lead", of, &format!(r#", "share": {share}"#))
    };
    let owned = [owns("most", "firm:held", "0.6"), owns("least", "firm:free", "0.1")];
    let answer = suppliers_for(&snapshot(&firms, &owned), &need(None, Vec::new()));
    let answer = answer.expect("an answer");
    assert_eq!(order(&answer), ["free"]);
    let [held] = &answer.excluded[..] else { panic!("one: {:?}", answer.excluded) };
    assert_eq!((held.firm.as_str(), held.unmet[0].criterion), ("held", MatchCriterion::Size));
    assert!(held.unmet[0].because.contains("by who holds it"), "{:?}", held.unmet);
}

#[test]
fn what_is_required_excludes_with_its_reason_or_leaves_open() {
    let (mills, mills_not) = (("capability.milling", "yes"), ("capability.milling", "no"));
    let (cheap, dear) = (("price.unit", "15"), ("price.unit", "25"));
    let firms = [
        firm("able", "sme", "", &[mills, cheap]),
        firm("unable", "sme", "", &[mills_not, cheap]),
        firm("dear", "sme", "", &[mills, dear]),
        firm("silent", "sme", "", &[]),
        firm("torn", "sme", "", &[mills, cheap, dear]),
        firm("big", "large", "", &[mills, cheap]),
        firm("sizeless", "not_stated", "", &[mills, cheap]),
    ];
    let asked = need(None, vec![hard(capability()), hard(price())]);
    let answer = suppliers_for(&snapshot(&firms, &[]), &asked).expect("an answer");
    assert_eq!(order(&answer), ["able", "silent", "sizeless", "torn"]);
    let standing: Vec<Standing> = answer.matches.iter().map(|one| one.standing).collect();
    assert_eq!(standing, [Standing::Fits, Standing::Open, Standing::Open, Standing::Open]);
    assert!(answer.matches.iter().all(|one| one.score.is_none()), "nothing is preferred");
    let excluded: Vec<(&str, Vec<MatchCriterion>)> = answer
        .excluded
        .iter()
        .map(|one| (one.firm.as_str(), one.unmet.iter().map(|finding| finding.criterion).collect()))
        .collect();
    assert_eq!(
        excluded,
        [
            ("big", vec![MatchCriterion::Size]),
            ("dear", vec![MatchCriterion::Price]),
            ("unable", vec![MatchCriterion::Capability]),
        ]
    );
    assert_eq!(answer.verdict, Verdict::Found);
}

#[test]
fn nobody_is_an_answer_with_reasons() {
    let unable = firm("unable", "sme", "", &[("capability.milling", "no")]);
    let big = firm("big", "large", "", &[("capability.milling", "no")]);
    let asked = need(None, vec![hard(capability())]);
    let answer = suppliers_for(&snapshot(&[unable, big], &[]), &asked).expect("an answer");
    assert!(answer.matches.is_empty());
    let reasons = [(MatchCriterion::Capability, 2), (MatchCriterion::Size, 1)];
    assert_eq!(answer.verdict, Verdict::NoneFits(BTreeMap::from(reasons)));
    let open = suppliers_for(&snapshot(&[firm("silent", "sme", "", &[])], &[]), &asked);
    assert_eq!(open.map(|answer| answer.verdict).ok(), Some(Verdict::OnlyOpen));
    let answer = lead_firms_for(&snapshot(&[], &[]), &id("lead"), &[], &[]).expect("an answer");
    assert_eq!(answer.verdict, Verdict::NoCandidate);
}

#[test]
fn a_segment_asks_what_its_parents_ask() {
    let certified = [("capability.milling", "yes"), ("certificate.iso-9001", "yes")];
    let firms = [
        firm("both", "sme", "", &certified),
        firm(
            "no-mill",
            "sme",
            "",
            &[("capability.milling", "no"), ("certificate.iso-9001", "yes")],
        ),
        firm("no-iso", "sme", "", &[("capability.milling", "yes"), ("certificate.iso-9001", "no")]),
    ];
    let snapshot = snapshot(&firms, &[]);
    let answer = suppliers_for(&snapshot, &need(Some("parts.fine"), Vec::new()));
    assert_eq!(order(&answer.expect("an answer")), ["both"]);
    let answer = suppliers_for(&snapshot, &need(Some("parts"), Vec::new()));
    assert_eq!(order(&answer.expect("an answer")), ["both", "no-iso"]);
    let unknown = suppliers_for(&snapshot, &need(Some("textiles"), Vec::new()));
    assert!(matches!(unknown, Err(Error::UnknownEntity { .. })));
    let same =
        Ask::Measure { attribute: attribute("price.unit"), unit: None, worst: 1.0, best: 1.0 };
    let refused = suppliers_for(&snapshot, &need(None, vec![hard(same)]));
    assert!(matches!(refused, Err(Error::Anchors { .. })));
}

#[test]
fn both_sides_are_in_one_score_and_each_part_names_its_evidence() {
    let firms = [
        firm("a", "sme", "", &[("price.unit", "15"), ("capability.milling", "yes")]),
        firm("rival", "large", "", &[("offer.training", "no")]),
    ];
    let snapshot = snapshot(&firms, &[]);
    let offer = Ask::Attributes(vec![attribute("offer.training")]);
    let of_lead = need(None, vec![preferred(price(), 3), hard(capability())]);
    let of_rival = Need { lead: id("rival"), ..of_lead.clone() };
    let wishes = [preferred(offer, 1)];
    let answer = lead_firms_for(&snapshot, &id("a"), &[of_rival, of_lead], &wishes);
    let answer = answer.expect("an answer");
    assert_eq!(order(&answer), ["lead", "rival"]);
    // 3/4 × 0.5 for the price, 1/4 for the offer.
    assert_eq!(answer.matches[0].score, Some(Bounds::point(0.625)));
    assert_eq!(answer.matches[1].score, Some(Bounds::point(0.375)));
    assert_eq!(answer.matches[0].need_index, 1);
    let parts: Vec<(&str, f64, &[MatchEvidence])> = answer.matches[0]
        .findings
        .iter()
        .map(|one| (one.asked_of.as_str(), one.contribution.low, one.evidence.as_slice()))
        .collect();
    let shown = |id: &str| vec![MatchEvidence::Attribute(attribute(id))];
    assert_eq!(
        parts,
        [
            ("a", 0.375, shown("price.unit").as_slice()),
            ("a", 0.0, shown("capability.milling").as_slice()),
            ("lead", 0.25, shown("offer.training").as_slice()),
        ]
    );
}

#[test]
fn equal_scores_go_by_what_may_be_and_then_by_id() {
    let firms = [
        firm("c", "sme", "", &[("price.unit", "20")]),
        firm("b", "sme", "", &[("price.unit", "20")]),
        firm("a", "sme", "", &[("price.unit", "20")]),
        firm("z-unknown", "sme", "", &[]),
    ];
    let asked = need(None, vec![preferred(price(), 1)]);
    let answer = suppliers_for(&snapshot(&firms, &[]), &asked).expect("an answer");
    assert_eq!(order(&answer), ["z-unknown", "a", "b", "c"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_firm_more_does_not_reorder_the_others(
        prices in prop::collection::vec(prop::option::of(5_u32..25), 1..6),
        more in prop::option::of(5_u32..25),
    ) {
        let of = |number: usize, price: Option<u32>| {
            let price = price.map(|price| price.to_string());
            let attributes: Vec<(&str, &str)> =
                price.iter().map(|price| ("price.unit", price.as_str())).collect();
            firm(&format!("f{number}"), "sme", "", &attributes)
        };
        let mut firms: Vec<String> =
            prices.iter().enumerate().map(|(number, price)| of(number, *price)).collect();
        let asked = need(None, vec![preferred(price(), 2), preferred(certificates(), 1)]);
        let before = suppliers_for(&snapshot(&firms, &[]), &asked).expect("an answer");
        firms.push(of(99, more));
        let after = suppliers_for(&snapshot(&firms, &[]), &asked).expect("an answer");
        let mut others = after.clone();
        others.matches.retain(|one| one.firm.as_str() != "f99");
        prop_assert_eq!(before.matches, others.matches);
    }

    #[test]
    fn what_becomes_known_lies_within_what_was_possible(
        price_of_a in 5_u32..25, has_iso in any::<bool>(), weight in 1_u32..5
    ) {
        let asked = need(None, vec![preferred(price(), weight), preferred(certificates(), 1)]);
        let score = |attributes: &[(&str, &str)]| {
            let firms = [firm("a", "sme", "", attributes)];
            let answer = suppliers_for(&snapshot(&firms, &[]), &asked).expect("an answer");
            let found = answer.matches.first().expect("a match");
            let sum: f64 = found.findings.iter().map(|one| one.contribution.low).sum();
            let score = found.score.expect("preferences");
            assert_eq!(sum, score.low, "the parts are the score");
            score
        };
        let price = price_of_a.to_string();
        let answer = if has_iso { "yes" } else { "no" };
        let mut wider = score(&[]);
        for known in [
            vec![("price.unit", price.as_str())],
            vec![("price.unit", price.as_str()), ("certificate.iso-9001", answer)],
            vec![("price.unit", price.as_str()), ("certificate.iso-9001", answer),
                ("certificate.iso-14001", "no")],
        ] {
            let narrower = score(&known);
            // Two sums of at most three terms: a few units in the last place apart.
            prop_assert!(wider.low <= narrower.low + 1e-12 && narrower.high <= wider.high + 1e-12);
            wider = narrower;
        }
        prop_assert!(wider.is_point());
    }

    #[test]
    fn a_better_price_never_scores_less(one in 5_u32..25, other in 5_u32..25) {
        let asked = need(None, vec![preferred(price(), 2), preferred(capability(), 1)]);
        let score = |price: u32| {
            let price = price.to_string();
            let firms = [firm("a", "sme", "", &[("price.unit", price.as_str())])];
            let answer = suppliers_for(&snapshot(&firms, &[]), &asked).expect("an answer");
            answer.matches.first().and_then(|found| found.score).expect("a score")
        };
        let (cheap, dear) = (one.min(other), one.max(other));
        prop_assert!(score(cheap).low >= score(dear).low);
    }
}
