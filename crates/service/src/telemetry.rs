//! Structured logs to standard error. What a log line may hold: ids, counts, causes; never a row,
//! never a secret.

use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document a line, for machines.
    Json,
}

/// Sets up logging once for the process; `ENTREPOT_LOG` filters (default: warnings and above).
/// A second call changes nothing.
pub fn init_telemetry(format: LogFormat) {
    let filter = EnvFilter::try_from_env("ENTREPOT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = match format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    if set.is_err() {
        tracing::debug!("logging was set up before");
    }
}
