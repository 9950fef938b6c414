//! Questions about networks, answered from what is in memory: sync, read only.
//!
//! Each answer is of one point of both clocks. Without a day it is that of the last document that
//! was recorded by then, so the same question gives the same answer until another is recorded; a
//! moment that cannot be answered is refused and never replaced by the newest.

mod around;
mod near;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use production_network::{Entity, EntityId, EntityKind, FirmId, Network, Relation, Snapshot};

use crate::Error;
use crate::networks::{Known, Networks};
use crate::picture::Picture;
pub(crate) use around::{Around, RELATIONS_MAX, STEPS_MAX, around};
pub(crate) use near::near;

/// A point of both clocks, as asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AsOf {
    pub(crate) day: Option<Date>,
    pub(crate) recorded_at: Option<Timestamp>,
}

/// An entity with its relations.
#[derive(Debug)]
pub(crate) struct EntityAnswer<'a> {
    pub(crate) entity: &'a Entity,
    /// What it gives, then what it receives.
    pub(crate) relations: Vec<&'a Relation>,
}

/// The network of this id.
///
/// # Errors
/// [`Error::Field`] without an id, [`Error::Unknown`] for another one.
pub(crate) fn network(networks: &Networks, id: &str) -> Result<Arc<Known>, Error> {
    if id.is_empty() {
        let problem = format!("is empty; known are: {}", networks.ids().join(", "));
        return Err(Error::Field { field: "network", problem });
    }
    networks.get(id).ok_or_else(|| Error::Unknown {
        what: "network",
        id: id.to_owned(),
        place: "what was loaded".to_owned(),
        near: near(id, networks.ids().iter().map(String::as_str)),
    })
}

/// A network at a point of both clocks. Without one it is the newest; of a large network the newest
/// of which all that follows is found, if it knows the document at `not_before`: a question does not
/// wait for what it has not asked for, and its answer says of when it is.
///
/// # Errors
/// As [`network`]; [`Error::BeforeFirst`] if nothing was recorded by then.
pub(crate) fn picture(
    networks: &Networks,
    id: &str,
    as_of: AsOf,
    not_before: u64,
) -> Result<Arc<Picture>, Error> {
    let known = network(networks, id)?;
    if as_of.day.is_none()
        && as_of.recorded_at.is_none()
        && networks.is_large(&known)
        && let Some(finished) = networks.finished(id, not_before)
    {
        return Ok(finished);
    }
    let before_first = || Error::BeforeFirst {
        network: id.to_owned(),
        asked: as_of.recorded_at.unwrap_or_default(),
        earliest: known.first().map(|head| head.recorded_at).unwrap_or_default(),
    };
    let last = known.last_by(as_of.recorded_at).ok_or_else(before_first)?;
    let day = as_of.day.unwrap_or_else(|| last.day());
    networks.picture(id, day, last).ok_or_else(before_first)
}

/// The picture for a question about one entity, and whether it is of the whole network: of a large
/// one it is not, at another point of the clocks than the newest.
///
/// # Errors
/// As [`picture`]; [`Error::Unknown`] for an entity that was never told of.
pub(crate) fn picture_for(
    networks: &Networks,
    id: &str,
    as_of: AsOf,
    not_before: u64,
    entity: &str,
) -> Result<(Arc<Picture>, bool), Error> {
    let known = network(networks, id)?;
    let is_newest = as_of.day.is_none() && as_of.recorded_at.is_none();
    let last = known.last_by(as_of.recorded_at);
    let (false, true, Some(last)) = (is_newest, networks.is_large(&known), last) else {
        return Ok((picture(networks, id, as_of, not_before)?, true));
    };
    let facts = known.network();
    let found = named(entity).into_iter().find(|one| facts.knows(one));
    let found = found.ok_or_else(|| unknown(id, &facts, entity))?;
    let day = as_of.day.unwrap_or_else(|| last.day());
    Ok((Arc::new(Picture::around(&facts, &found, day, last)), false))
}

/// An entity with its relations.
///
/// # Errors
/// As [`entity_id`].
pub(crate) fn entity<'a>(
    network: &str,
    known: &Known,
    id: &str,
    picture: &'a Picture,
) -> Result<EntityAnswer<'a>, Error> {
    let found = entity_id(network, known, id, picture)?;
    let snapshot = &picture.snapshot;
    let Some(entity) = snapshot.entity(&found) else { return Err(not_then(picture, &found)) };
    let relations = snapshot.outgoing(&found).chain(snapshot.incoming(&found)).collect();
    Ok(EntityAnswer { entity, relations })
}

/// The entity that an id is of, merged or not. An id without a kind before a colon is a firm's, else
/// that of any entity with this id.
///
/// # Errors
/// [`Error::Unknown`], or [`Error::NotThen`] if it is known at another point of the clocks.
pub(crate) fn entity_id(
    network: &str,
    known: &Known,
    id: &str,
    picture: &Picture,
) -> Result<EntityId, Error> {
    let found = resolve(known, picture, id);
    let found = found.ok_or_else(|| unknown(network, &known.network(), id))?;
    let there = picture.snapshot.entity(&found).map(Entity::id);
    there.ok_or_else(|| not_then(picture, &found))
}

/// That an entity was ever told of.
///
/// # Errors
/// [`Error::Unknown`] with those that are near.
pub(crate) fn check_known(network: &str, known: &Known, id: &EntityId) -> Result<(), Error> {
    let facts = known.network();
    if facts.knows(id) { Ok(()) } else { Err(unknown(network, &facts, &id.to_string())) }
}

fn unknown(network: &str, facts: &Network, id: &str) -> Error {
    let ids: Vec<String> = facts.entity_ids().map(shown).collect();
    let plain = id.strip_prefix("firm:").unwrap_or(id);
    Error::Unknown {
        what: "entity",
        id: id.to_owned(),
        place: format!("network `{network}`"),
        near: near(plain, ids.iter().map(String::as_str)),
    }
}

fn not_then(picture: &Picture, id: &EntityId) -> Error {
    let snapshot = &picture.snapshot;
    let (day, recorded_at) = (snapshot.valid(), snapshot.recorded().instant());
    Error::NotThen { id: id.to_string(), day, recorded_at }
}

/// That an industry is one of the picture's; an empty one stands for all.
///
/// # Errors
/// [`Error::Unknown`] with those that are near.
pub(crate) fn check_industry(network: &str, picture: &Picture, id: &str) -> Result<(), Error> {
    let industries: BTreeSet<&str> =
        picture.roles().iter().map(|found| found.industry.as_str()).collect();
    if id.is_empty() || industries.contains(id) {
        return Ok(());
    }
    Err(Error::Unknown {
        what: "industry",
        id: id.to_owned(),
        place: format!("network `{network}` then"),
        near: near(id, industries.into_iter()),
    })
}

/// That a firm is one of the picture's; an empty one stands for all. Answers without its kind.
///
/// # Errors
/// [`Error::Unknown`] with those that are near.
pub(crate) fn check_firm<'a>(
    network: &str,
    picture: &Picture,
    id: &'a str,
) -> Result<&'a str, Error> {
    let plain = id.strip_prefix("firm:").unwrap_or(id);
    let found = FirmId::try_new(plain).ok();
    let found = found.as_ref().and_then(|id| picture.snapshot.firm(id));
    if plain.is_empty() || found.is_some_and(|firm| firm.id.as_str() == plain) {
        return Ok(plain);
    }
    let firms = picture.snapshot.firms().map(|firm| firm.id.as_str());
    Err(Error::Unknown {
        what: "firm",
        id: id.to_owned(),
        place: format!("network `{network}` then"),
        near: near(plain, firms),
    })
}

/// The name of an entity, or its id where it has none.
pub(crate) fn name(snapshot: &Snapshot, id: &EntityId) -> String {
    snapshot.entity(id).map_or_else(|| id.to_string(), |entity| entity.name().to_owned())
}

/// What is in the picture is found without waiting for anybody who takes documents in.
fn resolve(known: &Known, picture: &Picture, id: &str) -> Option<EntityId> {
    let asked = named(id);
    let there = |entity: &&EntityId| picture.snapshot.entity(entity).is_some();
    if let Some(found) = asked.iter().find(there) {
        return Some(found.clone());
    }
    let facts = known.network();
    asked.into_iter().find(|entity| facts.knows(entity))
}

/// The entities that an id may be of: itself with its kind, else a firm, else any other kind.
fn named(id: &str) -> Vec<EntityId> {
    let with_kind = |kind: &EntityKind| EntityId::try_new(*kind, id).ok();
    let whole = EntityId::parse(id).ok();
    whole.into_iter().chain(EntityKind::ALL.iter().filter_map(with_kind)).collect()
}

/// A firm's id alone, as it may be asked for; others with their kind.
fn shown(id: &EntityId) -> String {
    id.as_firm().map_or_else(|| id.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::testing::Documents;

    #[test]
    fn of_a_large_network_the_last_finished_picture_answers_and_no_older_than_is_asked_for() {
        let (documents, networks) = (Documents::new(), Networks::new(0));
        let newest = |not_before| {
            let found = picture(&networks, "asean", AsOf::default(), not_before);
            found.expect("a picture").head.position
        };
        let first = documents.tell(&networks, 0);
        assert_eq!(newest(0), 0, "none is finished: it is made");
        networks.finish("asean", first).expect("it is there");
        let second = documents.tell(&networks, 1);
        assert_eq!(newest(0), 0, "nobody waits for what they did not ask for");
        assert_eq!(newest(1), 1, "whoever has a receipt does");
        networks.finish("asean", second).expect("it is there");
        assert_eq!(newest(0), 1);
        let recorded_at = Some(first.recorded_at);
        let then = AsOf { recorded_at, ..AsOf::default() };
        let found = picture(&networks, "asean", then, 0).expect("a picture");
        assert_eq!(found.head, first, "another point of the clocks is that point");
    }
}
