//! A changed statistic changes the rankings that depend on it: once, with its cause, and only when
//! all of what it changed is there.

use std::collections::BTreeMap;

use api::events::CauseKind;
use api::events::envelope::Payload;
use api::types::Receipt;

use crate::harness::{
    Started, Upstream, advice_in, begun, committed, klt, open_log, participation, subject,
};

#[tokio::test(flavor = "multi_thread")]
async fn one_cause_changes_a_subjects_advice_at_most_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut service = Started::new(directory.path(), &log).await;
    service.settled(&Receipt::default()).await;
    let initial = advice_in(&log).await;
    assert!(initial.iter().all(|event| event.cause.kind() == CauseKind::Formula), "{initial:?}");

    let mut metrics = Upstream::metrics(&log).await;
    let mut network_model = Upstream::network_model(&log).await;
    metrics.bracket(participation("VN", "21.4")).await;
    metrics.bracket(participation("VN", "21.3")).await;
    let mut after = network_model.bracket(klt("production-platform")).await;
    let numbers = metrics.bracket(participation("VN", "46.2")).await;
    after.positions.extend(numbers.positions);
    service.settled(&after).await;
    service.stop().await;

    let mut changes: BTreeMap<(String, String), usize> = BTreeMap::new();
    for event in advice_in(&log).await {
        let Payload::AdviceChanged(changed) = event.payload else { continue };
        let cause = event.cause.position.map_or_else(String::new, |at| {
            assert!(["entrepot.indicators.v1", "entrepot.findings.v1"].contains(&&*at.topic));
            format!("{}/{}/{}", at.topic, at.partition, at.position)
        });
        *changes.entry((cause, changed.subject)).or_default() += 1;
    }
    assert!(changes.values().all(|count| *count == 1), "{changes:?}");
    let causes_of = |subject: &str| -> Vec<&str> {
        let keys = changes.keys().filter(|(_, of)| of == subject);
        keys.map(|(cause, _)| cause.as_str()).collect()
    };
    // Positions count from 0, three events a bracket. 21.4 falls below the bound of 22, 21.3 changes nothing, 46.2 is above it.
    let vietnam = causes_of("VN|electronics.assembly|generic-supplier|small");
    assert_eq!(vietnam, ["", "entrepot.indicators.v1/0/2", "entrepot.indicators.v1/0/8"]);
    let cavite = causes_of("PH-CAV|agro_food|generic-supplier|medium-large");
    assert_eq!(cavite, ["", "entrepot.findings.v1/1/2"]);
    assert_eq!(causes_of("SG|aerospace|specialized-supplier-multi|small"), [""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_bracket_is_not_seen() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut service = Started::new(directory.path(), &log).await;
    let mut metrics = Upstream::metrics(&log).await;
    metrics.append(begun()).await;
    let half = metrics.append(participation("VN", "21.4")).await;
    let vietnam = || subject("VN", "electronics.assembly", "generic-supplier", "small");
    let advice = service.advise(vietnam(), half).await;
    assert!(advice.diagnosis.iter().any(|line| line.contains("participation.share of VN: not")));

    let whole = metrics.append(committed()).await;
    let advice = service.advise(vietnam(), whole).await;
    assert!(advice.diagnosis.iter().any(|line| line.contains("participation.share of VN, 2008")));
    let again = service.advise(vietnam(), Receipt::default()).await;
    assert_eq!(again.items, advice.items);
    service.stop().await;
}
