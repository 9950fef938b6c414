//! The gRPC face: decode, ask, encode. Nothing about the domain is decided here.

mod decode;
mod encode;

use std::pin::Pin;
use std::sync::Arc;

use api::events::envelope::Payload;
use api::network::network_service_server::NetworkService;
use api::network::{
    GetFirmRequest, GetFirmResponse, ListCouplingsRequest, ListCouplingsResponse, ListRolesRequest,
    ListRolesResponse, WatchFindingsRequest, WatchFindingsResponse,
};
use api::types::Receipt;
use event_log::{EventLog, Partition, topics};
use futures_core::Stream;
use service::{TopicPartition, UnitHandle, Units, deadline_of};
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::apply::{NetworkWork, findings_of};
use crate::networks::Networks;
use crate::{Error, query};

/// Answers `entrepot.network.v1`.
#[derive(Clone)]
pub(crate) struct NetworkGrpc {
    units: Units,
    /// By partition, as the units.
    works: Arc<Vec<(Partition, Arc<NetworkWork>)>>,
    log: Arc<dyn EventLog>,
    shutdown: CancellationToken,
}

impl NetworkGrpc {
    pub(crate) fn new(
        units: Units,
        works: Vec<(Partition, Arc<NetworkWork>)>,
        log: Arc<dyn EventLog>,
        shutdown: CancellationToken,
    ) -> Self {
        Self { units, works: Arc::new(works), log, shutdown }
    }

    /// Waits for a receipt at the unit of a network, then asks on a thread that may compute.
    async fn ask<T: Send + 'static>(
        &self,
        network: &str,
        after: Option<Receipt>,
        metadata: &tonic::metadata::MetadataMap,
        question: impl FnOnce(&Networks) -> Result<T, Error> + Send + 'static,
    ) -> Result<(T, Receipt), Status> {
        let unit = self.owner_of(network)?;
        self.ready(unit, after, metadata).await?;
        let frontier = unit.frontier().to_receipt();
        let work = self.works.iter().find(|(partition, _)| *partition == unit.partition());
        let Some((_, work)) = work else {
            return Err(Status::internal("a unit without its work"));
        };
        let networks = work.networks();
        let answered = tokio::task::spawn_blocking(move || question(&networks)).await;
        match answered {
            Ok(Ok(answer)) => Ok((answer, frontier)),
            Ok(Err(error)) => Err(api::status_of(&error)),
            Err(_) => Err(api::status_of(&service::Error::Panicked)),
        }
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
        let (metadata, _, request) = request.into_parts();
        let as_of = decode::as_of(request.as_of.as_ref())?;
        let (network, id) = (request.network, decode::required("id", request.id)?);
        let name = network.clone();
        let question = move |networks: &Networks| {
            let known = query::network(networks, &network)?;
            let picture = query::picture(&network, known, as_of)?;
            let answer = query::entity(&network, known, &id, picture)?;
            let subject = answer.entity.id().to_string();
            let mut findings = findings_of(&network, &answer.picture);
            findings.retain(|finding| finding.subject == subject);
            Ok((answer, findings))
        };
        let ((answer, findings), frontier) =
            self.ask(&name, request.after, &metadata, question).await?;
        Ok(Response::new(GetFirmResponse {
            entity: Some(encode::entity(&answer.entity)),
            relations: answer.relations.iter().map(encode::relation).collect(),
            findings,
            frontier: Some(frontier),
        }))
    }

    async fn list_roles(
        &self,
        request: Request<ListRolesRequest>,
    ) -> Result<Response<ListRolesResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        let as_of = decode::as_of(request.as_of.as_ref())?;
        let (network, industry) = (request.network, request.industry);
        let name = network.clone();
        let question = move |networks: &Networks| {
            let known = query::network(networks, &network)?;
            let picture = query::picture(&network, known, as_of)?;
            query::check_industry(&network, &picture, &industry)?;
            Ok(encode::roles(&picture, &industry))
        };
        let (roles, frontier) = self.ask(&name, request.after, &metadata, question).await?;
        Ok(Response::new(ListRolesResponse { roles, frontier: Some(frontier) }))
    }

    async fn list_couplings(
        &self,
        request: Request<ListCouplingsRequest>,
    ) -> Result<Response<ListCouplingsResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        let as_of = decode::as_of(request.as_of.as_ref())?;
        let (network, firm) = (request.network, request.firm);
        let name = network.clone();
        let question = move |networks: &Networks| {
            let known = query::network(networks, &network)?;
            let picture = query::picture(&network, known, as_of)?;
            let firm = query::check_firm(&network, &picture, &firm)?;
            Ok(encode::couplings(&picture, firm))
        };
        let (couplings, frontier) = self.ask(&name, request.after, &metadata, question).await?;
        Ok(Response::new(ListCouplingsResponse { couplings, frontier: Some(frontier) }))
    }

    type WatchFindingsStream =
        Pin<Box<dyn Stream<Item = Result<WatchFindingsResponse, Status>> + Send>>;

    async fn watch_findings(
        &self,
        request: Request<WatchFindingsRequest>,
    ) -> Result<Response<Self::WatchFindingsStream>, Status> {
        let WatchFindingsRequest { network, from } = request.into_inner();
        let network = decode::required("network", network)?;
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
