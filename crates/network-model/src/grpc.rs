//! The gRPC face: decode, ask, encode. Nothing about the domain is decided here.

mod ask;
mod asked;
mod decode;
mod encode;
mod firm;
mod neighbourhood;
mod coupling;
mod route;
mod shock;
mod sme_fdi;
mod matching;
mod dependence;
mod upgrading;
mod cost_capability;
mod coordination;
mod centrality;
mod niches;
mod export;

use std::pin::Pin;
use std::sync::Arc;

use api::events::envelope::Payload;
use api::network::network_service_server::NetworkService;
use api::network::{
    ExportNetworkRequest, ExportNetworkResponse, GetCoordinationRequest, GetCoordinationResponse,
    GetCostCapabilityRequest, GetCostCapabilityResponse, GetDependenceRequest,
    GetDependenceResponse, GetFirmRequest, GetFirmResponse, GetLogicsRequest, GetLogicsResponse,
    GetNeighbourhoodRequest, GetNeighbourhoodResponse, GetNichesRequest, GetNichesResponse,
    GetSmeFdiRequest, GetSmeFdiResponse, GetTrajectoryRequest, GetTrajectoryResponse,
    GetUpgradingRequest, GetUpgradingResponse, ListCentralityRequest, ListCentralityResponse,
    ListCouplingsRequest, ListCouplingsResponse, ListRolesRequest, ListRolesResponse,
    ListRoutesRequest, ListRoutesResponse, MatchFirmsRequest, MatchFirmsResponse, RunShockRequest,
    RunShockResponse, WatchFindingsRequest, WatchFindingsResponse,
};
use api::types::Receipt;
use event_log::{EventLog, Partition, topics};
use service::{TopicPartition, UnitHandle, Units, deadline_of};
use tokio::sync::Semaphore;
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::apply::NetworkWork;
use ask::{Answer, Question};
use asked::{Asked, Source};

/// A stream of answers.
type Stream<T> = Pin<Box<dyn futures_core::Stream<Item = Result<T, Status>> + Send>>;

/// Answers `entrepot.network.v1`.
#[derive(Clone)]
pub(crate) struct NetworkGrpc {
    units: Units,
    /// By partition, as the units.
    works: Arc<Vec<(Partition, Arc<NetworkWork>)>>,
    log: Arc<dyn EventLog>,
    shutdown: CancellationToken,
    /// Who may compute a shock.
    shocks: Arc<Semaphore>,
}

impl NetworkGrpc {
    pub(crate) fn new(
        units: Units,
        works: Vec<(Partition, Arc<NetworkWork>)>,
        log: Arc<dyn EventLog>,
        shutdown: CancellationToken,
    ) -> Self {
        let shocks = Arc::new(Semaphore::new(shock::AT_A_TIME));
        Self { units, works: Arc::new(works), log, shutdown, shocks }
    }

    /// Waits for a question's receipt at the unit of its network, then answers on a thread that may
    /// compute.
    async fn answer<Q: Question, A: Answer>(
        &self,
        request: Request<Q>,
        answer: impl FnOnce(&Asked<'_>, &Q) -> Result<A, Status> + Send + 'static,
    ) -> Result<Response<A>, Status> {
        let (metadata, _, mut question) = request.into_parts();
        let source = self.source(&metadata, &mut question).await?;
        let answered = tokio::task::spawn_blocking(move || {
            let asked = source.asked();
            let mut answer = answer(&asked, &question)?;
            answer.set_frontier(asked.frontier(source.frontier.clone()));
            Ok::<_, Status>(answer)
        });
        Ok(Response::new(answered.await.map_err(|_| panicked())??))
    }

    /// The networks of the unit that owns the one that is asked about, at or behind the receipt.
    async fn source<Q: Question>(
        &self,
        metadata: &tonic::metadata::MetadataMap,
        question: &mut Q,
    ) -> Result<Source, Status> {
        let unit = self.owner_of(question.network())?;
        let after = question.after();
        let partition = unit.partition();
        let topic = topics::NETWORK;
        let asked = after.iter().flat_map(|receipt| &receipt.positions);
        let own = asked.filter(|at| at.topic == topic.as_str() && at.partition == partition.0);
        let not_before = own.map(|at| at.position).max().unwrap_or(0);
        self.ready(unit, after, metadata).await?;
        let frontier = unit.frontier().to_receipt();
        let work = self.works.iter().find(|(number, _)| *number == partition);
        let Some((_, work)) = work else {
            return Err(Status::internal("a unit without its work"));
        };
        let networks = work.networks();
        // A document of another network may be behind the last one of this.
        let last = networks.get(question.network()).and_then(|known| known.last_by(None));
        let not_before = not_before.min(last.map_or(0, |head| head.position));
        Ok(Source { networks, partition: partition.0, frontier, not_before })
    }

    fn owner_of(&self, network: &str) -> Result<&UnitHandle, Status> {
        self.units.owner_of(network).map_err(|error| api::status_of(&error))
    }

    async fn ready(
        &self,
        unit: &UnitHandle,
        after: Option<Receipt>,
        metadata: &tonic::metadata::MetadataMap,
    ) -> Result<(), Status> {
        // An empty receipt waits for a unit that is still starting.
        let receipt = after.unwrap_or_default();
        let waited = unit.wait_for(&receipt, deadline_of(metadata)).await;
        waited.map_err(|error| api::status_of(&error))
    }
}

#[tonic::async_trait]
impl NetworkService for NetworkGrpc {
    async fn get_firm(
        &self,
        request: Request<GetFirmRequest>,
    ) -> Result<Response<GetFirmResponse>, Status> {
        self.answer(request, firm::get).await
    }

    async fn get_neighbourhood(
        &self,
        request: Request<GetNeighbourhoodRequest>,
    ) -> Result<Response<GetNeighbourhoodResponse>, Status> {
        self.answer(request, neighbourhood::get).await
    }

    async fn list_roles(
        &self,
        request: Request<ListRolesRequest>,
    ) -> Result<Response<ListRolesResponse>, Status> {
        self.answer(request, coupling::list_roles).await
    }

    async fn list_couplings(
        &self,
        request: Request<ListCouplingsRequest>,
    ) -> Result<Response<ListCouplingsResponse>, Status> {
        self.answer(request, coupling::list_couplings).await
    }

    async fn list_routes(
        &self,
        request: Request<ListRoutesRequest>,
    ) -> Result<Response<ListRoutesResponse>, Status> {
        self.answer(request, route::list).await
    }

    async fn get_trajectory(
        &self,
        request: Request<GetTrajectoryRequest>,
    ) -> Result<Response<GetTrajectoryResponse>, Status> {
        self.answer(request, route::trajectory_of).await
    }

    async fn get_sme_fdi(
        &self,
        request: Request<GetSmeFdiRequest>,
    ) -> Result<Response<GetSmeFdiResponse>, Status> {
        self.answer(request, sme_fdi::get).await
    }

    async fn match_firms(
        &self,
        request: Request<MatchFirmsRequest>,
    ) -> Result<Response<MatchFirmsResponse>, Status> {
        self.answer(request, matching::find).await
    }

    async fn get_dependence(
        &self,
        request: Request<GetDependenceRequest>,
    ) -> Result<Response<GetDependenceResponse>, Status> {
        self.answer(request, dependence::get).await
    }

    async fn get_upgrading(
        &self,
        request: Request<GetUpgradingRequest>,
    ) -> Result<Response<GetUpgradingResponse>, Status> {
        self.answer(request, upgrading::get).await
    }

    async fn get_cost_capability(
        &self,
        request: Request<GetCostCapabilityRequest>,
    ) -> Result<Response<GetCostCapabilityResponse>, Status> {
        self.answer(request, cost_capability::get).await
    }

    async fn get_coordination(
        &self,
        request: Request<GetCoordinationRequest>,
    ) -> Result<Response<GetCoordinationResponse>, Status> {
        self.answer(request, coordination::get).await
    }

    async fn get_logics(
        &self,
        request: Request<GetLogicsRequest>,
    ) -> Result<Response<GetLogicsResponse>, Status> {
        self.answer(request, coordination::logics_of).await
    }

    async fn list_centrality(
        &self,
        request: Request<ListCentralityRequest>,
    ) -> Result<Response<ListCentralityResponse>, Status> {
        self.answer(request, centrality::list).await
    }

    async fn get_niches(
        &self,
        request: Request<GetNichesRequest>,
    ) -> Result<Response<GetNichesResponse>, Status> {
        self.answer(request, niches::get).await
    }

    type RunShockStream = Stream<RunShockResponse>;

    async fn run_shock(
        &self,
        request: Request<RunShockRequest>,
    ) -> Result<Response<Self::RunShockStream>, Status> {
        let (metadata, _, mut question) = request.into_parts();
        let source = self.source(&metadata, &mut question).await?;
        shock::start(source, question, &self.shocks).await
    }

    type ExportNetworkStream = Stream<ExportNetworkResponse>;

    async fn export_network(
        &self,
        request: Request<ExportNetworkRequest>,
    ) -> Result<Response<Self::ExportNetworkStream>, Status> {
        let (metadata, _, mut question) = request.into_parts();
        let source = self.source(&metadata, &mut question).await?;
        export::start(source, question).await
    }

    type WatchFindingsStream = Stream<WatchFindingsResponse>;

    async fn watch_findings(
        &self,
        request: Request<WatchFindingsRequest>,
    ) -> Result<Response<Self::WatchFindingsStream>, Status> {
        let WatchFindingsRequest { network, from } = request.into_inner();
        decode::required("network", &network)?;
        let partition = self.owner_of(&network)?.partition();
        decode::check_token(&from, partition)?;
        let source = TopicPartition::new(topics::FINDINGS, partition);
        let watched =
            service::watch(Arc::clone(&self.log), source, &from, self.shutdown.clone()).await?;
        let stream = watched.filter_map(move |watched| {
            let watched = match watched {
                Ok(watched) => watched,
                Err(status) => return Some(Err(status)),
            };
            let Payload::FindingsChanged(changed) = watched.event.payload else { return None };
            let of_network = |finding: &api::events::Finding| finding.network == network;
            let findings: Vec<_> = changed.findings.into_iter().filter(of_network).collect();
            let cause = watched.event.cause.position;
            let response = WatchFindingsResponse { token: watched.token, findings, cause };
            (!response.findings.is_empty()).then_some(Ok(response))
        });
        Ok(Response::new(Box::pin(stream)))
    }
}

fn panicked() -> Status {
    api::status_of(&service::Error::Panicked)
}
