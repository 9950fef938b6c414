//! A log in a directory, writers that play metrics and network-model, and the service.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::advice::advice_service_client::AdviceServiceClient;
use api::advice::{AdviseRequest, AdviseResponse, Subject};
use api::events::envelope::Payload;
use api::events::{
    Cause, CauseKind, EffectsBegun, EffectsCommitted, Finding, FindingsChanged, IndicatorsChanged,
};
use api::operations::operations_service_client::OperationsServiceClient;
use api::operations::{GetStatusRequest, ServiceStatus};
use api::types::{IndicatorValue, LogPosition, Receipt};
use event_log::{
    EmbeddedLog, EmbeddedOptions, Event, EventLog, Partition, Position, Topic, Unit, Writer, topics,
};
use jiff::Timestamp;
use policy_advice::{Options, Running, Service};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

pub(crate) const PARTITIONS: u32 = 2;

/// A service that runs, with its clients.
pub(crate) struct Started {
    pub(crate) client: AdviceServiceClient<Channel>,
    operations: OperationsServiceClient<Channel>,
    running: Running,
    shutdown: CancellationToken,
}

/// Plays a service that publishes brackets on one partition of a topic.
pub(crate) struct Upstream {
    unit: &'static str,
    topic: Topic,
    partition: Partition,
    writer: Box<dyn Writer>,
    seq: u64,
}

pub(crate) fn open_log(directory: &Path) -> Arc<EmbeddedLog> {
    let options = EmbeddedOptions { partitions: PARTITIONS, ..EmbeddedOptions::default() };
    EmbeddedLog::open(&directory.join("log"), options).expect("a log")
}

impl Started {
    pub(crate) async fn new(directory: &Path, log: &Arc<EmbeddedLog>) -> Self {
        let store = store::Options { reserve_bytes: 0, ..store::Options::default() };
        let listen = "127.0.0.1:0".parse().expect("an address");
        let instance = service::Instance::ONLY;
        let options = Options { data_dir: directory.to_owned(), listen, store, instance };
        let shutdown = CancellationToken::new();
        let log: Arc<dyn EventLog> = log.clone();
        let running = Service::start(options, log, shutdown.clone()).await.expect("a service");
        let address = format!("http://{}", running.address);
        let channel = Channel::from_shared(address).expect("an address").connect().await;
        let channel = channel.expect("a server");
        let client = AdviceServiceClient::new(channel.clone());
        let operations = OperationsServiceClient::new(channel);
        Self { client, operations, running, shutdown }
    }

    pub(crate) async fn advise(&mut self, subject: Subject, after: Receipt) -> AdviseResponse {
        let request = AdviseRequest { subject: Some(subject), after: Some(after), limit: 0 };
        self.client.advise(request).await.expect("advice").into_inner()
    }

    /// The digests of all units once each has worked off what the receipt covers, and has read
    /// everything that it told.
    pub(crate) async fn settled(&mut self, after: &Receipt) -> Vec<String> {
        // A question goes to the unit that owns its subject; these have one in each.
        let mut asked = BTreeSet::new();
        for place in ["VN", "KH", "LA", "MM", "PH", "ID", "TH", "MY"] {
            let key = format!("{place}|agriculture|*|*");
            asked.insert(event_log::partition_of(key.as_bytes(), PARTITIONS));
            self.advise(subject(place, "agriculture", "", ""), after.clone()).await;
        }
        assert_eq!(asked.len(), PARTITIONS as usize, "a unit was not asked");
        for _ in 0..400 {
            let status = self.status().await;
            if status.health == "serving" && status.units.iter().all(|unit| unit.lag == 0) {
                return status.units.into_iter().map(|unit| unit.digest).collect();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the service did not settle: {:?}", self.status().await);
    }

    async fn status(&mut self) -> ServiceStatus {
        let asked = self.operations.get_status(GetStatusRequest::default()).await;
        asked.expect("a status").into_inner().services.remove(0)
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        drop((self.client, self.operations));
        let stopped = tokio::time::timeout(Duration::from_secs(10), self.running.stopped()).await;
        stopped.expect("stops in time").expect("stops well");
    }
}

impl Upstream {
    pub(crate) async fn metrics(log: &Arc<EmbeddedLog>) -> Self {
        Self::new(log, "metrics-0", topics::INDICATORS, Partition(0)).await
    }

    pub(crate) async fn network_model(log: &Arc<EmbeddedLog>) -> Self {
        Self::new(log, "network-model-1", topics::FINDINGS, Partition(1)).await
    }

    async fn new(
        log: &Arc<EmbeddedLog>,
        unit: &'static str,
        topic: Topic,
        partition: Partition,
    ) -> Self {
        let writer = log.writer(&Unit::try_new(unit).expect("a name")).await.expect("a writer");
        Self { unit, topic, partition, writer, seq: 0 }
    }

    /// Publishes one whole bracket; answers with the receipt of its end.
    pub(crate) async fn bracket(&mut self, payload: Payload) -> Receipt {
        self.append(begun()).await;
        self.append(payload).await;
        self.append(committed()).await
    }

    pub(crate) async fn append(&mut self, payload: Payload) -> Receipt {
        self.seq += 1;
        let event = api::Event {
            unit: self.unit.to_owned(),
            seq: self.seq,
            cause: Cause { kind: CauseKind::Event.into(), position: None },
            recorded_at: Timestamp::now(),
            trace_parent: String::new(),
            payload,
        };
        let payload = api::encode_event(event, self.topic.as_str(), self.partition.0);
        let event = Event {
            topic: self.topic.clone(),
            partition: self.partition,
            key: "asean".into(),
            payload: payload.into(),
        };
        let positions = self.writer.append(vec![event]).await.expect("an append");
        let at = LogPosition::new(self.topic.as_str(), self.partition.0, positions[0].0);
        Receipt { positions: vec![at] }
    }
}

pub(crate) fn begun() -> Payload {
    Payload::EffectsBegun(EffectsBegun::default())
}

pub(crate) fn committed() -> Payload {
    Payload::EffectsCommitted(EffectsCommitted::default())
}

/// The share of small and medium firms of an economy that are in networks.
pub(crate) fn participation(area: &str, value: &str) -> Payload {
    let value = IndicatorValue {
        indicator: "participation.share".to_owned(),
        area: area.to_owned(),
        breakdown: "SME".to_owned(),
        period: "2008".to_owned(),
        value: Some(value.to_owned()),
        unit: "per cent".to_owned(),
        ..IndicatorValue::default()
    };
    Payload::IndicatorsChanged(IndicatorsChanged {
        domain: "asean".to_owned(),
        values: vec![value],
    })
}

/// KLT as a generic supplier of agro-food in Cavite, coupled by a mechanism.
pub(crate) fn klt(mechanism: &str) -> Payload {
    let finding = |kind: &str, industry: &str, value: &str| Finding {
        network: "asean".to_owned(),
        subject: "firm:klt".to_owned(),
        kind: kind.to_owned(),
        industry: industry.to_owned(),
        value: value.to_owned(),
        ..Finding::default()
    };
    let findings = vec![
        finding("role", "agro_food", "generic-supplier"),
        finding("location", "", "PH-CAV"),
        finding("coupling", "", mechanism),
    ];
    Payload::FindingsChanged(FindingsChanged { findings })
}

pub(crate) fn subject(place: &str, segment: &str, role: &str, size: &str) -> Subject {
    Subject {
        place: place.to_owned(),
        segment: segment.to_owned(),
        role: role.to_owned(),
        size: size.to_owned(),
        mechanism: String::new(),
    }
}

/// All events of the advice topic, progress apart, by partition.
pub(crate) async fn advice_in(log: &Arc<EmbeddedLog>) -> Vec<api::Event> {
    let mut events = Vec::new();
    for partition in (0..PARTITIONS).map(Partition) {
        let reader = log.reader(&topics::ADVICE, partition, Position(0)).await;
        let mut reader = reader.expect("a reader");
        loop {
            let batch = reader.try_next(1 << 20).await.expect("a read");
            if batch.is_empty() {
                break;
            }
            for recorded in batch {
                let event = api::decode_event(&recorded.payload).expect("an event");
                if !matches!(event.payload, Payload::Progress(_)) {
                    events.push(event);
                }
            }
        }
    }
    events
}
