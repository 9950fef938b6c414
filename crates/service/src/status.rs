//! The operations service that every service answers: its units and how they are.

use api::operations::operations_service_server::OperationsService;
use api::operations::{GetStatusRequest, GetStatusResponse, ServiceStatus};
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
}
