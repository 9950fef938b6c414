//! Structured logs to standard error. What a log line may hold: ids, counts, causes; never a row,
//! never a secret.

mod json_lines;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use json_lines::JsonLines;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document a line, for machines.
    Json,
}

/// Sets up logging once for the process; `ENTREPOT_LOG` filters (default: warnings and above). Lines
/// of JSON name the service and the instance. A second call changes nothing.
pub fn init_telemetry(format: LogFormat, service: &'static str, instance: &str) {
    let filter = EnvFilter::try_from_env("ENTREPOT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let filtered = tracing_subscriber::registry().with(filter);
    let set = match format {
        LogFormat::Text => {
            let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
            filtered.with(lines.with_target(false)).try_init()
        }
        LogFormat::Json => {
            let lines = JsonLines::new(service, instance.to_owned(), std::io::stderr);
            filtered.with(lines).try_init()
        }
    };
    if set.is_err() {
        tracing::debug!("logging was set up before");
    }
}
