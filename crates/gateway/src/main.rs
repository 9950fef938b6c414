//! The gateway as a process of its own: options in, exit code out.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use gateway::{Options, Service, Upstreams};
use http::Uri;
use service::process::{TelemetryOptions, run_to_end, tell};

const NAME: &str = "gateway";

/// The one door: relays calls to the instance that owns what they are about.
#[derive(Parser)]
#[command(name = "entrepot-gateway", version)]
struct Arguments {
    /// Where gRPC is served
    #[arg(long, env = "ENTREPOT_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Addresses of all instances of ingestion, in the order of their numbers
    #[arg(
        long,
        env = "ENTREPOT_INGESTION",
        value_name = "URLS",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:50061"
    )]
    ingestion: Vec<Uri>,
    /// The same of metrics
    #[arg(
        long,
        env = "ENTREPOT_METRICS",
        value_name = "URLS",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:50062"
    )]
    metrics: Vec<Uri>,
    /// The same of network-model
    #[arg(
        long,
        env = "ENTREPOT_NETWORK_MODEL",
        value_name = "URLS",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:50063"
    )]
    network_model: Vec<Uri>,
    /// The same of policy-advice
    #[arg(
        long,
        env = "ENTREPOT_POLICY_ADVICE",
        value_name = "URLS",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:50064"
    )]
    policy_advice: Vec<Uri>,
    /// What is logged, and how
    #[command(flatten)]
    telemetry: TelemetryOptions,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.telemetry.init();
    let mut options = Options::new(Upstreams {
        ingestion: arguments.ingestion,
        metrics: arguments.metrics,
        network: arguments.network_model,
        advice: arguments.policy_advice,
    });
    options.listen = arguments.listen;
    run_to_end(NAME, async |shutdown| {
        let served = match Service::bind(options).await {
            Ok(bound) => bound.run(shutdown).await,
            Err(error) => Err(error),
        };
        match served {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tell(NAME, &error);
                ExitCode::FAILURE
            }
        }
    })
}
