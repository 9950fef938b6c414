//! gRPC calls by method and code, from outside of their handlers.
//!
//! The code of a call is in its trailers, so a call is counted when its body has ended, or was
//! dropped by a client that left. A method that the descriptors do not know is `unknown`.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use http::{HeaderMap, Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use prost::Message;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::Service;

use super::Histogram;
use super::page::Page;
use crate::trace::{self, CallSpan};

/// gRPC has 17 codes.
const CODES: usize = 17;
const UNKNOWN: &str = "unknown";

/// The calls of a server.
#[derive(Debug)]
pub struct RequestMeter {
    methods: HashMap<String, MethodMeter>,
    unknown: MethodMeter,
    in_flight: AtomicI64,
    watchers: AtomicI64,
}

#[derive(Debug, Default)]
struct MethodMeter {
    codes: [AtomicU64; CODES],
    taken: Histogram,
    is_endless: bool,
}

/// A server whose calls are counted and traced.
#[derive(Clone)]
pub struct Metered<S> {
    server: S,
    meter: Arc<RequestMeter>,
}

/// Counts the end of a call, whichever way it ends.
struct Call {
    meter: Arc<RequestMeter>,
    path: String,
    began: Instant,
    code: Code,
    span: CallSpan,
}

struct Counted {
    body: Body,
    call: Option<Call>,
}

impl Default for RequestMeter {
    /// The methods of this build.
    fn default() -> Self {
        let mut methods = HashMap::new();
        let set = prost_types::FileDescriptorSet::decode(api::DESCRIPTORS).unwrap_or_default();
        for file in &set.file {
            for service in &file.service {
                for method in &service.method {
                    let name = method.name();
                    let meter = MethodMeter {
                        is_endless: name.starts_with("Watch"),
                        ..MethodMeter::default()
                    };
                    let path = format!("{}.{}/{name}", file.package(), service.name());
                    methods.insert(path, meter);
                }
            }
        }
        Self {
            methods,
            unknown: MethodMeter::default(),
            in_flight: AtomicI64::new(0),
            watchers: AtomicI64::new(0),
        }
    }
}

impl RequestMeter {
    /// Adds what there is to a page.
    pub fn expose(&self, service: &str, page: &mut Page) {
        let known = self.methods.iter().map(|(path, method)| (path.as_str(), method));
        for (path, method) in known.chain([(UNKNOWN, &self.unknown)]) {
            for (number, count) in method.codes.iter().enumerate() {
                let count = count.load(Ordering::Relaxed);
                if count == 0 {
                    continue;
                }
                let code = status_name(Code::from(i32::try_from(number).unwrap_or_default()));
                page.counter(
                    "entrepot_grpc_requests_total",
                    "gRPC calls that have ended, by method and code.",
                    &[("service", service), ("method", path), ("code", code)],
                    count,
                );
            }
            let taken = method.taken.read();
            if taken.count() > 0 {
                page.histogram(
                    "entrepot_grpc_seconds",
                    "How long gRPC calls took, to the end of the answer; watches left out.",
                    &[("service", service), ("method", path)],
                    &taken,
                );
            }
        }
        page.gauge(
            "entrepot_watchers",
            "Watches that are open.",
            &[("service", service)],
            u64::try_from(self.watchers.load(Ordering::Relaxed)).unwrap_or(0),
        );
    }

    /// Calls that have not ended.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        u64::try_from(self.in_flight.load(Ordering::Relaxed)).unwrap_or(0)
    }

    fn of(&self, path: &str) -> &MethodMeter {
        self.methods.get(path.trim_start_matches('/')).unwrap_or(&self.unknown)
    }
}

impl<S> Metered<S> {
    /// Counts the calls of a server.
    pub fn new(server: S, meter: Arc<RequestMeter>) -> Self {
        Self { server, meter }
    }
}

impl<S> Service<Request<Body>> for Metered<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.server.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let span = CallSpan::begin(&mut request);
        let mut call = Call::begin(self.meter.clone(), request.uri().path(), span);
        let answering = trace::within(call.span.context(), self.server.call(request));
        Box::pin(async move {
            let Ok(response) = answering.await;
            let (head, body) = response.into_parts();
            if call.take_code(&head.headers) {
                // There is nothing but the code.
                drop(call);
                return Ok(Response::from_parts(head, body));
            }
            let body = Body::new(Counted { body, call: Some(call) });
            Ok(Response::from_parts(head, body))
        })
    }
}

impl Call {
    fn begin(meter: Arc<RequestMeter>, path: &str, span: CallSpan) -> Self {
        meter.in_flight.fetch_add(1, Ordering::Relaxed);
        if meter.of(path).is_endless {
            meter.watchers.fetch_add(1, Ordering::Relaxed);
        }
        // Whoever drops it before it has ended has cancelled it.
        let code = Code::Cancelled;
        Self { meter, path: path.to_owned(), began: Instant::now(), code, span }
    }

    /// Takes the code from headers or trailers, if it is there.
    fn take_code(&mut self, headers: &HeaderMap) -> bool {
        let Some(code) = headers.get("grpc-status") else { return false };
        self.code = Code::from_bytes(code.as_bytes());
        true
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let method = self.meter.of(&self.path);
        method.codes[usize::try_from(i32::from(self.code)).unwrap_or(2).min(CODES - 1)]
            .fetch_add(1, Ordering::Relaxed);
        if method.is_endless {
            self.meter.watchers.fetch_sub(1, Ordering::Relaxed);
        } else {
            method.taken.observe(self.began.elapsed());
        }
        self.meter.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.span.end(self.code);
    }
}

impl HttpBody for Counted {
    type Data = <Body as HttpBody>::Data;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(trailers), Some(call)) = (frame.trailers_ref(), &mut self.call) {
                    call.take_code(trailers);
                    self.call = None;
                }
            }
            Poll::Ready(Some(Err(status))) => {
                if let Some(call) = &mut self.call {
                    call.code = status.code();
                    self.call = None;
                }
            }
            Poll::Ready(None) => self.call = None,
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The name of a code, as in the specification of gRPC.
#[must_use]
pub fn status_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
