//! One JSON document a line: time, level, service, instance, unit, message, and the fields of the
//! event. The unit is that of the span around it, so that no caller has to name it.

use std::io::Write;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// The field of a span that names a unit.
const UNIT: &str = "unit";

/// Writes each event as a line.
pub(super) struct JsonLines<W> {
    service: &'static str,
    instance: String,
    out: W,
}

#[derive(Default)]
struct Fields(Map<String, Value>);

/// The unit of a span.
struct UnitName(String);

impl<W> JsonLines<W> {
    pub(super) fn new(service: &'static str, instance: String, out: W) -> Self {
        Self { service, instance, out }
    }
}

impl<S, W, O> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: Fn() -> O + 'static,
    O: Write,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let (Some(Value::String(unit)), Some(span)) = (fields.0.remove(UNIT), context.span(id)) {
            span.extensions_mut().insert(UnitName(unit));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(UnitName(unit)) = span.extensions().get::<UnitName>() {
                fields.0.entry(UNIT).or_insert_with(|| unit.clone().into());
            }
        }
        let metadata = event.metadata();
        for (name, value) in [
            ("time", Timestamp::now().to_string()),
            ("level", metadata.level().as_str().to_lowercase()),
            ("service", self.service.to_owned()),
            ("instance", self.instance.clone()),
            ("target", metadata.target().to_owned()),
        ] {
            fields.0.insert(name.to_owned(), value.into());
        }
        let mut line = Value::Object(fields.0).to_string();
        line.push('\n');
        // In one piece, so that lines of several threads do not mix; nobody is left to be told if
        // standard error is gone.
        let _ = (self.out)().write_all(line.as_bytes());
    }
}

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("no panic").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_names_service_instance_and_the_unit_around_it() {
        let kept = Kept::default();
        let out = kept.clone();
        let lines = JsonLines::new("metrics", "1 of 2".to_owned(), move || out.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            tracing::error_span!("unit", unit = "metrics-3").in_scope(|| {
                tracing::warn!(position = 7_u64, because = %"a \"gap\"", "parked");
            });
            tracing::info!("serving");
        });
        let text = String::from_utf8(kept.0.lock().expect("no panic").clone()).expect("UTF-8");
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let [first, second] = lines.as_slice() else { panic!("two lines: {text}") };
        for (name, expected) in [
            ("level", Value::from("warn")),
            ("service", "metrics".into()),
            ("instance", "1 of 2".into()),
            ("unit", "metrics-3".into()),
            ("message", "parked".into()),
            ("because", "a \"gap\"".into()),
            ("position", 7.into()),
        ] {
            assert_eq!(first[name], expected, "{name}");
        }
        assert_eq!(second["unit"], Value::Null);
    }
}
