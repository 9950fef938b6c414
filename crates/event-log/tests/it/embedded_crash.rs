//! kill -9 at random moments: what was acknowledged is there, and no batch is there by half.
//!
//! The test starts itself as a child that appends and reports each acknowledgement on its standard
//! error, kills it, opens the directory and compares. Directory and log go on from trial to trial,
//! over many segments.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use event_log::{EmbeddedLog, EmbeddedOptions, Error, Event, EventLog, Partition, Topic, topics};
use tempfile::TempDir;

use crate::embedded::{event, read_all, unit};

const TRIALS: usize = 40;
const CHILD_DIRECTORY: &str = "EVENT_LOG_TEST_CRASH_DIRECTORY";
const TOPICS: [Topic; 2] = [topics::OBSERVATIONS, topics::REJECTIONS];

fn open(directory: &Path) -> Result<Arc<EmbeddedLog>, Error> {
    let options = EmbeddedOptions { segment_bytes: 64 * 1024, ..EmbeddedOptions::default() };
    EmbeddedLog::open(directory, options)
}

/// Batch `number`: on each topic one event in each of two partitions, of 20 bytes to 30 KiB.
fn batch(number: usize) -> Vec<Event> {
    let text = format!("{number:020} {}", "x".repeat(number * 7919 % 30_000));
    let mut batch = Vec::new();
    for topic in &TOPICS {
        for partition in 0..2 {
            batch.push(event(topic, partition, text.clone()));
        }
    }
    batch
}

/// The child; in a usual run of the tests it has nothing to do.
#[tokio::test]
async fn child() {
    let Some(directory) = std::env::var_os(CHILD_DIRECTORY) else { return };
    let log = open(Path::new(&directory)).expect("opens");
    let mut writer = log.writer(&unit()).await.expect("a writer");
    let mut number = log.end(&TOPICS[0], Partition(0)).await.expect("the end").0 as usize;
    loop {
        writer.append(batch(number)).await.expect("appended");
        number += 1;
        // One write for a line: a killed process leaves no half of one.
        std::io::stderr().write_all(format!("{number}\n").as_bytes()).expect("reported");
    }
}

#[tokio::test]
async fn after_kill_9_all_that_was_acknowledged_is_there_and_no_half_batch() {
    let directory = TempDir::new().expect("a directory");
    let mut random = std::process::id() | 1;
    let mut acknowledged = 0;
    let mut unacknowledged = 0;
    for trial in 0..TRIALS {
        random = random.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
        acknowledged = run_and_kill(directory.path(), random >> 27, random >> 16 & 0x3ff)
            .unwrap_or(acknowledged);
        let log = open(directory.path()).unwrap_or_else(|e| panic!("trial {trial}: {e:?}"));
        let mut counts = Vec::new();
        for topic in &TOPICS {
            for partition in 0..2 {
                let read = read_all(&*log, topic, partition).await.expect("read");
                for (number, payload) in read.iter().enumerate() {
                    assert!(*payload == batch(number)[0].payload, "trial {trial} batch {number}");
                }
                counts.push(read.len());
            }
        }
        assert!(counts.iter().all(|count| *count == counts[0]), "trial {trial}: {counts:?}");
        assert!(counts[0] >= acknowledged, "trial {trial}: {} < {acknowledged}", counts[0]);
        unacknowledged += counts[0] - acknowledged;
        acknowledged = counts[0];
    }
    println!("{acknowledged} batches, {unacknowledged} of them written but not acknowledged");
}

/// Runs the child for some acknowledgements and spins on, then kills it. Gives the last
/// acknowledgement, if there was one.
fn run_and_kill(directory: &Path, acknowledgements: u32, spins: u32) -> Option<usize> {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "embedded_crash::child", "--nocapture"])
        .env(CHILD_DIRECTORY, directory)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stderr.take().expect("its errors")).lines();
    let mut last = None;
    for _ in 0..acknowledgements {
        last = lines.next().map(|line| line.expect("a line"));
    }
    for _ in 0..spins {
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    for line in lines {
        last = Some(line.expect("a line"));
    }
    last.map(|line| line.parse().unwrap_or_else(|_| panic!("the child failed: {line}")))
}
