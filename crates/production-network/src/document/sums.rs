//! Shares that must add up: who owns a firm, and to whom a firm sells.
//!
//! Shares are added over what surely holds at one time: partial dates are read so that they overlap
//! least, except that records with the same stated validity hold together. Each share may be
//! rounded as printed, so a sum passes while some reading of the roundings gives at most the whole.
//! Never looks beyond the document: what is known beside it may be older or newer.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::peaks::Peaks;
use super::rule::{Rule, Warning};
use crate::{EntityId, IndustryId, PartialDate, Relation, Share, Validity};

/// A whole in half millionths, so that half a unit of a share's last place is a whole number.
const WHOLE_HALVES: i64 = 2_000_000;
/// The coarsest rounding that a printed share is granted, in millionths: one per cent.
const PLACE_MAX: u32 = 10_000;

/// A share at a time; the number says which relation it is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) number: usize,
    pub(crate) share: Share,
    pub(crate) validity: Validity,
}

/// The shares of one whole, added one after the other.
#[derive(Debug)]
pub(crate) struct Sum {
    /// First days on which a share surely holds; a sum is largest on one of them.
    starts: Vec<Date>,
    peaks: Peaks,
    /// Shares that surely hold on no day, by their stated validity.
    same: BTreeMap<(Option<String>, Option<String>), i64>,
}

impl Sum {
    /// An empty sum for shares of these times.
    pub(crate) fn new(held: &[Held]) -> Self {
        let certain = held.iter().filter_map(|one| certain_days(one.validity));
        let mut starts: Vec<Date> = certain.map(|(first, _)| first).collect();
        starts.sort_unstable();
        starts.dedup();
        let peaks = Peaks::new(starts.len());
        Self { starts, peaks, same: BTreeMap::new() }
    }

    /// Adds a share if the sum stays within the whole, and says whether it did.
    pub(crate) fn try_add(&mut self, one: &Held) -> bool {
        let least = least_halves(one.share);
        let Some((first, last)) = certain_days(one.validity) else {
            let sum = self.same.entry(stated(one.validity)).or_default();
            if *sum + least > WHOLE_HALVES {
                return false;
            }
            *sum += least;
            return true;
        };
        let from = self.starts.partition_point(|start| *start < first);
        let to = self.starts.partition_point(|start| *start <= last);
        self.peaks.add(from..to, least);
        let fits = self.peaks.highest() <= WHOLE_HALVES;
        if !fits {
            self.peaks.add(from..to, -least);
        }
        fits
    }
}

/// The first day on which a relation surely holds and the last; `None` if there is no such day.
pub(crate) fn certain_days(validity: Validity) -> Option<(Date, Date)> {
    let first = validity.from().map_or(Date::MIN, PartialDate::latest);
    let last = validity.to().map_or(Date::MAX, PartialDate::earliest);
    (first <= last).then_some((first, last))
}

/// A warning for each firm and industry in which more than all is sold at one time.
pub(crate) fn sales_above_one(relations: &[Relation]) -> Vec<Warning> {
    let mut by_seller: BTreeMap<(&EntityId, Option<&IndustryId>), Vec<Held>> = BTreeMap::new();
    for (number, relation) in relations.iter().enumerate() {
        if let Some(share) = relation.share_of_sales() {
            let held = Held { number, share, validity: relation.validity };
            let seller = (&relation.from, relation.industry.as_ref());
            by_seller.entry(seller).or_default().push(held);
        }
    }
    let mut warnings = Vec::new();
    for ((seller, _), held) in by_seller {
        let mut sum = Sum::new(&held);
        let Some(lifting) = held.iter().find(|one| !sum.try_add(one)) else { continue };
        let together = held.iter().filter(|one| may_meet(one.validity, lifting.validity));
        let together: Vec<_> = together
            .filter_map(|one| relations.get(one.number))
            .map(|relation| relation.id.clone())
            .collect();
        let reason = format!("`{seller}` sells more than 1 at one time");
        warnings.push(Warning { rule: Rule::SalesSum, reason, relations: together });
    }
    warnings
}

/// The least that a share can have been before it was rounded to its last printed place.
fn least_halves(share: Share) -> i64 {
    let parts = share.millionths();
    let mut place = 1;
    while place < PLACE_MAX && parts.is_multiple_of(place * 10) {
        place *= 10;
    }
    2 * i64::from(parts) - i64::from(place)
}

fn may_meet(one: Validity, other: Validity) -> bool {
    let first = |validity: Validity| validity.from().map_or(Date::MIN, PartialDate::earliest);
    let last = |validity: Validity| validity.to().map_or(Date::MAX, PartialDate::latest);
    first(one) <= last(other) && first(other) <= last(one)
}

fn stated(validity: Validity) -> (Option<String>, Option<String>) {
    let text = |date: Option<PartialDate>| date.map(|date| date.to_string());
    (text(validity.from()), text(validity.to()))
}
