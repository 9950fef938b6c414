//! Stores are views of the log: a restart changes nothing, and a deleted one comes back.

use crate::fixture::{System, file, row};

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_the_digests_and_adds_no_event() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    system.ingest(&file(&[row("SG", 2014, "1")])).await;
    system.ingest(&file(&[row("ATLANTIS", 2014, "1")])).await;
    let before = (system.digests().await, system.event_count().await);
    system.stop().await;
    let mut system = System::start(directory.path()).await;
    assert_eq!((system.digests().await, system.event_count().await), before);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_stores_come_back_with_equal_digests_and_no_new_event() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    for value in ["1", "2", "3"] {
        system.ingest(&file(&[row("SG", 2014, value), row("MY", 2013, value)])).await;
    }
    system.ingest(&file(&[row("ATLANTIS", 2014, "1")])).await;
    let before = (system.digests().await, system.event_count().await);
    system.stop().await;
    std::fs::remove_dir_all(directory.path().join("ingestion")).expect("the stores are there");
    let mut system = System::start(directory.path()).await;
    assert_eq!((system.digests().await, system.event_count().await), before);
    let again = system.ingest(&file(&[row("SG", 2014, "3"), row("MY", 2013, "3")])).await;
    assert_eq!(again.outcome, "unchanged", "a rebuilt store knows what was released");
    system.stop().await;
}
