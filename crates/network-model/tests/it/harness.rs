//! A log in a directory, a writer that plays ingestion, and the service with a client.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::events::envelope::Payload;
use api::events::{Cause, CauseKind, NetworkDocument};
use api::network::ListRolesRequest;
use api::network::network_service_client::NetworkServiceClient;
use api::operations::operations_service_client::OperationsServiceClient;
use api::operations::{GetStatusRequest, UnitStatus};
use api::types::{LogPosition, Receipt};
use event_log::{
    EmbeddedLog, EmbeddedOptions, Event, EventLog, Partition, Position, Unit, Writer, partition_of,
    topics,
};
use jiff::Timestamp;
use network_model::{Options, Running, Service};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

/// The paper's network of firms.
pub(crate) const PAPER: &[u8] = include_bytes!("../../../../feeds/paper/network.json");
const PARTITIONS: u32 = 2;

/// A service that runs, with its client.
pub(crate) struct Started {
    pub(crate) client: NetworkServiceClient<Channel>,
    operations: OperationsServiceClient<Channel>,
    running: Running,
    shutdown: CancellationToken,
}

/// Plays ingestion for one partition.
pub(crate) struct Ingestion {
    writer: Box<dyn Writer>,
    seq: u64,
    partition: Partition,
}

pub(crate) fn open_log(directory: &Path) -> Arc<EmbeddedLog> {
    let options = EmbeddedOptions { partitions: PARTITIONS, ..EmbeddedOptions::default() };
    EmbeddedLog::open(&directory.join("log"), options).expect("a log")
}

pub(crate) fn partition() -> Partition {
    partition_of(b"asean", PARTITIONS)
}

impl Started {
    pub(crate) async fn new(directory: &Path, log: &Arc<EmbeddedLog>) -> Self {
        Self::with(directory, log, Options::LARGE_FROM).await
    }

    /// One for which a network is large from so many relations on.
    pub(crate) async fn with(directory: &Path, log: &Arc<EmbeddedLog>, large_from: usize) -> Self {
        let store = store::Options { reserve_bytes: 0, ..store::Options::default() };
        let listen = "127.0.0.1:0".parse().expect("an address");
        let instance = service::Instance::ONLY;
        let data_dir = directory.to_owned();
        let options = Options { data_dir, listen, store, instance, large_from };
        let shutdown = CancellationToken::new();
        let log: Arc<dyn EventLog> = log.clone();
        let running = Service::start(options, log, shutdown.clone()).await.expect("a service");
        let address = format!("http://{}", running.address);
        let channel = Channel::from_shared(address).expect("an address").connect().await;
        let channel = channel.expect("a server");
        let client = NetworkServiceClient::new(channel.clone());
        let operations = OperationsServiceClient::new(channel);
        Self { client, operations, running, shutdown }
    }

    /// The status of the unit that owns the paper's network.
    pub(crate) async fn unit(&mut self) -> UnitStatus {
        let asked = self.operations.get_status(GetStatusRequest::default()).await;
        let service = asked.expect("a status").into_inner().services.remove(0);
        let name = format!("network-model-{}", partition().0);
        service.units.into_iter().find(|unit| unit.unit == name).expect("the unit")
    }

    /// Waits until what follows from a document of network `asean` is published.
    pub(crate) async fn covers(&mut self, receipt: Receipt) {
        let request = ListRolesRequest {
            network: "asean".to_owned(),
            after: Some(receipt),
            ..ListRolesRequest::default()
        };
        self.client.list_roles(request).await.expect("read");
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        drop((self.client, self.operations));
        let stopped = tokio::time::timeout(Duration::from_secs(10), self.running.stopped()).await;
        stopped.expect("stops in time").expect("stops well");
    }
}

impl Ingestion {
    pub(crate) async fn new(log: &Arc<EmbeddedLog>) -> Self {
        let unit = Unit::try_new("ingestion-0").expect("a name");
        Self { writer: log.writer(&unit).await.expect("a writer"), seq: 0, partition: partition() }
    }

    /// Publishes a document of network `asean`; answers with its receipt.
    pub(crate) async fn publish(&mut self, content: &[u8]) -> Receipt {
        self.seq += 1;
        let event = api::Event {
            unit: "ingestion-0".to_owned(),
            seq: self.seq,
            cause: Cause { kind: CauseKind::Request.into(), position: None },
            recorded_at: Timestamp::now(),
            trace_parent: String::new(),
            payload: Payload::NetworkDocument(NetworkDocument {
                idempotency_key: String::new(),
                network: "asean".to_owned(),
                name: "network.json".to_owned(),
                content: content.to_vec(),
                sha256: String::new(),
            }),
        };
        let topic = topics::NETWORK;
        let payload = api::encode_event(event, topic.as_str(), self.partition.0);
        let event = Event {
            topic: topic.clone(),
            partition: self.partition,
            key: "asean".into(),
            payload: payload.into(),
        };
        let positions = self.writer.append(vec![event]).await.expect("an append");
        let at = LogPosition::new(topic.as_str(), self.partition.0, positions[0].0);
        Receipt { positions: vec![at] }
    }
}

/// Publishes payloads as an earlier build of the unit did, before the service starts.
pub(crate) async fn publish_as_unit(log: &Arc<EmbeddedLog>, cause: Cause, payloads: Vec<Payload>) {
    let unit = Unit::try_new(format!("network-model-{}", partition())).expect("a name");
    let mut writer = log.writer(&unit).await.expect("a writer");
    for (seq, payload) in (1..).zip(payloads) {
        let event = api::Event {
            unit: unit.as_str().to_owned(),
            seq,
            cause: cause.clone(),
            recorded_at: Timestamp::now(),
            trace_parent: String::new(),
            payload,
        };
        let topic = topics::FINDINGS;
        let payload = api::encode_event(event, topic.as_str(), partition().0).into();
        let event = Event { topic, partition: partition(), key: "asean".into(), payload };
        writer.append(vec![event]).await.expect("an append");
    }
}

/// All events of the findings, progress apart.
pub(crate) async fn findings_in(log: &Arc<EmbeddedLog>) -> Vec<api::Event> {
    let mut events = Vec::new();
    let reader = log.reader(&topics::FINDINGS, partition(), Position(0)).await;
    let mut reader = reader.expect("a reader");
    loop {
        let batch = reader.try_next(1 << 20).await.expect("a read");
        if batch.is_empty() {
            return events;
        }
        for recorded in batch {
            let event = api::decode_event(&recorded.payload).expect("an event");
            if !matches!(event.payload, Payload::Progress(_)) {
                events.push(event);
            }
        }
    }
}

/// A service that has read the paper's network.
pub(crate) async fn asked_of_paper(directory: &Path) -> Started {
    asked_of(directory, PAPER).await
}

/// A service that has read one document of network `asean`.
pub(crate) async fn asked_of(directory: &Path, content: &[u8]) -> Started {
    let log = open_log(directory);
    let receipt = Ingestion::new(&log).await.publish(content).await;
    let mut service = Started::new(directory, &log).await;
    service.covers(receipt).await;
    service
}

/// A small document: a brand and its maker, coupled by `relations`.
pub(crate) fn small(relations: &str) -> Vec<u8> {
    format!(
        r#"{{"network": "asean", "entities": [
          {{"kind": "firm", "id": "brand", "name": "Brand", "home": "US", "source": "test"}},
          {{"kind": "firm", "id": "maker", "name": "Maker", "home": "MY", "size": "sme",
            "source": "test"}}],
         "relations": [{relations}]}}"#
    )
    .into_bytes()
}

/// The maker supplies the brand by this specification, in ICT.
pub(crate) fn supplies(specification: &str, valid_to: &str) -> String {
    format!(
        r#"{{"id": "r1", "kind": "supplies", "from": "firm:maker", "to": "firm:brand",
            "industry": "ict", "specification": "{specification}", "valid_from": "2001",
            "valid_to": {valid_to}, "source": "test", "evidence": "test", "confidence": 0.9}}"#
    )
}
