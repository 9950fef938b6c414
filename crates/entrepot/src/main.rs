//! The command `entrepot`: parses the arguments, runs one subcommand, ends with its exit code.
//!
//! 0 done; 1 our fault; 2 wrong usage; 3 refused; 4 unreachable or out of time. All but `up` are
//! gRPC clients of a gateway. Answers go to stdout, progress and errors to stderr.

mod arguments;
mod client;
mod credentials;
mod clock;
mod commands;
mod error;
mod output;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::arguments::Arguments;

/// What is still on a thread that cannot be stopped is left behind after this; nothing of it writes.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    // Clap itself ends with 2 at wrong usage, and with 0 after `--help`.
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the threads of the command cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(commands::run(arguments));
    runtime.shutdown_timeout(STOP_TIMEOUT);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.report();
            error.exit_code()
        }
    }
}
