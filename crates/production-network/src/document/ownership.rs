//! Who owns whom: not more than all of a firm, and not each other wholly.
//!
//! Two rules. Shares of one firm's equity that add to more than 1 at one time: the relation that
//! lifts the sum above it, in the order of the document, is refused, those before it stay. Firms
//! that hold each other wholly, so that no owner is left outside: then I − A, A the matrix of
//! shares, has no inverse and integrated ownership (Brioschi, Buzzacchi and Colombo, 1989) is
//! undefined; all shares among them are refused, as none is known to be the wrong one. A cycle of
//! less than the whole is cross-shareholding and passes. A share that is not stated is not added.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::rule::{Refusal, Rule, Warning};
use super::sums::{Held, Sum, certain_days};
use crate::{EntityId, Relation};

const WHOLE: u64 = 1_000_000;
/// So many millionths less than the whole is the whole, rounded: three times 0.333333.
const ROUNDING: u64 = 10;
/// Days times shares that are looked at for rings: seconds at most. Real registers stay far below.
const WORK_MAX: usize = 20_000_000;

/// What the shares of equity of a document break.
#[derive(Debug, Default)]
pub(crate) struct Ownership {
    /// The relations that are refused, by their number.
    pub(crate) refused: BTreeMap<usize, Refusal>,
    /// What was too large to be looked at.
    pub(crate) warnings: Vec<Warning>,
}

/// Stated shares of equity, by the firm that is owned.
type Owners<'a> = BTreeMap<&'a EntityId, Vec<Held>>;

impl Ownership {
    /// Checks the shares of equity among the relations.
    pub(crate) fn check(relations: &[Relation]) -> Self {
        let mut found = Self::default();
        let mut owners: Owners<'_> = BTreeMap::new();
        for (number, relation) in relations.iter().enumerate() {
            if let Some(share) = relation.share_of_equity() {
                let held = Held { number, share, validity: relation.validity };
                owners.entry(&relation.to).or_default().push(held);
            }
        }
        for (owned, held) in &mut owners {
            let mut sum = Sum::new(held);
            held.retain(|one| {
                let fits = sum.try_add(one);
                if !fits {
                    let reason = format!("with those before, more than 1 of `{owned}` is owned");
                    let refusal = Refusal::new(Rule::EquitySum, reason).at("share");
                    found.refused.insert(one.number, refusal);
                }
                fits
            });
        }
        found.refuse_rings(&mut owners, relations);
        found
    }

    fn refuse_rings<'a>(&mut self, owners: &mut Owners<'a>, relations: &'a [Relation]) {
        // Times are left out first: what is not closed over all times is closed at none.
        let mut suspects: BTreeSet<&EntityId> = owners.keys().copied().collect();
        suspects = closed(owners, relations, suspects, |_| true);
        owners.retain(|owned, _| suspects.contains(owned));
        let held = || owners.values().flatten();
        let certain = held().filter_map(|one| certain_days(one.validity));
        let days: BTreeSet<Date> = certain.map(|(first, _)| first).collect();
        if days.len().saturating_mul(held().count()) > WORK_MAX {
            let reason = format!("{} firms own each other, too many to be looked at", owners.len());
            let relations = Vec::new();
            self.warnings.push(Warning { rule: Rule::OwnershipCycle, reason, relations });
            return;
        }
        for day in days {
            let holds = |one: &Held| {
                certain_days(one.validity).is_some_and(|(from, to)| from <= day && day <= to)
            };
            let firms = closed(owners, relations, suspects.clone(), holds);
            for held in owners.iter_mut().filter(|(owned, _)| firms.contains(*owned)) {
                held.1.retain(|one| {
                    let owner = relations.get(one.number).map(|relation| &relation.from);
                    let is_inside = owner.is_some_and(|owner| firms.contains(owner));
                    if !is_inside || !holds(one) {
                        return true;
                    }
                    let reason = format!("`{}` and its owners own each other wholly", held.0);
                    let refusal = Refusal::new(Rule::OwnershipCycle, reason).at("share");
                    self.refused.insert(one.number, refusal);
                    false
                });
            }
        }
    }
}

/// The largest set of firms each of which the set owns wholly.
fn closed<'a>(
    owners: &Owners<'a>,
    relations: &'a [Relation],
    mut firms: BTreeSet<&'a EntityId>,
    counts: impl Fn(&Held) -> bool,
) -> BTreeSet<&'a EntityId> {
    // Who is owned by whom, to know whose sum falls when a firm leaves the set.
    let mut sums: BTreeMap<&EntityId, u64> = BTreeMap::new();
    let mut owns: BTreeMap<&EntityId, Vec<(&EntityId, u64)>> = BTreeMap::new();
    for (owned, held) in owners {
        for one in held.iter().filter(|one| counts(one)) {
            let Some(relation) = relations.get(one.number) else { continue };
            let parts = u64::from(one.share.millionths());
            if firms.contains(&relation.from) {
                *sums.entry(*owned).or_default() += parts;
                owns.entry(&relation.from).or_default().push((*owned, parts));
            }
        }
    }
    let is_whole = |sum: Option<&u64>| sum.is_some_and(|sum| sum + ROUNDING >= WHOLE);
    let mut leaving: Vec<&EntityId> =
        firms.iter().copied().filter(|firm| !is_whole(sums.get(firm))).collect();
    while let Some(firm) = leaving.pop() {
        if !firms.remove(firm) {
            continue;
        }
        for (owned, parts) in owns.get(firm).into_iter().flatten() {
            let sum = sums.entry(*owned).or_default();
            *sum = sum.saturating_sub(*parts);
            if !is_whole(Some(&*sum)) && firms.contains(owned) {
                leaving.push(*owned);
            }
        }
    }
    firms
}
