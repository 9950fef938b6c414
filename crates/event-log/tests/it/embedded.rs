//! The embedded engine passes the suite; what it promises beyond the contract.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use event_log::conformance::Subject;
use event_log::{
    EmbeddedLog, EmbeddedOptions, Error, Event, EventLog, Partition, Position, Topic, Unit, topics,
};
use tempfile::TempDir;

struct Directory(TempDir);

#[async_trait]
impl Subject for Directory {
    async fn open(&self) -> Arc<dyn EventLog> {
        // Segments are small, so that most cases go over several.
        let options = EmbeddedOptions { segment_bytes: 4096, ..EmbeddedOptions::default() };
        EmbeddedLog::open(self.0.path(), options).expect("opens")
    }
    fn topics(&self) -> [Topic; 2] {
        [topics::OBSERVATIONS, topics::REJECTIONS]
    }
    fn unit(&self, name: &str) -> Unit {
        Unit::try_new(name).expect("a unit")
    }
}

async fn directory(_case: &str) -> Option<Directory> {
    Some(Directory(TempDir::new().expect("a directory")))
}

event_log::conformance_tests!(directory);

pub(crate) fn open(directory: &Path) -> Result<Arc<EmbeddedLog>, Error> {
    EmbeddedLog::open(directory, EmbeddedOptions::default())
}

pub(crate) fn unit() -> Unit {
    Unit::try_new("unit-0").expect("a unit")
}

pub(crate) fn event(topic: &Topic, partition: u32, payload: impl Into<Bytes>) -> Event {
    let (topic, partition) = (topic.clone(), Partition(partition));
    Event { topic, partition, key: Bytes::from_static(b"key"), payload: payload.into() }
}

/// The payloads of a partition.
pub(crate) async fn read_all(
    log: &dyn EventLog,
    topic: &Topic,
    partition: u32,
) -> Result<Vec<Bytes>, Error> {
    let mut reader = log.reader(topic, Partition(partition), Position(0)).await?;
    let mut all = Vec::new();
    loop {
        let some = reader.try_next(1 << 20).await?;
        if some.is_empty() {
            return Ok(all);
        }
        all.extend(some.into_iter().map(|event| event.payload));
    }
}

#[tokio::test]
async fn equal_appends_give_equal_positions() {
    let mut answers = Vec::new();
    for _ in 0..2 {
        let directory = TempDir::new().expect("a directory");
        let log = open(directory.path()).expect("opens");
        let mut writer = log.writer(&unit()).await.expect("a writer");
        let mut positions = Vec::new();
        for number in 0..10_u32 {
            let batch = vec![
                event(&topics::FEEDS, number % 4, format!("{number}")),
                event(&topics::ADVICE, 0, format!("{number}")),
            ];
            positions.extend(writer.append(batch).await.expect("appended"));
        }
        answers.push(positions);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0][..4], [Position(0), Position(0), Position(0), Position(1)]);
}

#[tokio::test]
async fn a_second_opener_is_refused_until_the_first_has_closed() {
    let directory = TempDir::new().expect("a directory");
    let first = open(directory.path()).expect("opens");
    // Neither a writer nor a reader that is still held keeps the directory locked.
    let _writer = first.writer(&unit()).await.expect("a writer");
    let _reader = first.reader(&topics::FEEDS, Partition(0), Position(0)).await.expect("a reader");
    match open(directory.path()) {
        Err(Error::Locked { path }) => assert_eq!(path, directory.path().join("lock")),
        other => panic!("{other:?}"),
    }
    drop(first);
    open(directory.path()).expect("opens");
}

#[tokio::test]
async fn the_number_of_partitions_is_fixed() {
    let directory = TempDir::new().expect("a directory");
    drop(open(directory.path()).expect("opens"));
    let options = EmbeddedOptions { partitions: 5, ..EmbeddedOptions::default() };
    match EmbeddedLog::open(directory.path(), options) {
        Err(Error::PartitionCount { found: 4, expected: 5, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn options_out_of_bounds_are_refused() {
    let directory = TempDir::new().expect("a directory");
    for (partitions, segment_bytes) in [(0, 4096), (1025, 4096), (4, 4095), (4, (1 << 30) + 1)] {
        let options = EmbeddedOptions { partitions, segment_bytes, ..EmbeddedOptions::default() };
        let refused = EmbeddedLog::open(directory.path(), options);
        assert!(matches!(refused, Err(Error::Option { .. })), "{partitions} {segment_bytes}");
    }
}

#[tokio::test]
async fn a_closed_log_ends_waits_and_refuses_appends() {
    let directory = TempDir::new().expect("a directory");
    let log = open(directory.path()).expect("opens");
    let mut writer = log.writer(&unit()).await.expect("a writer");
    let mut reader = log.reader(&topics::FEEDS, Partition(0), Position(0)).await.expect("a reader");
    let limit = std::time::Duration::from_secs(10);
    let (_, waited) =
        tokio::join!(async { drop(log) }, tokio::time::timeout(limit, reader.next(1)));
    let waited = waited.expect("the wait has ended");
    assert!(matches!(waited, Err(Error::Closed)), "{waited:?}");
    let refused = writer.append(vec![event(&topics::FEEDS, 0, "late")]).await;
    assert!(matches!(refused, Err(Error::Closed)), "{refused:?}");
}

#[tokio::test]
async fn a_topic_that_is_no_longer_in_the_options_is_kept() {
    let directory = TempDir::new().expect("a directory");
    let former = Topic::from_static("entrepot.former.v1");
    let options =
        EmbeddedOptions { topics: vec![topics::FEEDS, former.clone()], ..Default::default() };
    let log = EmbeddedLog::open(directory.path(), options).expect("opens");
    let mut writer = log.writer(&unit()).await.expect("a writer");
    let batch = vec![event(&former, 1, "kept"), event(&topics::FEEDS, 1, "too")];
    writer.append(batch).await.expect("appended");
    drop(log);
    let log = open(directory.path()).expect("opens");
    assert_eq!(read_all(&*log, &former, 1).await.expect("read"), ["kept"]);
    assert_eq!(read_all(&*log, &topics::FEEDS, 1).await.expect("read"), ["too"]);
    assert_eq!(log.partition_count(&topics::ADVICE), 4);
}
