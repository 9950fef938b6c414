//! Places at any scale, from economies to zones and clusters, with their assets through time.
//!
//! A zone, estate or cluster may lie in another place. Assets are what a region brings to coupling
//! (section 3.1): each has a unit, a source and a validity. Never ranks places.

mod surroundings;

use crate::closed_set::closed_set;
use crate::{
    Attribute, Entity, PlaceCode, PlaceId, Relation, RelationKind, Snapshot, Tier, Validity,
};
pub(crate) use surroundings::{Surroundings, lies_in};

/// A place at any scale.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// Identifier.
    pub id: PlaceId,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: PlaceKind,
    /// Code by ISO 3166-1 or -2; a city or an estate has that of the subdivision around it.
    pub code: PlaceCode,
    /// The place that it lies in, where that is more than its code says.
    pub within: Option<PlaceId>,
    /// Its assets: wages, infrastructure, institutions, resources, each with its time.
    pub attributes: Vec<Attribute>,
    /// When it existed.
    pub validity: Validity,
    /// Who may read it.
    pub tier: Tier,
    /// Where the record comes from.
    pub source: String,
    /// Anything else that a reader should know.
    pub note: String,
}

closed_set! {
    /// Kinds of places.
    pub enum PlaceKind: "place kinds" {
        /// A national economy.
        Economy = "economy",
        /// A state, province or region of one.
        Subdivision = "subdivision",
        /// A city.
        City = "city",
        /// An industrial estate or park.
        IndustrialEstate = "industrial_estate",
        /// A special economic or export processing zone.
        SpecialEconomicZone = "special_economic_zone",
        /// Firms of one field that are near each other, with the bodies around them.
        Cluster = "cluster",
    }
}

/// Whether a relation puts somebody into an estate or zone (section 3.2, production platforms).
pub(crate) fn is_in_zone(snapshot: &Snapshot, relation: &Relation) -> bool {
    let is_zone = |place: &Place| match place.kind {
        PlaceKind::IndustrialEstate | PlaceKind::SpecialEconomicZone => true,
        PlaceKind::Economy | PlaceKind::Subdivision | PlaceKind::City | PlaceKind::Cluster => false,
    };
    relation.kind == RelationKind::LocatedIn
        && snapshot.entity(&relation.to).and_then(Entity::as_place).is_some_and(is_zone)
}
