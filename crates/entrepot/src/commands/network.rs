//! `entrepot network`: facts in, and what follows from them: a firm, roles, couplings.

mod load;
mod firm;
mod roles;
mod coupling;

use api::network::NetworkAsOf;
use api::types::AsOf;
use clap::{Args, Subcommand};

use crate::arguments::Shared;
use crate::client::Client;
use crate::clock;
use crate::error::Error;

pub(crate) use load::assert;

const AFTER_HELP: &str = "\
Examples:
  entrepot network load feeds/paper/network.json
  entrepot network firm atc
  entrepot network roles --industry electronics --valid-on 2014-12-31
  entrepot network coupling --json";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct NetworkArguments {
    #[command(subcommand)]
    command: NetworkCommand,
}

#[derive(Debug, Subcommand)]
enum NetworkCommand {
    /// Publish a document of firms, actors, places, programmes and relations
    Load(load::LoadArguments),
    /// Show a firm, or any other entity, with its relations and findings
    Firm(firm::FirmArguments),
    /// List the roles that follow from the relations
    Roles(roles::RolesArguments),
    /// List coupling mechanisms and configurations
    Coupling(coupling::CouplingArguments),
}

/// Which network, and when.
#[derive(Args, Debug)]
struct NetworkMoment {
    /// The network
    #[arg(long, value_name = "ID", default_value = "asean")]
    network: String,
    /// Only what is valid on this day, such as 2014-12-31 [default: the latest]
    #[arg(long, value_name = "DATE", default_value = "", hide_default_value = true)]
    valid_on: String,
    /// As published by this moment, or as entered by recorded:MOMENT; a date means its end, UTC
    #[arg(long, value_name = "MOMENT", value_parser = clock::parse_as_of)]
    as_of: Option<AsOf>,
}

impl NetworkMoment {
    fn as_of(&self) -> Option<NetworkAsOf> {
        if self.valid_on.is_empty() && self.as_of.is_none() {
            return None;
        }
        Some(NetworkAsOf { valid_on: self.valid_on.clone(), recorded: self.as_of })
    }
}

pub(crate) async fn run(shared: &Shared, arguments: NetworkArguments) -> Result<(), Error> {
    let client = Client::connect(shared).await?;
    match arguments.command {
        NetworkCommand::Load(arguments) => load::run(&client, shared.form(), arguments).await,
        NetworkCommand::Firm(arguments) => firm::run(&client, shared.form(), arguments).await,
        NetworkCommand::Roles(arguments) => roles::run(&client, shared.form(), arguments).await,
        NetworkCommand::Coupling(arguments) => {
            coupling::run(&client, shared.form(), arguments).await
        }
    }
}
