//! The command `entrepot`: parses the arguments, runs one subcommand, ends with its exit code.
//!
//! 0 done; 1 our fault; 2 wrong usage; 3 refused; 4 unreachable or out of time. All but `up` are
//! gRPC clients of a gateway. Answers go to stdout, progress and errors to stderr.

mod arguments;
mod client;
mod clock;
mod commands;
mod error;
mod output;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;

#[tokio::main]
async fn main() -> ExitCode {
    // Clap itself ends with 2 at wrong usage, and with 0 after `--help`.
    let arguments = Arguments::parse();
    match commands::run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.report();
            error.exit_code()
        }
    }
}
