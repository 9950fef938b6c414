//! The gRPC server of a service: its own service beside health, operations and reflection, limits,
//! and a shutdown that lets running requests end.
//!
//! Beyond loopback it serves only callers that show a certificate of the known authority: the
//! services trust who gets in, and the gateway is the door for all others.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use api::operations::operations_service_server::OperationsServiceServer;
use tokio_util::sync::CancellationToken;
use tonic::metadata::MetadataMap;
use tonic::service::{Routes, RoutesBuilder};
use tower::layer::layer_fn;
use tower::util::MapRequestLayer;

use crate::metering::Metered;
use crate::security::{DoorLimits, Doorway, Listen};
use crate::status::Operations;
use crate::whole::whole;
use crate::{Error, Units};

/// How often health is looked at.
const HEALTH_EVERY: Duration = Duration::from_millis(500);
/// How long running requests may take after shutdown began.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);
/// Requests at once on one connection; the gateway brings all of them on few connections.
const STREAMS_MAX: u32 = 1024;
/// The gateway takes no more from its clients.
const HEADER_BYTES_MAX: u32 = 16 << 10;
const KEEPALIVE_EVERY: Duration = Duration::from_secs(30);
/// A wait without a deadline of the caller's ends after this.
const DEADLINE_DEFAULT: Duration = Duration::from_secs(30);

/// Where a service listens and what it is called.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The service's name, such as `metrics`.
    pub name: &'static str,
    /// The name of its gRPC service, for health.
    pub service: &'static str,
    /// Where, and with which certificates.
    pub listen: Listen,
}

/// A server that is about to listen.
#[derive(Debug)]
pub struct Server {
    options: ServerOptions,
}

/// A server that listens and does not serve yet.
#[derive(Debug)]
pub struct Bound {
    options: ServerOptions,
    doorway: Doorway,
}

impl Server {
    /// A server with these options.
    #[must_use]
    pub fn new(options: ServerOptions) -> Self {
        Self { options }
    }

    /// Listens.
    ///
    /// # Errors
    /// [`Error::OpenAddress`] or [`Error::Listen`].
    pub async fn bind(self) -> Result<Bound, Error> {
        let listen = self.options.listen.clone();
        listen.check()?;
        let doorway = Doorway::bind(listen, DoorLimits::default()).await?;
        Ok(Bound { options: self.options, doorway })
    }
}

impl Bound {
    /// The address, with its port.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.doorway.local_addr()
    }

    /// Serves until shutdown, then drains.
    ///
    /// # Errors
    /// [`Error::Transport`] if the server fails.
    pub async fn run(
        self,
        units: Units,
        add_service: impl FnOnce(&mut RoutesBuilder),
        shutdown: CancellationToken,
    ) -> Result<(), Error> {
        let (reporter, health) = tonic_health::server::health_reporter();
        let name = self.options.service;
        reporter.set_service_status(name, tonic_health::ServingStatus::NotServing).await;
        let mut routes = Routes::builder();
        let operations = Operations::new(self.options.name, units.clone());
        routes.add_service(health).add_service(OperationsServiceServer::new(operations));
        add_service(&mut routes);
        let meter = units.requests().clone();
        let serving = tonic::transport::Server::builder()
            .max_concurrent_streams(STREAMS_MAX)
            .http2_keepalive_interval(Some(KEEPALIVE_EVERY))
            .http2_max_header_list_size(HEADER_BYTES_MAX)
            .layer(layer_fn(move |server| Metered::new(server, meter.clone())))
            .layer(MapRequestLayer::new(whole))
            .add_routes(routes.routes())
            .serve_with_incoming_shutdown(
                self.doorway.connections(),
                shutdown.clone().cancelled_owned(),
            );
        let watching = async {
            let mut every = tokio::time::interval(HEALTH_EVERY);
            while !shutdown.is_cancelled() {
                every.tick().await;
                let well = units.iter().all(|unit| unit.trouble().is_none());
                let status = if well {
                    tonic_health::ServingStatus::Serving
                } else {
                    tonic_health::ServingStatus::NotServing
                };
                reporter.set_service_status(name, status).await;
                reporter.set_service_status("", status).await;
            }
            tokio::time::sleep(DRAIN_TIMEOUT).await;
        };
        until_either(serving, watching).await
    }
}

async fn until_either(
    serving: impl Future<Output = Result<(), tonic::transport::Error>>,
    watching: impl Future<Output = ()>,
) -> Result<(), Error> {
    tokio::select! {
        served = serving => Ok(served?),
        () = watching => Ok(()), // Drained long enough.
    }
}

/// How long a request may wait: nine tenths of its own deadline (`grpc-timeout`), so that the
/// answer that says what is missing still arrives in time; else a default.
#[must_use]
pub fn deadline_of(metadata: &MetadataMap) -> Duration {
    let parse = |text: &str| {
        let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let count: u64 = digits.parse().ok()?;
        match unit {
            "H" => Some(Duration::from_secs(count.checked_mul(3600)?)),
            "M" => Some(Duration::from_secs(count.checked_mul(60)?)),
            "S" => Some(Duration::from_secs(count)),
            "m" => Some(Duration::from_millis(count)),
            "u" => Some(Duration::from_micros(count)),
            "n" => Some(Duration::from_nanos(count)),
            _ => None,
        }
    };
    let given = metadata.get("grpc-timeout").and_then(|value| value.to_str().ok());
    given.and_then(parse).map_or(DEADLINE_DEFAULT, |limit| limit - limit / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_read_in_each_unit() {
        let check = |text: &str, expected: Duration| {
            let mut metadata = MetadataMap::new();
            metadata.insert("grpc-timeout", text.parse().expect("ascii"));
            assert_eq!(deadline_of(&metadata), expected, "{text}");
        };
        check("250m", Duration::from_millis(225));
        check("3S", Duration::from_millis(2_700));
        check("2M", Duration::from_secs(108));
        check("5000000u", Duration::from_millis(4_500));
        check("nonsense", DEADLINE_DEFAULT);
        check("", DEADLINE_DEFAULT);
    }
}
