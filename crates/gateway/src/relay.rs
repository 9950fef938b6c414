//! The two bodies of a relayed call: metered on the way in, watched over on the way out.
//!
//! Whatever ends a call early (a message too large, a deadline, a lost service, a shutdown)
//! reaches the client as gRPC trailers with a reason, never as a bare reset. Bodies are passed
//! on frame by frame; nothing is gathered, so back-pressure goes through.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::Status;
use tonic::body::Body;

use crate::meter::{Meter, TooLarge};
use crate::refusal::Refusal;

/// Where the way in tells the way out that it refused a message.
pub(crate) type Overflow = Arc<OnceLock<TooLarge>>;

/// The request on its way to a service.
pub(crate) struct Inbound {
    body: Body,
    meter: Meter,
    overflow: Overflow,
}

/// The response on its way to the client.
pub(crate) struct Outbound {
    pub(crate) body: Body,
    pub(crate) meter: Meter,
    pub(crate) overflow: Overflow,
    /// When to give up, and what to say then.
    pub(crate) deadline: Option<(Pin<Box<Sleep>>, Refusal)>,
    /// The step of a shutdown that ends it.
    pub(crate) stop: Pin<Box<WaitForCancellationFutureOwned>>,
    /// What to say if the service breaks off.
    pub(crate) broken_off: Refusal,
    /// Counts the call as under way until the body is gone.
    pub(crate) permit: Option<OwnedSemaphorePermit>,
    pub(crate) ended: bool,
}

/// The last frame of an answer that ends early: trailers that say why.
pub(crate) fn ending(status: &Status) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
    let mut trailers = HeaderMap::new();
    match status.add_header(&mut trailers) {
        Ok(()) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
        Err(status) => Poll::Ready(Some(Err(status))),
    }
}

impl Inbound {
    pub(crate) fn new(body: Body, limit_bytes: usize, overflow: Overflow) -> Self {
        Self { body, meter: Meter::new(limit_bytes), overflow }
    }
}

impl HttpBody for Inbound {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if matches!(polled, Poll::Ready(None)) && !self.body.is_end_stream() {
            // hyper ends a cancelled stream as it ends a whole one; the service must not.
            return Poll::Ready(Some(Err(Status::aborted("the client broke its call off"))));
        }
        let Poll::Ready(Some(Ok(frame))) = polled else { return polled };
        if let Some(data) = frame.data_ref()
            && let Err(too_large) = self.meter.accept(data)
        {
            self.overflow.get_or_init(|| too_large);
            return Poll::Ready(Some(Err(Refusal::TooLarge(too_large).status())));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Outbound {
    fn end(&mut self, refusal: &Refusal) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.ended = true;
        self.permit = None;
        self.body = Body::empty();
        ending(&refusal.status())
    }
}

impl HttpBody for Outbound {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref()
                    && let Err(too_large) = self.meter.accept(data)
                {
                    return self.end(&Refusal::TooLarge(too_large));
                }
                return Poll::Ready(Some(Ok(frame)));
            }
            Poll::Ready(Some(Err(error))) => {
                tracing::debug!(%error, "a service broke off an answer");
                let overflow = self.overflow.get().copied().map(Refusal::TooLarge);
                let refusal = overflow.unwrap_or_else(|| self.broken_off.clone());
                return self.end(&refusal);
            }
            Poll::Ready(None) => {
                self.ended = true;
                self.permit = None;
                return Poll::Ready(None);
            }
            Poll::Pending => {}
        }
        if let Some((sleep, late)) = &mut self.deadline
            && sleep.as_mut().poll(context).is_ready()
        {
            let late = late.clone();
            return self.end(&late);
        }
        if self.stop.as_mut().poll(context).is_ready() {
            return self.end(&Refusal::Stopping);
        }
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No more frames; whether the client has ended it is told beside.
    struct Ended(bool);

    impl HttpBody for Ended {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            Poll::Ready(None)
        }

        fn is_end_stream(&self) -> bool {
            self.0
        }
    }

    #[test]
    fn a_request_that_its_client_cancels_is_not_relayed_as_a_whole_one() {
        for (is_ended, is_error) in [(true, false), (false, true)] {
            let mut inbound = Inbound::new(Body::new(Ended(is_ended)), 1, Overflow::default());
            let mut context = Context::from_waker(std::task::Waker::noop());
            let polled = Pin::new(&mut inbound).poll_frame(&mut context);
            assert_eq!(matches!(polled, Poll::Ready(Some(Err(_)))), is_error, "{polled:?}");
        }
    }
}
