//! A store is a view of the log: stopped, started or deleted, it comes back the same, and no change
//! is published twice, whatever order its sources are read in.

use api::types::Receipt;

use crate::harness::{Started, Upstream, advice_in, klt, open_log, participation};

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_and_a_deleted_store_come_to_the_same_state_and_publish_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut service = Started::new(directory.path(), &log).await;
    let mut metrics = Upstream::metrics(&log).await;
    let mut network_model = Upstream::network_model(&log).await;
    let mut after = Receipt::default();
    for (value, mechanism) in [
        ("21.4", "production-platform"),
        ("46.2", "industrial-specialization"),
        ("21.0", "production-platform"),
    ] {
        after = metrics.bracket(participation("PH", value)).await;
        after.positions.extend(network_model.bracket(klt(mechanism)).await.positions);
    }
    let digests = service.settled(&after).await;
    let published = advice_in(&log).await;
    service.stop().await;

    for delete in [false, true, true] {
        if delete {
            let store = directory.path().join("policy-advice");
            std::fs::remove_dir_all(store).expect("a store");
        }
        let mut service = Started::new(directory.path(), &log).await;
        assert_eq!(service.settled(&after).await, digests, "deleted: {delete}");
        service.stop().await;
        assert_eq!(advice_in(&log).await, published, "deleted: {delete}");
    }
}
