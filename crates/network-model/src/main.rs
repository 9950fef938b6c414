//! The network-model service as a process of its own: options in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use network_model::{Options, Service};
use service::process::{Parts, ProcessOptions};

/// Where it listens on loopback unless told otherwise.
const PORT: u16 = 50063;

/// Keeps firms, places and their relations through time, and finds roles and couplings.
#[derive(Parser)]
#[command(name = "entrepot-network-model", version)]
struct Arguments {
    #[command(flatten)]
    process: ProcessOptions,
}

fn main() -> ExitCode {
    Arguments::parse().process.run("network-model", PORT, |parts| {
        let Parts { listen, data_dir, store, instance, log, shutdown } = parts;
        let large_from = Options::LARGE_FROM;
        let options = Options { data_dir, listen, store, instance, large_from };
        Service::start(options, log, shutdown)
    })
}
