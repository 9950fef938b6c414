//! Measures the embedded log: appending and reading large batches, small events, one at a time.
//!
//! `cargo run --release -p entrepot-event-log --example throughput [DIR]`. The figures are for the
//! disk of DIR, by default the temporary directory; nothing is left there.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use event_log::{
    EmbeddedLog, EmbeddedOptions, Event, EventLog, Partition, Position, Topic, Unit, Writer, topics,
};

const MEBIBYTE: f64 = 1024.0 * 1024.0;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parent = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = parent.join(format!("event-log-throughput-{}", std::process::id()));
    let measured = measure(&directory).await;
    std::fs::remove_dir_all(&directory)?;
    measured
}

async fn measure(directory: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let log = EmbeddedLog::open(directory, EmbeddedOptions::default())?;
    let mut writer = log.writer(&Unit::try_new("measure-0")?).await?;

    let large = topics::OBSERVATIONS;
    let batch = events(&large, 8, 600 * 1024);
    let (bytes, time) = append(&mut *writer, &batch, 200).await?;
    report("append, 8 events of 600 KiB a batch", bytes, time, 200);

    let batch = events(&large, 1, 600 * 1024);
    let (bytes, time) = append(&mut *writer, &batch, 200).await?;
    report("append, 1 event of 600 KiB a batch", bytes, time, 200);

    let small = topics::INDICATORS;
    let batch = events(&small, 1000, 200);
    let (bytes, time) = append(&mut *writer, &batch, 500).await?;
    report("append, 1,000 events of 200 bytes a batch", bytes, time, 500);

    let batch = events(&small, 1, 200);
    let (bytes, time) = append(&mut *writer, &batch, 1000).await?;
    report("append, 1 event of 200 bytes a batch", bytes, time, 1000);
    drop(log);

    let start = Instant::now();
    let log = EmbeddedLog::open(directory, EmbeddedOptions::default())?;
    println!("{:<45} {:>8.0} ms", "open", start.elapsed().as_secs_f64() * 1e3);
    for (topic, what) in [(large, "read, events of 600 KiB"), (small, "read, events of 200 bytes")]
    {
        let start = Instant::now();
        let (bytes, count) = read(&*log, &topic).await?;
        report(what, bytes, start.elapsed(), count);
    }
    Ok(())
}

fn events(topic: &Topic, count: usize, bytes: usize) -> Vec<Event> {
    let payload = Bytes::from(vec![0x5a; bytes]);
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
