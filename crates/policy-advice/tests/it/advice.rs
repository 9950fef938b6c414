//! Advice is for a subject: it differs by place, segment, role and size, and each item has its
//! reasons and says what its evidence cannot show.

use api::types::Receipt;

use crate::harness::{Started, Upstream, klt, open_log, participation, subject};

#[tokio::test(flavor = "multi_thread")]
async fn every_item_has_reasons_that_sum_to_its_score_and_the_limits_of_its_evidence() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut service = Started::new(directory.path(), &log).await;
    let penang = subject("MY-07", "electronics.assembly", "generic-supplier", "small");
    let advice = service.advise(penang, Receipt::default()).await;

    assert_eq!(advice.items.len(), 28, "19 interventions, 6 considerations, 3 practices");
    for (rank, item) in (1..).zip(&advice.items) {
        assert_eq!(item.rank, rank);
        let points: i64 = item.contributions.iter().map(|part| part.points).sum();
        assert_eq!(points, item.score, "{item:?}");
        for part in &item.contributions {
            assert_eq!(part.points, part.weight * part.value, "{part:?}");
            assert!(!part.because.is_empty(), "{part:?}");
        }
        assert!(!item.evidence_limits.is_empty() && !item.sources.is_empty(), "{item:?}");
        assert!(["low", "very-low"].contains(&item.evidence_grade.as_str()), "{item:?}");
    }
    assert!(advice.diagnosis.iter().any(|line| line.starts_with("obstacle ")));
    assert!(advice.diagnosis.iter().any(|line| line.contains("sme.export_gap of MY: not known")));

    let request = api::advice::AdviseRequest { subject: advice.subject, after: None, limit: 3 };
    let first = service.client.advise(request).await.expect("advice").into_inner();
    assert_eq!(first.items, advice.items[..3]);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn advice_differs_by_subject() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut service = Started::new(directory.path(), &log).await;
    let mut rankings = std::collections::BTreeSet::new();
    for (place, segment, role, size) in [
        ("MY-07", "electronics.assembly", "generic-supplier", "small"),
        ("MY-11", "oil_and_gas", "generic-supplier", "small"),
        ("MY-07", "electronics.semiconductors.advanced", "generic-supplier", "small"),
        ("MY-07", "electronics.assembly", "lead-firm", "small"),
        ("MY-07", "electronics.assembly", "generic-supplier", "medium-large"),
        ("PH", "electronics.assembly", "generic-supplier", "small"),
        ("MY", "electronics", "", ""),
    ] {
        let asked = subject(place, segment, role, size);
        let advice = service.advise(asked.clone(), Receipt::default()).await;
        assert_eq!(advice.subject.as_ref(), Some(&asked));
        let ranking: Vec<(String, i64)> =
            advice.items.into_iter().map(|item| (item.id, item.score)).collect();
        assert!(rankings.insert(ranking), "{asked:?} is advised as another");
    }
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_and_indicators_enter_and_are_said() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut service = Started::new(directory.path(), &log).await;
    let mut after = Upstream::network_model(&log).await.bracket(klt("production-platform")).await;
    let numbers = Upstream::metrics(&log).await.bracket(participation("PH", "20.1")).await;
    after.positions.extend(numbers.positions);

    let cavite = subject("PH-CAV", "agro_food", "generic-supplier", "medium-large");
    let advice = service.advise(cavite, after).await;
    assert_eq!(advice.subject.expect("a subject").mechanism, "production-platform");
    let says = |part: &str| advice.diagnosis.iter().any(|line| line.contains(part));
    assert!(says("found there: firm:klt is a generic-supplier in agro_food"));
    assert!(says("participation.share of PH, 2008: 20.1 per cent"));
    assert!(says("risk X6"), "structural dependency goes with platforms: {:?}", advice.diagnosis);
    assert!(says("caution: "));

    let elsewhere = subject("MY-07", "agro_food", "generic-supplier", "medium-large");
    let advice = service.advise(elsewhere, Receipt::default()).await;
    assert_eq!(advice.subject.expect("a subject").mechanism, "");
    service.stop().await;
}
