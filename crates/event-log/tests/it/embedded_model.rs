//! Random appends, crashes of the file and reopenings against the plainest model: a list a lane.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::path::Path;

use event_log::{
    EmbeddedLog, EmbeddedOptions, Event, EventLog, Partition, Position, Topic, topics,
};
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::embedded::{event, unit};

const TOPICS: [Topic; 3] = [topics::FEEDS, topics::TABLES, topics::ADVICE];
const PARTITIONS: u32 = 3;

type Model = BTreeMap<(Topic, u32), Vec<Vec<u8>>>;

/// One thing that happens to a log.
#[derive(Clone, Debug)]
enum Step {
    Append(Vec<(usize, u32, Vec<u8>)>),
    Reopen,
    /// A crash leaves this many bytes of a frame.
    Tear(Vec<u8>),
    /// The index of some segment is lost.
    LoseIndex(u64),
    Read {
        topic: usize,
        partition: u32,
        from: prop::sample::Index,
        bytes_max: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let payload = prop_oneof![vec(any::<u8>(), 0..40), vec(any::<u8>(), 900..3000)];
    prop_oneof![
        6 => vec((0..TOPICS.len(), 0..PARTITIONS, payload), 0..6).prop_map(Step::Append),
        1 => Just(Step::Reopen),
        1 => vec(any::<u8>(), 1..100).prop_map(Step::Tear),
        1 => (0..8_u64).prop_map(Step::LoseIndex),
        4 => (0..TOPICS.len(), 0..PARTITIONS, any::<prop::sample::Index>(), 0..9000_usize).prop_map(
            |(topic, partition, from, bytes_max)| Step::Read { topic, partition, from, bytes_max }
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn the_log_is_a_list_of_events_for_each_partition(steps in vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(check(steps));
    }
}

async fn check(steps: Vec<Step>) {
    let directory = TempDir::new().expect("a directory");
    let mut model = Model::new();
    let mut log = open(directory.path());
    for step in steps {
        match step {
            Step::Append(events) => append(&*log, &mut model, &events).await,
            Step::Read { topic, partition, from, bytes_max } => {
                let lane = (TOPICS[topic].clone(), partition);
                let expected = model.get(&lane).map_or(&[][..], Vec::as_slice);
                let from = from.index(expected.len() + 1);
                read(&*log, &lane, from, bytes_max, expected).await;
            }
            Step::Reopen => {
                drop(log);
                log = open(directory.path());
            }
            Step::Tear(bytes) => {
                drop(log);
                tear(directory.path(), &bytes);
                log = open(directory.path());
            }
            Step::LoseIndex(number) => {
                drop(log);
                // There may be no such segment.
                drop(fs::remove_file(directory.path().join(format!("{number:020}.index"))));
                log = open(directory.path());
            }
        }
    }
    drop(log);
    let log = open(directory.path());
    for topic in &TOPICS {
        for partition in 0..PARTITIONS {
            let lane = (topic.clone(), partition);
            let expected = model.get(&lane).map_or(&[][..], Vec::as_slice);
            let end = log.end(topic, Partition(partition)).await.expect("the end");
            assert_eq!(end, Position(expected.len() as u64));
            read(&*log, &lane, 0, 5000, expected).await;
        }
    }
}

fn open(directory: &Path) -> std::sync::Arc<EmbeddedLog> {
    let topics = TOPICS.to_vec();
    let options = EmbeddedOptions { partitions: PARTITIONS, segment_bytes: 8192, topics };
    EmbeddedLog::open(directory, options).expect("opens")
}

async fn append(log: &dyn EventLog, model: &mut Model, events: &[(usize, u32, Vec<u8>)]) {
    let mut writer = log.writer(&unit()).await.expect("a writer");
    let mut batch: Vec<Event> = Vec::new();
    let mut expected = Vec::new();
    for (topic, partition, payload) in events {
        batch.push(event(&TOPICS[*topic], *partition, payload.clone()));
        let lane = model.entry((TOPICS[*topic].clone(), *partition)).or_default();
        expected.push(Position(lane.len() as u64));
        lane.push(payload.clone());
    }
    assert_eq!(writer.append(batch).await.expect("appended"), expected);
}

async fn read(
    log: &dyn EventLog,
    (topic, partition): &(Topic, u32),
    from: usize,
    bytes_max: usize,
    expected: &[Vec<u8>],
) {
    let from_position = Position(from as u64);
    let mut reader =
        log.reader(topic, Partition(*partition), from_position).await.expect("a reader");
    let mut next = from;
    loop {
        let events = reader.try_next(bytes_max).await.expect("read");
        let bytes: usize = events.iter().map(|e| e.key.len() + e.payload.len()).sum();
        assert!(events.len() <= 1 || bytes <= bytes_max);
        if events.is_empty() {
            break;
        }
        for event in events {
            assert_eq!(event.position, Position(next as u64));
            assert_eq!(event.payload, expected[next]);
            next += 1;
        }
    }
    assert_eq!(next, expected.len());
}

fn tear(directory: &Path, bytes: &[u8]) {
    let mut last = 0;
    while directory.join(format!("{:020}.segment", last + 1)).exists() {
        last += 1;
    }
    let path = directory.join(format!("{last:020}.segment"));
    let mut file = OpenOptions::new().append(true).open(path).expect("the segment");
    std::io::Write::write_all(&mut file, bytes).expect("torn");
}
