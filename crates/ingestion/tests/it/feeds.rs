//! Messages that producers write to the feeds themselves.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::events::feed_message::Body;
use api::events::{FeedMessage, FeedRelease};
use api::ingestion::ListRejectionsRequest;
use event_log::{EmbeddedLog, Event, EventLog, Partition, Unit, partition_of, topics};
use jiff::Timestamp;
use prost::Message;

use crate::fixture::{HOSTS, System, file, row};

const WAIT_MAX: Duration = Duration::from_secs(20);

fn message(sequence: u64, year: u16, value: &str) -> Vec<u8> {
    let released_at: Timestamp = format!("{}-06-01T00:00:00Z", year + 1).parse().expect("a time");
    let release = FeedRelease {
        domain: "asean".to_owned(),
        released_at: Some(api::timestamp_to(released_at)),
        content: file(&[row("SG", year, value)]),
        ..FeedRelease::default()
    };
    let producer = if sequence > 0 { "office" } else { "" }.to_owned();
    FeedMessage { producer, sequence, body: Some(Body::Release(release)) }.encode_to_vec()
}

fn partition(log: &EmbeddedLog) -> Partition {
    partition_of(b"asean", log.partition_count(&topics::FEEDS))
}

async fn write(log: &Arc<EmbeddedLog>, messages: Vec<Vec<u8>>) {
    let unit = Unit::try_new("a-producer").expect("a unit");
    let mut writer = log.writer(&unit).await.expect("a writer");
    let partition = partition(log);
    let events = messages.into_iter().map(|payload| Event {
        topic: topics::FEEDS,
        partition,
        key: b"asean".to_vec().into(),
        payload: payload.into(),
    });
    writer.append(events.collect()).await.expect("appended");
}

/// Waits until so many releases of the dataflow are there, and answers with values of Singapore.
async fn values_after(system: &mut System, releases: usize) -> Vec<String> {
    let deadline = tokio::time::Instant::now() + WAIT_MAX;
    loop {
        let listed = system.client.list_releases(api::ingestion::ListReleasesRequest::default());
        let found = listed.await.expect("releases").into_inner().releases;
        if found.len() >= releases || tokio::time::Instant::now() > deadline {
            assert_eq!(found.len(), releases);
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let rows = system.values("SG").await;
    rows.into_iter().map(|(period, value)| format!("{period} {value}")).collect()
}

async fn ends(log: &EmbeddedLog) -> Vec<u64> {
    let mut ends = Vec::new();
    for topic in [topics::OBSERVATIONS, topics::REJECTIONS] {
        ends.push(log.end(&topic, partition(log)).await.expect("an end").0);
    }
    ends
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_a_producer_are_taken_in_order_and_once_however_they_come() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let (first, second, third) =
        (message(1, 2012, "1"), message(2, 2013, "2"), message(3, 2014, "3"));
    let come = vec![third.clone(), first.clone(), first, second.clone(), third, second];
    write(&system.log.clone(), come).await;
    assert_eq!(values_after(&mut system, 3).await, ["2012 1", "2013 2", "2014 3"]);
    let listed = system.client.list_releases(api::ingestion::ListReleasesRequest::default()).await;
    let ids: Vec<String> =
        listed.expect("releases").into_inner().releases.into_iter().map(|one| one.id).collect();
    let expected: Vec<String> = (1..=3).rev().map(|number| format!("{HOSTS}/{number}")).collect();
    assert_eq!(ids, expected);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_quarantined_and_hurts_no_other() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    write(&system.log.clone(), vec![b"no protobuf".to_vec(), message(0, 2014, "5")]).await;
    assert_eq!(values_after(&mut system, 1).await, ["2014 5"]);
    let listed = system.client.list_rejections(ListRejectionsRequest::default()).await;
    let listed = listed.expect("rejections").into_inner().rejections;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].rule, "feed.undecodable");
    assert_eq!(listed[0].row, b"no protobuf");
    assert!(listed[0].file.ends_with("position 0"), "{}", listed[0].file);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_deleted_takes_no_message_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let come = vec![message(1, 2012, "1"), b"no protobuf".to_vec(), message(0, 2013, "2")];
    write(&system.log.clone(), come).await;
    values_after(&mut system, 2).await;
    let before = ends(&system.log.clone()).await;
    system.stop().await;
    delete_stores(directory.path());
    let mut system = System::start(directory.path()).await;
    write(&system.log.clone(), vec![message(2, 2014, "3")]).await;
    assert_eq!(values_after(&mut system, 3).await, ["2012 1", "2013 2", "2014 3"]);
    let after = ends(&system.log.clone()).await;
    assert_eq!(after[1], before[1], "the message that cannot be read is rejected once");
    system.stop().await;
}

fn delete_stores(directory: &Path) {
    std::fs::remove_dir_all(directory.join("ingestion")).expect("the stores are there");
}
