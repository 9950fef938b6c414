//! Fetches a small document over HTTP: one request, no redirects, bounded in size and time.
//!
//! A redirect would let whoever can change it choose other keys, and none is needed: the address
//! of the keys stands in the provider's discovery document.

use std::time::Duration;

use http::header::{ACCEPT, HOST};
use http::{HeaderValue, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use service::security::{Tls, connect};

use super::KeysError;
use super::source::DOCUMENT_BYTES_MAX;

/// A provider answers in milliseconds; a caller whose key is unknown waits for this.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
const HTTP1: &[u8] = b"http/1.1";

/// The document at an address.
///
/// # Cancel safety
/// Dropping it closes the connection.
pub(super) async fn fetch(uri: &Uri, tls: Option<&Tls>) -> Result<Bytes, KeysError> {
    let failed = |reason: String| KeysError::Unreachable { uri: uri.to_string(), reason };
    match tokio::time::timeout(FETCH_TIMEOUT, exchange(uri, tls)).await {
        Ok(Ok(document)) => Ok(document),
        Ok(Err(reason)) => Err(failed(reason)),
        Err(_) => Err(failed(format!("no answer within {} s", FETCH_TIMEOUT.as_secs()))),
    }
}

async fn exchange(uri: &Uri, tls: Option<&Tls>) -> Result<Bytes, String> {
    let text = |error: &dyn std::error::Error| error.to_string();
    let stream = connect(uri, tls, HTTP1).await.map_err(|error| text(&error))?;
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| text(&error))?;
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header(HOST, host)
        .header(ACCEPT, HeaderValue::from_static("application/json"))
        .body(Empty::<Bytes>::new())
        .map_err(|error| text(&error))?;
    let asking = async {
        let response = sender.send_request(request).await.map_err(|error| text(&error))?;
        if response.status() != StatusCode::OK {
            return Err(format!("it answers {}", response.status()));
        }
        let body = Limited::new(response.into_body(), DOCUMENT_BYTES_MAX);
        let collected = body.collect().await.map_err(|error| error.to_string())?;
        Ok(collected.to_bytes())
    };
    let mut asking = std::pin::pin!(asking);
    // Both are cancel safe: `asking` is only borrowed, and the connection ends with it.
    tokio::select! {
        answer = &mut asking => answer,
        driven = connection => match driven {
            // The other side may close once it has answered: the rest is here already.
            Ok(()) => asking.await,
            Err(error) => Err(error.to_string()),
        },
    }
}
