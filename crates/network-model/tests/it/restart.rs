//! A store is a view of the log: stopped, started or deleted, it comes back the same, and nothing
//! is published twice.

use api::events::envelope::Payload::{EffectsBegun, FindingsChanged};

use crate::harness::{Ingestion, PAPER, Started, findings_in, open_log, small, supplies};

/// Waits until the unit has applied and told everything.
async fn settled(service: &mut Started) -> String {
    for _ in 0..200 {
        let unit = service.unit().await;
        if unit.lag == 0 && unit.seq > 0 {
            return unit.digest;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the unit did not settle");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_and_a_deleted_store_come_to_the_same_state_and_publish_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut ingestion = Ingestion::new(&log).await;
    let mut service = Started::new(directory.path(), &log).await;
    ingestion.publish(PAPER).await;
    ingestion.publish(&small(&supplies("standardized", "null"))).await;
    let receipt = ingestion.publish(&small(&supplies("customer", "null"))).await;
    service.covers(receipt).await;
    let digest = settled(&mut service).await;
    let published = findings_in(&log).await;
    service.stop().await;

    let mut service = Started::new(directory.path(), &log).await;
    assert_eq!(settled(&mut service).await, digest, "restarted");
    service.stop().await;
    assert_eq!(findings_in(&log).await, published);

    std::fs::remove_dir_all(directory.path().join("network-model")).expect("a store");
    let mut service = Started::new(directory.path(), &log).await;
    assert_eq!(settled(&mut service).await, digest, "rebuilt");
    service.stop().await;
    assert_eq!(findings_in(&log).await, published);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_fact_by_fact_is_what_a_restart_finds_of_the_whole() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut ingestion = Ingestion::new(&log).await;
    let mut service = Started::new(directory.path(), &log).await;
    ingestion.publish(PAPER).await;
    let relation = |id: usize, kind: &str, from: &str, to: &str, more: &str| {
        format!(
            r#"{{"network": "asean", "relations": [{{"id": "x{id}", "kind": "{kind}",
                "from": "{from}", "to": "{to}", "industry": "ict", {more}
                "source": "t", "evidence": "t", "confidence": 0.{}}}]}}"#,
            4 + id
        )
    };
    let firm = r#"{"network": "asean", "entities": [{"kind": "firm", "id": "klt", "name": "KLT",
        "home": "PH", "size": "large", "source": "t"}]}"#;
    let documents = [
        relation(0, "supplies", "firm:klt", "firm:apple", r#""specification": "customer","#),
        relation(1, "co_designs", "firm:atc", "firm:apple", ""),
        relation(2, "serves", "firm:atc", "firm:cool", ""),
        relation(3, "located_in", "firm:apple", "place:penang", ""),
        relation(4, "owns", "firm:apple", "firm:klt", r#""share": 0.6,"#),
        relation(1, "co_designs", "firm:atc", "firm:apple", r#""valid_to": "2009","#),
        firm.to_owned(),
        relation(0, "supplies", "firm:klt", "firm:apple", r#""specification": "standardized","#),
    ];
    for document in documents {
        let receipt = ingestion.publish(document.as_bytes()).await;
        service.covers(receipt).await;
        settled(&mut service).await;
    }
    service.stop().await;
    let published = findings_in(&log).await;
    let brackets = published.iter().filter(|event| matches!(event.payload, EffectsBegun(_)));
    assert_eq!(brackets.count(), 9);
    let last = published.iter().rev().find_map(|event| match &event.payload {
        FindingsChanged(changed) => Some(changed.findings.len()),
        _ => None,
    });
    assert!(last.is_some_and(|count| (1..20).contains(&count)), "what changed alone: {last:?}");

    let mut service = Started::new(directory.path(), &log).await;
    settled(&mut service).await;
    service.stop().await;
    assert_eq!(findings_in(&log).await, published, "the whole, found anew, corrects nothing");
}
