//! The operations service that every service answers: its units and how they are.

use api::operations::operations_service_server::OperationsService;
use api::operations::{
    GetOwnershipRequest, GetOwnershipResponse, GetStatusRequest, GetStatusResponse, OwnedDataflow,
    OwnedPartition, ServiceStatus,
};
use tonic::{Request, Response, Status};

use crate::Units;

/// Answers for the units of one service.
#[derive(Clone)]
pub(crate) struct Operations {
    pub(crate) name: &'static str,
    pub(crate) units: Units,
}

#[tonic::async_trait]
impl OperationsService for Operations {
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
            units.push(status.map_err(|error| api::status_of(&error))?);
        }
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let service = ServiceStatus { name: self.name.to_owned(), version, health, units };
        Ok(Response::new(GetStatusResponse { services: vec![service] }))
    }

    async fn get_ownership(
        &self,
        _: Request<GetOwnershipRequest>,
    ) -> Result<Response<GetOwnershipResponse>, Status> {
        let mut partitions = Vec::new();
        for unit in self.units.iter().filter(|unit| !unit.is_given_up()) {
            let dataflows = unit.dataflows().into_iter();
            let dataflows = dataflows.map(|(id, domain)| OwnedDataflow { id, domain }).collect();
            partitions.push(OwnedPartition { partition: unit.partition().0, dataflows });
        }
        let partition_count = self.units.partition_count();
        Ok(Response::new(GetOwnershipResponse { partition_count, partitions }))
    }
}
