//! Measures a log: appending and reading large batches, small events, one at a time.
//!
//! `cargo run --release -p entrepot-event-log --example throughput [DIR]`. The figures are for the
//! disk of DIR, by default the temporary directory; nothing is left there. With `--features kafka`
//! and KAFKA_BROKERS, that cluster is measured instead, on topics that are left there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use event_log::{
    EmbeddedLog, EmbeddedOptions, Event, EventLog, Partition, Position, Topic, Unit, Writer, topics,
};

const MEBIBYTE: f64 = 1024.0 * 1024.0;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    #[cfg(feature = "kafka")]
    if let Ok(brokers) = std::env::var("KAFKA_BROKERS") {
        return measure_kafka(brokers).await;
    }
    let parent = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = parent.join(format!("event-log-throughput-{}", std::process::id()));
    let measured = measure_embedded(&directory).await;
    std::fs::remove_dir_all(&directory)?;
    measured
}

async fn measure_embedded(directory: &Path) -> Result<(), Failure> {
    let log: Arc<dyn EventLog> = EmbeddedLog::open(directory, EmbeddedOptions::default())?;
    let topics = [topics::OBSERVATIONS, topics::INDICATORS];
    measure_appends(&*log, &topics).await?;
    drop(log);
    let start = Instant::now();
    let log = EmbeddedLog::open(directory, EmbeddedOptions::default())?;
    println!("{:<45} {:>8.0} ms", "open", start.elapsed().as_secs_f64() * 1e3);
    measure_reads(&*log, &topics).await
}

#[cfg(feature = "kafka")]
async fn measure_kafka(brokers: String) -> Result<(), Failure> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let topic = |what| Topic::try_new(&format!("throughput-{}-{what}", since.as_millis()));
    let (Some(large), Some(small)) = (topic("large"), topic("small")) else {
        return Err("not a topic".into());
    };
    let topics = [large, small];
    let mut options = event_log::KafkaOptions::new(brokers);
    options.topics = topics.to_vec();
    options.replicas = 1;
    event_log::KafkaLog::create_topics(&options).await?;
    let log = event_log::KafkaLog::connect(options).await?;
    measure_appends(&*log, &topics).await?;
    measure_reads(&*log, &topics).await
}

async fn measure_appends(log: &dyn EventLog, [large, small]: &[Topic; 2]) -> Result<(), Failure> {
    let mut writer = log.writer(&Unit::try_new("measure-0")?).await?;
    for (what, topic, count, bytes, times) in [
        ("append, 8 events of 600 KiB a batch", large, 8, 600 * 1024, 200),
        ("append, 1 event of 600 KiB a batch", large, 1, 600 * 1024, 200),
        ("append, 1,000 events of 200 bytes a batch", small, 1000, 200, 500),
        ("append, 1 event of 200 bytes a batch", small, 1, 200, 500),
    ] {
        let (bytes, time) = append(&mut *writer, &events(topic, count, bytes), times).await?;
        report(what, bytes, time, times);
    }
    Ok(())
}

async fn measure_reads(log: &dyn EventLog, [large, small]: &[Topic; 2]) -> Result<(), Failure> {
    for (topic, what) in [(large, "read, events of 600 KiB"), (small, "read, events of 200 bytes")]
    {
        let start = Instant::now();
        let (bytes, count) = read(log, topic).await?;
        report(what, bytes, start.elapsed(), count);
    }
    Ok(())
}

fn events(topic: &Topic, count: usize, bytes: usize) -> Vec<Event> {
    // Noise, so that compression does not flatter the figures.
    let mut state = 1_u64;
    let mut payload = Vec::with_capacity(bytes);
    for _ in 0..bytes {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        payload.push((state >> 56) as u8);
    }
    let payload = Bytes::from(payload);
    let key = Bytes::from_static(b"asean");
    vec![Event { topic: topic.clone(), partition: Partition(0), key, payload }; count]
}

async fn append(
    writer: &mut dyn Writer,
    batch: &[Event],
    times: usize,
) -> Result<(usize, Duration), event_log::Error> {
    let start = Instant::now();
    let mut bytes = 0;
    for _ in 0..times {
        bytes += batch.iter().map(|event| event.payload.len()).sum::<usize>();
        writer.append(batch.to_vec()).await?;
    }
    Ok((bytes, start.elapsed()))
}

async fn read(log: &dyn EventLog, topic: &Topic) -> Result<(usize, usize), event_log::Error> {
    let mut reader = log.reader(topic, Partition(0), Position(0)).await?;
    let (mut bytes, mut count) = (0, 0);
    loop {
        let events = reader.try_next(1024 * 1024).await?;
        if events.is_empty() {
            return Ok((bytes, count));
        }
        count += events.len();
        bytes += events.iter().map(|event| event.payload.len()).sum::<usize>();
    }
}

fn report(what: &str, bytes: usize, time: Duration, count: usize) {
    let seconds = time.as_secs_f64();
    let rate = bytes as f64 / MEBIBYTE / seconds;
    println!("{what:<45} {rate:>8.0} MiB/s {:>10.0} a second", count as f64 / seconds);
}
