//! `entrepot register`: structures, checks and claims, which say how data is read and judged.

use std::path::{Path, PathBuf};

use api::events::DocumentKind;
use api::ingestion::{RegisterDocumentRequest, RegisterDocumentResponse};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::arguments::Shared;
use crate::client::Client;
use crate::error::Error;
use crate::output;

const AFTER_HELP: &str = "\
The same content again changes nothing.

Examples:
  entrepot register structures feeds/paper/structures.json
  entrepot register checks feeds/paper/checks.json --domain asean
  entrepot register claims feeds/paper/claims.json --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct RegisterArguments {
    #[command(subcommand)]
    kind: RegisterKind,
}

#[derive(Debug, Subcommand)]
enum RegisterKind {
    /// An SDMX-JSON structure message: data structures, code lists, dataflows, hierarchies
    Structures(RegisterFile),
    /// Sum checks and agreements between tables
    Checks(RegisterFile),
    /// Claims for the audit to judge
    Claims(RegisterFile),
}

#[derive(Args, Debug)]
struct RegisterFile {
    /// The document, as JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The dataflows that are analysed together
    #[arg(long, value_name = "ID", default_value = "asean")]
    domain: String,
}

pub(crate) async fn run(shared: &Shared, arguments: RegisterArguments) -> Result<(), Error> {
    let (kind, arguments) = match arguments.kind {
        RegisterKind::Structures(file) => (DocumentKind::Structures, file),
        RegisterKind::Checks(file) => (DocumentKind::Checks, file),
        RegisterKind::Claims(file) => (DocumentKind::Claims, file),
    };
    let content = read(&arguments.file)?;
    let name = file_name(&arguments.file);
    let client = Client::connect(shared).await?;
    let answer = register(&client, kind, &arguments.domain, &name, content).await?;
    if shared.json {
        return output::print_json(&json!({
            "name": name,
            "outcome": answer.outcome,
            "receipt": output::receipt(answer.receipt.as_ref()),
        }));
    }
    output::print(&format!("{name}: {}", answer.outcome))
}

/// Registers one document.
pub(crate) async fn register(
    client: &Client,
    kind: DocumentKind,
    domain: &str,
    name: &str,
    content: Vec<u8>,
) -> Result<RegisterDocumentResponse, Error> {
    let request = RegisterDocumentRequest {
        kind: kind.into(),
        domain: domain.to_owned(),
        name: name.to_owned(),
        content,
    };
    let answered = client.ingestion().register_document(client.question(request)).await;
    client.answer(&format!("registering `{name}`"), answered)
}

/// A whole local file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })
}

/// The name that answers and rejections show.
pub(crate) fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
