//! One call: whose it is, its limits, and the relay to the service that answers.
//!
//! A call beyond the limit is told to come back at once; calls never queue here. A client that
//! leaves drops its call, and with it the stream to the service.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::request::Parts;
use http::{Request, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::Routes;
use tower::{Service, ServiceExt};

use crate::channels::Channels;
use crate::deadline;
use crate::directory::Directory;
use crate::figures::Refusals;
use crate::meter::Meter;
use crate::refusal::Refusal;
use crate::relay::{Inbound, Outbound, Overflow};
use crate::route::{Destination, Life, Methods, Upstream, destination};
use crate::{Error, Options};

/// The two steps of a shutdown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Phases {
    /// New calls are refused, and streams without end are ended.
    pub(crate) stopping: CancellationToken,
    /// The drain time has passed: whatever is still under way is ended.
    pub(crate) cut: CancellationToken,
}

/// Answers every call of the gateway's port.
#[derive(Clone)]
pub(crate) struct Proxy {
    shared: Arc<Shared>,
    own: Routes,
}

pub(crate) struct Shared {
    pub(crate) options: Options,
    methods: Methods,
    pub(crate) channels: Channels,
    pub(crate) directory: Arc<Directory>,
    /// The next instance for a call that any can answer.
    pub(crate) turn: AtomicUsize,
    calls: Arc<Semaphore>,
    phases: Phases,
    refusals: Arc<Refusals>,
}

/// The limits of one call.
pub(crate) struct Terms {
    pub(crate) upstream: Upstream,
    pub(crate) life: Life,
    granted: Option<Duration>,
    pub(crate) until: Option<Instant>,
    permit: OwnedSemaphorePermit,
}

impl Proxy {
    pub(crate) fn new(
        options: Options,
        channels: Channels,
        directory: Arc<Directory>,
        own: Routes,
        phases: Phases,
    ) -> Result<Self, Error> {
        let methods = Methods::from_descriptors(api::DESCRIPTORS)?;
        let calls = Arc::new(Semaphore::new(options.concurrent_calls_max));
        let shared = Arc::new(Shared {
            options,
            methods,
            channels,
            directory,
            turn: AtomicUsize::new(0),
            calls,
            phases,
            refusals: Arc::default(),
        });
        Ok(Self { shared, own: own.prepare() })
    }

    /// What it has refused.
    pub(crate) fn refusals(&self) -> &Arc<Refusals> {
        &self.shared.refusals
    }
}

impl Service<Request<Body>> for Proxy {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        match destination(request.uri().path()) {
            Destination::Own => {
                let own = self.own.clone();
                Box::pin(async move { shared.answer_own(own, request).await })
            }
            Destination::Nowhere => {
                let path = request.uri().path().to_owned();
                let refusal = Refusal::UnknownService { path };
                shared.refusals.count(refusal.reason());
                let status = refusal.status();
                Box::pin(std::future::ready(Ok(status.into_http())))
            }
            Destination::Upstream(upstream) => Box::pin(async move {
                let answered = match shared.terms(upstream, &request) {
                    Ok(terms) => shared.relay(terms, request).await,
                    Err(refusal) => Err(refusal),
                };
                Ok(answered.unwrap_or_else(|refusal| {
                    shared.refusals.count(refusal.reason());
                    refusal.status().into_http()
                }))
            }),
        }
    }
}

impl Shared {
    async fn answer_own(
        &self,
        own: Routes,
        request: Request<Body>,
    ) -> Result<Response<Body>, Infallible> {
        let life = self.methods.life(request.uri().path());
        let response = own.oneshot(request).await?;
        if life != Life::Endless {
            return Ok(response);
        }
        // Health watchers and reflection clients keep their streams open: end them at a shutdown.
        let (head, body) = response.into_parts();
        let body = Outbound {
            body,
            meter: Meter::new(usize::MAX),
            overflow: Overflow::default(),
            deadline: None,
            stop: Box::pin(self.phases.stopping.clone().cancelled_owned()),
            broken_off: Refusal::Stopping,
            permit: None,
            ended: false,
        };
        Ok(Response::from_parts(head, Body::new(body)))
    }

    fn terms(&self, upstream: Upstream, request: &Request<Body>) -> Result<Terms, Refusal> {
        if self.phases.stopping.is_cancelled() {
            return Err(Refusal::Stopping);
        }
        let life = self.methods.life(request.uri().path());
        let granted = deadline::of_call(request.headers(), life, &self.options)?;
        let limit = self.options.concurrent_calls_max;
        let permit =
            Arc::clone(&self.calls).try_acquire_owned().map_err(|_| Refusal::Busy { limit })?;
        let until = granted.map(|granted| Instant::now() + granted);
        Ok(Terms { upstream, life, granted, until, permit })
    }

    async fn relay(&self, terms: Terms, request: Request<Body>) -> Result<Response<Body>, Refusal> {
        let overflow: Overflow = Arc::new(OnceLock::new());
        let (mut head, body) = request.into_parts();
        if let Some(granted) = terms.granted {
            head.headers.insert(deadline::HEADER, deadline::encode(granted));
        }
        let body = Inbound::new(body, self.options.message_bytes_max, Arc::clone(&overflow));
        let response = if self.channels.of(terms.upstream).len() == 1 {
            self.send(&terms, 0, head, Body::new(body), &overflow).await?
        } else {
            self.find_and_send(&terms, head, body, &overflow).await?
        };
        let (head, body) = response.into_parts();
        let phase = match terms.life {
            Life::Endless => &self.phases.stopping,
            Life::Bounded | Life::Open => &self.phases.cut,
        };
        let late = terms.late();
        let body = Outbound {
            body,
            meter: Meter::new(self.options.message_bytes_max),
            overflow,
            deadline: terms.until.map(|until| (Box::pin(tokio::time::sleep_until(until)), late)),
            stop: Box::pin(phase.clone().cancelled_owned()),
            broken_off: Refusal::BrokenOff { upstream: terms.upstream },
            permit: Some(terms.permit),
            ended: false,
        };
        Ok(Response::from_parts(head, Body::new(body)))
    }

    /// Sends a call to one instance, and waits for the head of its answer.
    pub(crate) async fn send(
        &self,
        terms: &Terms,
        instance: usize,
        head: Parts,
        body: Body,
        overflow: &Overflow,
    ) -> Result<Response<Body>, Refusal> {
        let channel = self.channels.to(terms.upstream, instance);
        let answer = self.in_time(terms, channel.oneshot(Request::from_parts(head, body))).await?;
        answer.map_err(|error| {
            if let Some(too_large) = overflow.get() {
                return Refusal::TooLarge(*too_large);
            }
            tracing::debug!(upstream = terms.upstream.name(), instance, %error, "a service is away");
            if terms.until.is_some_and(|until| Instant::now() >= until) {
                return terms.late();
            }
            Refusal::Away { upstream: terms.upstream }
        })
    }

    /// Waits for a part of a call within its deadline, unless calls are cut off.
    pub(crate) async fn in_time<T>(
        &self,
        terms: &Terms,
        part: impl Future<Output = T>,
    ) -> Result<T, Refusal> {
        let part = async {
            match terms.until {
                Some(until) => tokio::time::timeout_at(until, part).await,
                None => Ok(part.await),
            }
        };
        // Both are cancel safe: a dropped answer resets its stream to the service.
        tokio::select! {
            () = self.phases.cut.cancelled() => Err(Refusal::Stopping),
            part = part => part.map_err(|_| terms.late()),
        }
    }
}

impl Terms {
    fn late(&self) -> Refusal {
        Refusal::Late { granted: self.granted.unwrap_or_default() }
    }
}
