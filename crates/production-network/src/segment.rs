//! Segments of production networks: a tree below the divisions of ISIC Rev. 4.
//!
//! A segment's id is its path, `electronics.assembly`, so that the tree has no cycles and a parent
//! is never in doubt. A root names its division; what lies below has the nearest one above it. What
//! a firm needs to enter a segment is stated here, and never guessed from who is in it.

use std::fmt;

use crate::{AttributeId, CertificateId, Error, SegmentId, Tier, Validity};

/// Difficulty is exact to one part in a thousand.
const DIFFICULTY_PARTS: f64 = 1_000.0;

/// One segment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Segment {
    /// Identifier: the path from the root, with points.
    pub id: SegmentId,
    /// Name.
    pub name: String,
    /// Division of ISIC Rev. 4; `None` where it is that of the parent.
    pub isic: Option<IsicDivision>,
    /// How hard it is to enter, if somebody rated it.
    pub difficulty: Option<Difficulty>,
    /// What a firm needs to enter, beside what the parents ask.
    pub needs: EntryNeeds,
    /// When it existed.
    pub validity: Validity,
    /// Who may read it.
    pub tier: Tier,
    /// Where the record comes from.
    pub source: String,
    /// Anything else that a reader should know.
    pub note: String,
}

/// What a firm needs to enter a segment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EntryNeeds {
    /// Attributes of the group `capability`.
    pub capabilities: Vec<AttributeId>,
    /// Certificates.
    pub certificates: Vec<CertificateId>,
}

/// A division of ISIC Rev. 4 (United Nations, 2008): two digits, 01 to 99 with gaps.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct IsicDivision(u8);

/// How hard a segment is to enter: 0 for anybody, 1 for nobody new. A rating, no measurement.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Difficulty(u16);

impl Segment {
    /// The segment that it is part of; `None` for a root.
    #[must_use]
    pub fn parent(&self) -> Option<SegmentId> {
        self.id.parent()
    }
}

impl SegmentId {
    /// The segment above: `electronics` of `electronics.assembly`.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.as_str().rsplit_once('.')?;
        Self::try_new(parent).ok()
    }

    /// True if it is the other one or lies below it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let rest = self.as_str().strip_prefix(other.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl IsicDivision {
    /// Checks and takes a division.
    ///
    /// # Errors
    /// [`Error::Code`] if ISIC Rev. 4 has no such division.
    pub fn parse(code: &str) -> Result<Self, Error> {
        let number = if code.len() == 2 { code.parse().unwrap_or(0) } else { 0 };
        let exists = matches!(number,
            1..=3 | 5..=33 | 35..=39 | 41..=43 | 45..=47 | 49..=53 | 55..=56 | 58..=66
            | 68..=75 | 77..=82 | 84..=88 | 90..=99)
            && !code.starts_with('+');
        let wrong = || Error::Code { set: "divisions of ISIC Rev. 4", found: code.to_owned() };
        if exists { Ok(Self(number)) } else { Err(wrong()) }
    }

    /// True in section C (manufacturing).
    #[must_use]
    pub fn is_manufacturing(self) -> bool {
        matches!(self.0, 10..=33)
    }

    /// True in sections G to S (services).
    #[must_use]
    pub fn is_service(self) -> bool {
        matches!(self.0, 45..=96)
    }

    /// True in sections A (agriculture, forestry and fishing) and B (mining and quarrying).
    #[must_use]
    pub fn is_primary(self) -> bool {
        matches!(self.0, 1..=9)
    }
}

impl Difficulty {
    /// Checks and rounds a difficulty.
    ///
    /// # Errors
    /// [`Error::OutsideUnitInterval`] if it is not from 0 to 1.
    pub fn try_new(difficulty: f64) -> Result<Self, Error> {
        if !(0.0..=1.0).contains(&difficulty) {
            return Err(Error::OutsideUnitInterval { what: "difficulty", found: difficulty });
        }
        // The value is from 0 to 1, so the product fits.
        Ok(Self((difficulty * DIFFICULTY_PARTS).round() as u16))
    }

    /// The difficulty as a number from 0 to 1.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / DIFFICULTY_PARTS
    }
}

impl fmt::Display for IsicDivision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_lies_within_itself_and_what_its_path_begins_with() {
        let id = |text| SegmentId::try_new(text).expect("an id");
        assert_eq!(id("electronics.assembly").parent(), Some(id("electronics")));
        assert_eq!(id("electronics").parent(), None);
        assert!(id("electronics.assembly.smt").is_within(&id("electronics")));
        assert!(id("electronics").is_within(&id("electronics")));
        assert!(!id("electronics-old.assembly").is_within(&id("electronics")));
        assert!(!id("electronics").is_within(&id("electronics.assembly")));
    }

    #[test]
    fn a_division_is_one_that_isic_has() {
        for good in ["01", "26", "33", "35", "63", "66", "99"] {
            assert_eq!(IsicDivision::parse(good).expect("a division").to_string(), good);
        }
        for bad in ["", "1", "00", "04", "34", "40", "44", "48", "54", "57", "67", "76", "83", "89"]
        {
            assert!(matches!(IsicDivision::parse(bad), Err(Error::Code { .. })), "{bad}");
        }
        for bad in ["C", "261", "+1", "2x"] {
            assert!(matches!(IsicDivision::parse(bad), Err(Error::Code { .. })), "{bad}");
        }
    }
}
