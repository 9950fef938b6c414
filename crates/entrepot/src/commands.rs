//! The subcommands, a file each: arguments, call, output.

mod ingest;
mod releases;
mod rejections;
mod observations;
mod indicators;
mod audit;
mod network;
mod advise;
mod watch;
mod status;
mod export;
mod import;
mod skip;
mod register;
#[cfg(feature = "kafka")]
mod topics;
mod up;

use clap::Subcommand;

use crate::arguments::Arguments;
use crate::error::Error;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run all services here, with the paper's feeds, until Ctrl-C
    Up(up::UpArguments),
    /// Send releases: checked whole, then published whole or refused
    Ingest(ingest::IngestArguments),
    /// List releases, newest first
    Releases(releases::ReleasesArguments),
    /// List what was refused, with the rule and the remedy
    Rejections(rejections::RejectionsArguments),
    /// List observations of a dataflow, as of any moment
    Observations(observations::ObservationsArguments),
    /// List values of indicators, with formula and inputs on demand
    Indicators(indicators::IndicatorsArguments),
    /// Judge every claim and every printed number against the data
    Audit(audit::AuditArguments),
    /// Load and ask the network of firms, places and relations
    Network(network::NetworkArguments),
    /// Rank interventions for a place, a segment, a role and a size
    Advise(advise::AdviseArguments),
    /// Follow changes as they are published
    Watch(watch::WatchArguments),
    /// Show each service: health, version, units
    Status(status::StatusArguments),
    /// Write the store of a unit to a file
    Export(export::ExportArguments),
    /// Make the store of a stopped unit from such a file
    Import(import::ImportArguments),
    /// Let a parked unit pass over the event at which it stands
    Skip(skip::SkipArguments),
    /// Register structures, checks or claims
    Register(register::RegisterArguments),
    /// Make and check the topics of a Kafka cluster
    #[cfg(feature = "kafka")]
    Topics(topics::TopicsArguments),
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Error> {
    let Arguments { shared, command } = arguments;
    match command {
        Command::Up(arguments) => up::run(&shared, arguments).await,
        Command::Ingest(arguments) => ingest::run(&shared, arguments).await,
        Command::Releases(arguments) => releases::run(&shared, arguments).await,
        Command::Rejections(arguments) => rejections::run(&shared, arguments).await,
        Command::Observations(arguments) => observations::run(&shared, arguments).await,
        Command::Indicators(arguments) => indicators::run(&shared, arguments).await,
        Command::Audit(arguments) => audit::run(&shared, arguments).await,
        Command::Network(arguments) => network::run(&shared, arguments).await,
        Command::Advise(arguments) => advise::run(&shared, arguments).await,
        Command::Watch(arguments) => watch::run(&shared, arguments).await,
        Command::Status(arguments) => status::run(&shared, arguments).await,
        Command::Export(arguments) => export::run(&shared, arguments).await,
        Command::Import(arguments) => import::run(&shared, arguments).await,
        Command::Skip(arguments) => skip::run(&shared, arguments).await,
        Command::Register(arguments) => register::run(&shared, arguments).await,
        #[cfg(feature = "kafka")]
        Command::Topics(arguments) => topics::run(&shared, arguments).await,
    }
}
