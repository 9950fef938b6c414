//! Measures how long a release of the FDI cube takes from the log to closed effects.
//!
//! `cargo run --release -p entrepot-metrics --example cube -- [SERIES] [DIRECTORY]`: series of 30
//! years (default 33,333, so a million observations) of ten hosts, all activities and as many
//! counterparts as it takes. Prints seconds and rates; checks nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::events::envelope::Payload;
use api::events::{
    Cause, CauseKind, DocumentKind, DocumentRegistered, ObservationBatch, ReleaseBegun,
    ReleaseCommitted,
};
use api::metrics::metrics_service_client::MetricsServiceClient;
use api::metrics::{ListIndicatorValuesRequest, ListIndicatorsRequest};
use api::types::{LogPosition, Receipt};
use event_log::{EmbeddedLog, EmbeddedOptions, Event, EventLog, Partition, Unit, topics};
use jiff::Timestamp;
use metrics::{Options, Service};
use statistics::{Action, AttributeSet, Cell, Decimal, Entry, Period, SeriesBlock};
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error>;

const DOMAIN: &str = "asean";
const BATCH_SERIES: usize = 800;
const YEARS: std::ops::Range<i16> = 1990..2020;
const HOSTS: [&str; 10] = ["BN", "KH", "ID", "LA", "MY", "MM", "PH", "SG", "TH", "VN"];
const ACTIVITIES: [&str; 22] = [
    "_T", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R",
    "S", "_U", "_Q",
];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().map_or(Ok(33_333), |text| text.parse())?;
    let directory = tempfile::tempdir()?;
    let directory = arguments.next().map_or_else(|| directory.path().to_owned(), Into::into);
    let log = EmbeddedLog::open(&directory.join("log"), EmbeddedOptions::default())?;
    let partitions = log.partition_count(&topics::OBSERVATIONS);
    let partition = event_log::partition_of(DOMAIN.as_bytes(), partitions);
    let mut feed = Feed::new(log.clone(), partition).await?;
    let shutdown = CancellationToken::new();
    let options = Options {
        data_dir: directory,
        listen: "127.0.0.1:0".parse()?,
        store: store::Options::default(),
        instance: service::Instance::ONLY,
    };
    let running = Service::start(options, log, shutdown.clone()).await?;
    let uri = format!("http://{}", running.address);
    let channel = tonic::transport::Channel::from_shared(uri)?.connect().await?;
    let mut client = MetricsServiceClient::new(channel);

    let structures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../feeds/paper/structures.json");
    let registered = DocumentRegistered {
        kind: DocumentKind::Structures.into(),
        domain: DOMAIN.to_owned(),
        name: "structures".to_owned(),
        content: std::fs::read(structures)?,
        sha256: String::new(),
    };
    let receipt = feed.append(vec![Payload::DocumentRegistered(registered)]).await?;
    client.list_indicators(ListIndicatorsRequest { after: Some(receipt) }).await?;

    for (number, what) in ["first release", "revision of all values"].iter().enumerate() {
        let blocks = cube(count, number as i64);
        let observations: usize = blocks.iter().map(|block| block.entries.len()).sum();
        let payloads = release(number as u64 + 1, &blocks);
        let start = Instant::now();
        let receipt = feed.append(payloads).await?;
        let appended = start.elapsed();
        let mut request =
            tonic::Request::new(ListIndicatorsRequest { after: Some(receipt.clone()) });
        request.set_timeout(Duration::from_secs(600));
        client.list_indicators(request).await?;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{what}: {observations} observations appended in {:.2} s, effects closed after \
             {seconds:.2} s ({:.0} observations a second)",
            appended.as_secs_f64(),
            observations as f64 / seconds,
        );
    }
    let start = Instant::now();
    let request = ListIndicatorValuesRequest {
        indicator: "fdi.inflow".to_owned(),
        area: "SG".to_owned(),
        ..Default::default()
    };
    let values = client.list_indicator_values(request).await?.into_inner().values;
    println!(
        "{} values of SG listed in {:.1} ms",
        values.len(),
        start.elapsed().as_secs_f64() * 1e3
    );
    shutdown.cancel();
    drop(client);
    Ok(running.stopped().await?)
}

/// The producer of observations.
struct Feed {
    writer: Box<dyn event_log::Writer>,
    unit: String,
    partition: Partition,
    seq: u64,
}

impl Feed {
    async fn new(log: Arc<EmbeddedLog>, partition: Partition) -> Result<Self, Failure> {
        let unit = format!("ingestion-{partition}");
        let writer = log.writer(&Unit::try_new(unit.clone())?).await?;
        Ok(Self { writer, unit, partition, seq: 0 })
    }

    async fn append(&mut self, payloads: Vec<Payload>) -> Result<Receipt, Failure> {
        let topic = topics::OBSERVATIONS;
        let mut batch = Vec::new();
        for payload in payloads {
            self.seq += 1;
            let event = api::Event {
                unit: self.unit.clone(),
                seq: self.seq,
                cause: Cause { kind: CauseKind::Request.into(), position: None },
                recorded_at: Timestamp::now(),
                trace_parent: String::new(),
                payload,
            };
            batch.push(Event {
                topic: topic.clone(),
                partition: self.partition,
                key: DOMAIN.into(),
                payload: api::encode_event(event, topic.as_str(), self.partition.0).into(),
            });
        }
        let positions = self.writer.append(batch).await?;
        let last = positions.last().map_or(0, |position| position.0);
        let last = LogPosition::new(topic.as_str(), self.partition.0, last);
        Ok(Receipt { positions: vec![last] })
    }
}

fn release(sequence: u64, blocks: &[SeriesBlock]) -> Vec<Payload> {
    let release = format!("cube#{sequence}");
    let mut payloads = vec![Payload::ReleaseBegun(ReleaseBegun {
        release: release.clone(),
        dataflow: "ENTREPOT:DF_FDI_SOURCE(1.0)".to_owned(),
        released_at: Some(api::timestamp_to(Timestamp::now())),
        release_sequence: sequence,
        ..ReleaseBegun::default()
    })];
    for batch in blocks.chunks(BATCH_SERIES) {
        let series = batch.iter().flat_map(api::series_from_block).collect();
        let release = release.clone();
        payloads.push(Payload::ObservationBatch(ObservationBatch { release, series }));
    }
    payloads.push(Payload::ReleaseCommitted(ReleaseCommitted { release, ..Default::default() }));
    payloads
}

/// Series by key, with values that differ from one `variant` to the next.
fn cube(count: usize, variant: i64) -> Vec<SeriesBlock> {
    let attributes = [("SOURCE", "generated"), ("UNIT_MULT", "6")];
    let attributes = attributes.map(|(id, value)| (Box::from(id), Box::from(value)));
    let attributes = Arc::new(AttributeSet::new(attributes));
    let others = (0..).map(|number| format!("X{number}"));
    let counterparts = HOSTS.iter().map(|host| (*host).to_owned()).chain(others);
    let mut blocks = Vec::with_capacity(count);
    'all: for counterpart in counterparts {
        for host in HOSTS {
            for activity in ACTIVITIES {
                if blocks.len() == count {
                    break 'all;
                }
                let key = format!("A.{host}.{counterpart}.I.F.T.D.IMM.{activity}.C.USD");
                let Ok(key) = key.parse() else { continue };
                let number = blocks.len() as i64;
                let entries = YEARS
                    .map(|year| Entry {
                        period: Period::year(year),
                        action: Action::Put,
                        cell: Cell::Number(Decimal::new(
                            (number * 7_919 + i64::from(year) * 104_729 + variant * 13) % 1_000_003,
                            1,
                        )),
                        attributes_index: 0,
                    })
                    .collect();
                blocks.push(SeriesBlock { key, entries, dictionary: vec![attributes.clone()] });
            }
        }
    }
    blocks.sort_by(|one, other| one.key.cmp(&other.key));
    blocks
}
