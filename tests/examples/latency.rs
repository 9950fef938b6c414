//! Measures how long an accepted release takes until its indicator is visible at the gateway, while
//! releases come steadily: on the embedded log in one process, and on a broker in five.
//!
//!     cargo run --release --package entrepot-tests --example latency [RELEASES]
//!
//! A release revises one cell; it is accepted when its outcome with the receipt is there. Then the
//! indicator that follows from it is asked for behind that receipt, and must differ from the one
//! before. Both are timed. Releases are begun at a fixed pace, whatever the last one took.

use std::path::Path;
use std::time::{Duration, Instant};

use api::ingestion::ingest_request::Part;
use api::ingestion::ingest_response;
use api::ingestion::ingestion_service_client::IngestionServiceClient;
use api::ingestion::{IngestMode, IngestOptions, IngestRequest};
use api::metrics::ListIndicatorValuesRequest;
use api::metrics::metrics_service_client::MetricsServiceClient;
use api::types::Receipt;
use system::{Broker, Cluster, Door, Entrepot, host_file, host_row, paper, percentile, play};
use tonic::transport::Channel;

/// Releases begun in a second: a busy day of a statistics office within a minute.
const PER_SECOND: u32 = 10;
const RELEASES: u32 = 300;
/// Begun before the clock counts: connections, caches, the first segment of a store.
const WARM_UP: u32 = 20;

fn main() {
    let releases = std::env::args().nth(1).map_or(RELEASES, |text| text.parse().expect("a number"));
    let directory = tempfile::tempdir().expect("a directory");
    println!("{releases} releases, {PER_SECOND} a second\n");
    println!("{:10} {:>24} {:>24}", "", "until accepted, ms", "accepted to visible, ms");
    println!(
        "{:10} {:>8}{:>8}{:>8} {:>8}{:>8}{:>8}",
        "log", "p50", "p99", "max", "p50", "p99", "max"
    );
    let system = Entrepot::find().up(&directory.path().join("embedded"), &["--feed", "none"]);
    play(&system, &paper());
    measure("embedded", &system, releases);
    system.stop();
    on_a_broker(directory.path(), releases);
}

fn on_a_broker(directory: &Path, releases: u32) {
    let Some(broker) = Broker::find("the latency on Kafka", directory) else { return };
    let cluster = Cluster::start(&directory.join("cluster"), &broker, 4, 1);
    play(&cluster, &paper());
    measure("Kafka", &cluster, releases);
}

fn measure(log: &str, door: &Door, releases: u32) {
    let runtime = tokio::runtime::Runtime::new().expect("threads are to be had");
    let (mut accepted, mut visible) = runtime.block_on(stream(door, releases));
    let mut line = format!("{log:10} ");
    for times in [&mut accepted, &mut visible] {
        times.sort();
        for share in [0.5, 0.99, 1.0] {
            let time = percentile(times, share).as_secs_f64() * 1000.0;
            line.push_str(&format!("{time:8.1}"));
        }
        line.push(' ');
    }
    println!("{line}");
}

/// How long each release took until it was accepted, and from then on until it was visible.
async fn stream(door: &Door, releases: u32) -> (Vec<Duration>, Vec<Duration>) {
    let channel = door.channel();
    let (mut accepted, mut visible) = (Vec::new(), Vec::new());
    let mut before = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
    pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for number in 0..WARM_UP + releases {
        pace.tick().await;
        let begun = Instant::now();
        let receipt = ingest(&channel, number).await;
        let at_acceptance = Instant::now();
        let values = values(&channel, receipt).await;
        assert_ne!(values, before, "release {number} changes the indicator");
        before = values;
        if number >= WARM_UP {
            accepted.push(at_acceptance - begun);
            visible.push(at_acceptance.elapsed());
        }
    }
    (accepted, visible)
}

async fn ingest(channel: &Channel, number: u32) -> Receipt {
    let released_at = jiff::Timestamp::now();
    let released_at = prost_types::Timestamp {
        seconds: released_at.as_second(),
        nanos: released_at.subsec_nanosecond(),
    };
    let options = IngestOptions {
        file: format!("revision {number}"),
        mode: IngestMode::Lenient.into(),
        released_at: Some(released_at),
        ..IngestOptions::default()
    };
    let file = host_file(&[host_row("MY", 2014, &format!("{}", 10_000 + number))]);
    let parts = [Part::Options(options), Part::Chunk(file.into())];
    let requests = parts.map(|part| IngestRequest { part: Some(part) });
    let mut client = IngestionServiceClient::new(channel.clone());
    let answered = client.ingest(tokio_stream::iter(requests)).await;
    let mut answers = answered.expect("the release is taken").into_inner();
    loop {
        let answer = answers.message().await.expect("no failure").expect("an outcome comes");
        if let Some(ingest_response::Part::Outcome(outcome)) = answer.part {
            assert_eq!(outcome.releases[0].outcome, "published", "{outcome:?}");
            return outcome.receipt.expect("a receipt");
        }
    }
}

async fn values(channel: &Channel, receipt: Receipt) -> Vec<String> {
    let asked = ListIndicatorValuesRequest {
        domain: "asean".to_owned(),
        indicator: "fdi.inflow".to_owned(),
        area: "MY".to_owned(),
        period: "2014".to_owned(),
        after: Some(receipt),
        ..ListIndicatorValuesRequest::default()
    };
    let mut client = MetricsServiceClient::new(channel.clone());
    let answer = client.list_indicator_values(asked).await.expect("an answer").into_inner();
    answer.values.iter().map(|value| format!("{:?}", value.value)).collect()
}
