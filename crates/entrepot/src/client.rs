//! The connection to a gateway, and the deadline of each call.
//!
//! Connecting is the first step of every command, so that a gateway that is away is told as such
//! and not as a failed question. Every unary call has a deadline; a stream has one if asked for.

use std::time::Duration;

use api::advice::advice_service_client::AdviceServiceClient;
use api::ingestion::ingestion_service_client::IngestionServiceClient;
use api::metrics::metrics_service_client::MetricsServiceClient;
use api::network::network_service_client::NetworkServiceClient;
use api::operations::operations_service_client::OperationsServiceClient;
use service::security::connected_channel;
use tonic::transport::{Channel, Uri};
use tonic::{Code, Request, Response, Status};

use crate::arguments::Shared;
use crate::credentials::{Bearer, Credentials};
use crate::error::Error;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// An audit with all its inputs is the largest answer, a few MiB.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// Rows of a page of a list; pages are asked for until the list ends.
pub(crate) const PAGE_SIZE: u32 = 500;

/// A gateway that was reached.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    channel: Channel,
    gateway: String,
    timeout: Option<Duration>,
    bearer: Option<Bearer>,
}

impl Client {
    /// Connects to the gateway.
    pub(crate) async fn connect(shared: &Shared) -> Result<Self, Error> {
        Self::connect_to(&shared.gateway, &shared.credentials, shared.timeout).await
    }

    pub(crate) async fn connect_to(
        gateway: &str,
        credentials: &Credentials,
        timeout: Option<Duration>,
    ) -> Result<Self, Error> {
        let no_address = || Error::Usage {
            message: format!("`{gateway}` is no address of a gateway"),
            remedy: "write it as http://127.0.0.1:50051 or https://entrepot.example.org".to_owned(),
        };
        let uri: Uri = gateway.parse().map_err(|_| no_address())?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
            return Err(no_address());
        }
        let bearer = credentials.bearer(&uri)?;
        let tls = credentials.tls(&uri)?;
        let channel = connected_channel(&uri, tls.as_ref(), |endpoint| {
            endpoint.connect_timeout(CONNECT_TIMEOUT).tcp_nodelay(true)
        });
        let channel = channel.await.map_err(|error| Error::Unreachable {
            gateway: gateway.to_owned(),
            reason: innermost(&error),
        })?;
        Ok(Self { channel, gateway: gateway.to_owned(), timeout, bearer })
    }

    pub(crate) fn ingestion(&self) -> IngestionServiceClient<Channel> {
        IngestionServiceClient::new(self.channel.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    pub(crate) fn metrics(&self) -> MetricsServiceClient<Channel> {
        MetricsServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    pub(crate) fn network(&self) -> NetworkServiceClient<Channel> {
        NetworkServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    pub(crate) fn advice(&self) -> AdviceServiceClient<Channel> {
        AdviceServiceClient::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    pub(crate) fn operations(&self) -> OperationsServiceClient<Channel> {
        OperationsServiceClient::new(self.channel.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX)
    }

    /// A unary question, within `--timeout` or the usual deadline.
    pub(crate) fn question<T>(&self, message: T) -> Request<T> {
        let mut request = self.request(message);
        request.set_timeout(self.timeout.unwrap_or(DEFAULT_TIMEOUT));
        request
    }

    /// A question with a stream in it, within `--timeout` if that is given.
    pub(crate) fn stream<T>(&self, message: T) -> Request<T> {
        let mut request = self.request(message);
        if let Some(timeout) = self.timeout {
            request.set_timeout(timeout);
        }
        request
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        // Whoever runs the command in a trace of his own finds our spans in it.
        if let Ok(context) = std::env::var("TRACEPARENT")
            && let Ok(value) = context.parse()
        {
            request.metadata_mut().insert("traceparent", value);
        }
        if let Some(bearer) = &self.bearer {
            request.metadata_mut().insert("authorization", bearer.value());
        }
        request
    }

    /// The answer, or what went wrong while doing something.
    pub(crate) fn answer<T>(
        &self,
        doing: &str,
        answered: Result<Response<T>, Status>,
    ) -> Result<T, Error> {
        answered.map(Response::into_inner).map_err(|status| self.failed(doing, status))
    }

    pub(crate) fn failed(&self, doing: &str, status: Status) -> Error {
        let is_timer = (status.code(), status.message()) == (Code::Cancelled, "Timeout expired");
        // Only a status that was made on this side has a cause.
        let is_of_the_connection = matches!(status.code(), Code::Unknown | Code::Cancelled)
            && !is_timer
            && std::error::Error::source(&status).is_some();
        if is_of_the_connection {
            // Such as a certificate that the gateway asks for: with TLS 1.3 it says so only once
            // the connection is made, and the end of the connection may be seen before the reason.
            let (gateway, reason) = (self.gateway.clone(), innermost(&status));
            return Error::Unreachable { gateway, reason };
        }
        // tonic calls its own expired timer a cancellation; for the user it is the same deadline,
        // whichever of client, gateway and service saw it pass first.
        let status = if is_timer {
            Status::deadline_exceeded("no answer within the time allowed")
        } else {
            status
        };
        let gateway = self.gateway.clone();
        Error::Status { doing: doing.to_owned(), gateway, status: Box::new(status) }
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
