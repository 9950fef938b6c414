//! Spans to a collector, by OTLP over gRPC.
//!
//! Spans are handed to a thread that sends them in batches; a collector that is away or slow loses
//! spans and holds nothing up. Sampling is as the standard variables OTEL_TRACES_SAMPLER and
//! OTEL_TRACES_SAMPLER_ARG say; all, without them.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, TraceFlags, TraceId,
    TraceState, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue, SpanId};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span as SdkSpan};

use super::{Kind, TraceContext};

/// A collector that does not take spans within this loses them.
const SEND_TIMEOUT: Duration = Duration::from_secs(5);

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// Spans of this process are sent; what is left is sent by [`Exporting::finish`].
#[derive(Debug)]
pub struct Exporting(SdkTracerProvider);

pub(crate) struct Inner(SdkSpan);

/// Sends the spans of this process to a collector from now on. Once a process; call it in the
/// runtime that the process lives in.
///
/// # Errors
/// What is wrong with the address.
pub fn export_to(
    url: &str,
    service: &'static str,
    instance: &str,
) -> Result<Exporting, opentelemetry_otlp::ExporterBuildError> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(url)
        .with_timeout(SEND_TIMEOUT)
        .build()?;
    let resource = Resource::builder()
        .with_service_name(format!("entrepot-{service}"))
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new("service.instance.id", instance.to_owned()))
        .build();
    let provider =
        SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
    let _ = TRACER.set(provider.tracer("entrepot"));
    Ok(Exporting(provider))
}

impl Exporting {
    /// Sends what is left; blocks.
    pub fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(SEND_TIMEOUT) {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}

pub(crate) fn begin(
    kind: Kind,
    parent: Option<TraceContext>,
    at: Option<SystemTime>,
    name: impl FnOnce() -> String,
) -> Option<Inner> {
    let tracer = TRACER.get()?;
    let mut builder = SpanBuilder::from_name(name()).with_kind(match kind {
        Kind::Server => SpanKind::Server,
        Kind::Producer => SpanKind::Producer,
        Kind::Consumer => SpanKind::Consumer,
    });
    if let Some(at) = at {
        builder = builder.with_start_time(at);
    }
    let above = match parent {
        Some(parent) => Context::new().with_remote_span_context(SpanContext::new(
            TraceId::from_bytes(parent.trace_id),
            SpanId::from_bytes(parent.span_id),
            TraceFlags::new(parent.flags),
            true,
            TraceState::default(),
        )),
        None => Context::new(),
    };
    Some(Inner(tracer.build_with_context(builder, &above)))
}

impl Inner {
    pub(crate) fn context(&self) -> TraceContext {
        let context = self.0.span_context();
        TraceContext {
            trace_id: context.trace_id().to_bytes(),
            span_id: context.span_id().to_bytes(),
            flags: context.trace_flags().to_u8(),
        }
    }

    pub(crate) fn note(&mut self, key: &'static str, value: String) {
        self.0.set_attribute(KeyValue::new(key, value));
    }

    pub(crate) fn fail(&mut self, because: &'static str) {
        self.0.set_status(Status::error(because));
    }
}
