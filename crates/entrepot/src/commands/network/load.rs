//! `entrepot network load`: publishes a document of network facts.

use std::path::PathBuf;

use api::ingestion::{AssertNetworkRequest, AssertNetworkResponse};
use api::network::ListRolesRequest;
use clap::Args;
use serde_json::json;

use crate::arguments::Form;
use crate::client::Client;
use crate::commands::{register, rejections};
use crate::error::Error;
use crate::output;

#[derive(Args, Debug)]
pub(super) struct LoadArguments {
    /// The document, as JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The network
    #[arg(long, value_name = "ID", default_value = "asean")]
    network: String,
    /// Wait until the network model has taken it in
    #[arg(long)]
    wait: bool,
}

pub(super) async fn run(
    client: &Client,
    form: Form,
    arguments: LoadArguments,
) -> Result<(), Error> {
    let content = register::read(&arguments.file)?;
    let name = register::file_name(&arguments.file);
    let answer = assert(client, &arguments.network, &name, content).await?;
    if arguments.wait {
        let question = ListRolesRequest {
            network: arguments.network.clone(),
            after: answer.receipt.clone(),
            ..ListRolesRequest::default()
        };
        let answered = client.network().list_roles(client.question(question)).await;
        client.answer("waiting for the network model", answered)?;
    }
    match form {
        Form::Json => {
            let rejections: Vec<_> = answer.rejections.iter().map(output::rejection).collect();
            output::print_json(&json!({
                "name": name,
                "outcome": answer.outcome,
                "accepted": answer.accepted,
                "rejections": rejections,
                "receipt": output::receipt(answer.receipt.as_ref()),
            }))?;
        }
        Form::Tables => {
            output::print(&format!("{name}: {} ({} facts)", answer.outcome, answer.accepted))?;
            if !answer.rejections.is_empty() {
                output::print(&rejections::table(&answer.rejections).text())?;
            }
        }
    }
    if answer.outcome == "refused" {
        return Err(Error::Refused {
            message: format!("`{name}` is refused; nothing of it is published"),
            remedy: "correct the rows above and load it again".to_owned(),
        });
    }
    Ok(())
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
