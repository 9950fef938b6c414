//! A running service over a directory, and a client that speaks to it.

use std::path::Path;
use std::sync::Arc;

use api::events::DocumentKind;
use api::ingestion::ingestion_service_client::IngestionServiceClient;
use api::ingestion::{
    IngestMode, IngestOptions, IngestOutcome, IngestRequest, ListObservationsRequest,
    ObservationRow, RegisterDocumentRequest, ReleaseOutcome, ingest_request, ingest_response,
};
use event_log::{EmbeddedLog, EmbeddedOptions};
use ingestion::{Options, Running, Service};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Uri};

pub(crate) const STRUCTURES: &[u8] = include_bytes!("../../../../feeds/paper/structures.json");
pub(crate) const HOSTS: &str = "ENTREPOT:DF_FDI_HOST(1.0)";

/// The header of a host release, and rows of it.
pub(crate) const HEADER: &str = "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,COUNTERPART_AREA,\
    DIRECTION,MEASURE,COMPONENT,PRINCIPLE,COUNTERPART_KIND,ACTIVITY,VALUATION,UNIT_MEASURE,\
    TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,UNIT_MULT,DECIMALS,SOURCE,SOURCE_TABLE,COMMENT_OBS";

pub(crate) struct System {
    pub(crate) client: IngestionServiceClient<Channel>,
    pub(crate) log: Arc<EmbeddedLog>,
    shutdown: CancellationToken,
    running: Running,
}

/// A row of host area and year.
pub(crate) fn row(area: &str, year: u16, value: &str) -> String {
    format!("dataflow,{HOSTS},I,A,{area},W,I,F,T,D,IMM,_T,C,USD,{year},{value},A,F,6,0,s,table 1,")
}

/// The withdrawal of one observation: no value and no attributes.
pub(crate) fn withdrawal(area: &str, year: u16) -> String {
    format!("dataflow,{HOSTS},D,A,{area},W,I,F,T,D,IMM,_T,C,USD,{year},,,,,,,,")
}

pub(crate) fn file(rows: &[String]) -> Vec<u8> {
    let mut text = HEADER.to_owned();
    for row in rows {
        text.push('\n');
        text.push_str(row);
    }
    text.push('\n');
    text.into_bytes()
}

fn channel(running: &Running) -> Channel {
    let uri = format!("http://{}", running.address);
    Channel::from_shared(uri).expect("a URI").connect_lazy()
}

impl System {
    /// Starts over a directory; structures are registered if they are not yet.
    pub(crate) async fn start(directory: &Path) -> Self {
        Self::start_beside(directory, None).await
    }

    /// Starts with an address of metrics for previews.
    pub(crate) async fn start_beside(directory: &Path, metrics: Option<Uri>) -> Self {
        let log = EmbeddedLog::open(&directory.join("log"), EmbeddedOptions::default());
        let log = log.expect("a log");
        let shutdown = CancellationToken::new();
        let options = Options {
            data_dir: directory.to_owned(),
            listen: "127.0.0.1:0".parse().expect("an address"),
            store: store::Options { reserve_bytes: 0, ..store::Options::default() },
            instance: service::Instance::ONLY,
            metrics: metrics.into_iter().collect(),
        };
        let running =
            Service::start(options, log.clone(), shutdown.clone()).await.expect("a start");
        let client = IngestionServiceClient::new(channel(&running));
        let mut system = Self { client, log, shutdown, running };
        system.register(DocumentKind::Structures, "structures", STRUCTURES).await;
        system
    }

    pub(crate) async fn register(
        &mut self,
        kind: DocumentKind,
        name: &str,
        content: &[u8],
    ) -> String {
        let request = RegisterDocumentRequest {
            kind: kind.into(),
            domain: "asean".to_owned(),
            name: name.to_owned(),
            content: content.to_vec(),
        };
        let answer = self.client.register_document(request).await.expect("registered");
        answer.into_inner().outcome
    }

    /// Stops in order, and gives the directory free.
    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        drop(self.client);
        self.running.stopped().await.expect("a clean stop");
    }

    pub(crate) async fn ingest(&mut self, content: &[u8]) -> ReleaseOutcome {
        self.ingest_as(content, IngestOptions::default()).await
    }

    pub(crate) async fn ingest_leniently(&mut self, content: &[u8]) -> ReleaseOutcome {
        let options =
            IngestOptions { mode: IngestMode::Lenient.into(), ..IngestOptions::default() };
        self.ingest_as(content, options).await
    }

    pub(crate) async fn ingest_as(
        &mut self,
        content: &[u8],
        options: IngestOptions,
    ) -> ReleaseOutcome {
        let mut outcome = self.send(content, options).await.expect("an outcome");
        assert_eq!(outcome.releases.len(), 1, "one dataflow, one release");
        outcome.releases.remove(0)
    }

    pub(crate) async fn send(
        &mut self,
        content: &[u8],
        mut options: IngestOptions,
    ) -> Result<IngestOutcome, tonic::Status> {
        if options.file.is_empty() {
            options.file = "test.csv".to_owned();
        }
        let part = |part| IngestRequest { part: Some(part) };
        let mut messages = vec![part(ingest_request::Part::Options(options))];
        for chunk in content.chunks(1000) {
            messages.push(part(ingest_request::Part::Chunk(chunk.to_vec().into())));
        }
        let mut answers = self.client.ingest(tokio_stream::iter(messages)).await?.into_inner();
        while let Some(answer) = answers.message().await? {
            if let Some(ingest_response::Part::Outcome(outcome)) = answer.part {
                return Ok(outcome);
            }
        }
        panic!("the stream ended without an outcome")
    }

    pub(crate) async fn observations(
        &mut self,
        request: ListObservationsRequest,
    ) -> Vec<ObservationRow> {
        let request = ListObservationsRequest { dataflow: "DF_FDI_HOST".to_owned(), ..request };
        let answer = self.client.list_observations(request).await.expect("observations");
        answer.into_inner().observations
    }

    /// All values of an area, by period.
    pub(crate) async fn values(&mut self, area: &str) -> Vec<(String, String)> {
        let key = format!("A.{area}");
        let rows = self.observations(ListObservationsRequest { key, ..Default::default() }).await;
        rows.into_iter().map(|row| (row.period, row.value.unwrap_or_default())).collect()
    }

    /// Digests of all units.
    pub(crate) async fn digests(&mut self) -> Vec<String> {
        self.units(|unit| unit.digest.clone()).await
    }

    /// The number of events in all partitions of all topics that this service writes.
    pub(crate) async fn event_count(&mut self) -> u64 {
        use event_log::{EventLog, Partition, topics};
        let mut count = 0;
        for topic in [topics::OBSERVATIONS, topics::NETWORK, topics::REJECTIONS] {
            for partition in 0..self.log.partition_count(&topic) {
                count += self.log.end(&topic, Partition(partition)).await.expect("an end").0;
            }
        }
        count
    }

    async fn units<T>(&mut self, of: impl Fn(&api::operations::UnitStatus) -> T) -> Vec<T> {
        use api::operations::operations_service_client::OperationsServiceClient;
        let mut client = OperationsServiceClient::new(channel(&self.running));
        let status = client.get_status(api::operations::GetStatusRequest::default()).await;
        let status = status.expect("a status").into_inner();
        status.services[0].units.iter().map(of).collect()
    }
}
