//! The status of all services in one answer: each is asked at the same time, and one that does
//! not answer is listed as unreachable, with the reason. Asking never fails as a whole.

use std::time::Duration;

use api::operations::operations_service_client::OperationsServiceClient;
use api::operations::operations_service_server::OperationsService;
use api::operations::{
    ExportUnitRequest, ExportUnitResponse, GetOwnershipRequest, GetOwnershipResponse,
    GetStatusRequest, GetStatusResponse, ServiceStatus, SkipEventRequest, SkipEventResponse,
};
use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_types::StatusExt;

use crate::channels::Channels;
use crate::deadline;
use crate::route::Upstream;

/// A digest reads a whole store; without a deadline of the client it may take this long.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// Of the client's deadline, what is kept for our own answer.
const KEPT_FRACTION: u32 = 10;

pub(crate) struct Operations {
    pub(crate) channels: Channels,
    pub(crate) stopping: CancellationToken,
}

#[tonic::async_trait]
impl OperationsService for Operations {
    type ExportUnitStream = Streaming<ExportUnitResponse>;

    async fn get_status(
        &self,
        request: Request<GetStatusRequest>,
    ) -> Result<Response<GetStatusResponse>, Status> {
        let headers = request.metadata().clone().into_headers();
        let asked = headers.get(deadline::HEADER).and_then(deadline::parse);
        let within =
            asked.map_or(ANSWER_TIMEOUT, |asked| ANSWER_TIMEOUT.min(asked - asked / KEPT_FRACTION));
        let question = request.into_inner();
        let mut asking = Vec::new();
        for upstream in Upstream::ALL {
            for instance in 0..self.channels.of(upstream).len() {
                asking.push(self.ask(upstream, instance, question, within));
            }
        }
        let mut services: Vec<ServiceStatus> =
            join_all(asking).await.into_iter().flatten().collect();
        services.push(self.own_status());
        Ok(Response::new(GetStatusResponse { services }))
    }

    async fn export_unit(
        &self,
        request: Request<ExportUnitRequest>,
    ) -> Result<Response<Self::ExportUnitStream>, Status> {
        let unit = request.get_ref().unit.clone();
        self.of_owner(&unit, request, async |mut client, request| client.export_unit(request).await)
            .await
    }

    async fn skip_event(
        &self,
        request: Request<SkipEventRequest>,
    ) -> Result<Response<SkipEventResponse>, Status> {
        let unit = request.get_ref().unit.clone();
        self.of_owner(&unit, request, async |mut client, request| client.skip_event(request).await)
            .await
    }

    async fn get_ownership(
        &self,
        _: Request<GetOwnershipRequest>,
    ) -> Result<Response<GetOwnershipResponse>, Status> {
        // The gateway owns nothing; the question is for the instances behind it.
        Ok(Response::new(GetOwnershipResponse::default()))
    }
}

impl Operations {
    /// Asks the instance that owns a unit: one after the other, for the one that has it says so.
    async fn of_owner<Q: Clone, A>(
        &self,
        unit: &str,
        request: Request<Q>,
        ask: impl AsyncFn(OperationsServiceClient<Channel>, Request<Q>) -> Result<Response<A>, Status>,
    ) -> Result<Response<A>, Status> {
        let service = unit.rsplit_once('-').map_or("", |(service, _)| service);
        let upstream = Upstream::ALL.into_iter().find(|upstream| upstream.name() == service);
        let upstream = upstream.ok_or_else(|| {
            Status::not_found(format!("there is no unit `{unit}`: a unit's name is as metrics-2"))
        })?;
        let timeout = request.metadata().get(deadline::HEADER).cloned();
        let question = request.into_inner();
        let mut answer = Err(Status::unavailable("no instance answers"));
        for instance in 0..self.channels.of(upstream).len() {
            let mut request = Request::new(question.clone());
            if let Some(timeout) = &timeout {
                request.metadata_mut().insert(deadline::HEADER, timeout.clone());
            }
            service::trace::pass_on(request.metadata_mut());
            let client = OperationsServiceClient::new(self.channels.to(upstream, instance));
            answer = ask(client, request).await;
            match &answer {
                Err(status) if is_elsewhere(status) => {}
                Ok(_) | Err(_) => return answer,
            }
        }
        answer
    }

    async fn ask(
        &self,
        upstream: Upstream,
        instance: usize,
        question: GetStatusRequest,
        within: Duration,
    ) -> Vec<ServiceStatus> {
        let mut client = OperationsServiceClient::new(self.channels.to(upstream, instance));
        let reason = match tokio::time::timeout(within, client.get_status(question)).await {
            Ok(Ok(answer)) => return answer.into_inner().services,
            Ok(Err(status)) => reason(&status),
            Err(_) => format!("no answer within {} ms", within.as_millis()),
        };
        let name = match self.channels.of(upstream).len() {
            1 => upstream.name().to_owned(),
            _ => format!("{} {instance}", upstream.name()),
        };
        vec![ServiceStatus {
            name,
            health: format!("unreachable: {reason}"),
            ..ServiceStatus::default()
        }]
    }

    fn own_status(&self) -> ServiceStatus {
        let health = if self.stopping.is_cancelled() { "stopping" } else { "serving" };
        ServiceStatus {
            name: "gateway".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            health: health.to_owned(),
            units: Vec::new(),
            instance: String::new(),
        }
    }
}

fn is_elsewhere(status: &Status) -> bool {
    let info = status.get_details_error_info();
    status.code() == Code::Unavailable && info.is_some_and(|info| info.reason == "unit.elsewhere")
}

/// The innermost cause is what an operator needs: `Connection refused`, not `transport error`.
fn reason(status: &Status) -> String {
    let mut innermost: &dyn std::error::Error = status;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match std::ptr::addr_eq(innermost, status) {
        true => status.message().to_owned(),
        false => innermost.to_string(),
    }
}
