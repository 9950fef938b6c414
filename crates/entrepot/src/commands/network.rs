//! `entrepot network`: facts in, and what follows from them: a firm, roles, couplings.

mod load;
mod firm;
mod near;
mod roles;
mod coupling;
mod routes;
mod trajectory;
mod matching;
mod dependence;
mod upgrading;
mod cost_capability;
mod coordination;
mod centrality;
mod niches;
mod logics;
mod sme_fdi;
mod shock;
mod export;
mod relations;

use api::network::{self, NetworkAsOf};
use api::types::AsOf;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::arguments::Shared;
use crate::client::Client;
use crate::clock;
use crate::error::Error;
use crate::output;

pub(crate) use load::assert;

const AFTER_HELP: &str = "\
Examples:
  entrepot network load feeds/paper/network.json
  entrepot network firm atc
  entrepot network roles --industry electronics --valid-on 2014-12-31
  entrepot network coupling --json
  entrepot network export -o asean.graphml";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct NetworkArguments {
    #[command(subcommand)]
    command: NetworkCommand,
}

#[derive(Debug, Subcommand)]
enum NetworkCommand {
    /// Publish firms, actors, places, programmes and relations, from a document or through a mapping
    Load(load::LoadArguments),
    /// Show a firm, or any other entity, with its relations and findings
    Firm(firm::FirmArguments),
    /// Show what lies around an entity, step by step
    Near(near::NearArguments),
    /// List the roles that follow from the relations
    Roles(roles::RolesArguments),
    /// List coupling mechanisms and configurations
    Coupling(coupling::CouplingArguments),
    /// List the routes of small and medium firms into other economies
    Routes(routes::RoutesArguments),
    /// Show with whom and where a firm's coupling began and ended
    Trajectory(trajectory::TrajectoryArguments),
    /// Find suppliers for a lead firm's need, or lead firms for a firm
    Match(matching::MatchArguments),
    /// Tell on whom firms, products and segments depend
    Dependence(dependence::DependenceArguments),
    /// Compare a firm on two days: industrial and social upgrading, apart
    Upgrading(upgrading::UpgradingArguments),
    /// Tell what production costs a firm at home and abroad for what it can do
    CostCapability(cost_capability::CostCapabilityArguments),
    /// Tell how a lead firm coordinates its suppliers, within the firm and between firms
    Coordination(coordination::CoordinationArguments),
    /// Tell which logics a lead firm's relations show: cost, market, finance, risk
    Logics(logics::LogicsArguments),
    /// Tell who stands in the middle, and which parts hang together
    Centrality(centrality::CentralityArguments),
    /// Tell what a place does not do yet, how near that is, and the ways there
    Niches(niches::NichesArguments),
    /// Count and add up investment abroad by small and medium firms
    SmeFdi(sme_fdi::SmeFdiArguments),
    /// Spread shocks along supply links, and tell whom they cost what
    Shock(shock::ShockArguments),
    /// Write the network as GraphML, GEXF or CSV
    Export(export::ExportArguments),
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
        NetworkCommand::Near(arguments) => near::run(&client, shared.form(), arguments).await,
        NetworkCommand::Roles(arguments) => roles::run(&client, shared.form(), arguments).await,
        NetworkCommand::Coupling(arguments) => {
            coupling::run(&client, shared.form(), arguments).await
        }
        NetworkCommand::Routes(arguments) => routes::run(&client, shared.form(), arguments).await,
        NetworkCommand::Trajectory(arguments) => {
            trajectory::run(&client, shared.form(), arguments).await
        }
        NetworkCommand::Match(arguments) => matching::run(&client, shared.form(), arguments).await,
        NetworkCommand::Dependence(arguments) => {
            dependence::run(&client, shared.form(), arguments).await
        }
        NetworkCommand::Upgrading(arguments) => {
            upgrading::run(&client, shared.form(), arguments).await
        }
        NetworkCommand::CostCapability(arguments) => {
            cost_capability::run(&client, shared.form(), arguments).await
        }
        NetworkCommand::Coordination(arguments) => {
            coordination::run(&client, shared.form(), arguments).await
        }
        NetworkCommand::Logics(arguments) => logics::run(&client, shared.form(), arguments).await,
        NetworkCommand::Centrality(arguments) => {
            centrality::run(&client, shared.form(), arguments).await
        }
        NetworkCommand::Niches(arguments) => niches::run(&client, shared.form(), arguments).await,
        NetworkCommand::SmeFdi(arguments) => sme_fdi::run(&client, shared.form(), arguments).await,
        NetworkCommand::Shock(arguments) => shock::run(&client, shared.form(), arguments).await,
        NetworkCommand::Export(arguments) => export::run(&client, shared.form(), arguments).await,
    }
}

/// Which point of both clocks an answer is of.
fn moment(moment: Option<&network::NetworkMoment>) -> Value {
    let Some(moment) = moment else { return Value::Null };
    json!({
        "valid_on": moment.valid_on,
        "recorded_at": output::moment(moment.recorded_at.as_ref()),
        "document": moment.document.as_ref().map(|at| at.position),
    })
}

/// A part between two bounds.
fn range(range: &network::Range) -> Value {
    json!({ "low": range.low, "high": range.high })
}

/// The name of what has one, else its id.
fn named<'a>(name: &'a String, id: &'a String) -> &'a String {
    if name.is_empty() { id } else { name }
}

/// What supplies without a volume count as.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum MissingVolume {
    /// Without volumes there is no answer
    Refuse,
    /// They are left out, and counted
    LeaveOut,
    /// All supplies count the same
    CountAlike,
}

impl MissingVolume {
    /// As a question has it.
    fn asked(self) -> String {
        match self {
            Self::Refuse => "refuse",
            Self::LeaveOut => "leave_out",
            Self::CountAlike => "count_alike",
        }
        .to_owned()
    }
}
