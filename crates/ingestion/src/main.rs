//! The ingestion service as a process of its own: options in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use ingestion::{Options, Service};
use service::process::{Parts, ProcessOptions};

/// Where it listens on loopback unless told otherwise.
const PORT: u16 = 50061;

/// Takes releases in, checks them, and publishes them whole or not at all.
#[derive(Parser)]
#[command(name = "entrepot-ingestion", version)]
struct Arguments {
    #[command(flatten)]
    process: ProcessOptions,
    /// Addresses of all instances of metrics, for dry runs, separated by commas
    #[arg(long, env = "ENTREPOT_METRICS", value_name = "URLS", value_delimiter = ',')]
    metrics: Vec<tonic::transport::Uri>,
}

fn main() -> ExitCode {
    let Arguments { process, metrics } = Arguments::parse();
    process.run("ingestion", PORT, |parts| {
        let Parts { listen, data_dir, store, instance, log, shutdown } = parts;
        let options = Options { data_dir, listen, store, instance, metrics };
        Service::start(options, log, shutdown)
    })
}
