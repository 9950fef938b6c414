//! A request keeps a pace, or loses its place: a client that sends a byte a second holds neither
//! memory nor one of the calls under way for ever.
//!
//! Time counts only while the client has to send. A service that reads slowly is not its fault.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, Sleep};
use tonic::Status;
use tonic::body::Body;

use crate::meter::Meter;
use crate::refusal::Refusal;

/// How slowly a client may send.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// From the headers to the end of the first message.
    pub first_message_within: Duration,
    /// From the first byte of a later message to its last.
    pub message_within: Duration,
    /// From one message to the next.
    pub pause_max: Duration,
}

impl Default for Pace {
    /// A chunk of 64 KiB at a modem's speed; 16 MiB at 2 Mbit/s. The pause is above the one of
    /// ingestion, whose refusal says what is lost.
    fn default() -> Self {
        Self {
            first_message_within: Duration::from_secs(20),
            message_within: Duration::from_secs(60),
            pause_max: Duration::from_secs(330),
        }
    }
}

/// Where the way in tells the way out that the client was too slow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slow(Arc<AtomicBool>);

impl Slow {
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A request's body whose pace is watched.
pub(crate) struct Paced {
    body: Body,
    pace: Pace,
    meter: Meter,
    until: Pin<Box<Sleep>>,
    slow: Slow,
}

impl Paced {
    pub(crate) fn new(body: Body, pace: Pace, slow: Slow) -> Self {
        let until = Box::pin(tokio::time::sleep(pace.first_message_within));
        // How large a message may be is judged by the relay.
        Self { body, pace, meter: Meter::new(usize::MAX), until, slow }
    }

    fn note(&mut self, data: &[u8]) {
        let (was_between, before) = (self.meter.is_between(), self.meter.complete_count());
        if self.meter.accept(data).is_err() {
            return; // It has no limit.
        }
        let has_completed = self.meter.complete_count() > before;
        let next = if self.meter.is_between() {
            self.pace.pause_max
        } else if has_completed || (was_between && before > 0) {
            self.pace.message_within
        } else {
            return; // The same message still.
        };
        self.until.as_mut().reset(Instant::now() + next);
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    self.note(data);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Pending => {
                std::task::ready!(self.until.as_mut().poll(context));
                self.slow.0.store(true, Ordering::Release);
                Poll::Ready(Some(Err(Refusal::Slow.status())))
            }
            ended => ended,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
