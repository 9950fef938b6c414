//! The fake of network-model: fixed facts about one firm and its neighbours.

use api::network;
use api::network::network_service_server::NetworkService;
use futures_util::stream;
use tonic::{Request, Response, Status};

use super::services::{Answers, endless};
use super::{Fake, analyses, answers, questions};

#[tonic::async_trait]
impl NetworkService for Fake {
    type WatchFindingsStream = Answers<network::WatchFindingsResponse>;
    type ExportNetworkStream = Answers<network::ExportNetworkResponse>;
    type RunShockStream = Answers<network::RunShockResponse>;

    async fn get_firm(
        &self,
        request: Request<network::GetFirmRequest>,
    ) -> Result<Response<network::GetFirmResponse>, Status> {
        self.note("get_firm", request.metadata());
        Ok(Response::new(answers::firm()))
    }

    async fn list_roles(
        &self,
        request: Request<network::ListRolesRequest>,
    ) -> Result<Response<network::ListRolesResponse>, Status> {
        self.note("list_roles", request.metadata());
        Ok(Response::new(network::ListRolesResponse {
            roles: vec![answers::role()],
            frontier: None,
        }))
    }

    async fn list_couplings(
        &self,
        request: Request<network::ListCouplingsRequest>,
    ) -> Result<Response<network::ListCouplingsResponse>, Status> {
        self.note("list_couplings", request.metadata());
        Ok(Response::new(network::ListCouplingsResponse {
            couplings: vec![answers::coupling()],
            frontier: None,
        }))
    }

    async fn watch_findings(
        &self,
        request: Request<network::WatchFindingsRequest>,
    ) -> Result<Response<Self::WatchFindingsStream>, Status> {
        self.note("watch_findings", request.metadata());
        Ok(endless(vec![answers::finding_change()]))
    }

    async fn get_neighbourhood(
        &self,
        request: Request<network::GetNeighbourhoodRequest>,
    ) -> Result<Response<network::GetNeighbourhoodResponse>, Status> {
        self.note("get_neighbourhood", request.metadata());
        Ok(Response::new(questions::neighbourhood()))
    }

    async fn match_firms(
        &self,
        request: Request<network::MatchFirmsRequest>,
    ) -> Result<Response<network::MatchFirmsResponse>, Status> {
        self.note("match_firms", request.metadata());
        Ok(Response::new(questions::matching()))
    }

    async fn list_routes(
        &self,
        request: Request<network::ListRoutesRequest>,
    ) -> Result<Response<network::ListRoutesResponse>, Status> {
        self.note("list_routes", request.metadata());
        Ok(Response::new(questions::routes()))
    }

    async fn get_trajectory(
        &self,
        request: Request<network::GetTrajectoryRequest>,
    ) -> Result<Response<network::GetTrajectoryResponse>, Status> {
        self.note("get_trajectory", request.metadata());
        Ok(Response::new(questions::trajectory()))
    }

    async fn get_sme_fdi(
        &self,
        request: Request<network::GetSmeFdiRequest>,
    ) -> Result<Response<network::GetSmeFdiResponse>, Status> {
        self.note("get_sme_fdi", request.metadata());
        Ok(Response::new(questions::sme_fdi()))
    }

    async fn get_dependence(
        &self,
        request: Request<network::GetDependenceRequest>,
    ) -> Result<Response<network::GetDependenceResponse>, Status> {
        self.note("get_dependence", request.metadata());
        Ok(Response::new(questions::dependence()))
    }

    async fn get_upgrading(
        &self,
        request: Request<network::GetUpgradingRequest>,
    ) -> Result<Response<network::GetUpgradingResponse>, Status> {
        self.note("get_upgrading", request.metadata());
        Ok(Response::new(analyses::upgrading()))
    }

    async fn get_cost_capability(
        &self,
        request: Request<network::GetCostCapabilityRequest>,
    ) -> Result<Response<network::GetCostCapabilityResponse>, Status> {
        self.note("get_cost_capability", request.metadata());
        let is_move = !request.into_inner().to.is_empty();
        Ok(Response::new(analyses::cost_capability(is_move)))
    }

    async fn get_coordination(
        &self,
        request: Request<network::GetCoordinationRequest>,
    ) -> Result<Response<network::GetCoordinationResponse>, Status> {
        self.note("get_coordination", request.metadata());
        Ok(Response::new(analyses::coordination()))
    }

    async fn get_logics(
        &self,
        request: Request<network::GetLogicsRequest>,
    ) -> Result<Response<network::GetLogicsResponse>, Status> {
        self.note("get_logics", request.metadata());
        Ok(Response::new(analyses::logics()))
    }

    async fn list_centrality(
        &self,
        request: Request<network::ListCentralityRequest>,
    ) -> Result<Response<network::ListCentralityResponse>, Status> {
        self.note("list_centrality", request.metadata());
        Ok(Response::new(analyses::centrality(&request.into_inner())))
    }

    async fn get_niches(
        &self,
        request: Request<network::GetNichesRequest>,
    ) -> Result<Response<network::GetNichesResponse>, Status> {
        self.note("get_niches", request.metadata());
        Ok(Response::new(analyses::niches(&request.into_inner())))
    }

    async fn run_shock(
        &self,
        request: Request<network::RunShockRequest>,
    ) -> Result<Response<Self::RunShockStream>, Status> {
        self.note("run_shock", request.metadata());
        let is_scenario = !request.into_inner().strikes.is_empty();
        let parts = questions::shock(is_scenario).into_iter().map(Ok);
        Ok(Response::new(Box::pin(stream::iter(parts))))
    }

    async fn export_network(
        &self,
        request: Request<network::ExportNetworkRequest>,
    ) -> Result<Response<Self::ExportNetworkStream>, Status> {
        self.note("export_network", request.metadata());
        let moment = Some(questions::moment());
        let first = network::ExportNetworkResponse { chunk: Vec::new(), moment };
        let chunk = b"<graphml/>\n".to_vec();
        let second = network::ExportNetworkResponse { chunk, moment: None };
        Ok(Response::new(Box::pin(stream::iter([Ok(first), Ok(second)]))))
    }
}
