//! Which firms a firm controls by equity, surely and perhaps.
//!
//! Control is more than half, held directly or through firms that are controlled; the stakes of
//! such firms in one add up. A stake that nobody states makes control possible and never sure.

use std::collections::{BTreeMap, BTreeSet};

use super::Boundary;
use crate::{EntityId, RelationId, RelationKind, Snapshot};

/// More than this part of the equity, in millionths, is control.
const CONTROL_MILLIONTHS: u32 = 500_000;

/// What a firm owns: surely controlled, and perhaps.
pub(super) struct Owned {
    surely: Group,
    perhaps: Group,
}

/// Firms of one owner, each with the stakes that bring it in.
type Group = BTreeMap<EntityId, BTreeSet<RelationId>>;

/// What a group holds of one firm.
#[derive(Default)]
struct Stake {
    /// The sum of what is stated, in millionths.
    stated: u32,
    /// Whether there is a stake besides that nobody states.
    is_unstated: bool,
    by: BTreeSet<RelationId>,
}

impl Owned {
    pub(super) fn by(snapshot: &Snapshot, owner: &EntityId) -> Self {
        let surely = Self::reached(snapshot, owner, |stake| is_control(stake.stated));
        let perhaps =
            Self::reached(snapshot, owner, |stake| stake.is_unstated || is_control(stake.stated));
        Self { surely, perhaps }
    }

    /// The firms that are controlled if the stakes count that do; stakes of one group add up.
    fn reached(snapshot: &Snapshot, owner: &EntityId, counts: impl Fn(&Stake) -> bool) -> Group {
        let mut group = BTreeMap::from([(owner.clone(), BTreeSet::new())]);
        loop {
            let mut stakes: BTreeMap<&EntityId, Stake> = BTreeMap::new();
            for member in group.keys() {
                for owns in snapshot.outgoing(member).filter(|r| r.kind == RelationKind::Owns) {
                    let stake = stakes.entry(&owns.to).or_default();
                    match owns.share_of_equity() {
                        Some(share) => {
                            stake.stated = stake.stated.saturating_add(share.millionths());
                        }
                        None => stake.is_unstated = true,
                    }
                    stake.by.insert(owns.id.clone());
                }
            }
            let is_found =
                |(owned, stake): &(&EntityId, Stake)| !group.contains_key(*owned) && counts(stake);
            let found: Vec<_> = stakes.into_iter().filter(is_found).collect();
            if found.is_empty() {
                return group;
            }
            let found: Vec<_> =
                found.into_iter().map(|(owned, stake)| (owned.clone(), stake.by)).collect();
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
