//! Wiring: one unit a partition, one gRPC server, one owner for all tasks.

use std::path::Path;
use std::sync::Arc;

use api::ingestion::ingestion_service_server::IngestionServiceServer;
use event_log::{EventLog, Unit, topics};
use service::{Running, Server, ServerOptions, UnitHandle, UnitOptions, Units, start_unit};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::apply::Ingestion;
use crate::feed;
use crate::grpc::Grpc;
use crate::options::UPLOADS_MAX;
use crate::{Error, Options};

/// The ingestion service.
#[derive(Debug)]
pub struct Service;

/// What requests share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) owners: Vec<Owner>,
    pub(crate) units: Units,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) shutdown: CancellationToken,
    /// Places of uploads.
    pub(crate) uploads: Arc<Semaphore>,
    /// Writes that outlive their client.
    pub(crate) writes: TaskTracker,
}

/// The owner of a partition: its unit, its work, and whose turn it is to publish.
pub(crate) struct Owner {
    pub(crate) unit: UnitHandle,
    pub(crate) work: Arc<Ingestion>,
    /// Held from the comparison with what is there until it is published: at most one release of a
    /// dataflow is open, and none is compared with a state that is about to change.
    pub(crate) turn: Mutex<()>,
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
        let directory = options.data_dir.join("ingestion");
        let spools = directory.join("spool");
        std::fs::create_dir_all(&spools)
            .map_err(|source| service::Error::Io { path: spools.clone(), source })?;
        let server = Server::new(ServerOptions {
            name: "ingestion",
            service: "entrepot.ingestion.v1.IngestionService",
            listen: options.listen.clone(),
        });
        let bound = server.bind().await?;
        let mut tasks = JoinSet::new();
        let mut owners = Vec::new();
        let count = log.partition_count(&topics::OBSERVATIONS);
        for partition in options.instance.partitions(count) {
            let number = partition.0;
            let work = Arc::new(Ingestion::new(partition));
            let unit = Unit::try_new(format!("ingestion-{number}"))
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
            owners.push(Owner { unit, work, turn: Mutex::new(()) });
        }
        remove_needless(&spools, &owners).await?;
        let units = Units::new(owners.iter().map(|owner| owner.unit.clone()).collect(), count)
            .of_instance(options.instance);
        let serving = units.clone();
        let writes = TaskTracker::new();
        let shared = Shared {
            options,
            owners,
            units: units.clone(),
            log,
            shutdown: shutdown.clone(),
            uploads: Arc::new(Semaphore::new(UPLOADS_MAX)),
            writes: writes.clone(),
        };
        let shared = Arc::new(shared);
        for index in 0..shared.owners.len() {
            let shared = shared.clone();
            tasks
                .spawn(async move { feed::work(shared, index).await.map_err(Error::into_service) });
        }
        let grpc =
            IngestionServiceServer::new(Grpc(shared)).max_decoding_message_size(4 * 1024 * 1024);
        let address = bound.local_addr();
        let stop = shutdown.clone();
        tasks.spawn(async move {
            let served = bound.run(units, |routes| _ = routes.add_service(grpc), stop).await;
            writes.close();
            writes.wait().await;
            served
        });
        Ok(Running::new(address, serving, tasks, shutdown))
    }
}

/// Removes spools that no unit comes back for, such as that of a release which was packed when the
/// process ended. Nothing is packed yet, so what no store names now is named by none later.
async fn remove_needless(spools: &Path, owners: &[Owner]) -> Result<(), Error> {
    let mut needed = Vec::new();
    for owner in owners {
        needed.extend(owner.unit.open_spools().await?);
    }
    let spools = spools.to_owned();
    let remove = move || {
        let unreadable = |source| service::Error::Io { path: spools.clone(), source };
        for file in std::fs::read_dir(&spools).map_err(unreadable)? {
            let path = file.map_err(unreadable)?.path();
            if !needed.contains(&path) {
                service::Spool { path, count: 0 }.remove();
            }
        }
        Ok(())
    };
    tokio::task::spawn_blocking(remove).await.unwrap_or(Err(Error::Panicked))
}

impl Shared {
    /// The owner of a domain or a network.
    ///
    /// # Errors
    /// [`service::Error::Elsewhere`] if another instance has it.
    pub(crate) fn owner_of(&self, key: &str) -> Result<&Owner, service::Error> {
        let partition = self.units.owner_of(key)?.partition();
        let owner = self.owners.iter().find(|owner| owner.unit.partition() == partition);
        owner.ok_or(service::Error::Elsewhere { partition })
    }
}
