//! A log with a small producer that plays ingestion, a running service over it, and a client.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::events::envelope::Payload;
use api::events::{
    Cause, CauseKind, DocumentKind, DocumentRegistered, ObservationBatch, ReleaseBegun,
    ReleaseCommitted,
};
use api::metrics::metrics_service_client::MetricsServiceClient;
use api::metrics::{ListIndicatorValuesRequest, ListIndicatorValuesResponse};
use api::types::{IndicatorValue, LogPosition, Receipt};
use bytes::Bytes;
use event_log::{
    EmbeddedLog, EmbeddedOptions, Event, EventLog, Partition, Position, Unit, Writer, partition_of,
    topics,
};
use jiff::Timestamp;
use metrics::{Options, Running, Service};
use statistics::SeriesBlock;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

use crate::feed;

pub(crate) const DOMAIN: &str = "asean";
const SERIES_A_BATCH: usize = 40;

/// A log and the producer of its observations.
pub(crate) struct World {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) log: Arc<EmbeddedLog>,
    writer: Box<dyn Writer>,
    unit: String,
    pub(crate) partition: Partition,
    seq: u64,
    sequences: BTreeMap<String, u64>,
    last_recorded: Timestamp,
}

/// A running service and a client of it.
pub(crate) struct System {
    pub(crate) client: MetricsServiceClient<Channel>,
    shutdown: CancellationToken,
    running: Running,
}

impl World {
    /// A log in which the paper's structures are registered.
    pub(crate) async fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let log = EmbeddedLog::open(&directory.path().join("log"), EmbeddedOptions::default());
        let log = log.expect("a log");
        let count = log.partition_count(&topics::OBSERVATIONS);
        let partition = partition_of(DOMAIN.as_bytes(), count);
        let unit = format!("ingestion-{partition}");
        let writer = log.writer(&Unit::try_new(unit.clone()).expect("a name")).await;
        let mut world = Self {
            directory,
            log,
            writer: writer.expect("a writer"),
            unit,
            partition,
            seq: 0,
            sequences: BTreeMap::new(),
            last_recorded: Timestamp::now(),
        };
        let structures = std::fs::read(feed::folder().join("structures.json")).expect("the feed");
        world.document(DocumentKind::Structures, "structures", structures).await;
        world
    }

    pub(crate) async fn document(
        &mut self,
        kind: DocumentKind,
        name: &str,
        content: Vec<u8>,
    ) -> Receipt {
        let payload = Payload::DocumentRegistered(DocumentRegistered {
            kind: kind.into(),
            domain: DOMAIN.to_owned(),
            name: name.to_owned(),
            content,
            sha256: String::new(),
        });
        self.append(vec![payload]).await
    }

    /// Publishes all files of the paper's feed, each a release, and its claims.
    pub(crate) async fn paper(&mut self) -> Receipt {
        let mut last = Receipt::default();
        for (dataflow, blocks) in feed::paper() {
            last = self.release(&dataflow, "2015-05-26T00:00:00Z", blocks).await;
        }
        last
    }

    /// Publishes a release; answers with the place of its commit.
    pub(crate) async fn release(
        &mut self,
        dataflow: &str,
        released_at: &str,
        blocks: Vec<SeriesBlock>,
    ) -> Receipt {
        let release = self.begin(dataflow, released_at, &blocks).await;
        self.commit(&release).await
    }

    /// Publishes a release up to its commit; answers with its id.
    pub(crate) async fn begin(
        &mut self,
        dataflow: &str,
        released_at: &str,
        blocks: &[SeriesBlock],
    ) -> String {
        let sequence = self.sequences.entry(dataflow.to_owned()).or_default();
        *sequence += 1;
        let release = format!("{dataflow}#{sequence}");
        let released_at: Timestamp = released_at.parse().expect("a time");
        let mut payloads = vec![Payload::ReleaseBegun(ReleaseBegun {
            release: release.clone(),
            dataflow: full_id(dataflow),
            released_at: Some(api::timestamp_to(released_at)),
            release_sequence: *sequence,
            ..ReleaseBegun::default()
        })];
        for batch in blocks.chunks(SERIES_A_BATCH) {
            let series = batch.iter().flat_map(api::series_from_block).collect();
            let batch = ObservationBatch { release: release.clone(), series };
            payloads.push(Payload::ObservationBatch(batch));
        }
        self.append(payloads).await;
        release
    }

    pub(crate) async fn commit(&mut self, release: &str) -> Receipt {
        let committed = ReleaseCommitted { release: release.to_owned(), ..Default::default() };
        self.append(vec![Payload::ReleaseCommitted(committed)]).await
    }

    async fn append(&mut self, payloads: Vec<Payload>) -> Receipt {
        let topic = topics::OBSERVATIONS;
        let mut batch = Vec::new();
        for payload in payloads {
            self.seq += 1;
            let tick = jiff::SignedDuration::from_nanos(1);
            self.last_recorded = Timestamp::now().max(self.last_recorded + tick);
            let event = api::Event {
                unit: self.unit.clone(),
                seq: self.seq,
                cause: Cause { kind: CauseKind::Request.into(), position: None },
                recorded_at: self.last_recorded,
                trace_parent: String::new(),
                payload,
            };
            batch.push(Event {
                topic: topic.clone(),
                partition: self.partition,
                key: Bytes::from_static(DOMAIN.as_bytes()),
                payload: api::encode_event(event, topic.as_str(), self.partition.0).into(),
            });
        }
        let positions = self.writer.append(batch).await.expect("appended");
        let last = positions.last().expect("an event");
        Receipt { positions: vec![LogPosition::new(topic.as_str(), self.partition.0, last.0)] }
    }

    /// All events that metrics has published for the domain.
    pub(crate) async fn published(&self) -> Vec<(Position, api::Event)> {
        let reader = self.log.reader(&topics::INDICATORS, self.partition, Position(0)).await;
        let mut reader = reader.expect("a reader");
        let mut events = Vec::new();
        loop {
            let batch = reader.try_next(1 << 20).await.expect("events");
            if batch.is_empty() {
                return events;
            }
            for recorded in batch {
                let event = api::decode_event(&recorded.payload).expect("an event");
                events.push((recorded.position, event));
            }
        }
    }

    /// The published events without progress, which says nothing of values.
    pub(crate) async fn effects(&self) -> Vec<(Position, api::Event)> {
        let mut events = self.published().await;
        events.retain(|(_, event)| !matches!(event.payload, Payload::Progress(_)));
        events
    }

    /// A service whose stores are in the world's own directory.
    pub(crate) async fn start(&self) -> System {
        System::start(self.directory.path(), self.log.clone()).await
    }
}

impl System {
    pub(crate) async fn start(directory: &Path, log: Arc<EmbeddedLog>) -> Self {
        let shutdown = CancellationToken::new();
        let options = Options {
            data_dir: directory.to_owned(),
            listen: "127.0.0.1:0".parse().expect("an address"),
            store: store::Options { reserve_bytes: 0, ..store::Options::default() },
            instance: service::Instance::ONLY,
        };
        let running = Service::start(options, log, shutdown.clone()).await.expect("a start");
        let uri = format!("http://{}", running.address);
        let channel = Channel::from_shared(uri).expect("a URI").connect_lazy();
        Self { client: MetricsServiceClient::new(channel), shutdown, running }
    }

    /// Stops in order, and gives the stores free.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        drop(self.client);
        self.running.stopped().await.expect("a clean stop");
    }

    pub(crate) async fn list(
        &mut self,
        request: ListIndicatorValuesRequest,
    ) -> Result<ListIndicatorValuesResponse, tonic::Status> {
        self.client.list_indicator_values(request).await.map(tonic::Response::into_inner)
    }

    /// All values that the request asks for, over all pages.
    pub(crate) async fn all(&mut self, request: ListIndicatorValuesRequest) -> Vec<IndicatorValue> {
        let mut request = request;
        let mut values = Vec::new();
        loop {
            let page = self.list(request.clone()).await.expect("a page");
            values.extend(page.values);
            if page.next_page_token.is_empty() {
                return values;
            }
            request.page_token = page.next_page_token;
        }
    }

    /// Waits until the events of the receipt are applied and all that follows is published.
    pub(crate) async fn caught_up(&mut self, receipt: &Receipt) {
        let request = ListIndicatorValuesRequest {
            after: Some(receipt.clone()),
            page_size: 1,
            ..Default::default()
        };
        self.list(request).await.expect("caught up");
    }

    /// The digest of the domain's unit.
    pub(crate) async fn digest(&self, partition: Partition) -> String {
        use api::operations::GetStatusRequest;
        use api::operations::operations_service_client::OperationsServiceClient;
        let uri = format!("http://{}", self.running.address);
        let channel = Channel::from_shared(uri).expect("a URI").connect_lazy();
        let mut client = OperationsServiceClient::new(channel);
        let status = client.get_status(GetStatusRequest::default()).await;
        let status = status.expect("a status").into_inner();
        let name = format!("metrics-{partition}");
        let unit = status.services[0].units.iter().find(|unit| unit.unit == name);
        let unit = unit.expect("the unit");
        assert_eq!(unit.parked_because, "");
        unit.digest.clone()
    }
}

/// Asks for all values, parts included.
pub(crate) fn everything() -> ListIndicatorValuesRequest {
    ListIndicatorValuesRequest { breakdown: "*".to_owned(), ..Default::default() }
}

/// The value of a target, as it is live.
pub(crate) async fn live(
    system: &mut System,
    indicator: &str,
    area: &str,
    period: &str,
) -> Option<String> {
    let request = ListIndicatorValuesRequest {
        indicator: indicator.to_owned(),
        area: area.to_owned(),
        period: period.to_owned(),
        ..Default::default()
    };
    let values = system.all(request).await;
    values.into_iter().find(|value| value.breakdown.is_empty()).and_then(|value| value.value)
}

pub(crate) fn stores(directory: &Path) -> PathBuf {
    directory.join("metrics")
}

fn full_id(dataflow: &str) -> String {
    format!("ENTREPOT:{dataflow}(1.0)")
}
