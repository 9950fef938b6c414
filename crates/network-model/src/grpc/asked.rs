//! What a question is asked of: the networks of one unit, at the point of both clocks that it
//! names.
//!
//! Guarantees that an answer never says that it knows more than the picture that it is of.

use std::cell::Cell;
use std::sync::Arc;

use api::types::Receipt;
use event_log::topics;
use production_network::{EntityId, EntityKind, FirmId, PlaceId};
use tonic::Status;

use super::ask::Question;
use super::decode;
use crate::networks::Networks;
use crate::picture::Picture;
use crate::query;

/// What a question is asked of.
pub(super) struct Asked<'a> {
    pub(super) networks: &'a Networks,
    /// Where the networks are in the log.
    pub(super) partition: u32,
    /// The document that the answer must know.
    not_before: u64,
    /// The last document that the answer knows, if it is not the newest though that was asked for.
    knows: Cell<Option<u64>>,
}

impl Asked<'_> {
    /// The picture that a question is about.
    pub(super) fn picture(&self, question: &impl Question) -> Result<Arc<Picture>, Status> {
        let as_of = decode::as_of(question.as_of())?;
        let picture = query::picture(self.networks, question.network(), as_of, self.not_before);
        let picture = picture.map_err(|error| api::status_of(&error))?;
        self.note(question.network(), as_of, &picture);
        Ok(picture)
    }

    /// The picture for a question about one entity, and whether it is of the whole network.
    pub(super) fn picture_for(
        &self,
        question: &impl Question,
        entity: &str,
    ) -> Result<(Arc<Picture>, bool), Status> {
        self.picture_at(question, decode::as_of(question.as_of())?, entity)
    }

    /// As [`Asked::picture_for`], at another point of the clocks than the question's.
    pub(super) fn picture_at(
        &self,
        question: &impl Question,
        as_of: query::AsOf,
        entity: &str,
    ) -> Result<(Arc<Picture>, bool), Status> {
        let (networks, network) = (self.networks, question.network());
        let found = query::picture_for(networks, network, as_of, self.not_before, entity);
        let (picture, is_whole) = found.map_err(|error| api::status_of(&error))?;
        self.note(network, as_of, &picture);
        Ok((picture, is_whole))
    }

    /// The firm of a picture that an id is of, merged or not.
    pub(super) fn firm(
        &self,
        question: &impl Question,
        picture: &Picture,
        id: &str,
    ) -> Result<FirmId, Status> {
        let id = decode::required("firm", id)?;
        let refused = |error: crate::Error| api::status_of(&error);
        let known = query::network(self.networks, question.network()).map_err(refused)?;
        let found = query::entity_id(question.network(), &known, id, picture).map_err(refused)?;
        let firm = found.as_firm().cloned();
        firm.ok_or_else(|| decode::refused("firm", format!("`{found}` is no firm")))
    }

    /// The place of a picture that an id is of, with or without its kind.
    pub(super) fn place(
        &self,
        question: &impl Question,
        picture: &Picture,
        field: &'static str,
        id: &str,
    ) -> Result<PlaceId, Status> {
        let plain = decode::required(field, id.strip_prefix("place:").unwrap_or(id))?;
        let place = decode::id(field, plain, |id| EntityId::try_new(EntityKind::Place, &id))?;
        let refused = |error: crate::Error| api::status_of(&error);
        let known = query::network(self.networks, question.network()).map_err(refused)?;
        let (network, id) = (question.network(), place.to_string());
        match query::entity_id(network, &known, &id, picture).map_err(refused)? {
            EntityId::Place(place) => Ok(place),
            other => Err(decode::refused(field, format!("`{other}` is no place"))),
        }
    }

    /// Notes that the newest was asked for, and that an older picture is what there is.
    fn note(&self, network: &str, as_of: query::AsOf, picture: &Picture) {
        let last = self.networks.get(network).and_then(|known| known.last_by(None));
        let is_older = last.is_some_and(|last| last.position > picture.head.position);
        if as_of.day.is_none() && as_of.recorded_at.is_none() && is_older {
            self.knows.set(Some(picture.head.position));
        }
    }

    /// How far an answer has read: not farther than its picture, where that is not the newest.
    pub(super) fn frontier(&self, mut frontier: Receipt) -> Receipt {
        let topic = topics::NETWORK;
        let Some(knows) = self.knows.get() else { return frontier };
        for at in &mut frontier.positions {
            if at.topic == topic.as_str() && at.partition == self.partition {
                at.position = at.position.min(knows);
            }
        }
        frontier
    }
}

/// What one call is answered from.
pub(super) struct Source {
    pub(super) networks: Arc<Networks>,
    pub(super) partition: u32,
    pub(super) frontier: Receipt,
    pub(super) not_before: u64,
}

impl Source {
    pub(super) fn asked(&self) -> Asked<'_> {
        let (partition, not_before) = (self.partition, self.not_before);
        Asked { networks: &self.networks, partition, not_before, knows: Cell::new(None) }
    }
}

#[cfg(test)]
mod tests {
    use api::network::ListRolesRequest;
    use api::types::LogPosition;

    use super::*;
    use crate::networks::testing::Documents;

    #[test]
    fn what_is_read_and_not_yet_finished_is_not_said_to_be_known() {
        let (documents, networks) = (Documents::new(), Arc::new(Networks::new(0)));
        let first = documents.tell(&networks, 0);
        networks.finish("asean", first).expect("it is there");
        documents.tell(&networks, 1);
        let read_to = |position| Receipt {
            positions: vec![LogPosition::new(topics::NETWORK.as_str(), 0, position)],
        };
        for (not_before, known) in [(0, 0), (1, 1)] {
            let frontier = read_to(1);
            let networks = Arc::clone(&networks);
            let source = Source { networks, partition: 0, frontier, not_before };
            let asked = source.asked();
            let network = "asean".to_owned();
            let question = ListRolesRequest { network, ..ListRolesRequest::default() };
            let picture = asked.picture(&question).expect("a picture");
            assert_eq!(picture.head.position, known);
            assert_eq!(asked.frontier(source.frontier.clone()), read_to(known));
        }
    }
}
