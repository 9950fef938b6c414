//! How concentrated a whole is on few partners, where only some of their shares are known.
//!
//! Guarantees bounds that hold for every way in which the rest may be shared out, and that no
//! tighter ones do: each is reached, or approached by ever more and ever smaller partners. In whole
//! millionths, so that equal shares give equal bounds. Never takes an unknown share for nil, nor a
//! group of unnamed partners for one.

use std::collections::BTreeMap;

use crate::{EntityId, RelationId};

/// Millionths of a whole.
const WHOLE: u64 = 1_000_000;

/// What is known of one partner's share.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Known {
    /// The sum of its stated shares, in millionths.
    pub(crate) stated: u64,
    /// It has a relation without a stated share too, so its share may be larger.
    pub(crate) is_open: bool,
    /// It stands for several that nobody names.
    pub(crate) is_group: bool,
    pub(crate) evidence: Vec<RelationId>,
}

/// The least and the most that a share can be, in millionths.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct ShareRange {
    /// At least.
    pub low: u32,
    /// At most.
    pub high: u32,
}

/// How concentrated a whole is: a firm's sales on its customers, its purchases on its suppliers, or
/// a product on those who make it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Concentration {
    /// Partners that are named, whether or not their share is stated.
    pub partners: usize,
    /// How much of the whole is stated, in millionths.
    pub stated: u32,
    /// The share of the largest partner.
    pub top: ShareRange,
    /// The largest partner, if it is sure which one it is.
    pub top_partner: Option<EntityId>,
    /// The Herfindahl-Hirschman index, the sum of squared shares, from 0 to 1, in units of 10⁻¹².
    pub hhi: [u64; 2],
    /// The range of each named partner's own share, by partner.
    pub shares: BTreeMap<EntityId, ShareRange>,
    /// The relations that it rests on, in order.
    pub evidence: Vec<RelationId>,
}

impl ShareRange {
    /// The bounds as numbers from 0 to 1.
    #[must_use]
    pub fn as_f64(self) -> [f64; 2] {
        [f64::from(self.low) / WHOLE as f64, f64::from(self.high) / WHOLE as f64]
    }
}

impl Concentration {
    /// The bounds of the Herfindahl-Hirschman index as numbers from 0 to 1.
    #[must_use]
    pub fn hhi_as_f64(&self) -> [f64; 2] {
        self.hhi.map(|value| value as f64 / (WHOLE * WHOLE) as f64)
    }

    /// The bounds over all ways to share out what is not stated; `None` without partners, or if the
    /// stated shares come to more than the whole: then no register can be so.
    ///
    /// The rest, R, may be one more partner's, an open one's, or spread over any number. Both
    /// measures are convex in the shares, so they are highest with all of R at one partner and
    /// lowest with R spread thin. A group is its stated share, of one partner or of many.
    pub(crate) fn of(known: BTreeMap<EntityId, Known>) -> Option<Self> {
        let stated: u64 = known.values().map(|one| one.stated).sum();
        let rest = WHOLE.checked_sub(stated)?;
        if known.is_empty() {
            return None;
        }
        let singles = || known.values().filter(|one| !one.is_group);
        let sum_of_singles: u64 = singles().map(|one| one.stated * one.stated).sum();
        let sum: u64 = known.values().map(|one| one.stated * one.stated).sum();
        // The rest goes to the open partner with the largest share, or to one that nobody names.
        let open_max = known.values().filter(|one| one.is_open).map(|one| one.stated).max();
        let base = open_max.unwrap_or(0);
        let hhi = [sum_of_singles, sum - base * base + (base + rest) * (base + rest)];
        let top_low = singles().map(|one| one.stated).max().unwrap_or(0);
        let stated_max = known.values().map(|one| one.stated).max().unwrap_or(0);
        let top = range(top_low, stated_max.max(base + rest));
        let shares = known.iter().map(|(id, one)| {
            let low = if one.is_group { 0 } else { one.stated };
            (id.clone(), range(low, one.stated + if one.is_open { rest } else { 0 }))
        });
        let shares: BTreeMap<EntityId, ShareRange> = shares.collect();
        let top_partner = sure_top(&known, &shares, rest);
        let mut evidence: Vec<RelationId> =
            known.values().flat_map(|one| one.evidence.iter().cloned()).collect();
        evidence.sort();
        Some(Self {
            partners: known.len(),
            stated: u32::try_from(stated).unwrap_or(u32::MAX),
            top,
            top_partner,
            hhi,
            shares,
            evidence,
        })
    }
}

/// The one that is the largest however the rest is shared out.
fn sure_top(
    known: &BTreeMap<EntityId, Known>,
    shares: &BTreeMap<EntityId, ShareRange>,
    rest: u64,
) -> Option<EntityId> {
    let (id, one) =
        known.iter().filter(|(_, one)| !one.is_group).max_by_key(|(_, one)| one.stated)?;
    let is_above = |high: u64| one.stated > high;
    let others = shares.iter().filter(|(other, _)| *other != id);
    let is_sure =
        is_above(rest) && others.fold(true, |so, (_, share)| so && is_above(u64::from(share.high)));
    is_sure.then(|| id.clone())
}

/// Both are at most a whole.
fn range(low: u64, high: u64) -> ShareRange {
    let narrow = |value: u64| u32::try_from(value.min(WHOLE)).unwrap_or(u32::MAX);
    ShareRange { low: narrow(low), high: narrow(high) }
}
