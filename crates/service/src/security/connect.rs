//! Calls of our own: plain to `http://`, TLS to `https://`, with the certificates of now.
//!
//! Each connection that a channel makes takes the certificate that is valid then, so that a
//! renewal needs no restart. tonic is told an `http` address and `https` as the origin, since it
//! would else want to do TLS itself, with a certificate that it reads once.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::{PathAndQuery, Scheme};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};
use tower::{Service, service_fn};

use super::{Tls, TlsError, TlsFiles};

const HTTPS_PORT: u16 = 443;
const HTTP_PORT: u16 = 80;
/// The protocol of gRPC.
const HTTP2: &[u8] = b"h2";

/// A channel to a service that connects at its first call, and again when it has to.
///
/// # Errors
/// [`TlsError`] if the address is `https`, no TLS is given and the system knows no authorities.
pub fn channel(
    uri: &Uri,
    tls: Option<&Tls>,
    set: impl FnOnce(Endpoint) -> Endpoint,
) -> Result<Channel, TlsError> {
    if uri.scheme() != Some(&Scheme::HTTPS) {
        return Ok(set(Endpoint::from(uri.clone())).connect_lazy());
    }
    let tls = match tls {
        Some(tls) => tls.clone(),
        None => Tls::load(TlsFiles::default())?,
    };
    let endpoint = set(Endpoint::from(plain(uri)).origin(uri.clone()));
    Ok(endpoint.connect_with_connector_lazy(connector(uri, tls)))
}

/// A channel that has connected, for who wants to know at once whether anybody answers. Without
/// TLS an `https` address is an error of the connection.
///
/// # Errors
/// Of tonic, with the reason of the operating system or of TLS innermost.
///
/// # Cancel safety
/// Dropping it closes what was opened.
pub async fn connected_channel(
    uri: &Uri,
    tls: Option<&Tls>,
    set: impl FnOnce(Endpoint) -> Endpoint,
) -> Result<Channel, tonic::transport::Error> {
    match tls.filter(|_| uri.scheme() == Some(&Scheme::HTTPS)) {
        None => set(Endpoint::from(uri.clone())).connect().await,
        Some(tls) => {
            let endpoint = set(Endpoint::from(plain(uri)).origin(uri.clone()));
            endpoint.connect_with_connector(connector(uri, tls.clone())).await
        }
    }
}

fn connector(
    uri: &Uri,
    tls: Tls,
) -> impl Service<Uri, Response = TokioIo<Stream>, Error = io::Error, Future: Send> + Send + 'static
{
    let uri = uri.clone();
    service_fn(move |_: Uri| {
        let (uri, tls) = (uri.clone(), tls.clone());
        async move { connect(&uri, Some(&tls), HTTP2).await.map(TokioIo::new) }
    })
}

/// Connects to the host of an address: with TLS and a protocol of ALPN if it is `https`.
///
/// # Errors
/// Of the operating system or of TLS; an address without a host; `https` without TLS.
///
/// # Cancel safety
/// Dropping it closes what was opened.
pub async fn connect(uri: &Uri, tls: Option<&Tls>, protocol: &[u8]) -> io::Result<Stream> {
    let invalid = |text: &str| io::Error::new(io::ErrorKind::InvalidInput, text.to_owned());
    let host = uri.host().ok_or_else(|| invalid("an address without a host"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_secured = uri.scheme() == Some(&Scheme::HTTPS);
    let port = uri.port_u16().unwrap_or(if is_secured { HTTPS_PORT } else { HTTP_PORT });
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    if !is_secured {
        return Ok(Stream::Plain(stream));
    }
    let tls = tls.ok_or_else(|| invalid("an https address without TLS"))?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| invalid("no name of a host"))?;
    let mut config = (*tls.client()).clone();
    config.alpn_protocols = vec![protocol.to_vec()];
    let connector = TlsConnector::from(Arc::new(config));
    Ok(Stream::Tls(Box::new(connector.connect(name, stream).await?)))
}

/// The same address without TLS in its scheme.
fn plain(uri: &Uri) -> Uri {
    let mut parts = uri.clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    Uri::from_parts(parts).expect("an address with another scheme is an address")
}

/// A connection that we made.
#[derive(Debug)]
pub enum Stream {
    /// In the clear, on loopback.
    Plain(TcpStream),
    /// TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
        }
    }
}
