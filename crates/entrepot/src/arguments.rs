//! What all subcommands share: where the gateway is, how long to wait, and the output's form.

use std::time::Duration;

use clap::{Args, Parser};

use crate::commands::Command;
use crate::credentials::Credentials;

const AFTER_HELP: &str = "\
Exit codes: 0 done; 1 our fault; 2 wrong usage; 3 refused; 4 unreachable or out of time.

With --json each command prints one document with keys in snake_case (watch: one a line). Decimal
values are strings, with the digits that were printed or computed; counts are numbers.

Examples:
  entrepot up                                    run everything here, with the paper's feeds
  entrepot audit                                 which claims hold, and which do not
  entrepot ingest release.csv --dry-run          what would this release change?
  entrepot indicators --area MY --explain        values with formula and inputs
  entrepot status --gateway http://127.0.0.1:50051";

/// A production-network observatory: official statistics in, traceable policy advice out.
#[derive(Debug, Parser)]
#[command(name = "entrepot", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) shared: Shared,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Shared {
    /// Address of the gateway
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "ENTREPOT_GATEWAY",
        hide_env_values = true,
        default_value = "http://127.0.0.1:50051",
        help_heading = "Everywhere"
    )]
    pub(crate) gateway: String,
    /// How long to wait for an answer, as 500ms, 30s or 5m [default: 30s; none for streams]
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        value_parser = parse_timeout,
        help_heading = "Everywhere"
    )]
    pub(crate) timeout: Option<Duration>,
    #[command(flatten)]
    pub(crate) credentials: Credentials,
    /// Print JSON instead of tables
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
}

/// How answers are printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    Tables,
    Json,
}

impl Shared {
    pub(crate) fn form(&self) -> Form {
        if self.json { Form::Json } else { Form::Tables }
    }
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time; write it as 500ms, 30s or 5m");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    match &text[digits.len()..] {
        "ms" => Ok(Duration::from_millis(count)),
        "s" => Ok(Duration::from_secs(count)),
        "m" => Ok(Duration::from_secs(count.saturating_mul(60))),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_needs_its_unit() {
        assert_eq!(parse_timeout("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_timeout("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(parse_timeout("5m"), Ok(Duration::from_secs(300)));
        for wrong in ["30", "s", "1.5s", "-1s", "3h"] {
            assert!(parse_timeout(wrong).is_err(), "{wrong}");
        }
    }
}
