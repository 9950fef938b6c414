//! Takes connections: a bounded number of them, each through its TLS handshake within a time.
//!
//! A connection beyond the bound is closed at once, which its client notices, rather than left to
//! wait in the queue of the operating system. Handshakes run beside each other, so that a slow one
//! holds up nobody.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use futures_util::stream::{self, Stream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_rustls::TlsAcceptor;

use super::connection::{Connection, Wire};
use super::visit::{Visit, VisitLimits};
use super::{Listen, Tls};
use crate::Error;

/// How often connections are looked at that may overstay.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// After a failed accept, such as for want of file descriptors.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// What a door allows its connections.
#[derive(Clone, Copy, Debug)]
pub struct DoorLimits {
    /// Connections at once; with buffers and TLS state each costs about 50 KiB before any call.
    pub connections_max: usize,
    /// From the connect to the end of the preface of HTTP/2, the TLS handshake in between.
    pub handshake_timeout: Duration,
    /// How long a connection may stand there; `None` where the callers are our own.
    pub visits: Option<VisitLimits>,
}

impl Default for DoorLimits {
    fn default() -> Self {
        Self { connections_max: 1024, handshake_timeout: Duration::from_secs(10), visits: None }
    }
}

/// A listener that has its address and takes nobody yet.
#[derive(Debug)]
pub struct Doorway {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    limits: DoorLimits,
}

/// The state between two connections.
struct Taking {
    doorway: Doorway,
    places: Arc<Semaphore>,
    handshakes: JoinSet<Option<Connection>>,
    visits: Vec<Weak<Visit>>,
    look: Interval,
}

impl Doorway {
    /// Takes the address.
    ///
    /// # Errors
    /// [`Error::Listen`] if it is taken or none of this machine.
    pub async fn bind(listen: Listen, limits: DoorLimits) -> Result<Self, Error> {
        let address = listen.address;
        let failed = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        // Without a certificate of its own the process uses TLS for its calls only.
        let tls = listen.tls.filter(Tls::has_identity);
        Ok(Self { listener, address, tls, limits })
    }

    /// Where it listens, with the port that was given out if 0 was asked for.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The connections as they come. Dropping it closes the address and breaks off handshakes.
    pub fn connections(self) -> impl Stream<Item = Result<Connection, Infallible>> + Send {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let taking = Taking {
            places: Arc::new(Semaphore::new(self.limits.connections_max)),
            doorway: self,
            handshakes: JoinSet::new(),
            visits: Vec::new(),
            look,
        };
        stream::unfold(taking, |mut taking| async move {
            let connection = taking.next().await;
            Some((Ok(connection), taking))
        })
    }
}

impl Taking {
    async fn next(&mut self) -> Connection {
        loop {
            // All are cancel safe: what has happened stays in the listener, the set and the timer.
            tokio::select! {
                accepted = self.doorway.listener.accept() => match accepted {
                    Ok((stream, address)) => self.receive(stream, address),
                    Err(error) => {
                        tracing::warn!(%error, "a connection cannot be taken");
                        tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                    }
                },
                connection = joined(&mut self.handshakes) => {
                    if let Some(connection) = connection {
                        self.visits.push(Arc::downgrade(connection.visit()));
                        return connection;
                    }
                }
                _ = self.look.tick() => self.close_overstayers(),
            }
        }
    }

    fn receive(&mut self, stream: TcpStream, address: SocketAddr) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            tracing::debug!(%address, "all places are taken");
            return;
        };
        let tls = self.doorway.tls.clone();
        let timeout = self.doorway.limits.handshake_timeout;
        self.handshakes.spawn(open(stream, address, tls, timeout, place));
    }

    fn close_overstayers(&mut self) {
        let now = Instant::now();
        let limits = self.doorway.limits.visits;
        self.visits.retain(|visit| {
            let Some(visit) = visit.upgrade() else { return false };
            let Some(limits) = limits else { return true };
            match visit.overstays(&limits, now) {
                Some(reason) => {
                    tracing::debug!(reason, "a connection is closed");
                    visit.end().cancel();
                    false
                }
                None => true,
            }
        });
    }
}

async fn open(
    stream: TcpStream,
    address: SocketAddr,
    tls: Option<Tls>,
    timeout: Duration,
    place: OwnedSemaphorePermit,
) -> Option<Connection> {
    let opening = Box::pin(tokio::time::sleep(timeout));
    // A small answer should not wait for the next one; without it only time is lost.
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else {
        return Some(Connection::new(Wire::Plain(stream), address, opening, place));
    };
    let acceptor = TlsAcceptor::from(tls.server()?);
    let accepting = tokio::time::timeout_at(opening.deadline(), acceptor.accept(stream));
    match accepting.await {
        Ok(Ok(stream)) => {
            Some(Connection::new(Wire::Tls(Box::new(stream)), address, opening, place))
        }
        Ok(Err(error)) => {
            tracing::debug!(%address, %error, "no TLS with a client");
            None
        }
        Err(_) => {
            tracing::debug!(%address, "a client did not end its TLS handshake in time");
            None
        }
    }
}

/// The next handshake that ends; none of an empty set ever does.
async fn joined(handshakes: &mut JoinSet<Option<Connection>>) -> Option<Connection> {
    match handshakes.join_next().await {
        Some(ended) => ended.unwrap_or_else(|error| {
            tracing::error!(%error, "a handshake broke off");
            None
        }),
        None => pending().await,
    }
}
