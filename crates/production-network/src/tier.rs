//! Who may read a record: everybody, agencies, or those who gave it.
//!
//! Guarantees that a record without a tier is public. A reader has a set of tiers, not a rank, so
//! that a new tier never widens what somebody sees. What is withheld, and what a record that stays
//! no longer names, is decided by [`Snapshot::visible_to`](crate::Snapshot::visible_to).

use std::collections::BTreeSet;

use crate::closed_set::closed_set;

closed_set! {
    /// Who may read a record.
    pub enum Tier: "tiers" {
        /// Everybody.
        Public = "public",
        /// Agencies that are admitted.
        Agency = "agency",
        /// Those that the giver named.
        Restricted = "restricted",
    }
}

/// The tiers that a reader may see.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Readable(BTreeSet<Tier>);

impl Readable {
    /// What everybody may see.
    #[must_use]
    pub fn public() -> Self {
        Self::of([Tier::Public])
    }

    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self::of(Tier::ALL.iter().copied())
    }

    /// These tiers and no others.
    #[must_use]
    pub fn of(tiers: impl IntoIterator<Item = Tier>) -> Self {
        Self(tiers.into_iter().collect())
    }

    /// Whether a record of the tier may be seen.
    #[must_use]
    pub fn contains(&self, tier: Tier) -> bool {
        self.0.contains(&tier)
    }
}
