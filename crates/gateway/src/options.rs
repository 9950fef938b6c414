//! What the gateway is told at start: where to listen, where the services are, and its limits.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use http::Uri;
use service::security::{DoorLimits, Tls, VisitLimits};

use crate::{AccessOptions, Error, Pace};

/// Where the gateway listens unless told otherwise.
const LISTEN_PORT: u16 = 50051;
/// A chunk of a release has 64 KiB and a document at most 700 KiB; an audit with all its inputs
/// is the largest reply, a few MiB.
const MESSAGE_BYTES_MAX: usize = 16 << 20;
/// Calls under way at once; each costs two HTTP/2 streams and a few KiB of buffers.
const CONCURRENT_CALLS_MAX: usize = 512;
/// A query answers in milliseconds; one that waits for a receipt says its own deadline.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);
/// Nobody reads a reply after this; a longer wish of a client is cut to it.
const DEADLINE_MAX: Duration = Duration::from_secs(600);
/// Calls under way at a shutdown may end within this.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// What the gateway is told at start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; beyond loopback only with TLS and authentication. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Certificates: of this door, and for calls to the services.
    pub tls: Option<Tls>,
    /// How tokens are judged.
    pub access: AccessOptions,
    /// Connections at most, and how long one may stand there.
    pub door: DoorLimits,
    /// How slowly a client may send.
    pub pace: Pace,
    /// The services behind the gateway.
    pub upstreams: Upstreams,
    /// Bytes of one message at most, either way.
    pub message_bytes_max: usize,
    /// Calls under way at most; the next is told to come back.
    pub concurrent_calls_max: usize,
    /// The deadline of a unary call that has none.
    pub default_deadline: Duration,
    /// The longest deadline that a unary call may ask for.
    pub deadline_max: Duration,
    /// How long calls under way may take to end at a shutdown.
    pub drain_timeout: Duration,
}

/// The addresses of the services: of each, one an instance, in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Upstreams {
    /// Serve `entrepot.ingestion.v1`.
    pub ingestion: Vec<Uri>,
    /// Serve `entrepot.metrics.v1`.
    pub metrics: Vec<Uri>,
    /// Serve `entrepot.network.v1`.
    pub network: Vec<Uri>,
    /// Serve `entrepot.advice.v1`.
    pub advice: Vec<Uri>,
}

impl Options {
    /// Options with the usual limits on the usual address.
    #[must_use]
    pub fn new(upstreams: Upstreams) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, LISTEN_PORT)),
            tls: None,
            access: AccessOptions::default(),
            door: DoorLimits { visits: Some(VisitLimits::default()), ..DoorLimits::default() },
            pace: Pace::default(),
            upstreams,
            message_bytes_max: MESSAGE_BYTES_MAX,
            concurrent_calls_max: CONCURRENT_CALLS_MAX,
            default_deadline: DEFAULT_DEADLINE,
            deadline_max: DEADLINE_MAX,
            drain_timeout: DRAIN_TIMEOUT,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let address = self.listen;
        if address.ip().is_loopback() {
            return Ok(());
        }
        let tls = self.tls.as_ref().filter(|tls| tls.has_identity());
        let Some(tls) = tls else { return Err(Error::NotLoopback { address }) };
        if self.access.keys.is_none() && !tls.knows_clients() {
            return Err(Error::NoAuthentication { address });
        }
        Ok(())
    }
}
