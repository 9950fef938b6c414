//! Whether a firm is a small or medium enterprise: by its home economy's own definition on the day,
//! and on its own feet.
//!
//! A definition is an institution of an economy, dated and sourced as any other asset of a place (see
//! `definition`). Guarantees that another economy's definition is never used for want of one, and
//! that what does not decide is open and no guess. A firm that a larger one holds is none, however
//! small it is itself.

mod definition;
mod independence;

use std::collections::BTreeMap;

use crate::closed_set::closed_set;
use crate::place::Surroundings;
use crate::{Firm, FirmId, FirmSize, Snapshot};
use definition::Definitions;
pub use definition::{CriterionFinding, SmeCriterion, Within};
pub use independence::Holder;

/// Whether a firm is a small or medium enterprise.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum SmeStatus {
    /// It is.
    Sme,
    /// It is not.
    Larger,
    /// What is known does not decide.
    Open,
}

closed_set! {
    /// What a status rests on.
    pub enum SmeBasis: "bases of SME status" {
        /// The definition of its home.
        Definition = "definition",
        /// The size that its source states, by whatever definition that uses.
        StatedSize = "stated_size",
        /// Who holds it.
        Holders = "holders",
        /// Nothing.
        Nothing = "nothing",
    }
}

/// What is known of one firm's status.
#[derive(Clone, Debug, PartialEq)]
pub struct SmeFinding {
    /// The firm.
    pub firm: FirmId,
    /// Its status.
    pub status: SmeStatus,
    /// What it rests on.
    pub basis: SmeBasis,
    /// The criteria of its home of which a value of the firm is known.
    pub criteria: Vec<CriterionFinding>,
    /// The size that its source states.
    pub stated: FirmSize,
    /// Who holds it, as far as they are larger firms, or may be.
    pub holders: Vec<Holder>,
}

/// The statuses of the firms of one snapshot.
pub struct SmeStatuses<'a> {
    snapshot: &'a Snapshot,
    definitions: Definitions<'a>,
}

impl<'a> SmeStatuses<'a> {
    /// Reads the definitions of a snapshot. Cost: its places.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let definitions = Definitions::new(snapshot, &Surroundings::new(snapshot));
        Self { snapshot, definitions }
    }

    /// The status of a firm, with its reasons.
    ///
    /// Sources: footnotes 1, 4 and 9 of Yeung (2017) for definitions by turnover, assets and
    /// employment. That a firm held by half or more is not independent is ours, after the
    /// Recommendation 2003/361/EC of the European Commission, article 3.
    #[must_use]
    pub fn of(&self, firm: &Firm) -> SmeFinding {
        let mut found = self.by_size(firm);
        let holders =
            independence::holders(self.snapshot, &firm.id, |holder| self.by_size(holder).status);
        if found.status != SmeStatus::Larger {
            if holders.iter().any(|holder| holder.holds_surely()) {
                (found.status, found.basis) = (SmeStatus::Larger, SmeBasis::Holders);
            } else if holders.iter().any(Holder::may_hold) {
                (found.status, found.basis) = (SmeStatus::Open, SmeBasis::Holders);
            }
        }
        SmeFinding { holders, ..found }
    }

    /// Whether a firm surely is one.
    #[must_use]
    pub fn is_sme(&self, firm: &Firm) -> bool {
        self.of(firm).status == SmeStatus::Sme
    }

    /// By its own size, whoever holds it.
    fn by_size(&self, firm: &Firm) -> SmeFinding {
        let criteria = self.definitions.judge(firm);
        let decided: Vec<Within> = criteria.iter().map(|one| one.within).collect();
        let (is_within, is_beyond) =
            (decided.contains(&Within::Yes), decided.contains(&Within::No));
        let (status, basis) = match (is_within, is_beyond) {
            (true, false) => (SmeStatus::Sme, SmeBasis::Definition),
            (false, true) => (SmeStatus::Larger, SmeBasis::Definition),
            // Nothing says how criteria that disagree combine.
            (true, true) => (SmeStatus::Open, SmeBasis::Definition),
            (false, false) => match firm.size {
                FirmSize::Sme => (SmeStatus::Sme, SmeBasis::StatedSize),
                FirmSize::Large => (SmeStatus::Larger, SmeBasis::StatedSize),
                FirmSize::NotStated => (SmeStatus::Open, SmeBasis::Nothing),
            },
        };
        let (firm, stated) = (firm.id.clone(), firm.size);
        SmeFinding { firm, status, basis, criteria, stated, holders: Vec::new() }
    }
}

/// The statuses of all firms, by firm.
#[must_use]
pub fn sme_statuses(snapshot: &Snapshot) -> BTreeMap<FirmId, SmeFinding> {
    let statuses = SmeStatuses::new(snapshot);
    snapshot.firms().map(|firm| (firm.id.clone(), statuses.of(firm))).collect()
}
