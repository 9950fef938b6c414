//! The records that join others: the crosswalk, the guards and the rules of the diagnosis.
//!
//! Plain data: what holds between records is checked by `load.rs`. All of it that is inferred says
//! so, row by row, and can be reviewed and replaced without touching code.

use serde::Deserialize;

use super::records::{Code, Origin};
use super::vocabulary::{Difficulty, Link};
use crate::diagnosis::{Expansion, NetworkPosition};
use crate::{Mechanism, Role, Sector, Size};

/// Which items answer one obstacle or risk.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Crosswalk {
    /// The obstacle or risk.
    #[serde(flatten)]
    pub source: CrosswalkSource,
    /// The challenges that it belongs to.
    pub challenges: Vec<Code>,
    /// The items that answer it.
    pub items: Vec<Linked>,
    /// The challenges of UNCTAD that it belongs to.
    pub unctad: Vec<Code>,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// An obstacle or a risk.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "snake_case")]
pub enum CrosswalkSource {
    /// An obstacle.
    Obstacle(Code),
    /// A risk.
    Risk(Code),
}

/// An item that answers an obstacle or a risk.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Linked {
    /// The item.
    pub id: Code,
    /// How closely.
    pub link: Link,
}

/// What must be said whenever a mechanism is found.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Guard {
    /// Id.
    pub id: Code,
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The roles that it is for; empty for all.
    pub roles: Vec<Role>,
    /// The risks to attach.
    pub risks: Vec<Code>,
    /// The items to attach.
    pub items: Vec<Code>,
    /// The rationales to ask about.
    pub rationales: Vec<Code>,
    /// What to say.
    pub says: String,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// A rule of the diagnosis: when it holds, these obstacles and risks apply.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct DiagnosisRule {
    /// Id.
    pub id: Code,
    /// When it holds; all that is stated must.
    pub when: When,
    /// Obstacles with severity.
    pub obstacles: Vec<Severity>,
    /// Risks with severity.
    pub risks: Vec<Severity>,
    /// Why.
    pub because: String,
    /// Origin.
    #[serde(flatten)]
    pub origin: Origin,
}

/// How much an obstacle or a risk weighs.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Severity {
    /// The obstacle or risk.
    pub id: Code,
    /// From 0 to 100. Ours, ordinal in spirit.
    pub severity: u32,
}

/// Conditions of a rule; an empty or absent one holds always.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// Roles.
    pub roles: Vec<Role>,
    /// Sizes.
    pub sizes: Vec<Size>,
    /// Sectors.
    pub sectors: Vec<Sector>,
    /// Segments, with all below them.
    pub segments: Vec<String>,
    /// Difficulties.
    pub difficulty: Vec<Difficulty>,
    /// Mechanisms.
    pub mechanisms: Vec<Mechanism>,
    /// Places, with all in them.
    pub places: Vec<String>,
    /// Position towards networks.
    pub network: Option<NetworkPosition>,
    /// Plans to go abroad.
    pub expansion: Option<Expansion>,
    /// A bound that an indicator passes.
    pub indicator: Option<IndicatorBound>,
}

/// A bound on an indicator. One without a value never holds: missing is not zero.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct IndicatorBound {
    /// The indicator.
    pub id: Code,
    /// Holds for values below.
    pub below: Option<f64>,
    /// Holds for values from here.
    pub at_least: Option<f64>,
}
