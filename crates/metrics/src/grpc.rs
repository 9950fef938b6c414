//! The gRPC face: decode, call, encode.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use api::events::envelope::Payload;
use api::metrics::metrics_service_server::MetricsService;
use api::metrics::{
    AuditRequest, AuditResponse, ClassifySmeRequest, ClassifySmeResponse,
    ListIndicatorValuesRequest, ListIndicatorValuesResponse, ListIndicatorsRequest,
    ListIndicatorsResponse, PreviewReleaseRequest, PreviewReleaseResponse, WatchIndicatorsRequest,
    WatchIndicatorsResponse,
};
use api::types::Receipt;
use service::vintages::Overlay;
use service::{Watched, deadline_of, watch};
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use crate::Error;
use crate::indicator::catalogue;
use crate::options::PREVIEW_SERIES_MAX;
use crate::preview::preview;
use crate::query::definition_message;
use crate::service::Shared;

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
        self.caught_up(request.into_inner().after.as_ref(), limit).await?;
        let indicators = catalogue().iter().map(definition_message).collect();
        Ok(Response::new(ListIndicatorsResponse { indicators }))
    }

    async fn list_indicator_values(
        &self,
        request: Request<ListIndicatorValuesRequest>,
    ) -> Result<Response<ListIndicatorValuesResponse>, Status> {
        let limit = deadline_of(request.metadata());
        let request = request.into_inner();
        let frontier = self.caught_up(request.after.as_ref(), limit).await?;
        self.answer(move |shared| {
            let values = shared.snapshot_of(&request.domain)?.values(&request)?;
            Ok(ListIndicatorValuesResponse { frontier: Some(frontier), ..values })
        })
        .await
    }

    async fn preview_release(
        &self,
        request: Request<Streaming<PreviewReleaseRequest>>,
    ) -> Result<Response<PreviewReleaseResponse>, Status> {
        let mut requests = request.into_inner();
        let mut domain = String::new();
        let mut overlay = Overlay::default();
        while let Some(part) = requests.message().await? {
            domain = part.domain;
            overlay.dataflow = part.dataflow;
            for series in &part.series {
                let block = api::series_to_block(series).map_err(|error| api::status_of(&error))?;
                match overlay.blocks.get_mut(&block.key) {
                    Some(before) => before.append(block),
                    None => _ = overlay.blocks.insert(block.key.clone(), block),
                }
            }
            if overlay.blocks.len() > PREVIEW_SERIES_MAX {
                let error = Error::PreviewTooLarge { max: PREVIEW_SERIES_MAX };
                return Err(api::status_of(&error));
            }
        }
        let frontier = self.caught_up(None, Duration::ZERO).await?;
        self.answer(move |shared| {
            let (owner, domain) = shared.owner_of(&domain)?;
            let answer = preview(&owner.work, owner.unit.store(), &domain, overlay)?;
            Ok(PreviewReleaseResponse { frontier: Some(frontier), ..answer })
        })
        .await
    }

    async fn audit(
        &self,
        request: Request<AuditRequest>,
    ) -> Result<Response<AuditResponse>, Status> {
        let limit = deadline_of(request.metadata());
        let request = request.into_inner();
        let frontier = self.caught_up(request.after.as_ref(), limit).await?;
        self.answer(move |shared| {
            let answer = shared.snapshot_of(&request.domain)?.audit(&request)?;
            Ok(AuditResponse { frontier: Some(frontier), ..answer })
        })
        .await
    }

    async fn classify_sme(
        &self,
        request: Request<ClassifySmeRequest>,
    ) -> Result<Response<ClassifySmeResponse>, Status> {
        let request = request.into_inner();
        self.answer(move |shared| shared.snapshot_of(&request.domain)?.classify(&request)).await
    }

    async fn watch_indicators(
        &self,
        request: Request<WatchIndicatorsRequest>,
    ) -> Result<Response<Self::WatchIndicatorsStream>, Status> {
        let request = request.into_inner();
        let (owner, domain) =
            self.0.owner_of(&request.domain).map_err(|error| api::status_of(&error))?;
        let shutdown = self.0.shutdown.clone();
        let source = owner.work.output();
        let events = watch(self.0.log.clone(), source, &request.from, shutdown).await?;
        let changes = events.filter_map(move |watched| match watched {
            Err(status) => Some(Err(status)),
            Ok(watched) => changes_of(watched, &domain, &request.indicator).map(Ok),
        });
        Ok(Response::new(Box::pin(changes)))
    }
}

impl Grpc {
    /// Runs a question on a thread that may block.
    async fn answer<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Shared) -> Result<T, Error> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let shared = self.0.clone();
        let answer = tokio::task::spawn_blocking(move || question(&shared)).await;
        let answer = answer.unwrap_or(Err(Error::Panicked));
        answer.map(Response::new).map_err(|error| api::status_of(&error))
    }

    /// Waits for a receipt, and answers with the frontier at which the question is then asked.
    async fn caught_up(
        &self,
        receipt: Option<&Receipt>,
        limit: Duration,
    ) -> Result<Receipt, Status> {
        if let Some(receipt) = receipt {
            let waited = self.0.units.wait_for(receipt, limit).await;
            waited.map_err(|error| api::status_of(&error))?;
        }
        Ok(self.0.units.frontier().to_receipt())
    }
}

fn changes_of(watched: Watched, domain: &str, indicator: &str) -> Option<WatchIndicatorsResponse> {
    let Payload::IndicatorsChanged(changed) = watched.event.payload else { return None };
    if changed.domain != domain {
        return None;
    }
    let values: Vec<_> = changed
        .values
        .into_iter()
        .filter(|value| indicator.is_empty() || value.indicator == indicator)
        .collect();
    let cause = watched.event.cause.position;
    (!values.is_empty()).then_some(WatchIndicatorsResponse { token: watched.token, values, cause })
}
