//! The knowledge base: what the paper says and what we infer from it, as data with its origin.
//!
//! Guarantees that every reference between records resolves, that ids are unique and that tables 9
//! and 10 have their printed shape. Never mixes the two: each record says whether it is given by the
//! paper or inferred by us. The files are in `knowledge/`; their records in `knowledge/records.rs`,
//! their checks in `knowledge/load.rs`.

mod vocabulary;
pub(crate) mod records;
pub(crate) mod rules;
mod sources;
mod load;

use std::collections::BTreeMap;

use crate::{Error, SegmentCode};
use records::{Challenge, Code, Factor, Manifest, Obstacle, Plain, Rationale};
use rules::{Crosswalk, CrosswalkSource, DiagnosisRule, Guard};

pub use records::{Intervention, Origin, Recommendation, Segment};
pub use sources::Sources;
pub use vocabulary::{Category, Differences, Difficulty, ItemKind, Link, Status};

/// All that is known, checked.
#[derive(Clone, Debug)]
pub struct KnowledgeBase {
    pub(crate) manifest: Manifest,
    pub(crate) items: BTreeMap<Code, Item>,
    pub(crate) obstacles: BTreeMap<Code, Obstacle>,
    pub(crate) challenges: BTreeMap<Code, Challenge>,
    pub(crate) unctad: BTreeMap<Code, Plain>,
    pub(crate) risks: BTreeMap<Code, Plain>,
    pub(crate) factors: BTreeMap<Code, Factor>,
    pub(crate) rationales: BTreeMap<Code, Rationale>,
    pub(crate) drivers: BTreeMap<Code, Plain>,
    pub(crate) routes: BTreeMap<Code, Plain>,
    pub(crate) mechanisms: BTreeMap<Code, Plain>,
    pub(crate) segments: BTreeMap<Code, Segment>,
    pub(crate) indicators: BTreeMap<Code, Plain>,
    pub(crate) crosswalk: Vec<Crosswalk>,
    pub(crate) guards: Vec<Guard>,
    pub(crate) diagnosis_rules: Vec<DiagnosisRule>,
}

/// Something that can be advised.
#[derive(Clone, Debug)]
pub enum Item {
    /// A row of table 10.
    Intervention(Intervention),
    /// One of the six considerations of section 4.
    Consideration(Recommendation),
    /// One of the three practices of section 4.
    Practice(Recommendation),
}

impl KnowledgeBase {
    /// The knowledge base that comes with the crate.
    ///
    /// # Errors
    /// As [`KnowledgeBase::parse`]; a test holds that there is none.
    pub fn embedded() -> Result<Self, Error> {
        Self::parse(&Sources::embedded())
    }

    /// Reads and checks a knowledge base.
    ///
    /// # Errors
    /// [`Error::KnowledgeSyntax`], [`Error::Duplicate`], [`Error::UnknownReference`],
    /// [`Error::Inconsistent`].
    pub fn parse(sources: &Sources<'_>) -> Result<Self, Error> {
        load::load(sources)
    }

    /// Version, citation and survey behind the records.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// All items, by id.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    /// An item.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.get(id)
    }

    /// All obstacles, by id.
    pub fn obstacles(&self) -> impl Iterator<Item = &Obstacle> {
        self.obstacles.values()
    }

    /// All challenges, by id.
    pub fn challenges(&self) -> impl Iterator<Item = &Challenge> {
        self.challenges.values()
    }

    /// UNCTAD's five challenges.
    pub fn unctad(&self) -> impl Iterator<Item = &Plain> {
        self.unctad.values()
    }

    /// The risks of the dark side.
    pub fn risks(&self) -> impl Iterator<Item = &Plain> {
        self.risks.values()
    }

    /// The factors of table 9, with who ticks them.
    pub fn factors(&self) -> impl Iterator<Item = &Factor> {
        self.factors.values()
    }

    /// The rationales of table 8.
    pub fn rationales(&self) -> impl Iterator<Item = &Rationale> {
        self.rationales.values()
    }

    /// The drivers of section 2.2.
    pub fn drivers(&self) -> impl Iterator<Item = &Plain> {
        self.drivers.values()
    }

    /// The coupling routes of section 1.
    pub fn routes(&self) -> impl Iterator<Item = &Plain> {
        self.routes.values()
    }

    /// The coupling mechanisms of section 3.2.
    pub fn mechanisms(&self) -> impl Iterator<Item = &Plain> {
        self.mechanisms.values()
    }

    /// The indicators that a diagnosis can take.
    pub fn indicators(&self) -> impl Iterator<Item = &Plain> {
        self.indicators.values()
    }

    /// The segments that are known by name.
    pub fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.segments.values()
    }

    /// Which items answer which obstacle or risk.
    #[must_use]
    pub fn crosswalk(&self) -> &[Crosswalk] {
        &self.crosswalk
    }

    /// What must be said with each mechanism.
    #[must_use]
    pub fn guards(&self) -> &[Guard] {
        &self.guards
    }

    /// The rules of the diagnosis.
    #[must_use]
    pub fn diagnosis_rules(&self) -> &[DiagnosisRule] {
        &self.diagnosis_rules
    }

    /// The record of a segment, or of the nearest one above it.
    ///
    /// # Errors
    /// [`Error::UnknownSegment`] if there is none.
    pub fn segment(&self, code: &SegmentCode) -> Result<&Segment, Error> {
        let mut name = code.as_str();
        loop {
            if let Some(segment) = self.segments.get(name) {
                return Ok(segment);
            }
            let Some((above, _)) = name.rsplit_once('.') else { break };
            name = above;
        }
        let tops: Vec<&str> =
            self.segments.keys().map(Code::as_str).filter(|id| !id.contains('.')).collect();
        Err(Error::UnknownSegment { found: code.as_str().to_owned(), known: tops.join(", ") })
    }

    /// The same knowledge base without one item.
    #[must_use]
    pub fn without_item(&self, id: &str) -> Self {
        let mut knowledge = self.clone();
        knowledge.items.remove(id);
        for row in &mut knowledge.crosswalk {
            row.items.retain(|linked| linked.id.as_str() != id);
        }
        for guard in &mut knowledge.guards {
            guard.items.retain(|item| item.as_str() != id);
        }
        knowledge
    }

    /// The title of an obstacle or a risk.
    pub(crate) fn title_of(&self, source: &CrosswalkSource) -> &str {
        let title = match source {
            CrosswalkSource::Obstacle(id) => self.obstacles.get(id).map(|o| o.title.as_str()),
            CrosswalkSource::Risk(id) => self.risks.get(id).map(|risk| risk.title.as_str()),
        };
        title.unwrap_or_default()
    }
}

impl Item {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &Code {
        match self {
            Self::Intervention(intervention) => &intervention.id,
            Self::Consideration(item) | Self::Practice(item) => &item.id,
        }
    }

    /// The title, in our words.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Intervention(intervention) => &intervention.title,
            Self::Consideration(item) | Self::Practice(item) => &item.title,
        }
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> ItemKind {
        match self {
            Self::Intervention(_) => ItemKind::Intervention,
            Self::Consideration(_) => ItemKind::Consideration,
            Self::Practice(_) => ItemKind::Practice,
        }
    }

    /// Where it stands, and whether the paper says it.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        match self {
            Self::Intervention(intervention) => &intervention.origin,
            Self::Consideration(item) | Self::Practice(item) => &item.origin,
        }
    }

    /// What it consists of, as named in its source.
    #[must_use]
    pub fn instruments(&self) -> &[String] {
        match self {
            Self::Intervention(intervention) => &intervention.instruments,
            Self::Consideration(item) | Self::Practice(item) => &item.instruments,
        }
    }

    /// What its reader must know about the source.
    #[must_use]
    pub fn caveats(&self) -> &[String] {
        match self {
            Self::Intervention(intervention) => &intervention.caveats,
            Self::Consideration(item) | Self::Practice(item) => &item.caveats,
        }
    }
}
