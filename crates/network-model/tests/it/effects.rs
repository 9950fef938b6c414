//! What follows from a document is published once, in one bracket that names it, and holds only
//! what changed.

use std::collections::BTreeSet;

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, EffectsBegun, EffectsCommitted, Finding, FindingsChanged};

use crate::harness::{Ingestion, Started, findings_in, open_log, publish_as_unit, small, supplies};

#[tokio::test(flavor = "multi_thread")]
async fn each_document_has_one_bracket_with_what_changed() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut ingestion = Ingestion::new(&log).await;
    // Three documents before the service starts, so that it reads them in one batch.
    ingestion.publish(&small(&supplies("standardized", "null"))).await;
    ingestion.publish(&small(&supplies("standardized", "null"))).await;
    let receipt = ingestion.publish(&small(&supplies("customer", "\"2001\""))).await;
    let mut service = Started::new(directory.path(), &log).await;
    service.covers(receipt).await;
    service.stop().await;

    let mut brackets: Vec<(u64, Vec<Finding>)> = Vec::new();
    let mut open = None;
    for event in findings_in(&log).await {
        let cause = event.cause.position.clone().expect("a cause").position;
        match event.payload {
            Payload::EffectsBegun(_) => {
                assert_eq!(open.replace(cause), None);
                brackets.push((cause, Vec::new()));
            }
            Payload::FindingsChanged(changed) => {
                assert_eq!(open, Some(cause));
                brackets.last_mut().expect("a bracket").1.extend(changed.findings);
            }
            Payload::EffectsCommitted(committed) => {
                assert_eq!(open.take(), Some(cause));
                let (_, findings) = brackets.last().expect("a bracket");
                assert_eq!(committed.changed_count, findings.len() as u64);
            }
            other => panic!("{other:?}"),
        }
    }
    let causes: BTreeSet<u64> = brackets.iter().map(|(cause, _)| *cause).collect();
    assert_eq!(causes.len(), 3, "one bracket a document");
    let of_maker = |findings: &[Finding]| {
        let role = findings.iter().find(|one| one.subject == "firm:maker" && one.kind == "role");
        role.map(|one| (one.value.clone(), one.withdrawn))
    };
    assert_eq!(of_maker(&brackets[0].1), Some(("generic-supplier".to_owned(), false)));
    assert!(brackets[1].1.is_empty(), "the same again changes nothing: {:?}", brackets[1].1);
    // The relation ended in 2001, so at the latest day there is no role any more.
    assert_eq!(of_maker(&brackets[2].1), Some(("generic-supplier".to_owned(), true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_build_published_is_corrected_as_a_change_of_formula() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut ingestion = Ingestion::new(&log).await;
    let receipt = ingestion.publish(&small(&supplies("customer", "null"))).await;
    let at = receipt.positions.first().cloned();
    let cause = Cause { kind: CauseKind::Event.into(), position: at.clone() };
    let stale = Finding {
        network: "asean".to_owned(),
        subject: "firm:maker".to_owned(),
        kind: "role".to_owned(),
        value: "generic-supplier".to_owned(),
        industry: "ict".to_owned(),
        ..Finding::default()
    };
    let gone = Finding { subject: "firm:nobody".to_owned(), ..stale.clone() };
    let earlier = vec![
        Payload::EffectsBegun(EffectsBegun { cause: at.clone(), release: String::new() }),
        Payload::FindingsChanged(FindingsChanged { findings: vec![stale, gone] }),
        Payload::EffectsCommitted(EffectsCommitted { cause: at, changed_count: 2 }),
    ];
    let earlier_count = earlier.len();
    publish_as_unit(&log, cause, earlier).await;
    for _ in 0..2 {
        let mut service = Started::new(directory.path(), &log).await;
        service.covers(receipt.clone()).await;
        service.stop().await;
    }

    let events = findings_in(&log).await;
    let corrections = &events[earlier_count..];
    assert_eq!(corrections.len(), 3, "one bracket, and none after a restart: {corrections:?}");
    assert!(corrections.iter().all(|event| event.cause.kind() == CauseKind::Formula));
    let Payload::FindingsChanged(changed) = &corrections[1].payload else {
        panic!("{corrections:?}");
    };
    let of = |subject: &str| {
        let is_role = |one: &&Finding| one.subject == subject && one.kind == "role";
        changed.findings.iter().find(is_role).map(|one| (one.value.as_str(), one.withdrawn))
    };
    assert_eq!(of("firm:maker"), Some(("specialized-supplier-industry", false)));
    assert_eq!(of("firm:nobody"), Some(("generic-supplier", true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_documents_that_wait_each_has_a_bracket_and_the_last_findings_are_the_same() {
    let mut last = Vec::new();
    for together in [true, false] {
        let directory = tempfile::tempdir().expect("a directory");
        let log = open_log(directory.path());
        let mut ingestion = Ingestion::new(&log).await;
        let mut service = None;
        if !together {
            service = Some(Started::new(directory.path(), &log).await);
        }
        let mut receipt = None;
        for number in 0..40 {
            let specification = if number % 2 == 0 { "standardized" } else { "customer" };
            let document = small(&supplies(specification, "null"));
            let published = ingestion.publish(&document).await;
            if let Some(service) = &mut service {
                service.covers(published.clone()).await;
            }
            receipt = Some(published);
        }
        let service = match service {
            Some(service) => service,
            None => Started::new(directory.path(), &log).await,
        };
        let is_last = |event: &api::Event| {
            matches!(event.payload, Payload::EffectsCommitted(_))
                && event.cause.position.as_ref() == receipt.as_ref().map(|at| &at.positions[0])
        };
        let told = async {
            while !findings_in(&log).await.iter().any(is_last) {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        let told = tokio::time::timeout(std::time::Duration::from_secs(30), told).await;
        told.expect("the last document is worked off in time");
        service.stop().await;
        let (mut brackets, mut values) = (0, std::collections::BTreeMap::new());
        for event in findings_in(&log).await {
            match event.payload {
                Payload::EffectsCommitted(_) => brackets += 1,
                Payload::FindingsChanged(changed) => {
                    for finding in changed.findings {
                        let Finding { subject, kind, industry, object, .. } = finding.clone();
                        values.insert((subject, kind, industry, object), finding);
                    }
                }
                _ => {}
            }
        }
        values.retain(|_, finding: &mut Finding| !finding.withdrawn);
        assert_eq!(brackets, 40, "one a document");
        last.push(values);
    }
    assert!(!last[0].is_empty());
    assert_eq!(last[0], last[1]);
}
