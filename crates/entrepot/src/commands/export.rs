//! `entrepot export`: the store of a unit as a file, to be kept or moved.

use std::fs::{self, File};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use api::operations::{ExportUnitRequest, ExportUnitResponse};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use tonic::Streaming;

use crate::arguments::Shared;
use crate::client::Client;
use crate::error::Error;
use crate::output;

const BAR: &str = "{msg} {bar:30} {bytes}/{total_bytes}";

const AFTER_HELP: &str = "\
The unit goes on working; the file is of the moment of the call. It is checked when it is imported.

Examples:
  entrepot export metrics-2 -o metrics-2.export
  entrepot import metrics-2.export --data-dir /var/lib/entrepot";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ExportArguments {
    /// The unit, as `entrepot status` names it
    #[arg(value_name = "UNIT")]
    unit: String,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Overwrite the file if it is there
    #[arg(long)]
    force: bool,
}

pub(crate) async fn run(shared: &Shared, arguments: ExportArguments) -> Result<(), Error> {
    let ExportArguments { unit, output, force } = arguments;
    if output.exists() && !force {
        return Err(Error::Usage {
            message: format!("`{}` is there already", output.display()),
            remedy: "choose another name, or overwrite it with --force".to_owned(),
        });
    }
    let client = Client::connect(shared).await?;
    let question = ExportUnitRequest { unit: unit.clone() };
    let answered = client.operations().export_unit(client.stream(question)).await;
    let doing = format!("exporting {unit}");
    let mut parts = client.answer(&doing, answered)?;
    let mut beside = output.clone().into_os_string();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let received = receive(&client, &doing, &mut parts, &beside).await;
    let placed = received.and_then(|bytes| {
        fs::rename(&beside, &output).map_err(|source| unwritten(&output, source))?;
        Ok(bytes)
    });
    if placed.is_err() {
        // Half an export is none.
        let _ = fs::remove_file(&beside);
    }
    let bytes = placed?;
    if shared.json {
        let file = output.display().to_string();
        return output::print_json(&json!({ "unit": unit, "file": file, "bytes": bytes }));
    }
    output::print(&format!("{unit}: {bytes} bytes in {}", output.display()))
}

/// Writes what comes, and answers with how much it was.
async fn receive(
    client: &Client,
    doing: &str,
    parts: &mut Streaming<ExportUnitResponse>,
    file: &Path,
) -> Result<u64, Error> {
    let io = |source| unwritten(file, source);
    let mut out = BufWriter::new(File::create(file).map_err(io)?);
    let (mut bytes, mut total_bytes) = (0, 0);
    let bar = bar(doing);
    while let Some(part) = parts.message().await.map_err(|status| client.failed(doing, status))? {
        total_bytes = total_bytes.max(part.total_bytes);
        out.write_all(&part.chunk).map_err(io)?;
        bytes += u64::try_from(part.chunk.len()).unwrap_or(0);
        bar.set_length(total_bytes);
        bar.set_position(bytes);
    }
    bar.finish_and_clear();
    if bytes != total_bytes || bytes == 0 {
        let message = format!("{bytes} of {total_bytes} bytes came: the export broke off");
        return Err(Error::Answer { message });
    }
    let file = out.into_inner().map_err(|error| io(error.into_error()))?;
    file.sync_all().map_err(io)?;
    Ok(bytes)
}

fn bar(doing: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(BAR);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style).with_message(doing.to_owned())
}

fn unwritten(path: &Path, source: std::io::Error) -> Error {
    Error::Unwritten { path: path.to_owned(), source }
}
