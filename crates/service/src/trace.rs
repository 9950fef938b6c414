//! Where a call or an event comes from, in the trace context of W3C: from call to call in the header
//! `traceparent`, and through the log in the envelope of each event.
//!
//! The context is passed on whether or not anybody collects spans; spans are made only with the
//! feature `otlp` and an address to send them to. A context is never part of a state or a digest.

mod context;
mod span;
#[cfg(feature = "otlp")]
mod otlp;

use std::future::Future;

use http::{HeaderValue, Request};
use tonic::Code;
use tonic::body::Body;
use tonic::metadata::MetadataMap;

pub use context::TraceContext;
#[cfg(feature = "otlp")]
pub use otlp::{Exporting, export_to};
pub(crate) use span::{Kind, Span};

/// The header of the context, in lower case as in HTTP/2.
const HEADER: &str = "traceparent";

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// The context of the call that is being answered, if it has one.
#[must_use]
pub fn current() -> Option<TraceContext> {
    CURRENT.try_with(|context| *context).ok()
}

/// Lets what is spawned belong to the call that is being answered.
pub fn carry<T>(future: impl Future<Output = T> + Send) -> impl Future<Output = T> + Send {
    within(current(), future)
}

/// Adds the context of the call that is being answered to a call that it makes.
pub fn pass_on(metadata: &mut MetadataMap) {
    let value = current().and_then(|context| context.to_string().parse().ok());
    if let Some(value) = value {
        metadata.insert(HEADER, value);
    }
}

pub(crate) async fn within<T>(context: Option<TraceContext>, future: impl Future<Output = T>) -> T {
    match context {
        Some(context) => CURRENT.scope(context, future).await,
        None => future.await,
    }
}

/// The span of a call that a server answers.
pub(crate) struct CallSpan(Span);

impl CallSpan {
    /// Begins under the context that the call brings, and lets the call go on under its own.
    pub(crate) fn begin(request: &mut Request<Body>) -> Self {
        let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
        let parent = given.and_then(|text| text.parse().ok());
        let span = Span::begin(Kind::Server, parent, || {
            request.uri().path().trim_start_matches('/').to_owned()
        });
        if let Some(context) = span.context()
            && let Ok(value) = HeaderValue::try_from(context.to_string())
        {
            request.headers_mut().insert(HEADER, value);
        }
        Self(span)
    }

    pub(crate) fn context(&self) -> Option<TraceContext> {
        self.0.context()
    }

    pub(crate) fn end(&mut self, code: Code) {
        self.0.note("rpc.response.status_code", crate::metering::status_name(code));
        let is_ours = matches!(
            code,
            Code::Unknown
                | Code::DeadlineExceeded
                | Code::Internal
                | Code::Unavailable
                | Code::DataLoss
        );
        if is_ours {
            self.0.fail(crate::metering::status_name(code));
        }
        self.0.end();
    }
}
