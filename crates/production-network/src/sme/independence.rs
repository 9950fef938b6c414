//! Who holds a firm: the equity that ends in a larger firm's hands, along all chains of owners.
//!
//! Guarantees bounds: a share that is not stated, or that may not hold on the day, counts from nothing
//! to all. Rings of owners are followed until nothing is added; each share is at most the whole.

use std::collections::{BTreeMap, BTreeSet};

use super::SmeStatus;
use crate::{EntityId, Firm, FirmId, Presence, Relation, RelationKind, Snapshot};

/// Of so much equity on, a firm is in the hands of its holder.
const HELD_FROM: f64 = 0.5;
/// Owners that are looked at: a firm with more is held by many.
const OWNERS_MAX: usize = 1_000;
/// Rounds along rings of owners; each adds a part of what the last one did.
const ROUNDS_MAX: usize = 200;
const ROUNDING: f64 = 1e-9;

/// A larger firm, or one that may be, that holds a firm in part.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// The holder.
    pub firm: FirmId,
    /// Whether it is larger by its own size.
    pub status: SmeStatus,
    /// Its share of the equity along all chains, at least and at most, 0 to 1.
    pub share: [f64; 2],
    /// Whether each link of a chain from it to the firm is a stated majority.
    pub is_majority_chain: bool,
}

impl Holder {
    /// Whether a larger firm surely holds half or more, or rules by majorities.
    #[must_use]
    pub fn holds_surely(&self) -> bool {
        let is_held = self.is_majority_chain || self.share[0] >= HELD_FROM - ROUNDING;
        self.status == SmeStatus::Larger && is_held
    }

    /// Whether a firm that may be larger may hold half or more.
    #[must_use]
    pub fn may_hold(&self) -> bool {
        self.status != SmeStatus::Sme && self.share[1] >= HELD_FROM - ROUNDING
    }
}

/// The holders of a firm that are larger or may be, by firm.
pub(super) fn holders(
    snapshot: &Snapshot,
    firm: &FirmId,
    status: impl Fn(&Firm) -> SmeStatus,
) -> Vec<Holder> {
    let own = EntityId::Firm(firm.clone());
    let Some(stakes) = stakes_above(snapshot, &own) else { return Vec::new() };
    let low = integrated(&stakes, &own, |stake| stake.share[0]);
    let high = integrated(&stakes, &own, |stake| stake.share[1]);
    let rulers = rulers(&stakes, &own);
    let mut holders = Vec::new();
    for (id, share) in high {
        let Some(holder) = id.as_firm().and_then(|id| snapshot.firm(id)) else { continue };
        let status = status(holder);
        if status != SmeStatus::Sme && *id != own {
            holders.push(Holder {
                firm: holder.id.clone(),
                status,
                share: [low.get(id).copied().unwrap_or(0.0), share],
                is_majority_chain: rulers.contains(id),
            });
        }
    }
    holders
}

/// A stake of one firm in another.
struct Stake<'a> {
    of: &'a EntityId,
    by: &'a EntityId,
    /// At least and at most.
    share: [f64; 2],
}

/// The stakes in a firm and in its owners; `None` if nobody owns it, or too many.
fn stakes_above<'a>(snapshot: &'a Snapshot, firm: &'a EntityId) -> Option<Vec<Stake<'a>>> {
    let mut stakes = Vec::new();
    let mut seen = BTreeSet::from([firm]);
    let mut next = vec![firm];
    while let Some(of) = next.pop() {
        for owned in snapshot.incoming(of).filter(|one| one.kind == RelationKind::Owns) {
            stakes.push(Stake { of, by: &owned.from, share: share_of(owned, snapshot) });
            if seen.insert(&owned.from) {
                next.push(&owned.from);
            }
        }
        if stakes.len() > OWNERS_MAX {
            return None;
        }
    }
    (!stakes.is_empty()).then_some(stakes)
}

fn share_of(relation: &Relation, snapshot: &Snapshot) -> [f64; 2] {
    let is_certain = relation.validity.presence(snapshot.valid()) == Presence::Certain;
    match relation.share_of_equity() {
        Some(share) if is_certain => [share.as_f64(); 2],
        Some(share) => [0.0, share.as_f64()],
        None => [0.0, 1.0],
    }
}

/// Integrated ownership (Brioschi, Buzzacchi and Colombo, 1989): `y_o = a_of + sum_k a_ok y_k`.
fn integrated<'a>(
    stakes: &[Stake<'a>],
    firm: &EntityId,
    share: impl Fn(&Stake<'a>) -> f64,
) -> BTreeMap<&'a EntityId, f64> {
    let mut held: BTreeMap<&EntityId, f64> = BTreeMap::new();
    for _ in 0..ROUNDS_MAX {
        let mut next: BTreeMap<&EntityId, f64> = BTreeMap::new();
        for stake in stakes {
            // The firm may hold itself through others; then its owners hold that part too.
            let whole = if stake.of == firm { 1.0 } else { 0.0 };
            let of_firm = whole + held.get(stake.of).copied().unwrap_or(0.0);
            *next.entry(stake.by).or_default() += share(stake) * of_firm;
        }
        for part in next.values_mut() {
            *part = part.min(1.0);
        }
        let is_at_rest = next.iter().all(|(owner, part)| {
            (part - held.get(owner).copied().unwrap_or(0.0)).abs() <= ROUNDING * ROUNDING
        });
        held = next;
        if is_at_rest {
            break;
        }
    }
    held
}

/// Who rules a firm by stated majorities, directly or through whom it rules.
fn rulers<'a>(stakes: &[Stake<'a>], firm: &'a EntityId) -> BTreeSet<&'a EntityId> {
    let mut ruled = BTreeSet::from([firm]);
    loop {
        let is_new = |stake: &&Stake<'a>| {
            stake.share[0] > HELD_FROM && ruled.contains(stake.of) && !ruled.contains(stake.by)
        };
        let Some(stake) = stakes.iter().find(is_new) else { break };
        ruled.insert(stake.by);
    }
    ruled
}
