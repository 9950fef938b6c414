//! Wiring: a unit a partition, the server, and who owns which task.

use std::sync::Arc;

use api::advice::advice_service_server::AdviceServiceServer;
use event_log::{EventLog, Unit, partition_of, topics};
use policy::KnowledgeBase;
use service::{Running, Server, ServerOptions, UnitOptions, Units, start_unit};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::apply::{AdviceWork, Partitions};
use crate::grpc::AdviceGrpc;
use crate::subject::{key, watched};
use crate::{Error, Options};

/// The service's name, in unit names, directories and status.
const NAME: &str = "policy-advice";
const GRPC_NAME: &str = "entrepot.advice.v1.AdviceService";

/// Starts the service.
#[derive(Debug)]
pub struct Service;

impl Service {
    /// Listens, opens the stores, and starts all units and the server.
    ///
    /// # Errors
    /// [`Error::Service`] if the address, a store or the log refuses; [`Error::Policy`] if the
    /// knowledge base that was built in is broken.
    pub async fn start(
        options: Options,
        log: Arc<dyn EventLog>,
        shutdown: CancellationToken,
    ) -> Result<Running, Error> {
        let shutdown = shutdown.child_token();
        let knowledge = Arc::new(KnowledgeBase::embedded()?);
        let subjects = watched(&knowledge)?;
        let listen = options.listen.clone();
        let listen = ServerOptions { name: NAME, service: GRPC_NAME, listen };
        let bound = Server::new(listen).bind().await?;
        let address = bound.local_addr();
        let count = log.partition_count(&topics::ADVICE);
        let partitions = Partitions {
            indicators: log.partition_count(&topics::INDICATORS),
            findings: log.partition_count(&topics::FINDINGS),
            observations: log.partition_count(&topics::OBSERVATIONS),
            network: log.partition_count(&topics::NETWORK),
        };
        let mut tasks = JoinSet::new();
        let mut works = Vec::new();
        let mut units = Vec::new();
        for partition in options.instance.partitions(count) {
            let mut own = subjects.clone();
            own.retain(|one| partition_of(key(&one.subject).as_bytes(), count) == partition);
            let work = AdviceWork::new(partition, partitions, Arc::clone(&knowledge), own);
            let work = Arc::new(work);
            let options = UnitOptions {
                unit: Unit::try_new(format!("{NAME}-{partition}"))?,
                partition,
                dir: options.data_dir.join(NAME).join(partition.to_string()),
                store: options.store.clone(),
            };
            let (log, shutdown) = (Arc::clone(&log), shutdown.clone());
            units.push(start_unit(Arc::clone(&work), log, options, &mut tasks, shutdown).await?);
            works.push((partition, work));
        }
        let units = Units::new(units, count).of_instance(options.instance);
        let serving = units.clone();
        let grpc = AdviceGrpc::new(knowledge, units.clone(), works, log, shutdown.clone());
        let add = move |routes: &mut tonic::service::RoutesBuilder| {
            routes.add_service(AdviceServiceServer::new(grpc));
        };
        tasks.spawn(bound.run(units, add, shutdown.clone()));
        tracing::info!(%address, "policy-advice serves");
        Ok(Running::new(address, serving, tasks, shutdown))
    }
}
