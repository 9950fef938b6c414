//! What every process of ours shares: what it tells of itself, its signals, its end.

mod telling;
#[cfg(feature = "kafka")]
mod stateful;

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

#[cfg(feature = "kafka")]
pub use stateful::{Parts, ProcessOptions};
pub use telling::{AdminAddress, Lines, TelemetryOptions, Telling};

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
