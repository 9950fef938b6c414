//! Requests that end only where their client ends them.
//!
//! hyper and tonic give a stream that its client cancels (RST_STREAM with CANCEL) the same end as
//! one that was sent to its end, so half an upload would look like a whole one. Only END_STREAM
//! tells them apart; a body that ends without it breaks off with an error here.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::Request;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tonic::body::Body;
use tonic::{Code, Status};

struct Whole(Body);

/// A request whose body breaks off with an error if its client does not end it.
pub(crate) fn whole(request: Request<Body>) -> Request<Body> {
    request.map(|body| Body::new(Whole(body)))
}

impl HttpBody for Whole {
    type Data = <Body as HttpBody>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let polled = Pin::new(&mut self.0).poll_frame(context);
        let is_broken_off = match &polled {
            Poll::Ready(None) => !self.0.is_end_stream(),
            // tonic takes this very code for the end of a request.
            Poll::Ready(Some(Err(status))) => status.code() == Code::Cancelled,
            Poll::Ready(Some(Ok(_))) | Poll::Pending => false,
        };
        if is_broken_off {
            return Poll::Ready(Some(Err(Status::aborted("the client broke its call off"))));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a body ends.
    #[derive(Clone, Copy)]
    enum Ending {
        ByClient,
        Silently,
        Cancelled,
    }

    impl HttpBody for Ending {
        type Data = <Body as HttpBody>::Data;
        type Error = Status;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
            match *self {
                Self::ByClient | Self::Silently => Poll::Ready(None),
                Self::Cancelled => Poll::Ready(Some(Err(Status::cancelled("")))),
            }
        }

        fn is_end_stream(&self) -> bool {
            matches!(self, Self::ByClient)
        }
    }

    #[test]
    fn a_body_that_its_client_did_not_end_breaks_off() {
        let check = |ending: Ending, expected: Option<Code>| {
            let mut body = Whole(Body::new(ending));
            let mut context = Context::from_waker(std::task::Waker::noop());
            let found = match Pin::new(&mut body).poll_frame(&mut context) {
                Poll::Ready(Some(Err(status))) => Some(status.code()),
                Poll::Ready(_) | Poll::Pending => None,
            };
            assert_eq!(found, expected);
        };
        check(Ending::ByClient, None);
        check(Ending::Silently, Some(Code::Aborted));
        check(Ending::Cancelled, Some(Code::Aborted));
    }
}
