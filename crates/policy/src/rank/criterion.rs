//! The criteria of a ranking: their weights, their anchors, and the reason for each value.
//!
//! Anchors are fixed: each value means the same for every item and every subject. Of fit, 100 is a
//! group that the source names, 75 a source that says that it applies to all, and 50 is neutral:
//! absence from a cell of table 10 is no evidence against, and is said. The rank in table 10 is
//! ordinal information: it enters by thirds, lightly, and never as a distance.

use crate::closed_set::closed_set;
use crate::knowledge::records::{Code, Intervention, Recommendation};
use crate::knowledge::rules::CrosswalkSource;
use crate::rank::Grade;
use crate::{
    Category, Diagnosis, Differences, Expansion, Item, KnowledgeBase, Link, NetworkPosition,
    Sector, Status, Subject,
};

/// The source names the subject's group.
const NAMED: u32 = 100;
/// The source makes no difference: it applies to all, the subject among them.
const APPLIES_TO_ALL: u32 = 75;
/// What is neither for nor against.
const NEUTRAL: u32 = 50;
/// As many obstacles answered as make the breadth full.
const BREADTH_FULL: u32 = 4;
/// A weak link answers half of an obstacle.
const WEAK_LINK_PERCENT: u32 = 50;

closed_set! {
    /// What a ranking looks at. Weights are ours, add up to 100, and are the same for all.
    pub enum Criterion: "criteria" {
        /// How severe the worst obstacle or risk is that the item answers.
        Need = "need",
        /// How many obstacles and risks it answers.
        Breadth = "breadth",
        /// Whether it fits the sector or segment.
        Sector = "sector",
        /// Whether it fits the size.
        Size = "size",
        /// Whether its effectiveness or an example is named for the place.
        Place = "place",
        /// Whether it fits the position towards networks and the plans.
        Category = "category",
        /// Which third of table 10 it stands in.
        Ordinal = "ordinal",
        /// How good the evidence is.
        Evidence = "evidence",
    }
}

impl Criterion {
    /// The weight out of 100.
    #[must_use]
    pub fn weight(self) -> u32 {
        match self {
            Self::Need => 45,
            Self::Sector => 15,
            Self::Breadth | Self::Place => 10,
            Self::Size | Self::Category | Self::Ordinal | Self::Evidence => 5,
        }
    }
}

/// One criterion's part in a score.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Contribution {
    /// The criterion.
    pub criterion: Criterion,
    /// Its weight out of 100.
    pub weight: u32,
    /// The item's value, from 0 to 100.
    pub value: u32,
    /// Weight × value: hundredths of a point.
    pub points_hundredths: u32,
    /// Why the value is so.
    pub because: String,
}

/// An obstacle or risk of the diagnosis that an item answers.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) id: Code,
    pub(super) status: Status,
    title: String,
    /// Severity, halved for a weak link.
    value: u32,
}

/// What the values of one item for one subject are made from.
pub(super) struct Appraisal<'a> {
    pub(super) knowledge: &'a KnowledgeBase,
    pub(super) subject: &'a Subject,
    pub(super) diagnosis: &'a Diagnosis,
    pub(super) item: &'a Item,
    pub(super) answers: &'a [Answer],
    pub(super) grade: Grade,
}

/// A value with its reason.
type Valued = (u32, String);

/// What of the diagnosis an item answers, by id.
pub(super) fn answers(
    knowledge: &KnowledgeBase,
    diagnosis: &Diagnosis,
    item: &Code,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    for row in &knowledge.crosswalk {
        let Some(severity) = diagnosis.severity(&row.source) else { continue };
        let Some(linked) = row.items.iter().find(|linked| linked.id == *item) else { continue };
        let value = match linked.link {
            Link::Main => severity,
            Link::Weak => severity * WEAK_LINK_PERCENT / 100,
        };
        let (CrosswalkSource::Obstacle(id) | CrosswalkSource::Risk(id)) = &row.source;
        let title = knowledge.title_of(&row.source).to_owned();
        answers.push(Answer { id: id.clone(), status: row.origin.status, title, value });
    }
    answers.sort_by(|one, other| one.id.cmp(&other.id));
    answers
}

impl Appraisal<'_> {
    pub(super) fn contribution(&self, criterion: Criterion) -> Contribution {
        let (value, because) = match criterion {
            Criterion::Need => self.need(),
            Criterion::Breadth => self.breadth(),
            Criterion::Sector => self.sector(),
            Criterion::Size => self.size(),
            Criterion::Place => self.place(),
            Criterion::Category => self.category(),
            Criterion::Ordinal => self.ordinal(),
            Criterion::Evidence => self.evidence(),
        };
        let weight = criterion.weight();
        Contribution { criterion, weight, value, points_hundredths: weight * value, because }
    }

    fn need(&self) -> Valued {
        // Equal values fall to the smaller id: max_by_key takes the last of the reversed list.
        match self.answers.iter().rev().max_by_key(|answer| answer.value) {
            Some(worst) => (worst.value, format!("answers {}: {}", worst.id, worst.title)),
            None => (0, "answers nothing that the diagnosis raises".to_owned()),
        }
    }

    fn breadth(&self) -> Valued {
        let count = u32::try_from(self.answers.len()).unwrap_or(BREADTH_FULL).min(BREADTH_FULL);
        let ids: Vec<&str> = self.answers.iter().map(|answer| answer.id.as_str()).collect();
        let because = if ids.is_empty() {
            "answers nothing that the diagnosis raises".to_owned()
        } else {
            format!("answers {}", ids.join(", "))
        };
        (count * 100 / BREADTH_FULL, because)
    }

    fn sector(&self) -> Valued {
        match self.item {
            Item::Intervention(row) => {
                let sector = self.knowledge.segment(self.subject.segment()).map(|s| s.sector).ok();
                let is_named = sector.is_some_and(|sector| row.sectors.contains(&sector));
                let group = sector.map_or("its sector", Sector::as_str);
                by_cell(row, is_named, group, row.sectors.is_empty())
            }
            Item::Consideration(aimed) | Item::Practice(aimed) => self.aimed_segment(aimed),
        }
    }

    fn aimed_segment(&self, aimed: &Recommendation) -> Valued {
        if aimed.segments.is_empty() {
            return (APPLIES_TO_ALL, "section 4 aims it at all segments".to_owned());
        }
        let is_aimed = |code: &&String| self.subject.segment().is_in(code);
        match aimed.segments.iter().find(is_aimed) {
            Some(code) => (NAMED, format!("section 4 aims it at {code}")),
            None => (NEUTRAL, "section 4 names other segments; no evidence against".to_owned()),
        }
    }

    fn size(&self) -> Valued {
        let Some(size) = self.subject.size() else {
            return (NEUTRAL, "the size is not stated".to_owned());
        };
        match self.item {
            Item::Intervention(row) => {
                let is_named = row.sizes.contains(&size);
                by_cell(row, is_named, size.as_str(), row.sizes.is_empty())
            }
            Item::Consideration(_) | Item::Practice(_) => {
                (APPLIES_TO_ALL, "section 4 does not tell sizes apart".to_owned())
            }
        }
    }

    fn place(&self) -> Valued {
        let place = self.subject.place();
        match self.item {
            Item::Intervention(row) => {
                let is_named = row.countries.iter().any(|code| code == place.economy());
                by_cell(row, is_named, place.economy(), row.countries.is_empty())
            }
            Item::Consideration(aimed) | Item::Practice(aimed) => {
                let named = aimed.named_in.iter().find(|code| place.is_in(code));
                match named {
                    Some(code) => (NAMED, format!("section 4 names an example in {code}")),
                    None => (NEUTRAL, "section 4 names no example there".to_owned()),
                }
            }
        }
    }

    fn category(&self) -> Valued {
        let inputs = &self.diagnosis.inputs;
        let Item::Intervention(row) = self.item else {
            return (APPLIES_TO_ALL, "section 4 does not tell categories apart".to_owned());
        };
        let is_player = inputs.network == NetworkPosition::Coupled
            && row.categories.contains(&Category::GvcPlayers);
        let is_planner = inputs.expansion == Expansion::Planned
            && row.categories.contains(&Category::PlanGlobalExpansion);
        let group = if is_planner { "firms that plan to expand" } else { "firms in networks" };
        by_cell(row, is_player || is_planner, group, row.categories.is_empty())
    }

    fn ordinal(&self) -> Valued {
        let Item::Intervention(row) = self.item else {
            return (NEUTRAL, "not in table 10".to_owned());
        };
        let (value, third) = match row.rank {
            0..=6 => (100, "first"),
            7..=13 => (67, "middle"),
            _ => (33, "last"),
        };
        let because =
            format!("rank {} of 19: {third} third; ranks are perception, not effect", row.rank);
        (value, because)
    }

    fn evidence(&self) -> Valued {
        (self.grade.value(), format!("evidence is {}", self.grade.as_str().replace('_', " ")))
    }
}

/// The value by a cell of table 10.
fn by_cell(row: &Intervention, is_named: bool, group: &str, cell_is_empty: bool) -> Valued {
    match row.differences {
        Differences::None => (APPLIES_TO_ALL, "table 10: no difference, applies to all".to_owned()),
        Differences::Set if is_named => {
            (NAMED, format!("table 10: rated more effective by or for {group}"))
        }
        Differences::Set if cell_is_empty => {
            (NEUTRAL, "table 10 names no group of this kind".to_owned())
        }
        Differences::Set => {
            (NEUTRAL, "table 10 names other groups; absence is no evidence against".to_owned())
        }
    }
}
