//! Who is near a firm: who deals with it, and who belongs together by ownership.

use std::collections::BTreeSet;

use crate::{EntityId, RelationKind, Snapshot};

/// The entities that are related to any of these, in any of the snapshots.
pub(super) fn neighbours<'a>(
    snapshots: [&'a Snapshot; 2],
    of: impl IntoIterator<Item = &'a EntityId>,
) -> BTreeSet<EntityId> {
    let mut found = BTreeSet::new();
    for id in of {
        for snapshot in snapshots {
            found.extend(snapshot.outgoing(id).map(|relation| relation.to.clone()));
            found.extend(snapshot.incoming(id).map(|relation| relation.from.clone()));
        }
    }
    found
}

/// These with all that own them or are owned by them, through any number of steps, in any of the
/// snapshots. What is no firm joins nobody whom it owns to those whose owner it is.
pub(super) fn with_groups(snapshots: [&Snapshot; 2], of: BTreeSet<EntityId>) -> BTreeSet<EntityId> {
    let mut found = of.clone();
    let mut open: Vec<EntityId> = of.into_iter().collect();
    while let Some(id) = open.pop() {
        let is_firm = id.as_firm().is_some();
        for snapshot in snapshots {
            let owns = |kind| kind == RelationKind::Owns;
            for owned in snapshot.outgoing(&id).filter(|one| owns(one.kind)) {
                if found.insert(owned.to.clone()) {
                    open.push(owned.to.clone());
                }
            }
            for held in snapshot.incoming(&id).filter(|one| is_firm && owns(one.kind)) {
                let is_new = found.insert(held.from.clone());
                if is_new && held.from.as_firm().is_some() {
                    open.push(held.from.clone());
                }
            }
        }
    }
    found
}
