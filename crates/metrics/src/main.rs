//! The metrics service as a process of its own: options in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use metrics::{Options, Service};
use service::process::{Parts, ProcessOptions};

/// Where it listens on loopback unless told otherwise.
const PORT: u16 = 50062;

/// Keeps indicators live and as of any moment, explains and previews them.
#[derive(Parser)]
#[command(name = "entrepot-metrics", version)]
struct Arguments {
    #[command(flatten)]
    process: ProcessOptions,
}

fn main() -> ExitCode {
    Arguments::parse().process.run("metrics", PORT, |parts| {
        let Parts { listen, data_dir, store, instance, log, shutdown } = parts;
        let options = Options { data_dir, listen, store, instance };
        Service::start(options, log, shutdown)
    })
}
