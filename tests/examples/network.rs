//! Measures a large network in the running system: loading it, then questions while assertions
//! stream in.
//!
//!     cargo run --release --package entrepot-tests --example network [RELATIONS [SECONDS]]
//!
//! Firms are a tenth of the relations; the numbers are the same each time. Documents go through the
//! gateway as those of any client. While 1,000 assertions a second are loaded, in documents of 500,
//! one firm, its neighbourhood of two steps and the same firm on a past day are asked for in turn.
//! Beside them the newest document is waited for by its receipt, until what follows is published.
//! The edges are written to a file for peers that answer the same from memory.

use std::io::Write;
use std::time::{Duration, Instant};

use api::ingestion::AssertNetworkRequest;
use api::ingestion::ingestion_service_client::IngestionServiceClient;
use api::network::network_service_client::NetworkServiceClient;
use api::network::{GetFirmRequest, GetNeighbourhoodRequest, NetworkAsOf};
use api::types::Receipt;
use system::{Entrepot, percentile};

const DOCUMENT_RECORDS: usize = 2_000;
const STREAMED_RECORDS: usize = 500;
/// How long an answer may take: behind a receipt it comes when all that follows is published.
const PATIENCE: Duration = Duration::from_secs(1_800);
const STREAMED_EVERY: Duration = Duration::from_millis(500);

/// Xorshift: the same numbers each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    /// From 0 to below `count`, low numbers as a power law with exponent 2.3 has them.
    fn skewed(&mut self, count: usize) -> usize {
        let part = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        let rank = (1.0 - part).powf(-1.0 / 1.3) - 1.0;
        (rank * count as f64 / 50.0) as usize % count
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: usize| {
        arguments.get(at).map_or(usual, |text| text.parse().expect("a number"))
    };
    let (relations, seconds) = (number(0, 1_000_000), number(1, 60));
    let runtime = tokio::runtime::Runtime::new().expect("threads are to be had");
    let directory = tempfile::tempdir().expect("a directory");
    let system = Entrepot::find().up(&directory.path().join("data"), &["--feed", "none"]);
    let edges = std::env::temp_dir().join("entrepot-network-edges.csv");
    runtime.block_on(async {
        let channel = system.channel();
        let mut ingestion = IngestionServiceClient::new(channel.clone());
        let mut network =
            NetworkServiceClient::new(channel).max_decoding_message_size(64 * 1024 * 1024);
        let firms = relations / 10;
        let mut numbers = Numbers(0x5eed);
        let begun = Instant::now();
        let receipt = load(&mut ingestion, firms, relations, &mut numbers, &edges).await;
        println!("{relations} relations accepted in {:.1?}", begun.elapsed());
        // The service lets nobody wait for longer than minutes.
        while let Err(status) = ask_firm(&mut network, 0, Some(receipt.clone()), "").await {
            assert_eq!(status.code(), tonic::Code::DeadlineExceeded, "{status}");
        }
        println!("answered with all of them after {:.1?}", begun.elapsed());
        measure(&mut ingestion, &mut network, firms, relations, seconds, &mut numbers).await;
    });
    println!("peak memory of all services {} MB", system.peak_memory_bytes() / 1_000_000);
    system.stop();
    println!("edges for peers: {}", edges.display());
}

async fn load(
    ingestion: &mut IngestionServiceClient<tonic::transport::Channel>,
    firms: usize,
    relations: usize,
    numbers: &mut Numbers,
    edges: &std::path::Path,
) -> Receipt {
    let homes = ["MY", "SG", "TH", "VN", "ID", "PH", "US", "JP", "DE", "CN"];
    let mut file = std::io::BufWriter::new(std::fs::File::create(edges).expect("ours"));
    for start in (0..firms).step_by(DOCUMENT_RECORDS) {
        let firm = |number: usize| {
            let size = if number.is_multiple_of(20) { "large" } else { "sme" };
            format!(
                r#"{{"kind":"firm","id":"f{number}","name":"Firm {number}","home":"{}","size":"{size}","source":"generated"}}"#,
                homes[number % homes.len()]
            )
        };
        let records: Vec<String> =
            (start..(start + DOCUMENT_RECORDS).min(firms)).map(firm).collect();
        let content = format!(r#"{{"network":"large","entities":[{}]}}"#, records.join(","));
        tell(ingestion, format!("firms-{start}"), content).await;
    }
    let mut receipt = Receipt::default();
    for start in (0..relations).step_by(DOCUMENT_RECORDS) {
        let mut records = Vec::new();
        for number in start..(start + DOCUMENT_RECORDS).min(relations) {
            let (from, to, record) = relation(number, firms, numbers);
            writeln!(file, "{from},{to}").expect("ours");
            records.push(record);
        }
        let content = format!(r#"{{"network":"large","relations":[{}]}}"#, records.join(","));
        receipt = tell(ingestion, format!("relations-{start}"), content).await;
    }
    receipt
}

fn relation(number: usize, firms: usize, numbers: &mut Numbers) -> (usize, usize, String) {
    let (from, mut to) = (numbers.below(firms), numbers.skewed(firms));
    if from == to {
        to = (to + 1) % firms;
    }
    let kind = ["supplies", "supplies", "supplies", "co_designs", "licenses", "serves"][number % 6];
    let more = match (kind, number % 3) {
        ("supplies", 0) => r#""specification":"customer","#,
        ("supplies", 1) => r#""specification":"standardized","#,
        _ => "",
    };
    let record = format!(
        r#"{{"id":"r{:08x}","kind":"{kind}","from":"firm:f{from}","to":"firm:f{to}","industry":"i{}",{more}"valid_from":"{}","source":"generated","evidence":"e","confidence":0.9}}"#,
        // As in a register: of no order with those that are there.
        (number as u32).wrapping_mul(0x9e37_79b1),
        from % 50,
        2000 + number % 16
    );
    (from, to, record)
}

async fn tell(
    ingestion: &mut IngestionServiceClient<tonic::transport::Channel>,
    name: String,
    content: String,
) -> Receipt {
    let request =
        AssertNetworkRequest { network: "large".to_owned(), name, content: content.into_bytes() };
    let answer = ingestion.assert_network(request).await.expect("taken in").into_inner();
    assert_eq!(answer.rejections.len(), 0, "{:?}", answer.rejections.first());
    answer.receipt.expect("a receipt")
}

async fn ask_firm(
    network: &mut NetworkServiceClient<tonic::transport::Channel>,
    firm: usize,
    after: Option<Receipt>,
    day: &str,
) -> Result<(), tonic::Status> {
    let as_of = NetworkAsOf { valid_on: day.to_owned(), recorded: None };
    let request = GetFirmRequest {
        network: "large".to_owned(),
        id: format!("f{firm}"),
        as_of: (!day.is_empty()).then_some(as_of),
        after,
    };
    let mut request = tonic::Request::new(request);
    request.set_timeout(PATIENCE);
    network.get_firm(request).await.map(drop)
}

async fn measure(
    ingestion: &mut IngestionServiceClient<tonic::transport::Channel>,
    network: &mut NetworkServiceClient<tonic::transport::Channel>,
    firms: usize,
    relations: usize,
    seconds: usize,
    numbers: &mut Numbers,
) {
    let ends = Instant::now() + Duration::from_secs(seconds as u64);
    let mut streaming = ingestion.clone();
    let mut streamed = Numbers(numbers.next());
    let mut stream = tokio::task::JoinSet::new();
    let (newest, receipts) = tokio::sync::watch::channel(None);
    let mut waiting = tokio::task::JoinSet::new();
    waiting.spawn(covered(network.clone(), receipts));
    stream.spawn(async move {
        let (mut number, mut told) = (relations, 0usize);
        let mut every = tokio::time::interval(STREAMED_EVERY);
        let begun = Instant::now();
        while Instant::now() < ends {
            every.tick().await;
            let records: Vec<String> = (number..number + STREAMED_RECORDS)
                .map(|number| relation(number, firms, &mut streamed).2)
                .collect();
            let content = format!(r#"{{"network":"large","relations":[{}]}}"#, records.join(","));
            let receipt = tell(&mut streaming, format!("stream-{number}"), content).await;
            newest.send_replace(Some((receipt, Instant::now())));
            (number, told) = (number + STREAMED_RECORDS, told + STREAMED_RECORDS);
        }
        told as f64 / begun.elapsed().as_secs_f64()
    });
    let mut took = [Vec::new(), Vec::new(), Vec::new()];
    while Instant::now() < ends {
        let firm = numbers.skewed(firms);
        let asked = Instant::now();
        ask_firm(network, firm, None, "").await.expect("a firm");
        took[0].push(asked.elapsed());
        let request = GetNeighbourhoodRequest {
            network: "large".to_owned(),
            id: format!("f{firm}"),
            steps: 2,
            limit: 1_000,
            ..GetNeighbourhoodRequest::default()
        };
        let mut request = tonic::Request::new(request);
        request.set_timeout(PATIENCE);
        let asked = Instant::now();
        network.get_neighbourhood(request).await.expect("an answer");
        took[1].push(asked.elapsed());
        let asked = Instant::now();
        ask_firm(network, firm, None, "2010-06-01").await.expect("a firm");
        took[2].push(asked.elapsed());
    }
    println!(
        "assertions a second while asked: {:.0}",
        stream.join_next().await.expect("one").expect("it streams")
    );
    let [firm, two_steps, past_day] = took;
    let covered = waiting.join_next().await.expect("one").expect("it waits");
    for (name, mut took) in
        [("firm", firm), ("two steps", two_steps), ("past day", past_day), ("covered", covered)]
    {
        took.sort_unstable();
        println!(
            "{name:<10} {} asked, p50 {:?}, p99 {:?}",
            took.len(),
            percentile(&took, 0.50),
            percentile(&took, 0.99)
        );
    }
}

/// How long the newest document is not covered by its receipt, one after the other.
async fn covered(
    mut network: NetworkServiceClient<tonic::transport::Channel>,
    mut receipts: tokio::sync::watch::Receiver<Option<(Receipt, Instant)>>,
) -> Vec<Duration> {
    let mut took = Vec::new();
    while receipts.changed().await.is_ok() {
        let Some((receipt, since)) = receipts.borrow_and_update().clone() else { continue };
        ask_firm(&mut network, 0, Some(receipt), "").await.expect("covered in minutes");
        took.push(since.elapsed());
    }
    took
}
