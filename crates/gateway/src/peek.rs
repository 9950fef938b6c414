//! The start of a request, read before it is relayed, and put before the rest of it again.
//!
//! What is held is bounded, and a request that had ended by then can be sent twice.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use tonic::Status;
use tonic::body::Body;

use crate::relay::Inbound;

/// Length of the announcement of a message.
const PREFIX_BYTES: usize = 5;
/// Flag of a message that is compressed, which nobody here can read.
const COMPRESSED: u8 = 1;

/// A request of which some was read.
pub(crate) struct Peeked {
    start: Option<Bytes>,
    rest: Option<Inbound>,
}

/// Whole messages at the start of a request.
pub(crate) struct Start {
    bytes: Vec<u8>,
    rest: Option<Inbound>,
}

impl Start {
    /// Nothing read yet.
    pub(crate) fn new(body: Inbound) -> Self {
        Self { bytes: Vec::new(), rest: Some(body) }
    }

    /// Reads one more frame; `false` if the request has ended.
    ///
    /// # Errors
    /// What the body broke off with.
    pub(crate) async fn read(&mut self) -> Result<bool, Status> {
        let Some(body) = &mut self.rest else { return Ok(false) };
        match body.frame().await {
            None => {
                self.rest = None;
                Ok(false)
            }
            Some(Err(status)) => Err(status),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    self.bytes.extend_from_slice(&data);
                }
                if self.rest.as_ref().is_some_and(HttpBody::is_end_stream) {
                    self.rest = None;
                }
                Ok(true)
            }
        }
    }

    /// The bytes that were read.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The messages that were read wholly; none behind one that is compressed.
    pub(crate) fn messages(&self) -> Vec<&[u8]> {
        let mut messages = Vec::new();
        let mut left = &self.bytes[..];
        while let Some((prefix, rest)) = left.split_at_checked(PREFIX_BYTES) {
            let [flag, a, b, c, d] = *prefix else { break };
            let length = u32::from_be_bytes([a, b, c, d]) as usize;
            let Some((message, rest)) = rest.split_at_checked(length) else { break };
            if flag == COMPRESSED {
                break;
            }
            messages.push(message);
            left = rest;
        }
        messages
    }

    /// Whether the request has ended, so that it can be sent more than once.
    pub(crate) fn is_whole(&self) -> bool {
        self.rest.is_none()
    }

    /// The request as one body, as often as it is asked for; only the first has what is not read.
    pub(crate) fn body(&mut self) -> Body {
        let start = Bytes::copy_from_slice(&self.bytes);
        Body::new(Peeked { start: (!start.is_empty()).then_some(start), rest: self.rest.take() })
    }
}

impl HttpBody for Peeked {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Some(start) = self.start.take() {
            return Poll::Ready(Some(Ok(Frame::data(start))));
        }
        match &mut self.rest {
            Some(rest) => Pin::new(rest).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.start.is_none() && self.rest.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
