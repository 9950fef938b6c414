//! Wiring: a unit a partition, the server, and who owns which task.

use std::sync::Arc;

use api::network::network_service_server::NetworkServiceServer;
use event_log::{EventLog, Unit, topics};
use service::{Running, Server, ServerOptions, UnitOptions, Units, start_unit};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::apply::NetworkWork;
use crate::grpc::NetworkGrpc;
use crate::{Error, Options};

/// The service's name, in unit names, directories and status.
const NAME: &str = "network-model";
const GRPC_NAME: &str = "entrepot.network.v1.NetworkService";

/// Starts the service.
#[derive(Debug)]
pub struct Service;

impl Service {
    /// Listens, opens the stores, and starts all units and the server.
    ///
    /// # Errors
    /// [`Error::Service`] if the address, a store or the log refuses.
    pub async fn start(
        options: Options,
        log: Arc<dyn EventLog>,
        shutdown: CancellationToken,
    ) -> Result<Running, Error> {
        let shutdown = shutdown.child_token();
        let listen = options.listen.clone();
        let listen = ServerOptions { name: NAME, service: GRPC_NAME, listen };
        let bound = Server::new(listen).bind().await?;
        let address = bound.local_addr();
        let mut tasks = JoinSet::new();
        let mut works = Vec::new();
        let mut units = Vec::new();
        let count = log.partition_count(&topics::NETWORK);
        for partition in options.instance.partitions(count) {
            let number = partition.0;
            let work = Arc::new(NetworkWork::new(partition, options.large_from));
            let options = UnitOptions {
                unit: Unit::try_new(format!("{NAME}-{number}"))?,
                partition,
                dir: options.data_dir.join(NAME).join(number.to_string()),
                store: options.store.clone(),
            };
            let (log, shutdown) = (Arc::clone(&log), shutdown.clone());
            units.push(start_unit(Arc::clone(&work), log, options, &mut tasks, shutdown).await?);
            works.push((partition, work));
        }
        let units = Units::new(units, count).of_instance(options.instance);
        let serving = units.clone();
        let grpc = NetworkGrpc::new(units.clone(), works, log, shutdown.clone());
        let add = move |routes: &mut tonic::service::RoutesBuilder| {
            routes.add_service(NetworkServiceServer::new(grpc));
        };
        tasks.spawn(bound.run(units, add, shutdown.clone()));
        tracing::info!(%address, "network-model serves");
        Ok(Running::new(address, serving, tasks, shutdown))
    }
}
