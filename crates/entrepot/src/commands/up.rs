//! `entrepot up`: all services in one process, and the paper's feeds sent to them through the
//! gateway, as any client would. Then it says what was found, and serves until Ctrl-C.

mod services;
mod stops;
mod paper;
mod load;
mod highlights;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;
use tracing_subscriber::EnvFilter;

use self::load::Loaded;
use self::services::{Running, StartOptions};
use self::stops::Stops;
use crate::arguments::{Form, Shared};
use crate::client::Client;
use crate::commands::audit;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::output;

/// The first audit waits until all feeds are taken in; on a small machine that takes a while.
const LOAD_TIMEOUT: Duration = Duration::from_secs(300);

const AFTER_HELP: &str = "\
Logs go to stderr; RUST_LOG=info shows more of them.

Examples:
  entrepot up
  entrepot up --data-dir /var/lib/entrepot --grpc 127.0.0.1:50061
  entrepot up --feed none                  empty, for your own feeds
  entrepot up --once --json                load, report, end";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct UpArguments {
    /// Where the log and the stores are kept
    #[arg(long, value_name = "DIR", default_value = "entrepot-data")]
    data_dir: PathBuf,
    /// Where the gateway listens; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:50051")]
    grpc: SocketAddr,
    /// Keep the log on Apache Kafka, at these brokers
    #[cfg(feature = "kafka")]
    #[arg(long, value_name = "BROKERS")]
    kafka: Option<String>,
    /// What to load at the start
    #[arg(long, value_enum, default_value_t = Feed::Paper)]
    feed: Feed,
    /// Load, report and end
    #[arg(long)]
    once: bool,
    /// The same as --once
    #[arg(long, hide = true)]
    demo: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Feed {
    /// The tables, claims and firms of Yeung (2017)
    Paper,
    /// Nothing
    None,
}

pub(crate) async fn run(shared: &Shared, arguments: UpArguments) -> Result<(), Error> {
    log_to_stderr();
    let mut stops = Stops::try_new()?;
    let form = shared.form();
    let options = StartOptions {
        data_dir: arguments.data_dir,
        grpc: arguments.grpc,
        #[cfg(feature = "kafka")]
        kafka: arguments.kafka,
    };
    let mut running = services::start_all(options).await?;
    let gateway = format!("http://{}", running.gateway_addr);
    tell(form, &format!("the gateway listens on {gateway}"))?;
    let timeout = shared.timeout.unwrap_or(LOAD_TIMEOUT);
    let work = work(&gateway, timeout, arguments.feed, form);
    // Cancel safe in all branches: what was half sent is not published.
    let worked = tokio::select! {
        worked = work => worked,
        ended = running.ended() => return stop(running, ended, stops).await,
        () = stops.asked() => return stop(running, Ok(()), stops).await,
    };
    if worked.is_err() || arguments.once || arguments.demo {
        return stop(running, worked, stops).await;
    }
    tell(form, &next_steps(&gateway))?;
    // Both are cancel safe: neither holds state.
    let ended = tokio::select! {
        ended = running.ended() => ended,
        () = stops.asked() => Ok(()),
    };
    stop(running, ended, stops).await
}

async fn stop(running: Running, outcome: Result<(), Error>, mut stops: Stops) -> Result<(), Error> {
    // Both are cancel safe enough: the second Ctrl-C means now, and every store survives a kill.
    let stopped = tokio::select! {
        stopped = running.stop() => stopped,
        () = stops.asked() => Ok(()),
    };
    outcome.and(stopped)
}

async fn work(gateway: &str, timeout: Duration, feed: Feed, form: Form) -> Result<(), Error> {
    let client = Client::connect_to(gateway, &Credentials::default(), Some(timeout)).await?;
    match feed {
        Feed::Paper => {
            let loaded = load::paper(&client, form).await?;
            report(&client, &loaded, gateway, form).await
        }
        Feed::None if form == Form::Json => output::print_json(&json!({ "gateway": gateway })),
        Feed::None => Ok(()),
    }
}

/// What the audit says, and what else was found, once everything is taken in.
async fn report(client: &Client, loaded: &Loaded, gateway: &str, form: Form) -> Result<(), Error> {
    let after = Some(loaded.receipt.clone());
    let audit = audit::ask(client, paper::DOMAIN, None, after).await?;
    let found = highlights::find(client, loaded, &audit).await;
    if form == Form::Json {
        return output::print_json(&json!({
            "gateway": gateway,
            "documents": loaded.documents,
            "releases": loaded.releases,
            "audit": audit::document(&audit),
            "found": found,
        }));
    }
    output::print(&format!("\nThe audit\n\n{}", audit::summary(&audit)))?;
    let contradicted = audit::Verdict::Contradicted;
    let claims: Vec<_> =
        audit.claims.iter().filter(|claim| claim.verdict == contradicted.code()).collect();
    if !claims.is_empty() {
        output::print(&format!("\n{}", audit::claims_text(contradicted, &claims)))?;
    }
    output::print("\nWhat was found\n")?;
    for line in &found {
        output::print(&output::fill(&format!("- {line}"), "  "))?;
    }
    Ok(())
}

fn next_steps(gateway: &str) -> String {
    let elsewhere = match gateway {
        "http://127.0.0.1:50051" => String::new(),
        other => format!("\n  export ENTREPOT_GATEWAY={other}"),
    };
    format!(
        "
Try, in another terminal:{elsewhere}
  entrepot audit --verdict contradicted
  entrepot indicators fdi.intra_share --area ASEAN --explain
  entrepot observations --dataflow DF_FDI_HOST --period 2014
  entrepot network roles
  entrepot advise --place MY-07 --segment electronics.assembly --explain
  entrepot status

Ctrl-C stops it; what was taken in stays."
    )
}

/// Text for people; with `--json` stdout belongs to the document.
fn tell(form: Form, text: &str) -> Result<(), Error> {
    match form {
        Form::Tables => output::print(text),
        Form::Json => Ok(()),
    }
}

fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Fails only if somebody has set one before; then that one stays.
    let _ = logging.try_init();
}
