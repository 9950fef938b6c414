//! Roles, coupling mechanisms and configurations.

use api::network::{
    ListCouplingsRequest, ListCouplingsResponse, ListRolesRequest, ListRolesResponse,
};
use tonic::Status;

use super::{Asked, encode};
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
    let firm = firm.map_err(|error| api::status_of(&error))?;
    Ok(ListCouplingsResponse { couplings: encode::couplings(&picture, firm), frontier: None })
}
