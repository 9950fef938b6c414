//! What every process of ours shares: its logs, its signals, its end.

#[cfg(feature = "kafka")]
mod stateful;

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio_util::sync::CancellationToken;

use crate::{LogFormat, init_telemetry};

#[cfg(feature = "kafka")]
pub use stateful::{Parts, ProcessOptions};

/// What a process tells of itself.
#[derive(Args, Clone, Debug)]
pub struct TelemetryOptions {
    /// How log lines look; ENTREPOT_LOG says which there are, such as `info`
    #[arg(long, env = "ENTREPOT_LOG_FORMAT", value_enum, default_value_t = Lines::Text)]
    pub log_format: Lines,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Lines {
    /// For people
    Text,
    /// One JSON document a line
    Json,
}

impl TelemetryOptions {
    /// Sets logging up, once for the process.
    pub fn init(&self) {
        init_telemetry(match self.log_format {
            Lines::Text => LogFormat::Text,
            Lines::Json => LogFormat::Json,
        });
    }
}

/// Runs what a process does until it ends; SIGTERM and Ctrl-C cancel the token that it is given.
pub fn run_to_end<Fut>(name: &str, life: impl FnOnce(CancellationToken) -> Fut) -> ExitCode
where
    Fut: Future<Output = ExitCode>,
{
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tell(name, &error);
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(async {
        let shutdown = CancellationToken::new();
        #[expect(clippy::disallowed_methods, reason = "ends with the process, and owns nothing")]
        tokio::spawn(stop_on_signal(shutdown.clone()));
        life(shutdown).await
    });
    // What still blocks a thread then holds nothing that a kill would not survive.
    runtime.shutdown_timeout(Duration::from_secs(1));
    code
}

/// Writes an error with its causes for whoever started the process.
pub fn tell(name: &str, error: &(dyn std::error::Error + 'static)) {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    eprintln!("entrepot-{name}: {text}");
}

async fn stop_on_signal(shutdown: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        // Both are cancel safe: neither holds state.
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(error) => {
            tracing::warn!(%error, "SIGTERM is not heard");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
    shutdown.cancel();
}
