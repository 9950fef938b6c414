//! The services of the fake: what each call answers, and which calls go wrong on purpose.

use std::pin::Pin;

use api::advice::advice_service_server::AdviceService;
use api::ingestion::ingestion_service_server::IngestionService;
use api::metrics::metrics_service_server::MetricsService;
use api::operations::operations_service_server::OperationsService;
use api::{advice, ingestion, metrics, operations};
use futures_util::{Stream, StreamExt, stream};
use tonic::{Request, Response, Status, Streaming};

use super::{Fake, answers};

pub(super) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// These answers, and then silence: a watch has no end.
pub(super) fn endless<T: Send + 'static>(items: Vec<T>) -> Response<Answers<T>> {
    let items = stream::iter(items.into_iter().map(Ok));
    Response::new(Box::pin(items.chain(stream::pending())))
}

#[tonic::async_trait]
impl IngestionService for Fake {
    type IngestStream = Answers<ingestion::IngestResponse>;
    type WatchObservationsStream = Answers<ingestion::WatchObservationsResponse>;

    async fn ingest(
        &self,
        request: Request<Streaming<ingestion::IngestRequest>>,
    ) -> Result<Response<Self::IngestStream>, Status> {
        self.note("ingest", request.metadata());
        let mut parts = request.into_inner();
        let Some(first) = parts.message().await? else {
            return Err(Status::invalid_argument("no options"));
        };
        let Some(ingestion::ingest_request::Part::Options(options)) = first.part else {
            return Err(Status::invalid_argument("no options first"));
        };
        // One answer a chunk, so that a test sees both directions at work; the outcome at the end.
        let state = (parts, options, 0, false);
        let answers = stream::unfold(state, |(mut parts, options, bytes, ended)| async move {
            if ended {
                return None;
            }
            match parts.message().await {
                Ok(Some(part)) => {
                    let bytes = bytes + answers::chunk_bytes(&part);
                    Some((Ok(answers::progress(bytes)), (parts, options, bytes, false)))
                }
                Ok(None) => {
                    let outcome = answers::outcome(&options, bytes);
                    Some((Ok(outcome), (parts, options, bytes, true)))
                }
                Err(status) => Some((Err(status), (parts, options, bytes, true))),
            }
        });
        Ok(Response::new(Box::pin(answers)))
    }

    async fn list_observations(
        &self,
        request: Request<ingestion::ListObservationsRequest>,
    ) -> Result<Response<ingestion::ListObservationsResponse>, Status> {
        self.note("list_observations", request.metadata());
        match request.into_inner().dataflow.as_str() {
            "DF_NONE" => Err(answers::no_dataflow()),
            _ => Ok(Response::new(answers::observations())),
        }
    }

    async fn register_document(
        &self,
        request: Request<ingestion::RegisterDocumentRequest>,
    ) -> Result<Response<ingestion::RegisterDocumentResponse>, Status> {
        self.note("register_document", request.metadata());
        Ok(Response::new(ingestion::RegisterDocumentResponse {
            outcome: "published".to_owned(),
            receipt: Some(answers::receipt()),
        }))
    }

    async fn assert_network(
        &self,
        request: Request<ingestion::AssertNetworkRequest>,
    ) -> Result<Response<ingestion::AssertNetworkResponse>, Status> {
        self.note("assert_network", request.metadata());
        Ok(Response::new(ingestion::AssertNetworkResponse {
            outcome: "published".to_owned(),
            receipt: Some(answers::receipt()),
            accepted: 3,
            rejections: Vec::new(),
        }))
    }

    async fn list_releases(
        &self,
        request: Request<ingestion::ListReleasesRequest>,
    ) -> Result<Response<ingestion::ListReleasesResponse>, Status> {
        self.note("list_releases", request.metadata());
        Ok(Response::new(ingestion::ListReleasesResponse {
            releases: vec![answers::release()],
            next_page_token: String::new(),
        }))
    }

    async fn list_rejections(
        &self,
        request: Request<ingestion::ListRejectionsRequest>,
    ) -> Result<Response<ingestion::ListRejectionsResponse>, Status> {
        self.note("list_rejections", request.metadata());
        Ok(Response::new(ingestion::ListRejectionsResponse {
            rejections: vec![answers::rejection()],
            next_page_token: String::new(),
        }))
    }

    async fn watch_observations(
        &self,
        request: Request<ingestion::WatchObservationsRequest>,
    ) -> Result<Response<Self::WatchObservationsStream>, Status> {
        self.note("watch_observations", request.metadata());
        Ok(endless(answers::observation_changes()))
    }
}

#[tonic::async_trait]
impl MetricsService for Fake {
    type WatchIndicatorsStream = Answers<metrics::WatchIndicatorsResponse>;

    async fn list_indicators(
        &self,
        request: Request<metrics::ListIndicatorsRequest>,
    ) -> Result<Response<metrics::ListIndicatorsResponse>, Status> {
        self.note("list_indicators", request.metadata());
        Ok(Response::new(metrics::ListIndicatorsResponse {
            indicators: vec![answers::definition()],
        }))
    }

    async fn list_indicator_values(
        &self,
        request: Request<metrics::ListIndicatorValuesRequest>,
    ) -> Result<Response<metrics::ListIndicatorValuesResponse>, Status> {
        self.note("list_indicator_values", request.metadata());
        Ok(Response::new(answers::indicator_values()))
    }

    async fn classify_sme(
        &self,
        request: Request<metrics::ClassifySmeRequest>,
    ) -> Result<Response<metrics::ClassifySmeResponse>, Status> {
        self.note("classify_sme", request.metadata());
        Ok(Response::new(metrics::ClassifySmeResponse::default()))
    }

    async fn preview_release(
        &self,
        request: Request<Streaming<metrics::PreviewReleaseRequest>>,
    ) -> Result<Response<metrics::PreviewReleaseResponse>, Status> {
        self.note("preview_release", request.metadata());
        let mut parts = request.into_inner();
        let mut response = metrics::PreviewReleaseResponse::default();
        while parts.message().await?.is_some() {
            response.changes.push(metrics::ValueChange::default());
        }
        Ok(Response::new(response))
    }

    async fn audit(
        &self,
        request: Request<metrics::AuditRequest>,
    ) -> Result<Response<metrics::AuditResponse>, Status> {
        self.note("audit", request.metadata());
        match request.into_inner().domain.as_str() {
            "slow" => std::future::pending().await,
            "broken" => Err(Status::internal("an error of ours")),
            "refused" => Err(answers::refused()),
            _ => Ok(Response::new(answers::audit())),
        }
    }

    async fn watch_indicators(
        &self,
        request: Request<metrics::WatchIndicatorsRequest>,
    ) -> Result<Response<Self::WatchIndicatorsStream>, Status> {
        self.note("watch_indicators", request.metadata());
        let changes = vec![answers::indicator_change("v1.0.1")];
        if request.into_inner().domain == "refused" {
            let items = changes.into_iter().map(Ok).chain([Err(answers::refused())]);
            let items: Vec<_> = items.collect();
            return Ok(Response::new(Box::pin(stream::iter(items))));
        }
        Ok(endless(changes))
    }
}

#[tonic::async_trait]
impl AdviceService for Fake {
    type WatchAdviceStream = Answers<advice::WatchAdviceResponse>;

    async fn advise(
        &self,
        request: Request<advice::AdviseRequest>,
    ) -> Result<Response<advice::AdviseResponse>, Status> {
        self.note("advise", request.metadata());
        Ok(Response::new(answers::advice(request.into_inner().subject)))
    }

    async fn watch_advice(
        &self,
        request: Request<advice::WatchAdviceRequest>,
    ) -> Result<Response<Self::WatchAdviceStream>, Status> {
        self.note("watch_advice", request.metadata());
        Ok(endless(vec![answers::advice_change()]))
    }
}

#[tonic::async_trait]
impl OperationsService for Fake {
    type ExportUnitStream = Answers<operations::ExportUnitResponse>;

    async fn export_unit(
        &self,
        _: Request<operations::ExportUnitRequest>,
    ) -> Result<Response<Self::ExportUnitStream>, Status> {
        Err(Status::not_found("the fake has no units"))
    }

    async fn skip_event(
        &self,
        _: Request<operations::SkipEventRequest>,
    ) -> Result<Response<operations::SkipEventResponse>, Status> {
        Err(Status::not_found("the fake has no units"))
    }

    async fn get_status(
        &self,
        request: Request<operations::GetStatusRequest>,
    ) -> Result<Response<operations::GetStatusResponse>, Status> {
        self.note("get_status", request.metadata());
        Ok(Response::new(operations::GetStatusResponse {
            services: vec![answers::status(self.name)],
        }))
    }

    async fn get_ownership(
        &self,
        _: Request<operations::GetOwnershipRequest>,
    ) -> Result<Response<operations::GetOwnershipResponse>, Status> {
        Ok(Response::new(operations::GetOwnershipResponse::default()))
    }
}
