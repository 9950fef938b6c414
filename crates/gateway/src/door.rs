//! The door: each call passes it before anything else, and its answer on the way out.
//!
//! It asks for a token with the right scope, and takes it away, so that no service sees one; it
//! watches the pace of the request; and it tells the connection what its calls do. Nothing of a
//! call that is not let in reaches the proxy.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use service::security::{Call, Peer};
use tokio::time::Sleep;
use tonic::Status;
use tonic::body::Body;
use tower::{Service, ServiceExt};

use crate::access::{Authority, Denied, Needs, Pass, Scope, bearer, needs};
use crate::pace::{Pace, Paced, Slow};
use crate::proxy::Proxy;
use crate::refusal::Refusal;
use crate::relay::ending;

/// What stands before the proxy.
#[derive(Clone)]
pub(crate) struct Door {
    proxy: Proxy,
    authority: Option<Authority>,
    pace: Pace,
}

/// An answer on its way out.
struct Answer {
    body: Body,
    call: Option<Call>,
    slow: Slow,
    /// When the token of a stream without end ends.
    until: Option<Pin<Box<Sleep>>>,
    has_ended: bool,
}

impl Door {
    pub(crate) fn new(proxy: Proxy, authority: Option<Authority>, pace: Pace) -> Self {
        Self { proxy, authority, pace }
    }

    /// Who calls, as far as the method wants to know.
    async fn let_in(&self, path: &str, headers: &HeaderMap) -> Result<Option<Pass>, Denied> {
        let Some(authority) = &self.authority else { return Ok(None) };
        let needs = needs(path);
        if needs == Needs::Nothing {
            return Ok(None);
        }
        let judged = match bearer(headers) {
            Ok(token) => authority.judge(&token).await,
            Err(flaw) => Err(flaw),
        };
        let pass = judged.map_err(|flaw| {
            tracing::debug!(?flaw, path, "a token is not accepted");
            Denied::from(flaw)
        })?;
        if let Needs::Scope(scope) = needs {
            if !pass.allows(scope) {
                tracing::debug!(subject = pass.subject, %scope, path, "a scope is missing");
                return Err(Denied::Lacks(scope));
            }
            if scope != Scope::Read {
                // Who changed what must be found later; the service knows what, we know who.
                tracing::info!(subject = pass.subject, path, "a change is let in");
            }
        }
        Ok(Some(pass))
    }

    async fn answer(self, request: Request<Body>) -> Result<Response<Body>, Infallible> {
        let peer = request.extensions().get::<Peer>();
        let call = peer.map(|peer| peer.visit.begin());
        let (mut head, body) = request.into_parts();
        let path = head.uri.path();
        let pass = match self.let_in(path, &head.headers).await {
            Ok(pass) => pass,
            Err(denied) => {
                self.proxy.refusals().count("denied");
                return Ok(refused(denied.status(), call));
            }
        };
        // Health is open, but asking for it alone does not keep a place.
        let is_known = self.authority.is_none() || pass.is_some();
        if let Some(call) = call.as_ref().filter(|_| is_known) {
            call.let_in();
        }
        head.headers.remove(AUTHORIZATION);
        let left = pass.filter(|_| is_endless(path)).map(|pass| pass.left());
        let slow = Slow::default();
        let body = Body::new(Paced::new(body, self.pace, slow.clone()));
        let refusals = self.proxy.refusals().clone();
        let response = self.proxy.oneshot(Request::from_parts(head, body)).await?;
        if slow.is_set() {
            refusals.count(Refusal::Slow.reason());
            return Ok(refused(Refusal::Slow.status(), call));
        }
        Ok(response.map(|body| Body::new(Answer::new(body, call, slow, left))))
    }
}

impl Service<Request<Body>> for Door {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().answer(request))
    }
}

fn refused(status: Status, call: Option<Call>) -> Response<Body> {
    status.into_http::<Body>().map(|body| Body::new(Answer::new(body, call, Slow::default(), None)))
}

/// Whether a method goes on for as long as its client wants, and must not outlive its token.
fn is_endless(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|method| method.starts_with("Watch"))
}

impl Answer {
    fn new(body: Body, call: Option<Call>, slow: Slow, left: Option<Duration>) -> Self {
        let until = left.map(|left| Box::pin(tokio::time::sleep(left)));
        if let Some(call) = &call {
            // A client that allows no byte never has the body polled: the head counts.
            call.handed_out();
        }
        Self { body, call, slow, until, has_ended: false }
    }

    fn end(&mut self, status: &Status) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.has_ended = true;
        self.body = Body::empty();
        ending(status)
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        if let Some(call) = &self.call {
            call.fetched();
        }
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if self.slow.is_set() && !matches!(&polled, Poll::Ready(Some(Ok(frame))) if frame.is_data())
        {
            return self.end(&Refusal::Slow.status());
        }
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                self.has_ended = frame.is_trailers();
                if let Some(call) = &self.call {
                    call.handed_out();
                }
            }
            Poll::Ready(_) => self.has_ended = true,
            Poll::Pending => {
                let has_expired = self
                    .until
                    .as_mut()
                    .is_some_and(|until| until.as_mut().poll(context).is_ready());
                if has_expired {
                    return self.end(&Denied::Expired.status());
                }
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.has_ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let is_whole = self.is_end_stream();
        if let Some(call) = &mut self.call
            && is_whole
        {
            call.ended();
        }
    }
}
