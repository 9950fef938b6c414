//! The operations service that every service answers: its units, how they are, and what an operator
//! does with them.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use api::operations::operations_service_server::OperationsService;
use api::operations::{
    ExportUnitRequest, ExportUnitResponse, GetOwnershipRequest, GetOwnershipResponse,
    GetStatusRequest, GetStatusResponse, OwnedDataflow, OwnedPartition, ServiceStatus,
    SkipEventRequest, SkipEventResponse,
};
use api::{ConvertError, status_of};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::unit::on_blocking_thread;
use crate::{Error, UnitHandle, Units, exports};

/// Exports at once: each has a file as large as a store.
const EXPORTS_MAX: usize = 2;
const CHUNK_BYTES: usize = 256 << 10;
/// Chunks that wait for a slow client.
const CHUNKS_AHEAD: usize = 4;
/// A reason is for people, and goes into the log.
const REASON_BYTES_MAX: usize = 1_000;

/// Answers for the units of one service.
#[derive(Clone)]
pub(crate) struct Operations {
    name: &'static str,
    units: Units,
    exports: Arc<Semaphore>,
}

impl Operations {
    pub(crate) fn new(name: &'static str, units: Units) -> Self {
        Self { name, units, exports: Arc::new(Semaphore::new(EXPORTS_MAX)) }
    }

    /// A unit by its name; one that another instance has is elsewhere.
    fn unit(&self, name: &str) -> Result<&UnitHandle, Status> {
        if let Some(unit) = self.units.iter().find(|unit| unit.name() == name) {
            let owner = self.units.owner(unit.partition());
            return owner.map_err(|error| status_of(&error));
        }
        let number = name.strip_prefix(self.name).and_then(|rest| rest.strip_prefix('-'));
        let number = number.and_then(|number| number.parse::<u32>().ok());
        match number.filter(|number| *number < self.units.partition_count()) {
            Some(number) => {
                let partition = event_log::Partition(number);
                Err(status_of(&Error::Elsewhere { partition }))
            }
            None => Err(Status::not_found(format!("there is no unit `{name}`"))),
        }
    }
}

#[tonic::async_trait]
impl OperationsService for Operations {
    type ExportUnitStream = ReceiverStream<Result<ExportUnitResponse, Status>>;

    async fn get_status(
        &self,
        request: Request<GetStatusRequest>,
    ) -> Result<Response<GetStatusResponse>, Status> {
        let with_digest = !request.into_inner().without_digests;
        let mut units = Vec::new();
        let mut health = "serving".to_owned();
        for unit in self.units.iter() {
            if let Some(trouble) = unit.trouble() {
                health = trouble;
            }
            let status = unit.status(with_digest).await;
            units.push(status.map_err(|error| status_of(&error))?);
        }
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let (name, instance) = (self.name.to_owned(), self.units.instance().to_string());
        let service = ServiceStatus { name, version, health, units, instance };
        Ok(Response::new(GetStatusResponse { services: vec![service] }))
    }

    async fn get_ownership(
        &self,
        _: Request<GetOwnershipRequest>,
    ) -> Result<Response<GetOwnershipResponse>, Status> {
        let mut partitions = Vec::new();
        for unit in self.units.iter().filter(|unit| unit.is_serving()) {
            let dataflows = unit.dataflows().into_iter();
            let dataflows = dataflows.map(|(id, domain)| OwnedDataflow { id, domain }).collect();
            partitions.push(OwnedPartition { partition: unit.partition().0, dataflows });
        }
        let partition_count = self.units.partition_count();
        Ok(Response::new(GetOwnershipResponse { partition_count, partitions }))
    }

    async fn export_unit(
        &self,
        request: Request<ExportUnitRequest>,
    ) -> Result<Response<Self::ExportUnitStream>, Status> {
        let unit = self.unit(&request.into_inner().unit)?;
        let place = self.exports.clone().try_acquire_owned().map_err(|_| {
            Status::resource_exhausted(format!("{EXPORTS_MAX} exports are under way: try again"))
        })?;
        let (store, name) = (unit.store().clone(), unit.name().to_owned());
        let exported = on_blocking_thread(move || exports::export_nameless(&store, &name)).await;
        let (file, total_bytes) = exported.map_err(|error| status_of(&error))?;
        let (chunks, stream) = mpsc::channel(CHUNKS_AHEAD);
        // Ends when all is sent, or when nobody takes it any more.
        tokio::task::spawn_blocking(move || send(file, total_bytes, &chunks, place));
        Ok(Response::new(ReceiverStream::new(stream)))
    }

    async fn skip_event(
        &self,
        request: Request<SkipEventRequest>,
    ) -> Result<Response<SkipEventResponse>, Status> {
        let SkipEventRequest { unit, position, reason } = request.into_inner();
        let wrong =
            |field, problem: &str| status_of(&ConvertError { field, problem: problem.to_owned() });
        let position = position.ok_or_else(|| wrong("position", "is absent"))?;
        if reason.trim().is_empty() || reason.len() > REASON_BYTES_MAX {
            return Err(wrong("reason", "must have 1 to 1,000 bytes"));
        }
        let skipped = self.unit(&unit)?.skip(position, reason).await;
        let recorded = skipped.map_err(|error| status_of(&error))?.pop();
        Ok(Response::new(SkipEventResponse { recorded }))
    }
}

/// Hands out a file; blocks while its client is slow.
fn send(
    mut file: File,
    total_bytes: u64,
    chunks: &mpsc::Sender<Result<ExportUnitResponse, Status>>,
    _place: OwnedSemaphorePermit,
) {
    let mut total_bytes = total_bytes;
    loop {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        let limit = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
        let part = match file.by_ref().take(limit).read_to_end(&mut chunk) {
            Ok(0) => return,
            Ok(_) => Ok(ExportUnitResponse { total_bytes, chunk }),
            Err(error) => Err(Status::internal(format!("the export cannot be read: {error}"))),
        };
        total_bytes = 0;
        let is_over = part.is_err();
        if chunks.blocking_send(part).is_err() || is_over {
            return;
        }
    }
}
