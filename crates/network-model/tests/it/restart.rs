//! A store is a view of the log: stopped, started or deleted, it comes back the same, and nothing
//! is published twice.

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
    let request = api::network::ListRolesRequest {
        network: "asean".to_owned(),
        after: Some(receipt),
        ..Default::default()
    };
    service.client.list_roles(request).await.expect("roles");
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
