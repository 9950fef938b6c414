//! Four services that answer with fixed facts, and remember who was called with which deadline.
//! Some names ask for trouble: the domains `slow`, `broken` and `refused`, the file `bad.csv`.

#![allow(dead_code, reason = "two test binaries share it, and each uses a part")]

// Named in full: the test binary of the command includes this file from elsewhere.
#[path = "fake/analyses.rs"]
mod analyses;
#[path = "fake/answers.rs"]
mod answers;
#[path = "fake/questions.rs"]
mod questions;
#[path = "fake/services.rs"]
mod services;
#[path = "fake/network.rs"]
mod network;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::advice::advice_service_server::AdviceServiceServer;
use api::ingestion::ingestion_service_server::IngestionServiceServer;
use api::metrics::metrics_service_server::MetricsServiceServer;
use api::network::network_service_server::NetworkServiceServer;
use api::operations::operations_service_server::OperationsServiceServer;
use gateway::Upstreams;
use tokio::runtime::Runtime;
use tonic::metadata::MetadataMap;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

/// A call that a service saw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Seen {
    pub(crate) service: &'static str,
    pub(crate) method: &'static str,
    pub(crate) grpc_timeout: Option<String>,
}

/// One service that implements everything, so that a call to the wrong one is noticed.
#[derive(Clone, Debug)]
pub(crate) struct Fake {
    name: &'static str,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// All four, each on a port of its own.
pub(crate) struct Fakes {
    addresses: [SocketAddr; 4],
    seen: Arc<Mutex<Vec<Seen>>>,
    /// Of their own, so that a crash takes their open connections along.
    runtime: Option<Runtime>,
}

/// Tasks of the fakes end at their next await.
const CRASH_TIMEOUT: Duration = Duration::from_secs(5);
const NAMES: [&str; 4] = ["ingestion", "metrics", "network-model", "policy-advice"];

impl Fakes {
    pub(crate) fn start() -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("threads are to be had");
        let entered = runtime.enter();
        let addresses = NAMES.map(|name| {
            let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).expect("a free port");
            let address = incoming.local_addr().expect("it is bound");
            let fake = Fake { name, seen: Arc::clone(&seen) };
            let (_, health) = tonic_health::server::health_reporter();
            runtime.spawn(async move {
                let served = Server::builder()
                    .add_service(health)
                    .add_service(IngestionServiceServer::new(fake.clone()))
                    .add_service(MetricsServiceServer::new(fake.clone()))
                    .add_service(NetworkServiceServer::new(fake.clone()))
                    .add_service(AdviceServiceServer::new(fake.clone()))
                    .add_service(OperationsServiceServer::new(fake))
                    .serve_with_incoming(incoming);
                served.await.expect("it serves until it is dropped");
            });
            address
        });
        drop(entered);
        Self { addresses, seen, runtime: Some(runtime) }
    }

    pub(crate) fn upstreams(&self) -> Upstreams {
        let [ingestion, metrics, network, advice] =
            self.addresses.map(|address| format!("http://{address}").parse().expect("is a URI"));
        Upstreams {
            ingestion: vec![ingestion],
            metrics: vec![metrics],
            network: vec![network],
            advice: vec![advice],
        }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no fake panicked").clone()
    }

    /// Ends all services at once, as a crash would.
    pub(crate) fn crash(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A runtime may not wait for its end within another; a plain thread may.
            let ending = std::thread::spawn(|| runtime.shutdown_timeout(CRASH_TIMEOUT));
            ending.join().expect("it ends");
        }
    }
}

impl Drop for Fakes {
    fn drop(&mut self) {
        self.crash();
    }
}

impl Fake {
    fn note(&self, method: &'static str, metadata: &MetadataMap) {
        assert!(metadata.get("authorization").is_none(), "a token stays at the door");
        let grpc_timeout = metadata.get("grpc-timeout").and_then(|value| value.to_str().ok());
        let grpc_timeout = grpc_timeout.map(str::to_owned);
        let seen = Seen { service: self.name, method, grpc_timeout };
        self.seen.lock().expect("no fake panicked").push(seen);
    }
}
