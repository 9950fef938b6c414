//! Where the services of `up` are put together; the only place of the command that knows them.
//!
//! When `start_all` returns, the log is open, every service answers, and the gateway listens.
//! The first service that ends ends all; `stop` returns when all have ended.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use event_log::{EmbeddedLog, EmbeddedOptions, EventLog};
use gateway::Upstreams;
use service::Instance;
use service::security::Listen;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::transport::Uri;

use crate::error::Error;

/// The reserve of one store for a full disk. Sixteen stores share a disk here, so that a sixteenth
/// of what a store alone should have is enough.
const RESERVE_BYTES: u64 = 4 * 1024 * 1024;

/// Partitions of topics that `up` makes on Kafka.
#[cfg(feature = "kafka")]
const PARTITIONS_OF_ONE_PROCESS: u32 = 4;

/// What `up` was told.
#[derive(Clone, Debug)]
pub(super) struct StartOptions {
    pub(super) data_dir: PathBuf,
    pub(super) grpc: SocketAddr,
    #[cfg(feature = "kafka")]
    pub(super) kafka: Option<String>,
}

/// All services of this process.
pub(super) struct Running {
    pub(super) gateway_addr: SocketAddr,
    pub(super) shutdown: CancellationToken,
    /// One task a service; each ends after the shutdown, or with its error.
    pub(super) services: JoinSet<Result<(), Error>>,
}

impl Running {
    /// Waits until a service ends by itself, which none should.
    ///
    /// # Cancel safety
    /// Cancel safe: a service that has ended is told to the next caller only if it was not yet.
    pub(super) async fn ended(&mut self) -> Result<(), Error> {
        match self.services.join_next().await {
            Some(joined) => joined.unwrap_or_else(|error| Err(panicked(&error))),
            None => Ok(()),
        }
    }

    /// Ends all services and waits for them.
    pub(super) async fn stop(mut self) -> Result<(), Error> {
        self.shutdown.cancel();
        let mut outcome = Ok(());
        while let Some(joined) = self.services.join_next().await {
            let ended = joined.unwrap_or_else(|error| Err(panicked(&error)));
            outcome = outcome.and(ended);
        }
        outcome
    }
}

/// Starts the services on the log below `data_dir`, and the gateway in front of them.
pub(super) async fn start_all(options: StartOptions) -> Result<Running, Error> {
    let log = open_log(&options).await?;
    let shutdown = CancellationToken::new();
    let mut services = JoinSet::new();
    let upstreams = start_services(&options.data_dir, log, &shutdown, &mut services).await?;
    let gateway_addr = start_gateway(options.grpc, upstreams, &shutdown, &mut services).await?;
    Ok(Running { gateway_addr, shutdown, services })
}

async fn open_log(options: &StartOptions) -> Result<Arc<dyn EventLog>, Error> {
    #[cfg(feature = "kafka")]
    if let Some(brokers) = &options.kafka {
        let mut options = event_log::KafkaOptions::new(brokers);
        // As the embedded log has it: one process has no use for more, and equal units end equal.
        options.partitions = PARTITIONS_OF_ONE_PROCESS;
        options.replicas = 1;
        let made = event_log::KafkaLog::create_topics(&options).await;
        made.map_err(|error| of_service("event log", &error))?;
        let log = event_log::KafkaLog::connect(options).await;
        return Ok(log.map_err(|error| of_service("event log", &error))?);
    }
    let directory = options.data_dir.join("log");
    let opened = tokio::task::spawn_blocking(move || {
        EmbeddedLog::open(&directory, EmbeddedOptions::default())
    });
    let opened = opened.await.map_err(|error| panicked(&error))?;
    let log = opened.map_err(|error| of_service("event log", &error))?;
    Ok(log)
}

async fn start_services(
    data_dir: &Path,
    log: Arc<dyn EventLog>,
    shutdown: &CancellationToken,
    services: &mut JoinSet<Result<(), Error>>,
) -> Result<Upstreams, Error> {
    let listen = Listen::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let data_dir = data_dir.to_owned();
    let store = store::Options { reserve_bytes: RESERVE_BYTES, ..store::Options::default() };

    let instance = Instance::ONLY;
    let options = metrics::Options {
        data_dir: data_dir.clone(),
        listen: listen.clone(),
        store: store.clone(),
        instance,
    };
    let started = metrics::Service::start(options, log.clone(), shutdown.clone()).await;
    let running = started.map_err(|error| of_service("metrics", &error))?;
    let metrics = uri(running.address)?;
    services.spawn(async { running.stopped().await.map_err(|e| of_service("metrics", &e)) });

    let options = ingestion::Options {
        data_dir: data_dir.clone(),
        listen: listen.clone(),
        store: store.clone(),
        instance,
        metrics: vec![metrics.clone()],
    };
    let started = ingestion::Service::start(options, log.clone(), shutdown.clone()).await;
    let running = started.map_err(|error| of_service("ingestion", &error))?;
    let ingestion = uri(running.address)?;
    services.spawn(async { running.stopped().await.map_err(|e| of_service("ingestion", &e)) });

    let options = network_model::Options {
        data_dir: data_dir.clone(),
        listen: listen.clone(),
        store: store.clone(),
        instance,
        large_from: network_model::Options::LARGE_FROM,
    };
    let started = network_model::Service::start(options, log.clone(), shutdown.clone()).await;
    let running = started.map_err(|error| of_service("network-model", &error))?;
    let network = uri(running.address)?;
    services.spawn(async { running.stopped().await.map_err(|e| of_service("network-model", &e)) });

    let options = policy_advice::Options { data_dir, listen, store, instance };
    let started = policy_advice::Service::start(options, log, shutdown.clone()).await;
    let running = started.map_err(|error| of_service("policy-advice", &error))?;
    let advice = uri(running.address)?;
    services.spawn(async { running.stopped().await.map_err(|e| of_service("policy-advice", &e)) });

    Ok(Upstreams {
        ingestion: vec![ingestion],
        metrics: vec![metrics],
        network: vec![network],
        advice: vec![advice],
    })
}

fn uri(address: SocketAddr) -> Result<Uri, Error> {
    let uri = format!("http://{address}").parse();
    uri.map_err(|error: tonic::codegen::http::uri::InvalidUri| of_service("gateway", &error))
}

/// Starts the gateway in front of services that answer already.
pub(super) async fn start_gateway(
    listen: SocketAddr,
    upstreams: Upstreams,
    shutdown: &CancellationToken,
    services: &mut JoinSet<Result<(), Error>>,
) -> Result<SocketAddr, Error> {
    let mut options = gateway::Options::new(upstreams);
    options.listen = listen;
    let bound = match gateway::Service::bind(options).await {
        Ok(bound) => bound,
        Err(error @ (gateway::Error::NotLoopback { .. } | gateway::Error::Bind { .. })) => {
            let remedy = "choose another with --grpc, such as --grpc 127.0.0.1:50061".to_owned();
            return Err(Error::Usage { message: with_causes(&error), remedy });
        }
        Err(error) => return Err(of_service("gateway", &error)),
    };
    let address = bound.local_addr();
    let shutdown = shutdown.clone();
    services.spawn(async move {
        bound.run(shutdown).await.map_err(|error| of_service("gateway", &error))
    });
    Ok(address)
}

/// An error of a service, with its causes.
pub(super) fn of_service(service: &str, error: &dyn std::error::Error) -> Error {
    Error::Service { service: service.to_owned(), message: with_causes(error) }
}

fn panicked(error: &tokio::task::JoinError) -> Error {
    of_service("a service broke off", error)
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(&format!(": {source}"));
        cause = source.source();
    }
    text
}
