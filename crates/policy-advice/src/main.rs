//! The policy-advice service as a process of its own: options in, exit code out.

use std::process::ExitCode;

use clap::Parser;
use policy_advice::{Options, Service};
use service::process::{Parts, ProcessOptions};

/// Where it listens on loopback unless told otherwise.
const PORT: u16 = 50064;

/// Ranks what can be advised for a place and a segment, and says what changed and why.
#[derive(Parser)]
#[command(name = "entrepot-policy-advice", version)]
struct Arguments {
    #[command(flatten)]
    process: ProcessOptions,
}

fn main() -> ExitCode {
    Arguments::parse().process.run("policy-advice", PORT, |parts| {
        let Parts { listen, data_dir, store, instance, log, shutdown } = parts;
        let options = Options { data_dir, listen, store, instance };
        Service::start(options, log, shutdown)
    })
}
