//! With whom a firm deals, and what is known of their shares.

use std::collections::BTreeMap;

use super::concentration::{Concentration, Known};
use crate::{
    Actor, ActorKind, Entity, EntityId, FirmId, Identity, Relation, RelationKind, Share, Snapshot,
};

/// The side of a firm that is looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// Those it sells to, by shares of its sales.
    Customers,
    /// Those it buys from, by shares of its purchases.
    Suppliers,
}

impl Side {
    /// The code of the side.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Suppliers => "suppliers",
        }
    }

    /// The relations of a firm on this side, in order.
    pub(crate) fn relations<'a>(
        self,
        snapshot: &'a Snapshot,
        firm: &EntityId,
    ) -> Vec<&'a Relation> {
        match self {
            Self::Customers => snapshot.outgoing(firm).filter(|one| one.kind.is_sale()).collect(),
            Self::Suppliers => {
                let supplies = |one: &&Relation| one.kind == RelationKind::Supplies;
                snapshot.incoming(firm).filter(supplies).collect()
            }
        }
    }

    pub(crate) fn partner(self, relation: &Relation) -> &EntityId {
        match self {
            Self::Customers => &relation.to,
            Self::Suppliers => &relation.from,
        }
    }

    fn share(self, relation: &Relation) -> Option<Share> {
        match self {
            Self::Customers => relation.share_of_sales(),
            Self::Suppliers => relation.share_of_purchases,
        }
    }
}

/// How concentrated a firm's sales or purchases are; `None` where no partner is known, or the
/// stated shares come to more than the whole.
///
/// Source: HHI, the sum of squared shares, after Herfindahl (1950) and Hirschman (1945).
#[must_use]
pub fn concentration_of(snapshot: &Snapshot, firm: &FirmId, side: Side) -> Option<Concentration> {
    let id = EntityId::Firm(firm.clone());
    let relations = side.relations(snapshot, &id);
    Concentration::of(known(snapshot, &relations, |one| side.partner(one), |one| side.share(one)))
}

/// What relations say of the shares of their partners.
pub(crate) fn known<'a>(
    snapshot: &Snapshot,
    relations: &[&'a Relation],
    partner: impl Fn(&'a Relation) -> &'a EntityId,
    share: impl Fn(&Relation) -> Option<Share>,
) -> BTreeMap<EntityId, Known> {
    let mut known: BTreeMap<EntityId, Known> = BTreeMap::new();
    for relation in relations {
        let id = partner(relation);
        let one = known.entry(id.clone()).or_default();
        one.is_group = is_group(snapshot, id);
        match share(relation) {
            Some(share) => one.stated += u64::from(share.millionths()),
            None => one.is_open = true,
        }
        one.evidence.push(relation.id.clone());
    }
    known
}

/// Whether an entity may stand for several: buyers in a place, consumers, customers without a name.
fn is_group(snapshot: &Snapshot, id: &EntityId) -> bool {
    match snapshot.entity(id) {
        Some(Entity::Firm(firm)) => firm.identity == Identity::Unnamed,
        Some(Entity::Actor(Actor { kind, .. })) => match kind {
            ActorKind::TransnationalCommunity | ActorKind::Consumers => true,
            ActorKind::StateAgency
            | ActorKind::IndustryAssociation
            | ActorKind::Ngo
            | ActorKind::InternationalOrganisation => false,
        },
        Some(Entity::Place(_) | Entity::Segment(_)) => true,
        Some(Entity::Programme(_) | Entity::Product(_)) | None => false,
    }
}
