//! The connections to the services, one an instance, made at the first call.

use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use service::security::{Tls, channel};
use tonic::transport::Channel;

use crate::route::Upstream;
use crate::{Error, Options};

/// A service that cannot be connected to within this is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// A dead connection to a service is found after interval plus timeout.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(5);

/// The connections to all instances of all services. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Channels(Arc<[Vec<Channel>; Upstream::ALL.len()]>);

impl Channels {
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        let upstreams = &options.upstreams;
        let tls = options.tls.as_ref();
        Ok(Self(Arc::new([
            connect_all(&upstreams.ingestion, tls)?,
            connect_all(&upstreams.metrics, tls)?,
            connect_all(&upstreams.network, tls)?,
            connect_all(&upstreams.advice, tls)?,
        ])))
    }

    /// All instances of a service; there is at least one.
    pub(crate) fn of(&self, upstream: Upstream) -> &[Channel] {
        &self.0[upstream.index()]
    }

    /// One instance, its number taken modulo how many there are.
    pub(crate) fn to(&self, upstream: Upstream, instance: usize) -> Channel {
        let instances = self.of(upstream);
        instances[instance % instances.len()].clone()
    }
}

fn connect_all(uris: &[Uri], tls: Option<&Tls>) -> Result<Vec<Channel>, Error> {
    if uris.is_empty() {
        return Err(Error::Upstream { uri: String::new() });
    }
    uris.iter().map(|uri| connect(uri, tls)).collect()
}

fn connect(uri: &Uri, tls: Option<&Tls>) -> Result<Channel, Error> {
    if uri.scheme().is_none() || uri.host().is_none() {
        return Err(Error::Upstream { uri: uri.to_string() });
    }
    let channel = channel(uri, tls, |endpoint| {
        endpoint
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEPALIVE_INTERVAL)
            .keep_alive_timeout(KEEPALIVE_TIMEOUT)
            .keep_alive_while_idle(true)
            .tcp_nodelay(true)
    })?;
    Ok(channel)
}
