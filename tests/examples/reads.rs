//! Measures reads through the gateway beside a bare tonic service that answers with a ready message
//! of the same size, in turns: reads a second and p99.
//!
//!     cargo run --release --package entrepot-tests --example reads [ROUNDS]
//!
//! The gateway, with all services behind it, and the bare service are processes of their own; the
//! client has the same connections and the same calls under way with each. Ratios are medians of
//! rounds that take turns; figures are of this machine.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use api::metrics::metrics_service_client::MetricsServiceClient;
use api::metrics::metrics_service_server::{MetricsService, MetricsServiceServer};
use api::metrics::*;
use prost::Message;
use system::{Door, Entrepot, paper, percentile, play};
use tonic::transport::Channel;
use tonic::{Request, Response, Status};

const ROUND: Duration = Duration::from_secs(5);
const ROUNDS: usize = 5;
const CONNECTIONS: usize = 4;
/// Calls under way on a connection.
const CALLS: usize = 8;

/// What one round with one server gave.
struct Round {
    per_second: f64,
    p99: Duration,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new().expect("threads are to be had");
    if let [word, path] = &arguments[..]
        && word == "serve"
    {
        return runtime.block_on(serve(path));
    }
    let rounds = arguments.first().map_or(ROUNDS, |text| text.parse().expect("a number"));
    let directory = tempfile::tempdir().expect("a directory");
    let system = Entrepot::find().up(&directory.path().join("data"), &["--feed", "none"]);
    play(&system, &paper());
    for (name, question) in questions() {
        let answer = runtime.block_on(ask(&system, &question));
        let path = directory.path().join("answer");
        std::fs::write(&path, answer.encode_to_vec()).expect("the directory is ours");
        let this = std::env::current_exe().expect("a file");
        let mut bare = Command::new(this)
            .arg("serve")
            .arg(&path)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut address = String::new();
        BufReader::new(bare.stdout.take().expect("piped")).read_line(&mut address).expect("a line");
        println!("{name}: {} bytes, {} values", answer.encoded_len(), answer.values.len());
        let (mut rates, mut tails) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let through = runtime.block_on(round(&system.gateway, &question));
            let alone = runtime.block_on(round(address.trim(), &question));
            rates.push(through.per_second / alone.per_second);
            tails.push(through.p99.as_secs_f64() / alone.p99.as_secs_f64());
            println!(
                "  gateway {:7.0}/s, p99 {:5.2} ms; bare {:7.0}/s, p99 {:5.2} ms",
                through.per_second,
                through.p99.as_secs_f64() * 1000.0,
                alone.per_second,
                alone.p99.as_secs_f64() * 1000.0
            );
        }
        println!("  ratios: reads {:.2}, p99 {:.2}\n", median(rates), median(tails));
        bare.kill().expect("it runs");
        bare.wait().expect("it ends");
    }
    system.stop();
}

/// One value, and a page of them.
fn questions() -> [(&'static str, ListIndicatorValuesRequest); 2] {
    let one = ListIndicatorValuesRequest {
        domain: "asean".to_owned(),
        indicator: "fdi.intra_share".to_owned(),
        area: "ASEAN".to_owned(),
        period: "2014".to_owned(),
        ..ListIndicatorValuesRequest::default()
    };
    let page =
        ListIndicatorValuesRequest { period: String::new(), area: String::new(), ..one.clone() };
    [("one value", one), ("an indicator", page)]
}

async fn ask(door: &Door, question: &ListIndicatorValuesRequest) -> ListIndicatorValuesResponse {
    let mut client = MetricsServiceClient::new(door.channel());
    let answer =
        client.list_indicator_values(question.clone()).await.expect("an answer").into_inner();
    assert!(!answer.values.is_empty(), "the paper has values");
    answer
}

/// All connections with all their calls, for the time of a round.
async fn round(url: &str, question: &ListIndicatorValuesRequest) -> Round {
    let mut callers = tokio::task::JoinSet::new();
    let begun = Instant::now();
    for _ in 0..CONNECTIONS {
        let channel = Channel::from_shared(url.to_owned()).expect("an address");
        let channel = channel.connect().await.expect("a server");
        for _ in 0..CALLS {
            let (mut client, question) =
                (MetricsServiceClient::new(channel.clone()), question.clone());
            callers.spawn(async move {
                let mut times = Vec::new();
                while begun.elapsed() < ROUND {
                    let asked = Instant::now();
                    client.list_indicator_values(question.clone()).await.expect("an answer");
                    times.push(asked.elapsed());
                }
                times
            });
        }
    }
    let mut times = callers.join_all().await.concat();
    let seconds = begun.elapsed().as_secs_f64();
    times.sort();
    Round { per_second: times.len() as f64 / seconds, p99: percentile(&times, 0.99) }
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// The peer: the answer is ready, and nobody looks at the question.
struct Bare(ListIndicatorValuesResponse);

async fn serve(path: &str) {
    let bytes = std::fs::read(path).expect("an answer");
    let answer = ListIndicatorValuesResponse::decode(&*bytes).expect("an answer");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("http://{}", listener.local_addr().expect("it is bound"));
    let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    let server =
        tonic::transport::Server::builder().add_service(MetricsServiceServer::new(Bare(answer)));
    server.serve_with_incoming(incoming).await.expect("it serves");
}

fn not_here<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("one method is measured"))
}

#[tonic::async_trait]
impl MetricsService for Bare {
    async fn list_indicator_values(
        &self,
        _: Request<ListIndicatorValuesRequest>,
    ) -> Result<Response<ListIndicatorValuesResponse>, Status> {
        Ok(Response::new(self.0.clone()))
    }

    async fn list_indicators(
        &self,
        _: Request<ListIndicatorsRequest>,
    ) -> Result<Response<ListIndicatorsResponse>, Status> {
        not_here()
    }

    async fn preview_release(
        &self,
        _: Request<tonic::Streaming<PreviewReleaseRequest>>,
    ) -> Result<Response<PreviewReleaseResponse>, Status> {
        not_here()
    }

    async fn audit(&self, _: Request<AuditRequest>) -> Result<Response<AuditResponse>, Status> {
        not_here()
    }

    async fn classify_sme(
        &self,
        _: Request<ClassifySmeRequest>,
    ) -> Result<Response<ClassifySmeResponse>, Status> {
        not_here()
    }

    type WatchIndicatorsStream = tokio_stream::Empty<Result<WatchIndicatorsResponse, Status>>;

    async fn watch_indicators(
        &self,
        _: Request<WatchIndicatorsRequest>,
    ) -> Result<Response<Self::WatchIndicatorsStream>, Status> {
        not_here()
    }
}
