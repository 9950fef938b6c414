//! `entrepot network export`: a network as a file for other tools.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use api::network::ExportNetworkRequest;
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{NetworkMoment, moment};
use crate::arguments::Form;
use crate::client::Client;
use crate::error::Error;
use crate::output;

#[derive(Args, Debug)]
pub(super) struct ExportArguments {
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The format
    #[arg(long, value_enum, default_value_t = Format::Graphml)]
    format: Format,
    /// Overwrite the file if it is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    moment: NetworkMoment,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Nodes and edges with all fields; `network load` reads it back
    Graphml,
    /// For Gephi
    Gexf,
    /// Entities, a row each
    EntitiesCsv,
    /// Relations, a row each
    RelationsCsv,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Graphml => "graphml",
            Self::Gexf => "gexf",
            Self::EntitiesCsv => "entities_csv",
            Self::RelationsCsv => "relations_csv",
        }
    }
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: ExportArguments,
) -> Result<(), Error> {
    let path = &arguments.output;
    if path.exists() && !arguments.force {
        return Err(Error::Usage {
            message: format!("`{}` is there already", path.display()),
            remedy: "choose another name, or overwrite it with --force".to_owned(),
        });
    }
    let question = ExportNetworkRequest {
        network: arguments.moment.network.clone(),
        format: arguments.format.name().to_owned(),
        as_of: arguments.moment.as_of(),
        after: None,
    };
    let mut beside = path.clone().into_os_string();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let received = receive(client, question, &beside).await;
    let placed = received.and_then(|received| {
        fs::rename(&beside, path).map_err(|source| unwritten(path, source))?;
        Ok(received)
    });
    if placed.is_err() {
        // Half a file is none.
        let _ = fs::remove_file(&beside);
    }
    let (bytes, of) = placed?;
    let file = path.display().to_string();
    match form {
        Form::Json => output::print_json(&json!({
            "network": arguments.moment.network, "file": file, "bytes": bytes, "moment": of,
        })),
        Form::Tables => output::print(&format!(
            "{}: {bytes} bytes in {file}, valid on {}",
            arguments.moment.network,
            of["valid_on"].as_str().unwrap_or_default(),
        )),
    }
}

/// Writes what comes; answers with how much it was, and of which moment.
async fn receive(
    client: &Client,
    question: ExportNetworkRequest,
    file: &Path,
) -> Result<(u64, serde_json::Value), Error> {
    let doing = format!("exporting network `{}`", question.network);
    let answered = client.network().export_network(client.stream(question)).await;
    let mut parts = client.answer(&doing, answered)?;
    let io = |source| unwritten(file, source);
    let mut out = BufWriter::new(File::create(file).map_err(io)?);
    let (mut bytes, mut of) = (0, None);
    while let Some(part) = parts.message().await.map_err(|status| client.failed(&doing, status))? {
        of = of.or(part.moment);
        out.write_all(&part.chunk).map_err(io)?;
        bytes += u64::try_from(part.chunk.len()).unwrap_or(0);
    }
    out.flush().map_err(io)?;
    Ok((bytes, moment(of.as_ref())))
}

fn unwritten(path: &Path, source: std::io::Error) -> Error {
    Error::Unwritten { path: path.to_owned(), source }
}
