//! Stores are views of the log: a restart changes nothing, and a deleted one comes back.

use api::events::DocumentKind;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_request_waits_for_a_store_that_comes_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    // Enough that the first request comes before all of it is read.
    let claims = |number: u32| format!("\"{number}{}\"", "x".repeat(600 << 10)).into_bytes();
    for number in 0..16 {
        system.register(DocumentKind::Claims, &number.to_string(), &claims(number)).await;
    }
    let before = system.event_count().await;
    system.stop().await;
    std::fs::remove_dir_all(directory.path().join("ingestion")).expect("the stores are there");
    let mut system = System::start(directory.path()).await;
    let again = system.register(DocumentKind::Claims, "15", &claims(15)).await;
    assert_eq!(again, "unchanged");
    assert_eq!(system.event_count().await, before, "what is in the log is not published again");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spool_that_nobody_comes_back_for_is_removed() {
    let directory = tempfile::tempdir().expect("a directory");
    System::start(directory.path()).await.stop().await;
    let left = directory.path().join("ingestion/spool/ingestion-0-1.spool");
    std::fs::write(&left, b"half").expect("written");
    System::start(directory.path()).await.stop().await;
    assert!(!left.exists());
}
