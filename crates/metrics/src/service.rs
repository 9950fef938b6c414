//! Wiring: one unit a partition, one gRPC server, one owner for all tasks.

use std::sync::Arc;

use api::metrics::metrics_service_server::MetricsServiceServer;
use event_log::{EventLog, Unit, topics};
use service::{Running, Server, ServerOptions, UnitHandle, UnitOptions, Units, start_unit};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::apply::Metrics;
use crate::grpc::Grpc;
use crate::options::{MESSAGE_BYTES_MAX, QUERIES_MAX};
use crate::{Error, Options};

/// The metrics service.
#[derive(Debug)]
pub struct Service;

/// What requests share.
pub(crate) struct Shared {
    pub(crate) owners: Vec<Owner>,
    pub(crate) units: Units,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) shutdown: CancellationToken,
    /// Turns of queries that compute.
    pub(crate) turns: Arc<Semaphore>,
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
        std::fs::create_dir_all(&directory)
            .map_err(|source| service::Error::Io { path: directory.clone(), source })?;
        let server = Server::new(ServerOptions {
            name: "metrics",
            service: "entrepot.metrics.v1.MetricsService",
            listen: options.listen.clone(),
        });
        let bound = server.bind().await?;
        let mut tasks = JoinSet::new();
        let mut owners = Vec::new();
        let count = log.partition_count(&topics::OBSERVATIONS);
        for partition in options.instance.partitions(count) {
            let number = partition.0;
            let work = Arc::new(Metrics::new(partition));
            let unit_options = UnitOptions {
                unit: Unit::try_new(format!("metrics-{number}"))
                    .expect("letters, a dash and a number make a unit's name"),
                partition,
                dir: directory.join(number.to_string()),
                store: options.store.clone(),
            };
            let started =
                start_unit(work.clone(), log.clone(), unit_options, &mut tasks, shutdown.clone());
            owners.push(Owner { unit: started.await?, work });
        }
        let units = Units::new(owners.iter().map(|owner| owner.unit.clone()).collect(), count)
            .of_instance(options.instance);
        let serving = units.clone();
        let shared = Shared {
            owners,
            units: units.clone(),
            log,
            shutdown: shutdown.clone(),
            turns: Arc::new(Semaphore::new(QUERIES_MAX)),
        };
        let grpc = MetricsServiceServer::new(Grpc(Arc::new(shared)))
            .max_decoding_message_size(MESSAGE_BYTES_MAX);
        let address = bound.local_addr();
        let stop = shutdown.clone();
        tasks.spawn(bound.run(units, |routes| _ = routes.add_service(grpc), stop));
        Ok(Running::new(address, serving, tasks, shutdown))
    }
}
