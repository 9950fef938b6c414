//! What a record is against the vintage before it, and how many of each a release has.
//!
//! A revision corrects a number; a restatement says that the number means something else now, so
//! that the two do not compare. Which attributes make that difference is listed here.

use std::ops::AddAssign;

use crate::{Action, AttributeSet, Cell, Entry, Observation, RecordKind};

/// Attributes that say what the number means: its unit, its scale, its base, its definition. Not
/// DECIMALS, which says how it is printed, nor OBS_STATUS, which says how sure it is.
const DEFINITION_ATTRIBUTES: [&str; 14] = [
    "ADJUSTMENT",
    "BASE_PER",
    "COLLECTION",
    "COVERAGE",
    "CURRENCY",
    "DEFINITION",
    "METHOD",
    "PRICE_BASE",
    "REF_YEAR_PRICE",
    "SCALE",
    "UNIT",
    "UNIT_MEASURE",
    "UNIT_MULT",
    "VALUATION",
];

/// How many records of each kind a release has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// First values.
    pub first: u64,
    /// Values that stayed as they were.
    pub unchanged: u64,
    /// Revisions.
    pub revised: u64,
    /// Restatements.
    pub restated: u64,
    /// Deletions.
    pub deleted: u64,
    /// Rows refused.
    pub rejected: u64,
}

/// What an entry with these attributes is, given the observation before it. The deletion of what
/// is not there is `Unchanged`. Another way to print the same number is a revision: digits count.
#[must_use]
pub fn classify(
    previous: Option<&Observation>,
    entry: &Entry,
    attributes: &AttributeSet,
) -> RecordKind {
    let Some(previous) = previous else {
        return match entry.action {
            Action::Put => RecordKind::First,
            Action::Delete => RecordKind::Unchanged,
        };
    };
    if entry.action == Action::Delete {
        return RecordKind::Deletion;
    }
    let redefined = |id: &&str| previous.attributes.get(id) != attributes.get(id);
    if DEFINITION_ATTRIBUTES.iter().any(redefined) {
        return RecordKind::Restatement;
    }
    let scale = |cell: Cell| cell.number().map(|number| number.scale());
    let same_cell = previous.cell == entry.cell && scale(previous.cell) == scale(entry.cell);
    if same_cell && previous.attributes.as_ref() == attributes {
        RecordKind::Unchanged
    } else {
        RecordKind::Revision
    }
}

impl Counts {
    /// Counts one record.
    pub fn count(&mut self, kind: RecordKind) {
        match kind {
            RecordKind::First => self.first += 1,
            RecordKind::Unchanged => self.unchanged += 1,
            RecordKind::Revision => self.revised += 1,
            RecordKind::Restatement => self.restated += 1,
            RecordKind::Deletion => self.deleted += 1,
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.first += other.first;
        self.unchanged += other.unchanged;
        self.revised += other.revised;
        self.restated += other.restated;
        self.deleted += other.deleted;
        self.rejected += other.rejected;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Missing, Period};

    fn set(text: &str) -> AttributeSet {
        let pairs = text.split(' ').filter_map(|pair| pair.split_once('='));
        AttributeSet::new(pairs.map(|(id, value)| (id.into(), value.into())))
    }

    fn check(before: Option<(&str, &str)>, now: (&str, &str), expected: RecordKind) {
        let period = Period::year(2014);
        let cell = |text: &str| Cell::parse(text).unwrap_or(Cell::Missing(Missing::NotCollected));
        let previous = before.map(|(value, attributes)| Observation {
            period,
            cell: cell(value),
            attributes: Arc::new(set(attributes)),
        });
        let entry = match now.0 {
            "deleted" => Entry::deleted(period),
            value => {
                let cell = cell(value);
                Entry { period, action: Action::Put, cell, attributes_index: 0 }
            }
        };
        let found = classify(previous.as_ref(), &entry, &set(now.1));
        assert_eq!(found, expected, "{before:?} then {now:?}");
    }

    #[test]
    fn each_kind_has_its_case() {
        let usual = "OBS_STATUS=P UNIT_MULT=6";
        check(None, ("1.0", usual), RecordKind::First);
        check(None, ("deleted", ""), RecordKind::Unchanged);
        check(Some(("1.0", usual)), ("1.0", usual), RecordKind::Unchanged);
        check(Some(("1.0", usual)), ("1.1", usual), RecordKind::Revision);
        check(Some(("1.0", usual)), ("1.00", usual), RecordKind::Revision);
        check(Some(("1.0", usual)), ("", usual), RecordKind::Revision);
        check(Some(("1.0", usual)), ("1.0", "OBS_STATUS=A UNIT_MULT=6"), RecordKind::Revision);
        check(Some(("1.0", usual)), ("1.0", "OBS_STATUS=P UNIT_MULT=9"), RecordKind::Restatement);
        check(Some(("1.0", usual)), ("1.0", "OBS_STATUS=P"), RecordKind::Restatement);
        check(Some(("1.0", usual)), ("deleted", ""), RecordKind::Deletion);
    }

    #[test]
    fn counts_add_up() {
        let mut counts = Counts::default();
        for kind in [RecordKind::First, RecordKind::First, RecordKind::Deletion] {
            counts.count(kind);
        }
        let mut sum = counts;
        sum += counts;
        assert_eq!(sum, Counts { first: 4, deleted: 2, ..Counts::default() });
    }
}
