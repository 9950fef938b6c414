//! One ingest is one trace: from the command's own context through the gateway to ingestion, and
//! through the log to metrics; and no trace changes what is known.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use system::{Broker, Cluster, Entrepot, Step, merge, paper, play, receipt_of, until};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

const PARTITIONS: u32 = 4;
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const ROOT: &str = "00f067aa0ba902b7";
const LIMIT: Duration = Duration::from_secs(60);

/// Spans with the service that sent them.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(String, Span)>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut all = self.0.lock().expect("no panic");
        for of_process in request.into_inner().resource_spans {
            let attributes = of_process.resource.map(|one| one.attributes).unwrap_or_default();
            let name = attributes.into_iter().find(|one| one.key == "service.name");
            let name = match name.and_then(|one| one.value).and_then(|value| value.value) {
                Some(Value::StringValue(name)) => name,
                _ => String::new(),
            };
            for span in of_process.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                all.push((name.clone(), span));
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[test]
fn an_ingest_is_one_connected_trace_over_the_services_and_changes_no_digest() {
    let directory = tempfile::tempdir().expect("a directory");
    let Some(broker) = Broker::find("traces", directory.path()) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let collector = Collector::default();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("binds");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let serving = tonic::transport::Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .serve_with_incoming(TcpListenerStream::new(listener));
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn_on(serving, runtime.handle());

    let embedded = Entrepot::find().up(&directory.path().join("embedded"), &["--feed", "none"]);
    let receipt = play(&embedded, &paper());
    embedded.settle(&receipt);
    let digests = embedded.digests();
    embedded.stop();

    let environment = [("ENTREPOT_OTLP", url.as_str())];
    let dir = directory.path().join("cluster");
    let cluster = Cluster::start_with(&dir, &broker, PARTITIONS, 1, &environment);
    let steps = paper();
    let is_ingest = |step: &&Step| step.arguments[0] == "ingest" && step.code == 0;
    let number = steps.iter().rposition(|step| is_ingest(&step)).expect("an ingest");
    let mut receipt = play(&cluster, &steps[..number]);
    cluster.settle(&receipt);
    let traced = &steps[number];
    let mut command = cluster.command(&[]);
    command.args(&traced.arguments).args(["--json", "--timeout", "60s"]);
    command.env("TRACEPARENT", format!("00-{TRACE}-{ROOT}-01"));
    let output = command.output().expect("the command starts");
    assert_eq!(output.status.code(), Some(traced.code), "{output:?}");

    let services = |spans: &[(String, Span)]| {
        let mut by_service: BTreeMap<String, usize> = BTreeMap::new();
        for (service, _) in spans {
            *by_service.entry(service.clone()).or_default() += 1;
        }
        by_service
    };
    let spans = until(LIMIT, "spans of three services", || {
        let all = collector.0.lock().expect("no panic");
        let of_trace = all.iter().filter(|(_, span)| hex(&span.trace_id) == TRACE);
        let spans: Vec<(String, Span)> = of_trace.cloned().collect();
        let found = services(&spans);
        let wanted = ["entrepot-gateway", "entrepot-ingestion", "entrepot-metrics"];
        wanted.iter().all(|name| found.contains_key(*name)).then_some(spans)
    });
    // Each hangs on the command's own span, or on one that was collected: the last ones may be on
    // their way, but never what they hang on for long.
    until(LIMIT, "all spans hang together", || {
        let all = collector.0.lock().expect("no panic");
        let ids: Vec<String> = all.iter().map(|(_, span)| hex(&span.span_id)).collect();
        let hangs = |span: &Span| {
            let parent = hex(&span.parent_span_id);
            parent == ROOT || ids.contains(&parent)
        };
        spans.iter().all(|(_, span)| hangs(span)).then_some(())
    });
    for (service, span) in &spans {
        println!("{service}: {} ({})", span.name, hex(&span.parent_span_id));
    }

    let document = traced.acknowledged(&output).expect("an acknowledged ingest");
    merge(&mut receipt, &receipt_of(&document));
    merge(&mut receipt, &play(&cluster, &steps[number + 1..]));
    cluster.settle(&receipt);
    let of_cluster: BTreeMap<String, String> = cluster.digests().into_iter().collect();
    for (unit, digest) in digests {
        assert_eq!(of_cluster.get(&unit), Some(&digest), "{unit}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
