//! What follows from a document is published once, in one bracket that names it, and holds only
//! what changed.

use std::collections::BTreeSet;

use api::events::Finding;
use api::events::envelope::Payload;
use api::network::ListRolesRequest;

use crate::harness::{Ingestion, Started, findings_in, open_log, small, supplies};

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
    let request = ListRolesRequest {
        network: "asean".to_owned(),
        after: Some(receipt),
        ..ListRolesRequest::default()
    };
    service.client.list_roles(request).await.expect("roles");
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
