//! Which firms a firm controls by equity, surely and perhaps.
//!
//! Control is more than half, held directly or through firms that are controlled; the stakes of such
//! firms in one add up. A stake that nobody states makes control possible and never sure.

use std::collections::{BTreeMap, BTreeSet};

use super::Boundary;
use crate::{EntityId, RelationId, RelationKind, Snapshot};

/// More than this part of the equity, in millionths, is control.
const CONTROL_MILLIONTHS: u32 = 500_000;

/// What a firm owns: surely controlled, and perhaps.
pub(super) struct Owned {
    surely: BTreeMap<EntityId, BTreeSet<RelationId>>,
    perhaps: BTreeMap<EntityId, BTreeSet<RelationId>>,
}

impl Owned {
    pub(super) fn by(snapshot: &Snapshot, owner: &EntityId) -> Self {
        let surely = Self::reached(snapshot, owner, |stake| stake.is_some_and(is_control));
        let perhaps = Self::reached(snapshot, owner, |stake| stake.is_none_or(is_control));
        Self { surely, perhaps }
    }

    /// The firms that are controlled if the stakes count that do. Stakes held by several firms of
    /// one group count together; one that nobody states decides for all.
    fn reached(
        snapshot: &Snapshot,
        owner: &EntityId,
        counts: impl Fn(Option<u32>) -> bool,
    ) -> BTreeMap<EntityId, BTreeSet<RelationId>> {
        let mut group = BTreeMap::from([(owner.clone(), BTreeSet::new())]);
        loop {
            let mut stakes: BTreeMap<&EntityId, (Option<u32>, BTreeSet<RelationId>)> =
                BTreeMap::new();
            for member in group.keys() {
                for stake in snapshot.outgoing(member).filter(|r| r.kind == RelationKind::Owns) {
                    let part = stake.share_of_equity().map(|share| share.millionths());
                    let (sum, by) = stakes.entry(&stake.to).or_insert((Some(0), BTreeSet::new()));
                    *sum = sum.zip(part).map(|(sum, part)| sum + part);
                    by.insert(stake.id.clone());
                }
            }
            let found: Vec<_> = stakes
                .into_iter()
                .filter(|(owned, (sum, _))| !group.contains_key(*owned) && counts(*sum))
                .map(|(owned, (_, by))| (owned.clone(), by))
                .collect();
            if found.is_empty() {
                return group;
            }
            group.extend(found);
        }
    }

    pub(super) fn boundary(&self, supplier: &EntityId) -> Boundary {
        if self.surely.contains_key(supplier) {
            Boundary::IntraFirm
        } else if self.perhaps.contains_key(supplier) {
            Boundary::NotStated
        } else {
            Boundary::InterFirm
        }
    }

    pub(super) fn evidence(&self, supplier: &EntityId) -> Vec<RelationId> {
        self.perhaps.get(supplier).into_iter().flatten().cloned().collect()
    }
}

fn is_control(millionths: u32) -> bool {
    millionths > CONTROL_MILLIONTHS
}
