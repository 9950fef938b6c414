//! Stores are views of the log: a restart changes nothing, and a deleted one comes back.

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, DocumentKind, Rejected, ReleaseBegun};
use api::ingestion::{IngestOptions, ListRejectionsRequest, ListReleasesRequest};
use api::types::Rejection;
use event_log::{EmbeddedLog, EmbeddedOptions, Event, EventLog, Topic, Unit, partition_of, topics};
use jiff::Timestamp;

use crate::fixture::{HOSTS, System, file, row};

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
async fn a_release_that_was_lost_half_way_is_aborted_and_can_be_sent_again() {
    let directory = tempfile::tempdir().expect("a directory");
    System::start(directory.path()).await.stop().await;
    write(directory.path(), topics::OBSERVATIONS, begun("key")).await;
    std::fs::remove_dir_all(directory.path().join("ingestion")).expect("the stores are there");
    let mut system = System::start(directory.path()).await;
    let listed = system.client.list_releases(ListReleasesRequest::default()).await;
    let states: Vec<String> =
        listed.expect("releases").into_inner().releases.into_iter().map(|one| one.state).collect();
    assert_eq!(states, ["aborted"]);
    let options = IngestOptions { idempotency_key: "key".to_owned(), ..Default::default() };
    let again = system.ingest_as(&file(&[row("SG", 2014, "1")]), options).await;
    assert_eq!(again.outcome, "published", "{}", again.explanation);
    assert_eq!(system.values("SG").await.len(), 1);
    system.stop().await;
}

fn begun(idempotency_key: &str) -> Payload {
    Payload::ReleaseBegun(ReleaseBegun {
        release: format!("{HOSTS}/1"),
        dataflow: HOSTS.to_owned(),
        released_at: Some(api::timestamp_to(Timestamp::now())),
        idempotency_key: idempotency_key.to_owned(),
        release_sequence: 1,
        ..ReleaseBegun::default()
    })
}

/// Writes the next event of a unit, as the unit does before it breaks off.
async fn write(directory: &std::path::Path, topic: Topic, payload: Payload) {
    let log = EmbeddedLog::open(&directory.join("log"), EmbeddedOptions::default());
    let log = log.expect("a log");
    let partition = partition_of(b"asean", log.partition_count(&topic));
    let unit = Unit::try_new(format!("ingestion-{partition}")).expect("a unit");
    let end = log.end(&topic, partition).await.expect("an end");
    let event = api::Event {
        unit: unit.as_str().to_owned(),
        seq: end.0 + 1,
        cause: Cause { kind: CauseKind::Request.into(), position: None },
        recorded_at: Timestamp::now(),
        trace_parent: String::new(),
        payload,
    };
    let payload = api::encode_event(event, topic.as_str(), partition.0).into();
    let event = Event { topic, partition, key: b"asean".to_vec().into(), payload };
    let mut writer = log.writer(&unit).await.expect("a writer");
    writer.append(vec![event]).await.expect("appended");
}

#[tokio::test(flavor = "multi_thread")]
async fn rejections_of_a_release_that_did_not_come_hide_none_of_the_one_that_does() {
    let directory = tempfile::tempdir().expect("a directory");
    System::start(directory.path()).await.stop().await;
    let earlier = Rejection { release: format!("{HOSTS}/1"), line: 7, ..Rejection::default() };
    let payload = Payload::Rejected(Rejected { rejection: Some(earlier) });
    write(directory.path(), topics::REJECTIONS, payload).await;
    let mut system = System::start(directory.path()).await;
    let content = file(&[row("SG", 2014, "1"), row("ATLANTIS", 2014, "2")]);
    let release = system.ingest_leniently(&content).await;
    assert!(release.id.ends_with("/1"), "{}", release.id);
    let listed = system.client.list_rejections(ListRejectionsRequest::default()).await;
    let listed = listed.expect("rejections").into_inner().rejections;
    let lines: Vec<u64> = listed.iter().map(|one| one.line).collect();
    assert_eq!(lines, [3, 7]);
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
