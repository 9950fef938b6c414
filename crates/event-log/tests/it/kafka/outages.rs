//! A broker that crashes, freezes or is away for longer than anybody waits, while a unit appends.
//!
//! The unit does what the contract tells it: after `Unavailable` the same writer again, after
//! `Uncertain` a new writer, a look at each partition, and again what is not there. In the end every
//! batch is there once, whole, in order, at the positions that were acknowledged, and a reader that
//! was there all the time has read exactly that.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use event_log::conformance::Subject;
use event_log::{
    Error, Event, EventLog, KafkaLog, Partition, Position, Reader, Recorded, Topic, Unit, Writer,
};

use super::broker::{OwnBroker, Topics, fragile};
use crate::embedded::event;

/// The longest that a case may need to get over an outage.
const RECOVERY_MAX: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn after_crashes_of_the_broker_every_acknowledged_batch_is_there_once() {
    let Some(broker) = fragile("after_crashes_of_the_broker").await else { return };
    let Some(broker) = &*broker else { return };
    let case = Case::start(broker, Duration::from_secs(3)).await;
    case.run(0x5eed_0001, async |unit| {
        for _ in 0..4 {
            unit.appends_again().await;
            unit.pause(0..500).await;
            broker.order("kill", &[]).await;
            broker.order("resume", &[]).await;
        }
        unit.appends_again().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_longer_than_anybody_waits_is_survived() {
    let Some(broker) = fragile("an_outage_longer").await else { return };
    let Some(broker) = &*broker else { return };
    let case = Case::start(broker, Duration::from_secs(1)).await;
    case.run(0x5eed_0002, async |unit| {
        unit.appends_again().await;
        broker.order("kill", &[]).await;
        // The batch on its way fails after one second, taking it back after two, and so on.
        tokio::time::sleep(Duration::from_secs(12)).await;
        broker.order("resume", &[]).await;
        unit.appends_again().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_broker_fences_nobody() {
    let Some(broker) = fragile("a_frozen_broker").await else { return };
    let Some(broker) = &*broker else { return };
    // Transactions last three seconds: the frozen coordinator ends some of them when it wakes up,
    // and their producer gets the same code as one that another has fenced.
    let case = Case::start(broker, Duration::from_secs(1)).await;
    case.run(0x5eed_0003, async |unit| {
        for _ in 0..4 {
            unit.appends_again().await;
            unit.pause(0..500).await;
            broker.order("freeze", &[]).await;
            unit.pause(1000..7000).await;
            broker.order("thaw", &[]).await;
        }
        unit.appends_again().await;
    })
    .await;
}

/// A unit that appends to two topics, and what it knows of its batches.
struct Case {
    log: Arc<dyn EventLog>,
    topics: Topics,
}

/// What happened to the appends of a unit.
#[derive(Debug, Default)]
struct Told {
    acknowledged: usize,
    unavailable: usize,
    uncertain: usize,
    uncertain_but_there: usize,
    /// Kafka's coordinator has forgotten one of two partitions.
    there_in_part: usize,
}

/// The unit as it is seen by who makes trouble for it.
struct Watched {
    acknowledged: tokio::sync::watch::Receiver<usize>,
    random: u64,
}

impl Watched {
    /// Waits until it has got over the last trouble.
    async fn appends_again(&mut self) {
        let before = *self.acknowledged.borrow();
        let after = self.acknowledged.wait_for(|acknowledged| *acknowledged >= before + 5);
        tokio::time::timeout(RECOVERY_MAX, after).await.expect("it goes on").expect("it runs");
    }

    /// Waits for some milliseconds, as many for the same seed.
    async fn pause(&mut self, milliseconds: std::ops::Range<u64>) {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let span = milliseconds.end - milliseconds.start;
        let pause = milliseconds.start + self.random % span;
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

impl Case {
    async fn start(broker: &OwnBroker, request_timeout: Duration) -> Self {
        let mut topics = Topics::named(&broker.address);
        KafkaLog::create_topics(&topics.options).await.expect("creates");
        topics.options.request_timeout = request_timeout;
        Self { log: topics.open().await, topics }
    }

    /// Appends and reads while the trouble lasts, and checks what is there afterwards.
    async fn run(&self, seed: u64, trouble: impl AsyncFnOnce(&mut Watched)) {
        let [topic, other] = self.topics.topics();
        let unit = self.topics.unit("a");
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let start = async || self.log.reader(&topic, Partition(0), Position(0)).await;
        let mut follower = retry(start).await;
        let (progress, acknowledged) = tokio::sync::watch::channel(0);
        let mut watched = Watched { acknowledged, random: seed };
        let mut followed = Vec::new();
        let appends = append(&*self.log, &unit, [&topic, &other], progress, stopped);
        let (told, ()) = tokio::join!(appends, async {
            trouble(&mut watched).await;
            stop.send_replace(true);
        });
        follow(&mut *follower, told.acknowledged * 2, &mut followed).await;
        println!("seed {seed:#x}: {told:?}");

        // A reader that comes new finds the same, and so does one of the other topic.
        let first = read(&*self.log, &topic, 0).await;
        let second = read(&*self.log, &other, 1).await;
        let expected: Vec<_> = (0..told.acknowledged)
            .flat_map(|batch| [format!("{batch} first"), format!("{batch} last")])
            .collect();
        assert_eq!(texts(&first), expected);
        assert_eq!(followed, first);
        let middle: Vec<_> =
            (0..told.acknowledged).map(|batch| format!("{batch} middle")).collect();
        assert_eq!(texts(&second), middle);
        assert!(first.is_sorted_by(|a, b| a.position < b.position));
        assert!(told.acknowledged > 10, "{told:?}");
    }
}

/// Appends batches of three events until it is told to stop.
async fn append(
    log: &dyn EventLog,
    unit: &Unit,
    [topic, other]: [&Topic; 2],
    progress: tokio::sync::watch::Sender<usize>,
    stopped: tokio::sync::watch::Receiver<bool>,
) -> Told {
    let mut told = Told::default();
    let mut writer = retry(async || log.writer(unit).await).await;
    while !*stopped.borrow() {
        let number = told.acknowledged;
        let batch = vec![
            event(topic, 0, format!("{number} first")),
            event(other, 1, format!("{number} middle")),
            event(topic, 0, format!("{number} last")),
        ];
        append_surely(log, unit, &mut writer, batch, &mut told).await;
        told.acknowledged += 1;
        progress.send_replace(told.acknowledged);
    }
    told
}

async fn append_surely(
    log: &dyn EventLog,
    unit: &Unit,
    writer: &mut Box<dyn Writer>,
    mut batch: Vec<Event>,
    told: &mut Told,
) {
    let deadline = Instant::now() + RECOVERY_MAX;
    let mut last = String::new();
    while Instant::now() < deadline {
        match writer.append(batch.clone()).await {
            Ok(positions) => {
                assert_eq!(positions.len(), batch.len());
                return;
            }
            Err(error @ Error::Unavailable { .. }) => {
                told.unavailable += 1;
                last = error.to_string();
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(Error::Uncertain { .. }) => {
                told.uncertain += 1;
                *writer = retry(async || log.writer(unit).await).await;
                let sent = batch.len();
                batch = missing(log, batch).await;
                match batch.len() {
                    0 => {
                        told.uncertain_but_there += 1;
                        return;
                    }
                    missing if missing < sent => told.there_in_part += 1,
                    _ => {}
                }
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    panic!("no append in {RECOVERY_MAX:?}: {told:?}: {last}");
}

/// Those events of a batch that readers do not see.
async fn missing(log: &dyn EventLog, batch: Vec<Event>) -> Vec<Event> {
    let mut there = BTreeMap::new();
    for Event { topic, partition, .. } in &batch {
        let place = (topic.clone(), *partition);
        if let Entry::Vacant(vacant) = there.entry(place) {
            let payloads = read(log, topic, partition.0).await.into_iter();
            vacant.insert(payloads.map(|recorded| recorded.payload).collect::<BTreeSet<_>>());
        }
    }
    let is_missing =
        |event: &Event| !there[&(event.topic.clone(), event.partition)].contains(&event.payload);
    batch.into_iter().filter(is_missing).collect()
}

/// Reads with one reader until it has so many events.
async fn follow(reader: &mut dyn Reader, count: usize, followed: &mut Vec<Recorded>) {
    let deadline = Instant::now() + RECOVERY_MAX;
    while followed.len() < count {
        assert!(Instant::now() < deadline, "{} of {count} events", followed.len());
        // Of a batch that is lost nothing comes, however long it is waited for.
        let left = deadline.saturating_duration_since(Instant::now());
        match tokio::time::timeout(left, reader.next(1 << 16)).await {
            Ok(Ok(events)) => followed.extend(events),
            Err(_) | Ok(Err(Error::Unavailable { .. })) => {}
            Ok(Err(error)) => panic!("{error:?}"),
        }
    }
}

async fn read(log: &dyn EventLog, topic: &Topic, partition: u32) -> Vec<Recorded> {
    let start = async || log.reader(topic, Partition(partition), Position(0)).await;
    let mut reader = retry(start).await;
    let mut all = Vec::new();
    let deadline = Instant::now() + RECOVERY_MAX;
    while Instant::now() < deadline {
        match reader.try_next(1 << 20).await {
            Ok(events) if events.is_empty() => return all,
            Ok(events) => all.extend(events),
            Err(Error::Unavailable { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    panic!("not read in {RECOVERY_MAX:?}");
}

/// Tries until the log can be reached.
async fn retry<T>(mut call: impl AsyncFnMut() -> Result<T, Error>) -> T {
    let deadline = Instant::now() + RECOVERY_MAX;
    loop {
        match call().await {
            Ok(value) => return value,
            Err(Error::Unavailable { .. }) if Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn texts(events: &[Recorded]) -> Vec<String> {
    events.iter().map(|event| String::from_utf8_lossy(&event.payload).into_owned()).collect()
}
