//! Disks that fail: what a full one and a broken one do to a log.
//!
//! The disk of the engine is two functions, so a test exchanges them. Each test has its own static
//! switch: tests run at the same time.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;

use super::*;
use crate::topics;

fn open(disk: Disk, directory: &Path) -> Arc<EmbeddedLog> {
    EmbeddedLog::open_on(disk, directory, EmbeddedOptions::default()).expect("opens")
}

async fn writer(log: &EmbeddedLog) -> Box<dyn Writer> {
    log.writer(&Unit::try_new("unit-0").expect("a unit")).await.expect("a writer")
}

fn batch(payload: &'static str) -> Vec<Event> {
    let mut batch = Vec::new();
    for topic in [topics::FEEDS, topics::ADVICE] {
        let payload = Bytes::from_static(payload.as_bytes());
        batch.push(Event { topic, partition: Partition(0), key: Bytes::new(), payload });
    }
    batch
}

async fn read(log: &EmbeddedLog, topic: &Topic) -> Vec<Bytes> {
    let mut reader = log.reader(topic, Partition(0), Position(0)).await.expect("a reader");
    let mut all = Vec::new();
    loop {
        let some = reader.try_next(1 << 20).await.expect("read");
        if some.is_empty() {
            return all;
        }
        all.extend(some.into_iter().map(|event| event.payload));
    }
}

#[tokio::test]
async fn a_full_disk_refuses_the_batch_and_a_later_append_succeeds() {
    static FULL: AtomicBool = AtomicBool::new(false);
    fn write(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        if FULL.load(Ordering::SeqCst) {
            // A full disk takes a part of what it is given.
            file.write_all_at(&bytes[..bytes.len() / 2], offset)?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        file.write_all_at(bytes, offset)
    }
    let directory = TempDir::new().expect("a directory");
    let log = open(Disk { write, ..Disk::default() }, directory.path());
    let mut writer = writer(&log).await;
    writer.append(batch("one")).await.expect("appended");
    FULL.store(true, Ordering::SeqCst);
    match writer.append(batch("a longer one that does not fit")).await {
        Err(error @ Error::DiskFull { .. }) => assert!(error.is_retryable()),
        other => panic!("{other:?}"),
    }
    assert_eq!(read(&log, &topics::FEEDS).await, ["one"]);
    FULL.store(false, Ordering::SeqCst);
    assert_eq!(writer.append(batch("two")).await.expect("appended"), [Position(1); 2]);
    drop(log);
    let log = open(Disk::default(), directory.path());
    for topic in [&topics::FEEDS, &topics::ADVICE] {
        assert_eq!(read(&log, topic).await, ["one", "two"]);
    }
}

#[tokio::test]
async fn a_failed_sync_stops_the_log_until_it_is_opened_again() {
    static BROKEN: AtomicBool = AtomicBool::new(false);
    fn sync(file: &File) -> io::Result<()> {
        // As Linux does: the failure is reported once, and the next sync succeeds.
        if BROKEN.swap(false, Ordering::SeqCst) {
            return Err(io::Error::other("input/output error"));
        }
        file.sync_data()
    }
    let directory = TempDir::new().expect("a directory");
    let log = open(Disk { sync, ..Disk::default() }, directory.path());
    let mut writer = writer(&log).await;
    writer.append(batch("one")).await.expect("appended");
    let mut waiting = log.reader(&topics::FEEDS, Partition(0), Position(1)).await.expect("reader");
    BROKEN.store(true, Ordering::SeqCst);
    let waiting = tokio::time::timeout(Duration::from_secs(10), waiting.next(1));
    let (waited, refused) = tokio::join!(waiting, writer.append(batch("lost")));
    let waited = waited.expect("the wait has ended");
    assert!(matches!(waited, Err(Error::Poisoned)), "{waited:?}");
    assert!(matches!(refused, Err(Error::Poisoned)), "{refused:?}");
    for _ in 0..2 {
        let refused = writer.append(batch("never tried")).await;
        assert!(matches!(refused, Err(Error::Poisoned)), "{refused:?}");
    }
    let refused = log.writer(&Unit::try_new("unit-0").expect("a unit")).await.map(drop);
    assert!(matches!(refused, Err(Error::Poisoned)), "{refused:?}");
    assert_eq!(read(&log, &topics::FEEDS).await, ["one"]);
    drop(log);
    // The frame whose sync failed may be there or not, but whole and on both topics.
    let log = open(Disk::default(), directory.path());
    let first = read(&log, &topics::FEEDS).await;
    assert_eq!(read(&log, &topics::ADVICE).await, first);
    assert!(["one", "lost"].starts_with(&first.iter().map(str_of).collect::<Vec<_>>()));
}

#[tokio::test]
async fn a_failed_write_other_than_for_room_stops_the_log() {
    fn write(_: &File, _: &[u8], _: u64) -> io::Result<()> {
        Err(io::Error::other("input/output error"))
    }
    let directory = TempDir::new().expect("a directory");
    let log = open(Disk { write, ..Disk::default() }, directory.path());
    let mut writer = writer(&log).await;
    for _ in 0..2 {
        let refused = writer.append(batch("lost")).await;
        assert!(matches!(refused, Err(Error::Poisoned)), "{refused:?}");
    }
}

#[tokio::test]
async fn appends_that_wait_together_share_a_sync() {
    const UNITS: u64 = 32;
    static SYNCS: AtomicU64 = AtomicU64::new(0);
    static HELD: Mutex<()> = Mutex::new(());
    fn sync(file: &File) -> io::Result<()> {
        SYNCS.fetch_add(1, Ordering::SeqCst);
        drop(HELD.lock().expect("not poisoned"));
        file.sync_data()
    }
    let directory = TempDir::new().expect("a directory");
    let log = open(Disk { sync, ..Disk::default() }, directory.path());
    let mut tasks = tokio::task::JoinSet::new();
    let mut writers = Vec::new();
    for number in 0..UNITS {
        let unit = Unit::try_new(format!("unit-{number}")).expect("a unit");
        writers.push(log.writer(&unit).await.expect("a writer"));
    }
    {
        // All others queue while the first one's sync is held.
        let held = std::thread::spawn(|| {
            let held = HELD.lock().expect("not poisoned");
            while SYNCS.load(Ordering::SeqCst) == 0 {
                std::thread::yield_now();
            }
            drop(held);
        });
        for mut writer in writers {
            tasks.spawn(async move { writer.append(batch("shared")).await.expect("appended") });
        }
        tokio::task::yield_now().await;
        held.join().expect("ended");
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("ended");
    }
    assert_eq!(read(&log, &topics::FEEDS).await.len() as u64, UNITS);
    let syncs = SYNCS.load(Ordering::SeqCst);
    assert!(syncs <= 3, "{syncs} syncs for {UNITS} appends");
}

fn str_of(bytes: &Bytes) -> &str {
    std::str::from_utf8(bytes).expect("text")
}
