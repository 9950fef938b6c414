//! A server of a service, by those who may call it and those who may not.

mod certificates;
mod doors;
mod reasons;
mod renewal;
mod slow_connections;

use std::net::SocketAddr;

use api::operations::GetStatusRequest;
use api::operations::operations_service_client::OperationsServiceClient;
use service::security::{Listen, Tls, TlsError, channel};
use service::{Server, ServerOptions, Units};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::Status;

/// A server without units; dropping it ends it.
struct Setting {
    address: SocketAddr,
    _server: JoinSet<Result<(), service::Error>>,
}

impl Setting {
    async fn with(tls: Option<Tls>) -> Self {
        let listen = Listen { address: ([127, 0, 0, 1], 0).into(), tls };
        let options = ServerOptions { name: "metrics", service: "entrepot.metrics.v1", listen };
        let bound = Server::new(options).bind().await.expect("a free port of loopback");
        let address = bound.local_addr();
        let mut server = JoinSet::new();
        server.spawn(bound.run(Units::new(Vec::new(), 1), |_| {}, CancellationToken::new()));
        Self { address, _server: server }
    }
}

/// Asks a server for its status.
async fn ask(url: String, tls: Option<&Tls>) -> Result<(), Status> {
    let uri = url.parse().expect("is an address");
    let channel = channel(&uri, tls, |endpoint| endpoint).map_err(as_status)?;
    let mut client = OperationsServiceClient::new(channel);
    client.get_status(GetStatusRequest::default()).await.map(|_| ())
}

fn as_status(error: TlsError) -> Status {
    Status::internal(error.to_string())
}
