//! The gateway as a process of its own: options in, exit code out.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use gateway::{AccessOptions, KeySource, Options, Service, Upstreams};
use http::Uri;
use service::process::{TelemetryOptions, run_to_end, tell};
use service::security::TlsOptions;

const NAME: &str = "gateway";
/// Any number of gateways may run; none owns anything.
const INSTANCE: &str = "any";
/// Where it listens on loopback unless told otherwise.
const PORT: u16 = 50051;

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
    /// Certificate of this door and, towards the services, of this caller
    #[command(flatten)]
    tls: TlsOptions,
    /// Authorities of clients (PEM): every client must show a certificate of theirs
    #[arg(long, env = "ENTREPOT_CLIENT_CA", value_name = "FILE", requires = "tls_cert")]
    client_ca: Option<PathBuf>,
    /// Keys that tokens are signed with: a JWKS document or PEM public keys, in a file or behind
    /// https:// (http:// on loopback); without any, no token is asked for
    #[arg(long, env = "ENTREPOT_JWT_KEYS", value_name = "FILE|URL")]
    jwt_keys: Option<KeySource>,
    /// The issuer (`iss`) that a token must have
    #[arg(long, env = "ENTREPOT_JWT_ISSUER", value_name = "S", requires = "jwt_keys")]
    jwt_issuer: Option<String>,
    /// The audience (`aud`) that a token must have
    #[arg(long, env = "ENTREPOT_JWT_AUDIENCE", value_name = "S", requires = "jwt_keys")]
    jwt_audience: Option<String>,
    /// What is logged, and how
    #[command(flatten)]
    telemetry: TelemetryOptions,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let telemetry = arguments.telemetry;
    telemetry.init(NAME, INSTANCE);
    let mut options = Options::new(Upstreams {
        ingestion: arguments.ingestion,
        metrics: arguments.metrics,
        network: arguments.network_model,
        advice: arguments.policy_advice,
    });
    options.listen = arguments.listen;
    options.access = AccessOptions {
        keys: arguments.jwt_keys,
        issuer: arguments.jwt_issuer,
        audience: arguments.jwt_audience,
        trust: arguments.tls.tls_ca.clone(),
    };
    options.tls = match arguments.tls.at_the_door(arguments.client_ca) {
        Ok(tls) => tls,
        Err(error) => {
            tell(NAME, &error);
            return ExitCode::FAILURE;
        }
    };
    run_to_end(NAME, async |shutdown| {
        let telling = telemetry.begin(NAME, INSTANCE.to_owned(), PORT, &shutdown).await;
        let telling = match telling {
            Ok(telling) => telling,
            Err(error) => {
                tell(NAME, &error);
                return ExitCode::FAILURE;
            }
        };
        let served = match Service::bind(options).await {
            Ok(bound) => {
                telling.vitals().started(bound.figures());
                bound.run(shutdown).await
            }
            Err(error) => Err(error),
        };
        telling.finish().await;
        match served {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tell(NAME, &error);
                ExitCode::FAILURE
            }
        }
    })
}
