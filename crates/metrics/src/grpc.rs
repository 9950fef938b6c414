//! The gRPC face: decode, call, encode.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use api::metrics::metrics_service_server::MetricsService;
use api::metrics::{
    AuditRequest, AuditResponse, ClassifySmeRequest, ClassifySmeResponse,
    ListIndicatorValuesRequest, ListIndicatorValuesResponse, ListIndicatorsRequest,
    ListIndicatorsResponse, PreviewReleaseRequest, PreviewReleaseResponse, WatchIndicatorsRequest,
    WatchIndicatorsResponse,
};
use api::types::Receipt;
use service::{deadline_of, watch};
use tokio_stream::Stream;
use tonic::{Request, Response, Status, Streaming};

use crate::Error;
use crate::query::{Preview, definitions, indicator_named};
use crate::service::Shared;
use crate::watch::{Filter, changes_of};

/// Serves the package `entrepot.metrics.v1`.
pub(crate) struct Grpc(pub(crate) Arc<Shared>);

#[tonic::async_trait]
impl MetricsService for Grpc {
    type WatchIndicatorsStream =
        Pin<Box<dyn Stream<Item = Result<WatchIndicatorsResponse, Status>> + Send>>;

    async fn list_indicators(
        &self,
        request: Request<ListIndicatorsRequest>,
    ) -> Result<Response<ListIndicatorsResponse>, Status> {
        let limit = deadline_of(request.metadata());
        self.answer(request.into_inner().after, limit, |_| Ok(definitions())).await
    }

    async fn list_indicator_values(
        &self,
        request: Request<ListIndicatorValuesRequest>,
    ) -> Result<Response<ListIndicatorValuesResponse>, Status> {
        let limit = deadline_of(request.metadata());
        let request = request.into_inner();
        let after = request.after.clone();
        self.answer(after, limit, move |shared| shared.values(&request)).await
    }

    async fn preview_release(
        &self,
        request: Request<Streaming<PreviewReleaseRequest>>,
    ) -> Result<Response<PreviewReleaseResponse>, Status> {
        let limit = deadline_of(request.metadata());
        let mut messages = request.into_inner();
        let mut preview = Preview::default();
        while let Some(message) = messages.message().await? {
            preview.take(&message).map_err(|error| api::status_of(&error))?;
        }
        self.answer(None, limit, move |shared| shared.preview(preview)).await
    }

    async fn audit(
        &self,
        request: Request<AuditRequest>,
    ) -> Result<Response<AuditResponse>, Status> {
        let limit = deadline_of(request.metadata());
        let request = request.into_inner();
        let after = request.after.clone();
        self.answer(after, limit, move |shared| shared.audit(&request)).await
    }

    async fn classify_sme(
        &self,
        request: Request<ClassifySmeRequest>,
    ) -> Result<Response<ClassifySmeResponse>, Status> {
        let limit = deadline_of(request.metadata());
        let request = request.into_inner();
        self.answer(None, limit, move |shared| shared.classify_sme(&request)).await
    }

    async fn watch_indicators(
        &self,
        request: Request<WatchIndicatorsRequest>,
    ) -> Result<Response<Self::WatchIndicatorsStream>, Status> {
        let WatchIndicatorsRequest { domain, indicator, from } = request.into_inner();
        let status = |error: Error| api::status_of(&error);
        if !indicator.is_empty() {
            indicator_named(&indicator).map_err(status)?;
        }
        let (domain, owner) = self.0.owner_of(&domain).map_err(status)?;
        let (log, stop) = (self.0.log.clone(), self.0.shutdown.clone());
        let events = watch(log, owner.work.output(), &from, stop.clone()).await?;
        let filter = Filter { domain, indicator };
        let changes = changes_of(filter, owner.work.closed_next(), events, stop);
        Ok(Response::new(Box::pin(changes)))
    }
}

impl Grpc {
    /// Waits for the receipt and for a turn, then runs a question on a thread that may block.
    async fn answer<T: Send + 'static>(
        &self,
        after: Option<Receipt>,
        limit: Duration,
        question: impl FnOnce(&Shared) -> Result<T, Error> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let shared = self.0.clone();
        let answer = async {
            if let Some(receipt) = after {
                shared.units.wait_for(&receipt, limit).await?;
            }
            let turn = shared.turns.clone().acquire_owned().await;
            let asked = shared.clone();
            let answer = tokio::task::spawn_blocking(move || {
                let _turn = turn;
                question(&asked)
            });
            answer.await.unwrap_or(Err(Error::Panicked))
        };
        answer.await.map(Response::new).map_err(|error| api::status_of(&error))
    }
}
