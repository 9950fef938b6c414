//! Where the services of `up` are put together; the only place of the command that knows them.
//!
//! When `start_all` returns, the log is open, every service answers, and the gateway listens.
//! The first service that ends ends all; `stop` returns when all have ended.

use std::net::SocketAddr;
use std::path::PathBuf;

use gateway::Upstreams;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::error::Error;

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
    let unavailable = format!(
        "this build has no services to start in `{}` behind {}",
        options.data_dir.display(),
        options.grpc
    );
    #[cfg(feature = "kafka")]
    tracing::debug!(brokers = options.kafka, "the log that was asked for");
    Err(Error::Service { service: "up".to_owned(), message: unavailable })
}

/// Starts the gateway in front of services that answer already.
#[expect(dead_code, reason = "start_all calls it once it starts services")]
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
