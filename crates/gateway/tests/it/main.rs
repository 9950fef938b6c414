//! The gateway in front of small services that answer with fixed facts.

mod fake;
#[path = "../../../service/tests/it/certificates.rs"]
mod certificates;
mod deadline;
mod doors;
mod health;
mod issuer;
mod key_sources;
mod limits;
mod listen;
mod operations;
#[cfg(feature = "process")]
mod redaction;
mod reflection;
mod routing;
mod secured;
mod shutdown;
mod slow_clients;
mod streaming;
mod trailers;
mod unknown_service;
mod upstream_away;

use std::net::SocketAddr;
use std::time::Duration;

use api::metrics::metrics_service_client::MetricsServiceClient;
use gateway::{Options, Service};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;

/// A gateway, what is behind it, and a connection to it.
struct Setting {
    fakes: fake::Fakes,
    address: SocketAddr,
    channel: Channel,
    shutdown: CancellationToken,
    gateway: JoinSet<Result<(), gateway::Error>>,
}

/// What should come at once, on a machine that is busy with other things too.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("it comes soon")
}

impl Setting {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let fakes = fake::Fakes::start();
        let mut options = Options::new(fakes.upstreams());
        options.listen = ([127, 0, 0, 1], 0).into();
        change(&mut options);
        let bound = Service::bind(options).await.expect("a free port of loopback");
        let address = bound.local_addr();
        let shutdown = CancellationToken::new();
        let mut gateway = JoinSet::new();
        gateway.spawn(bound.run(shutdown.clone()));
        let endpoint = Channel::from_shared(format!("http://{address}")).expect("an address");
        let channel = endpoint.connect().await.expect("it listens");
        Self { fakes, address, channel, shutdown, gateway }
    }

    fn metrics(&self) -> MetricsServiceClient<Channel> {
        MetricsServiceClient::new(self.channel.clone())
    }
}
