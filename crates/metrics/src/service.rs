//! Wiring: one unit a partition, one gRPC server, one owner for all tasks.

use std::net::SocketAddr;
use std::sync::Arc;

use api::metrics::metrics_service_server::MetricsServiceServer;
use event_log::{EventLog, Partition, Unit, topics};
use service::{Server, ServerOptions, UnitHandle, UnitOptions, Units, start_unit};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::apply::Metrics;
use crate::grpc::Grpc;
use crate::options::MESSAGE_BYTES_MAX;
use crate::query::Snapshot;
use crate::{Error, Options};

/// The metrics service.
#[derive(Debug)]
pub struct Service;

/// A running service, the owner of its tasks.
#[derive(Debug)]
pub struct Running {
    /// Where it answers.
    pub address: SocketAddr,
    tasks: JoinSet<Result<(), service::Error>>,
    shutdown: CancellationToken,
}

/// What requests share.
pub(crate) struct Shared {
    pub(crate) owners: Vec<Owner>,
    pub(crate) units: Units,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) shutdown: CancellationToken,
}

/// The owner of a partition: its unit and its work.
pub(crate) struct Owner {
    pub(crate) unit: UnitHandle,
    pub(crate) work: Arc<Metrics>,
}

impl Service {
    /// Opens stores, takes the writers, listens, and serves until shutdown.
    ///
    /// # Errors
    /// [`Error::Service`] if a store, the log or the address cannot be had.
    pub async fn start(
        options: Options,
        log: Arc<dyn EventLog>,
        shutdown: CancellationToken,
    ) -> Result<Running, Error> {
        let directory = options.data_dir.join("metrics");
        let server = Server::new(ServerOptions {
            name: "metrics",
            service: "entrepot.metrics.v1.MetricsService",
            listen: options.listen,
        });
        let bound = server.bind().await?;
        let mut tasks = JoinSet::new();
        let mut owners = Vec::new();
        for number in 0..log.partition_count(&topics::OBSERVATIONS) {
            let partition = Partition(number);
            let work = Arc::new(Metrics::new(partition));
            let unit = Unit::try_new(&format!("metrics-{number}"))
                .expect("letters, a dash and a number make a unit's name");
            let unit_options = UnitOptions {
                unit,
                partition,
                dir: directory.join(number.to_string()),
                store: options.store.clone(),
            };
            let unit =
                start_unit(work.clone(), log.clone(), unit_options, &mut tasks, shutdown.clone())
                    .await?;
            owners.push(Owner { unit, work });
        }
        let units = Units::new(owners.iter().map(|owner| owner.unit.clone()).collect());
        let shared = Shared { owners, units: units.clone(), log, shutdown: shutdown.clone() };
        let grpc = MetricsServiceServer::new(Grpc(Arc::new(shared)))
            .max_decoding_message_size(MESSAGE_BYTES_MAX)
            .max_encoding_message_size(MESSAGE_BYTES_MAX);
        let address = bound.local_addr();
        let stop = shutdown.clone();
        tasks.spawn(
            async move { bound.run(units, |routes| _ = routes.add_service(grpc), stop).await },
        );
        Ok(Running { address, tasks, shutdown })
    }
}

impl Running {
    /// Waits until all tasks have ended; the first failure stops the rest.
    ///
    /// # Errors
    /// The first failure.
    pub async fn stopped(mut self) -> Result<(), Error> {
        let mut outcome = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            let ended = ended.unwrap_or(Err(service::Error::Panicked));
            if let (Err(error), true) = (ended, outcome.is_ok()) {
                outcome = Err(Error::Service(error));
                self.shutdown.cancel();
            }
        }
        outcome
    }
}

impl Shared {
    /// The owner of a domain; of the only one there is, if none is named.
    pub(crate) fn owner_of(&self, domain: &str) -> Result<(&Owner, String), Error> {
        let mut known = Vec::new();
        for owner in &self.owners {
            known.extend(owner.work.catalogue().domains().into_iter().map(|one| (owner, one)));
        }
        let found = match (domain, known.as_slice()) {
            ("", [only]) => Some(only),
            ("", _) => None,
            (named, all) => all.iter().find(|(_, one)| one == named),
        };
        let found = found.map(|(owner, domain)| (*owner, domain.clone()));
        found.ok_or_else(|| Error::Domain {
            found: domain.to_owned(),
            known: known.iter().map(|(_, one)| one.clone()).collect(),
        })
    }

    /// What to ask about a domain.
    pub(crate) fn snapshot_of(&self, domain: &str) -> Result<Snapshot, Error> {
        let (owner, domain) = self.owner_of(domain)?;
        let catalogue = (*owner.work.catalogue()).clone();
        Ok(Snapshot { store: owner.unit.store().clone(), catalogue, domain })
    }
}
