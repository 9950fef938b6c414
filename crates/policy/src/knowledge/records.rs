//! The records of the knowledge files, as they are written there.
//!
//! Plain data: what holds between records is checked by `load.rs`. Unknown fields are refused, so
//! that a misspelt one is not lost.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use super::vocabulary::{Category, Differences, Difficulty, Status};
use crate::{Sector, Size};

/// The id of a record, for example `I07`.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[serde(transparent)]
pub struct Code(String);

/// Where a record stands, and whether the paper says it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Origin {
    /// Section, table or source.
    #[serde(rename = "where")]
    pub stands_in: String,
    /// Given by the paper, or inferred by us.
    pub status: Status,
}

/// What the whole knowledge base is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the records.
    pub version: String,
    /// The source.
    pub citation: String,
    /// Of when the knowledge is.
    pub knowledge_date: String,
    /// The survey behind table 10.
    pub survey: Survey,
}

/// A survey's sample.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// Respondents.
    pub respondents: u32,
    /// Respondents by country (ISO 3166-1).
    pub by_country: BTreeMap<String, u32>,
    /// Year.
    pub year: u16,
    /// Where the numbers stand.
    #[serde(rename = "where")]
    pub stands_in: String,
}

/// A row of table 10.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Intervention {
    /// Id.
    pub id: Code,
    /// Title.
    pub title: String,
    /// Rank in table 10: ordinal information only.
    pub rank: u8,
    /// Whether groups differ.
    pub differences: Differences,
    /// Sectors that rate it more effective.
    pub sectors: Vec<Sector>,
    /// Sizes that rate it more effective.
    pub sizes: Vec<Size>,
    /// Other categories that rate it more effective.
    pub categories: Vec<Category>,
    /// Countries that rate it more effective.
    pub countries: Vec<String>,
    /// What it consists of.
    pub instruments: Vec<String>,
    /// What a reader must know.
    pub caveats: Vec<String>,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// A consideration or a practice of section 4.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Recommendation {
    /// Id.
    pub id: Code,
    /// Title.
    pub title: String,
    /// Segments that the paper aims it at; empty for all.
    pub segments: Vec<String>,
    /// Places for which the paper names an example.
    pub named_in: Vec<String>,
    /// What it consists of.
    pub instruments: Vec<String>,
    /// What a reader must know.
    pub caveats: Vec<String>,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// An obstacle to going abroad (section 3.3).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Obstacle {
    /// Id.
    pub id: Code,
    /// Title.
    pub title: String,
    /// Rank that the paper gives.
    pub rank: u8,
    /// Rank in another account of the same study, if it has one there.
    pub witness_rank: Option<u8>,
    /// What a reader must know.
    pub caveats: Vec<String>,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// A challenge within one of the three groups of section 3.3.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Challenge {
    /// Id.
    pub id: Code,
    /// Title.
    pub title: String,
    /// `CH1` firm, `CH2` network, `CH3` national and regional.
    pub group: String,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// A factor of table 9.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Factor {
    /// Id.
    pub id: Code,
    /// Title.
    pub title: String,
    /// Organisations that name it, as printed. Agreement, not importance.
    pub ticked_by: Vec<String>,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// A rationale of table 8.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Rationale {
    /// Id.
    pub id: Code,
    /// Title.
    pub title: String,
    /// `supplier` or `lead_firm`.
    pub side: String,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// A record with nothing but a title: challenges of UNCTAD, risks, drivers, routes, mechanisms.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Plain {
    /// Id.
    pub id: Code,
    /// Title.
    pub title: String,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// A segment of the tree.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Segment {
    /// Dotted code.
    pub id: Code,
    /// Title.
    pub title: String,
    /// Sector of table 10.
    pub sector: Sector,
    /// How open it is to policy.
    pub difficulty: Difficulty,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

impl Code {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
