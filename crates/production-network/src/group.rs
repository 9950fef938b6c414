//! A firm together with the firms that it controls: a subsidiary buys and sells for it.
//!
//! Guarantees that only direct control counts, by half of the equity or by ownership of which no share
//! is stated; a chain of owners is for whoever follows it. Never counts a minority share.

use crate::{Area, EntityId, FirmId, Relation, RelationKind, Snapshot};

/// Half of the equity, in millionths.
const HALF_MILLIONTHS: u32 = 500_000;

/// What a firm and the firms that it controls give and receive.
pub(crate) struct Group<'a> {
    /// The firm first, then what it controls, in order.
    pub(crate) gives: Vec<&'a Relation>,
    /// The same for what they receive; that the firm owns them is not among it.
    pub(crate) receives: Vec<&'a Relation>,
}

impl<'a> Group<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot, firm: &FirmId) -> Self {
        let own = EntityId::Firm(firm.clone());
        let mut gives: Vec<&Relation> = snapshot.outgoing(&own).collect();
        let mut receives: Vec<&Relation> = snapshot.incoming(&own).collect();
        for owned in snapshot.outgoing(&own).filter(|one| is_control(one)) {
            gives.extend(snapshot.outgoing(&owned.to));
            receives.extend(snapshot.incoming(&owned.to).filter(|one| one.from != own));
        }
        Self { gives, receives }
    }
}

fn is_control(relation: &Relation) -> bool {
    let share = relation.share_of_equity();
    relation.kind == RelationKind::Owns
        && share.is_none_or(|share| share.millionths() >= HALF_MILLIONTHS)
}

/// Whether an entity is in an economy: at home there, or with an operation.
pub(crate) fn is_in_economy(snapshot: &Snapshot, id: &EntityId, economy: Area) -> bool {
    if snapshot.area_of(id) == Some(economy) {
        return true;
    }
    let mut located = snapshot.outgoing(id).filter(|one| one.kind == RelationKind::LocatedIn);
    located.any(|one| snapshot.area_of(&one.to) == Some(economy))
}
