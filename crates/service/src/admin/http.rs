//! HTTP/1.1 for three pages, bounded: few connections, short headers, little time.
//!
//! When all places are taken, the oldest connection gives its own up: whoever opens connections and
//! says nothing can never keep a probe out.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use super::Vitals;
use crate::Error;
use crate::metering::Page;

/// A probe and two scrapers need three.
const CONNECTIONS_MAX: usize = 32;
/// A request has a line and a few headers; 8 KiB is the least that hyper takes.
const HEADER_BYTES_MAX: usize = 8 << 10;
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection from its first byte to its last: one request, one answer of some 100 KB.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(15);
/// After an accept that failed, such as for want of descriptors.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// The admin port, taken and not served yet.
#[derive(Debug)]
pub struct Admin {
    listener: TcpListener,
    address: SocketAddr,
}

impl Admin {
    /// Takes the address.
    ///
    /// # Errors
    /// [`Error::Listen`].
    pub async fn bind(address: SocketAddr) -> Result<Self, Error> {
        let listen = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Ok(Self { listener, address })
    }

    /// The address, with its port.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves for ever.
    ///
    /// # Cancel safety
    /// Dropping it closes all connections and frees the port.
    pub async fn serve(self, vitals: Arc<Vitals>) {
        let mut connections = JoinSet::new();
        let mut oldest_first: VecDeque<AbortHandle> = VecDeque::new();
        loop {
            // Both are cancel safe: neither loses a connection or a task that has ended.
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                Some(_) = connections.join_next() => continue,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::debug!(%error, "admin: no connection");
                    tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                    continue;
                }
            };
            oldest_first.retain(|connection| !connection.is_finished());
            if oldest_first.len() >= CONNECTIONS_MAX
                && let Some(oldest) = oldest_first.pop_front()
            {
                oldest.abort();
            }
            oldest_first.push_back(connections.spawn(converse(stream, vitals.clone())));
        }
    }
}

/// One request and its answer.
async fn converse(stream: TcpStream, vitals: Arc<Vitals>) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let answer = answer(&request, &vitals);
        async move { Ok::<_, Infallible>(answer) }
    });
    let conversation = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEADER_BYTES_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer);
    match tokio::time::timeout(CONNECTION_TIMEOUT, conversation).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "admin: a connection broke"),
        Err(_) => tracing::debug!("admin: a connection took too long"),
    }
}

fn answer(request: &Request<Incoming>, vitals: &Vitals) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return page(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "only GET\n".to_owned());
    }
    match request.uri().path() {
        "/livez" => page(StatusCode::OK, "text/plain", "live\n".to_owned()),
        "/readyz" => {
            let (is_ready, document) = vitals.readiness();
            let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            page(status, "application/json", document)
        }
        "/metrics" => {
            let mut metrics = Page::default();
            vitals.expose(&mut metrics);
            page(StatusCode::OK, Page::CONTENT_TYPE, metrics.text())
        }
        _ => page(StatusCode::NOT_FOUND, "text/plain", "/livez /readyz /metrics\n".to_owned()),
    }
}

fn page(status: StatusCode, kind: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
