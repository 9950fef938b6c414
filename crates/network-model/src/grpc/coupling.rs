//! Roles, coupling mechanisms and configurations.

use api::network::{
    ListCouplingsRequest, ListCouplingsResponse, ListRolesRequest, ListRolesResponse,
};
use production_network::FirmId;
use tonic::Status;

use super::{Asked, decode, encode};
use crate::query;

pub(super) fn list_roles(
    asked: &Asked<'_>,
    question: &ListRolesRequest,
) -> Result<ListRolesResponse, Status> {
    let picture = asked.picture(question)?;
    let checked = query::check_industry(&question.network, &picture, &question.industry);
    checked.map_err(|error| api::status_of(&error))?;
    Ok(ListRolesResponse { roles: encode::roles(&picture, &question.industry), frontier: None })
}

pub(super) fn list_couplings(
    asked: &Asked<'_>,
    question: &ListCouplingsRequest,
) -> Result<ListCouplingsResponse, Status> {
    let picture = asked.picture(question)?;
    let firm = query::check_firm(&question.network, &picture, &question.firm);
    let firm = Some(firm.map_err(|error| api::status_of(&error))?).filter(|id| !id.is_empty());
    let firm = firm.map(|firm| decode::id("firm", firm, FirmId::try_new)).transpose()?;
    let couplings = encode::couplings(&picture, firm.as_ref());
    Ok(ListCouplingsResponse { couplings, frontier: None })
}
