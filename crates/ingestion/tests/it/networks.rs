//! A document of a network joins what earlier documents of it asserted, and nothing else.

use api::ingestion::{AssertNetworkRequest, AssertNetworkResponse};

use crate::fixture::System;

const FIRMS: &str = r#"{"network": "chips", "entities": [
    {"kind": "firm", "id": "maker", "name": "Maker", "source": "s"},
    {"kind": "firm", "id": "brand", "name": "Brand", "source": "s"}]}"#;

fn sale(id: &str, to: &str) -> String {
    format!(
        r#"{{"network": "chips", "relations": [{{"id": "{id}", "kind": "supplies",
            "from": "firm:maker", "to": "firm:{to}", "source": "s", "evidence": "e",
            "confidence": 1}}]}}"#
    )
}

async fn assert(system: &mut System, name: &str, content: &str) -> AssertNetworkResponse {
    let request = AssertNetworkRequest {
        network: "chips".to_owned(),
        name: name.to_owned(),
        content: content.as_bytes().to_vec(),
    };
    system.client.assert_network(request).await.expect("an answer").into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_joins_the_entities_of_earlier_ones() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let early = assert(&mut system, "early", &sale("r0", "brand")).await;
    assert_eq!((early.accepted, early.rejections.len()), (0, 1), "nobody is known yet");
    assert_eq!(early.rejections[0].rule, "network.unknown-entity");
    assert_eq!(assert(&mut system, "firms", FIRMS).await.accepted, 2);
    let joined = assert(&mut system, "sales", &sale("r1", "brand")).await;
    assert_eq!((joined.accepted, joined.rejections), (1, Vec::new()));
    let early = assert(&mut system, "early", &sale("r0", "brand")).await;
    assert_eq!((early.outcome.as_str(), early.accepted), ("published", 1), "it says more now");
    let early = assert(&mut system, "early", &sale("r0", "brand")).await;
    assert_eq!(early.outcome, "unchanged");
    let unknown = assert(&mut system, "more", &sale("r2", "nobody")).await;
    assert_eq!((unknown.accepted, unknown.rejections.len()), (0, 1));
    assert!(unknown.rejections[0].reason.contains("firm:nobody"), "{unknown:?}");
    system.stop().await;

    // A deleted store comes back from the log with what is known.
    std::fs::remove_dir_all(directory.path().join("ingestion")).expect("deleted");
    let mut system = System::start(directory.path()).await;
    let joined = assert(&mut system, "sales", &sale("r1", "brand")).await;
    assert_eq!(joined.outcome, "unchanged");
    let joined = assert(&mut system, "again", &sale("r3", "brand")).await;
    assert_eq!((joined.accepted, joined.rejections), (1, Vec::new()));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_more_entities_than_a_transaction_has_keys_is_taken_in() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let firm = |number: usize| {
        format!(r#"{{"kind": "firm", "id": "f{number}", "name": "F", "source": "s"}}"#)
    };
    let firms: Vec<String> = (0..6_000).map(firm).collect();
    let document = format!(r#"{{"network": "chips", "entities": [{}]}}"#, firms.join(","));
    assert_eq!(assert(&mut system, "many", &document).await.accepted, 6_000);
    let sale = sale("r1", "f5999").replace("firm:maker", "firm:f0");
    assert_eq!(assert(&mut system, "sale", &sale).await.accepted, 1);
    system.stop().await;
}
