//! What all questions have in common: a network, a point of both clocks, a receipt to wait for; and
//! what all answers have: how far the service has read.
//!
//! A new question says here where it keeps those, and is answered by a function of its own.

use api::network::{
    GetCoordinationRequest, GetCoordinationResponse, GetCostCapabilityRequest,
    GetCostCapabilityResponse, GetDependenceRequest, GetDependenceResponse, GetFirmRequest,
    GetFirmResponse, GetLogicsRequest, GetLogicsResponse, GetNeighbourhoodRequest,
    GetNeighbourhoodResponse, GetNichesRequest, GetNichesResponse, GetSmeFdiRequest,
    GetSmeFdiResponse, GetTrajectoryRequest, GetTrajectoryResponse, GetUpgradingRequest,
    GetUpgradingResponse, ListCentralityRequest, ListCentralityResponse, ListCouplingsRequest,
    ListCouplingsResponse, ListRolesRequest, ListRolesResponse, ListRoutesRequest,
    ListRoutesResponse, MatchFirmsRequest, MatchFirmsResponse, NetworkAsOf, NetworkMoment,
};
use api::types::{LogPosition, Receipt};
use event_log::topics;

use crate::picture::Picture;

/// A question about a network.
pub(super) trait Question: Send + 'static {
    fn network(&self) -> &str;
    fn as_of(&self) -> Option<&NetworkAsOf>;
    /// Takes out what is to be waited for.
    fn after(&mut self) -> Option<Receipt>;
}

/// An answer that says how far the service had read.
pub(super) trait Answer: Send + 'static {
    fn set_frontier(&mut self, frontier: Receipt);
}

macro_rules! question {
    ($($request:ident => $response:ident),+ $(,)?) => {$(
        impl Question for $request {
            fn network(&self) -> &str {
                &self.network
            }

            fn as_of(&self) -> Option<&NetworkAsOf> {
                self.as_of.as_ref()
            }

            fn after(&mut self) -> Option<Receipt> {
                self.after.take()
            }
        }

        impl Answer for $response {
            fn set_frontier(&mut self, frontier: Receipt) {
                self.frontier = Some(frontier);
            }
        }
    )+};
}

question! {
    GetFirmRequest => GetFirmResponse,
    GetNeighbourhoodRequest => GetNeighbourhoodResponse,
    ListRolesRequest => ListRolesResponse,
    ListCouplingsRequest => ListCouplingsResponse,
    ListRoutesRequest => ListRoutesResponse,
    GetTrajectoryRequest => GetTrajectoryResponse,
    GetSmeFdiRequest => GetSmeFdiResponse,
    MatchFirmsRequest => MatchFirmsResponse,
    GetDependenceRequest => GetDependenceResponse,
    GetUpgradingRequest => GetUpgradingResponse,
    GetNichesRequest => GetNichesResponse,
    ListCentralityRequest => ListCentralityResponse,
    GetCoordinationRequest => GetCoordinationResponse,
    GetLogicsRequest => GetLogicsResponse,
    GetCostCapabilityRequest => GetCostCapabilityResponse,
}

/// What a picture is of. `partition` is that of its network.
pub(super) fn moment(picture: &Picture, partition: u32) -> NetworkMoment {
    let topic = topics::NETWORK;
    NetworkMoment {
        valid_on: picture.snapshot.valid().to_string(),
        recorded_at: Some(api::timestamp_to(picture.head.recorded_at)),
        document: Some(LogPosition::new(topic.as_str(), partition, picture.head.position)),
    }
}
