//! Measures the Kafka engine beside what it is made of: the plain producer's own ceiling.
//!
//! `KAFKA_BROKERS=… cargo run --release -p entrepot-event-log --features kafka --example ceiling`.
//! Prints the writer's throughput as a share of an idempotent producer with the same compression
//! and the same records but without transactions, the cost of an append that commits one small
//! event, and what a hundred and fifty idle readers cost. The topics that it makes are left there.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use event_log::{Event, EventLog, KafkaLog, KafkaOptions, Partition, Position, Topic, Unit};
use rdkafka::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

const MEBIBYTE: f64 = 1024.0 * 1024.0;
/// As metrics reads them: a release of a million observations is some hundred of these.
const OBSERVATIONS: Shape =
    Shape { name: "batches of 22 events of 380 KiB", events: 22, bytes: 380 * 1024, batches: 40 };
const SMALL: Shape =
    Shape { name: "batches of 1 event of 2 KiB", events: 1, bytes: 2 * 1024, batches: 300 };
const READERS: u32 = 150;

type Failure = Box<dyn std::error::Error>;

#[derive(Clone, Copy)]
struct Shape {
    name: &'static str,
    events: usize,
    bytes: usize,
    batches: usize,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let Ok(brokers) = std::env::var("KAFKA_BROKERS") else {
        return Err("set KAFKA_BROKERS; tests/kafka/broker starts one".into());
    };
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let topic = Topic::try_new(&format!("ceiling-{since}")).ok_or("not a topic")?;
    let mut options = KafkaOptions::new(&brokers);
    options.topics = vec![topic.clone()];
    options.replicas = 1;
    options.partitions = READERS;
    KafkaLog::create_topics(&options).await?;
    let log = KafkaLog::connect(options).await?;

    for shape in [OBSERVATIONS, SMALL] {
        // One after the other and again: neither has the warmer broker.
        let (mut plain, mut waiting, mut ours) = (Duration::MAX, Duration::MAX, Duration::MAX);
        for _ in 0..3 {
            plain = plain.min(produce(&brokers, &topic, shape, false)?);
            waiting = waiting.min(produce(&brokers, &topic, shape, true)?);
            ours = ours.min(append(&log, &topic, shape).await?);
        }
        println!("{}", shape.name);
        for (what, time) in [
            ("plain producer, all at once", plain),
            ("plain producer, waits for each batch", waiting),
            ("our writer", ours),
        ] {
            let bytes = (shape.events * shape.bytes * shape.batches) as f64;
            println!(
                "  {what:<40} {:>7.1} MiB/s {:>8.2} ms a batch, {:.2} of the ceiling",
                bytes / MEBIBYTE / time.as_secs_f64(),
                time.as_secs_f64() * 1e3 / shape.batches as f64,
                plain.as_secs_f64() / time.as_secs_f64(),
            );
        }
    }
    let before = own_size()?;
    read(&log, &topic).await?;
    idle_readers(&log, &topic, &before).await
}

/// Half noise, half repetition: compresses about as encoded observations do.
fn payload(bytes: usize) -> Bytes {
    let mut state = 1_u64;
    let mut payload = Vec::with_capacity(bytes + 16);
    while payload.len() < bytes {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        payload.extend(state.to_be_bytes());
        payload.extend([7; 8]);
    }
    payload.truncate(bytes);
    payload.into()
}

fn produce(brokers: &str, topic: &Topic, shape: Shape, wait: bool) -> Result<Duration, Failure> {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("enable.idempotence", "true")
        .set("compression.codec", "zstd")
        .set("linger.ms", "1")
        .create()?;
    let payload = payload(shape.bytes);
    let send = || -> Result<(), Failure> {
        loop {
            let record =
                BaseRecord::to(topic.as_str()).partition(0).key("asean").payload(&payload[..]);
            match producer.send(record) {
                Ok(()) => return Ok(()),
                Err((error, _)) if error.rdkafka_error_code() == QUEUE_FULL => {
                    producer.poll(Duration::from_millis(1));
                }
                Err((error, _)) => return Err(error.into()),
            }
        }
    };
    // Connects and learns the leader.
    send()?;
    producer.flush(Duration::from_secs(30))?;
    let start = Instant::now();
    for _ in 0..shape.batches {
        for _ in 0..shape.events {
            send()?;
        }
        while wait && producer.in_flight_count() > 0 {
            producer.poll(Duration::from_millis(1));
        }
    }
    while producer.in_flight_count() > 0 {
        producer.poll(Duration::from_millis(1));
    }
    Ok(start.elapsed())
}

const QUEUE_FULL: Option<rdkafka::types::RDKafkaErrorCode> =
    Some(rdkafka::types::RDKafkaErrorCode::QueueFull);

async fn append(log: &KafkaLog, topic: &Topic, shape: Shape) -> Result<Duration, Failure> {
    let mut writer = log.writer(&Unit::try_new(format!("{topic}-writer"))?).await?;
    let event = Event {
        topic: topic.clone(),
        partition: Partition(0),
        key: Bytes::from_static(b"asean"),
        payload: payload(shape.bytes),
    };
    writer.append(vec![event.clone()]).await?;
    let start = Instant::now();
    for _ in 0..shape.batches {
        writer.append(vec![event.clone(); shape.events]).await?;
    }
    Ok(start.elapsed())
}

async fn read(log: &KafkaLog, topic: &Topic) -> Result<(), Failure> {
    let start = Instant::now();
    let mut reader = log.reader(topic, Partition(0), Position(0)).await?;
    let mut bytes = 0;
    loop {
        let events = reader.try_next(1024 * 1024).await?;
        if events.is_empty() {
            break;
        }
        bytes += events.iter().map(|event| event.payload.len()).sum::<usize>();
    }
    let rate = bytes as f64 / MEBIBYTE / start.elapsed().as_secs_f64();
    println!("one reader of all this\n  {rate:>7.1} MiB/s");
    Ok(())
}

async fn idle_readers(log: &KafkaLog, topic: &Topic, before: &Size) -> Result<(), Failure> {
    let mut readers = Vec::new();
    let start = Instant::now();
    for partition in 0..READERS {
        let partition = Partition(partition);
        let end = log.end(topic, partition).await?;
        readers.push(log.reader(topic, partition, end).await?);
    }
    let started = start.elapsed();
    let mut times = Vec::new();
    for _ in 0..4 {
        for reader in &mut readers {
            let start = Instant::now();
            if !reader.try_next(1024).await?.is_empty() {
                return Err("an event that nobody has written".into());
            }
            times.push(start.elapsed());
        }
    }
    let after = own_size()?;
    times.sort();
    println!("{READERS} idle readers, started in {started:.2?}");
    println!("  {:>7} more threads, {} in all", after.threads - before.threads, after.threads);
    println!("  {:>7} KiB more resident", after.resident_kib.saturating_sub(before.resident_kib));
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let time = times[(times.len() as f64 * share) as usize];
        println!("  {:>7.2} ms to find nothing new, {name}", time.as_secs_f64() * 1e3);
    }
    Ok(())
}

struct Size {
    threads: u64,
    resident_kib: u64,
}

/// Of this process; where there is no /proc, nothing.
fn own_size() -> Result<Size, Failure> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    };
    Ok(Size { threads: number("Threads:"), resident_kib: number("VmRSS:") })
}
