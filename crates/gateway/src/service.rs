//! The gateway as a whole: it binds, so that a taken port is known before anything starts, and
//! runs until told to stop. At a stop new calls are refused, watches are ended with a reason, and
//! calls under way may finish within a bound.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::service::admin::Source;
use ::service::metering::{Metered, RequestMeter};
use api::operations::operations_service_server::OperationsServiceServer;
use service::security::{Doorway, Listen};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic_health::server::{HealthReporter, health_reporter};
use tonic_reflection::server::v1::{ServerReflection, ServerReflectionServer};
use tonic_reflection::server::v1alpha::{
    ServerReflection as AlphaReflection, ServerReflectionServer as AlphaServer,
};

use crate::access::Authority;
use crate::channels::Channels;
use crate::directory::Directory;
use crate::door::Door;
use crate::figures::Figures;
use crate::operations::Operations;
use crate::proxy::{Phases, Proxy};
use crate::{Error, Options, health};

/// A client that is gone without a word is found after interval plus timeout.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for the last statuses to reach their clients.
const CUT_TIMEOUT: Duration = Duration::from_secs(1);
/// Calls at once on one connection: a person's page has a dozen, a busy program a hundred.
const STREAMS_MAX: u32 = 256;
/// Streams that are opened and reset at once before we look at them (CVE-2023-44487).
const PENDING_RESETS_MAX: usize = 20;
/// Streams that we had to reset for errors of the client's (CVE-2025-8671).
const LOCAL_RESETS_MAX: usize = 256;
/// Headers of a call; tonic's default is the same, stated here because it is a limit of ours.
const HEADER_BYTES_MAX: u32 = 16 << 10;

/// The gateway before it listens.
#[derive(Debug)]
pub struct Service;

/// A gateway that listens and does not answer yet.
pub struct Bound {
    doorway: Doorway,
    address: SocketAddr,
    authority: Option<Authority>,
    drain_timeout: Duration,
    channels: Channels,
    reporter: HealthReporter,
    directory: Arc<Directory>,
    door: Door,
    phases: Phases,
    meter: Arc<RequestMeter>,
    figures: Arc<Figures>,
}

impl Service {
    /// Takes the address.
    ///
    /// # Errors
    /// [`Error::NotLoopback`], [`Error::Bind`] and [`Error::Upstream`] for the addresses given.
    pub async fn bind(options: Options) -> Result<Bound, Error> {
        options.check()?;
        let listen = Listen { address: options.listen, tls: options.tls.clone() };
        let doorway = Doorway::bind(listen, options.door).await.map_err(|error| match error {
            service::Error::Listen { address, source } => Error::Bind { address, source },
            other => Error::Door(Box::new(other)),
        })?;
        let address = doorway.local_addr();
        let authority = Authority::open(options.access.clone()).await?;
        let channels = Channels::new(&options)?;
        let phases = Phases::default();
        let (reporter, health_server) = health_reporter();
        health::report_away(&reporter).await;
        let operations =
            Operations { channels: channels.clone(), stopping: phases.stopping.clone() };
        let (reflection, reflection_alpha) = reflection()?;
        let own = Routes::new(health_server)
            .add_service(OperationsServiceServer::new(operations))
            .add_service(reflection)
            .add_service(reflection_alpha);
        let (drain_timeout, pace) = (options.drain_timeout, options.pace);
        let directory = Arc::new(Directory::new(channels.clone()));
        let proxy = Proxy::new(options, channels.clone(), directory.clone(), own, phases.clone())?;
        let meter = Arc::new(RequestMeter::default());
        let figures = Arc::new(Figures::new(meter.clone(), proxy.refusals().clone(), &channels));
        let door = Door::new(proxy, authority.clone(), pace);
        Ok(Bound {
            doorway,
            address,
            authority,
            drain_timeout,
            channels,
            reporter,
            directory,
            door,
            phases,
            meter,
            figures,
        })
    }
}

impl Bound {
    /// Where it listens; the port is the one that was given out if 0 was asked for.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What the admin port tells of it.
    #[must_use]
    pub fn figures(&self) -> Arc<dyn Source> {
        self.figures.clone()
    }

    /// Answers calls until the shutdown, and returns when all have ended or the bound has passed.
    ///
    /// # Errors
    /// [`Error::Serve`] if the listener breaks.
    ///
    /// # Cancel safety
    /// Dropping it closes every connection at once; cancel `shutdown` instead.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Error> {
        let mut tasks = JoinSet::new();
        let polling =
            health::poll(self.channels, self.figures, self.reporter.clone(), shutdown.clone());
        tasks.spawn(polling);
        let directory = self.directory;
        let following = shutdown.clone();
        tasks.spawn(async move { directory.follow(following).await });
        if let Some(authority) = self.authority {
            tasks.spawn(authority.watch(shutdown.clone()));
        }
        let server = Server::builder()
            .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
            .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
            .http2_max_header_list_size(HEADER_BYTES_MAX)
            .max_concurrent_streams(STREAMS_MAX)
            .http2_max_pending_accept_reset_streams(Some(PENDING_RESETS_MAX))
            .http2_max_local_error_reset_streams(Some(LOCAL_RESETS_MAX));
        let (stopping, reporter) = (self.phases.stopping.clone(), self.reporter);
        let stop = async move {
            shutdown.cancelled().await;
            health::report_away(&reporter).await;
            stopping.cancel();
        };
        let door = Metered::new(self.door, self.meter);
        let serving = server.serve_with_incoming_shutdown(door, self.doorway.connections(), stop);
        tracing::info!(address = %self.address, "the gateway listens");
        let mut serving = std::pin::pin!(serving);
        // Both are cancel safe: `serving` is only borrowed, and the other holds no state.
        let served = tokio::select! {
            served = &mut serving => served,
            () = drained_too_long(&self.phases.stopping, self.drain_timeout) => {
                tracing::warn!("calls were still under way at the end of the drain time");
                self.phases.cut.cancel();
                // A client that does not read keeps its connection open: leave it behind.
                tokio::time::timeout(CUT_TIMEOUT, serving).await.unwrap_or(Ok(()))
            }
        };
        tasks.shutdown().await;
        served.map_err(Error::Serve)
    }
}

async fn drained_too_long(stopping: &CancellationToken, bound: Duration) {
    stopping.cancelled().await;
    tokio::time::sleep(bound).await;
}

/// Reflection in both versions: grpcurl asks for the newer one first, older clients for the other.
fn reflection()
-> Result<(ServerReflectionServer<impl ServerReflection>, AlphaServer<impl AlphaReflection>), Error>
{
    let builder = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(api::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let refused = |error| Error::Descriptors(Box::new(error));
    Ok((builder().build_v1().map_err(refused)?, builder().build_v1alpha().map_err(refused)?))
}
