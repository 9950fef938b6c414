//! `entrepot network load`: publishes facts of a network, from a document or from files of others.
//!
//! What is longer than one event of the log is cut into parts, each of which is told when the one
//! before is in the log. Loading the same again changes nothing.

mod local;

use std::io::IsTerminal;
use std::path::PathBuf;

use api::ingestion::{AssertNetworkRequest, AssertNetworkResponse};
use api::network::ListRolesRequest;
use api::types::{Receipt, Rejection};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::arguments::Form;
use crate::client::Client;
use crate::commands::rejections;
use crate::error::Error;
use crate::output;
use local::Loaded;

const BAR: &str = "{msg} {bar:30} {pos}/{len} parts";

const AFTER_HELP: &str = "\
A mapping says which column of which file is which field; files may be CSV, JSON Lines, GraphML or,
in a build with the feature `parquet`, Parquet. A bad record is refused with its file, line and
reason, and the rest goes on.

Examples:
  entrepot network load feeds/paper/network.json
  entrepot network load --mapping feeds/mappings/eto-semiconductor.json ~/eto --dry-run";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct LoadArguments {
    /// The document, as JSON; with --mapping the directory of its files
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Read files of others as this mapping says
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The network [default: that of the mapping, or asean]
    #[arg(long, value_name = "ID")]
    network: Option<String>,
    /// Let relations join entities that were loaded earlier from other files
    #[arg(long, requires = "mapping")]
    beside: bool,
    /// Read and check, but publish nothing
    #[arg(long, requires = "mapping")]
    dry_run: bool,
    /// Wait until the network model has taken it in
    #[arg(long)]
    wait: bool,
}

/// What became of a load.
#[derive(Debug, Default)]
struct Outcome {
    outcome: String,
    parts: usize,
    accepted: u64,
    rejections: Vec<Rejection>,
    receipt: Option<Receipt>,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: LoadArguments,
) -> Result<(), Error> {
    let loaded = local::read(&arguments)?;
    let name = loaded.name.clone();
    let outcome = if arguments.dry_run {
        Outcome {
            outcome: "dry_run".to_owned(),
            parts: loaded.parts.len(),
            accepted: loaded.facts,
            rejections: loaded.rejections,
            receipt: None,
        }
    } else {
        publish(client, loaded, arguments.wait).await?
    };
    print(form, &name, &outcome)?;
    if outcome.outcome == "refused" {
        return Err(Error::Refused {
            message: format!("`{name}` is refused; nothing of it is published"),
            remedy: "correct the rows above and load it again".to_owned(),
        });
    }
    Ok(())
}

async fn publish(client: &Client, loaded: Loaded, wait: bool) -> Result<Outcome, Error> {
    let Loaded { network, name, parts, rejections, .. } = loaded;
    let bar = bar(&name, parts.len());
    let outcome = "unchanged".to_owned();
    let mut told = Outcome { outcome, parts: parts.len(), rejections, ..Outcome::default() };
    for (index, content) in parts.into_iter().enumerate() {
        let name = if told.parts == 1 { name.clone() } else { format!("{name}#{}", index + 1) };
        let answer = assert(client, &network, &name, content).await?;
        told.accepted += answer.accepted;
        told.rejections.extend(answer.rejections);
        told.receipt = answer.receipt.or(told.receipt);
        if answer.outcome != "unchanged" {
            told.outcome = answer.outcome;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    if wait {
        let after = told.receipt.clone();
        let question = ListRolesRequest { network, after, ..ListRolesRequest::default() };
        let answered = client.network().list_roles(client.question(question)).await;
        client.answer("waiting for the network model", answered)?;
    }
    Ok(told)
}

fn print(form: Form, name: &str, told: &Outcome) -> Result<(), Error> {
    if form == Form::Json {
        let rejections: Vec<_> = told.rejections.iter().map(output::rejection).collect();
        return output::print_json(&json!({
            "name": name,
            "outcome": told.outcome,
            "parts": told.parts,
            "accepted": told.accepted,
            "rejections": rejections,
            "receipt": output::receipt(told.receipt.as_ref()),
        }));
    }
    let refused = match told.rejections.len() {
        0 => String::new(),
        count => format!(", {count} records refused"),
    };
    output::print(&format!("{name}: {} ({} facts{refused})", told.outcome, told.accepted))?;
    if told.rejections.is_empty() {
        return Ok(());
    }
    output::print(&rejections::table(&told.rejections).text())
}

fn bar(name: &str, parts: usize) -> ProgressBar {
    if parts == 1 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(BAR);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(parts as u64).with_style(style).with_message(name.to_owned())
}

/// Publishes one document.
pub(crate) async fn assert(
    client: &Client,
    network: &str,
    name: &str,
    content: Vec<u8>,
) -> Result<AssertNetworkResponse, Error> {
    let request =
        AssertNetworkRequest { network: network.to_owned(), name: name.to_owned(), content };
    let answered = client.ingestion().assert_network(client.question(request)).await;
    client.answer(&format!("loading `{name}`"), answered)
}
