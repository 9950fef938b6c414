//! Definitions of small and medium enterprises, read from the attributes of economies.
//!
//! `institutions.sme_turnover_below.manufacturing` with 50000000 and MYR: manufacturers with a turnover
//! below that. `_below` leaves the threshold out, `_up_to` takes it in, without either its source
//! does not say and a firm exactly at it is undecided. A firm's own numbers are `size.turnover`,
//! `size.assets` and `size.employees`, compared in the same unit only: never by an exchange rate that
//! nobody stated.

use std::collections::{BTreeMap, BTreeSet};

use crate::closed_set::closed_set;
use crate::place::Surroundings;
use crate::{
    Area, Attribute, AttributeGroup, Entity, EntityId, Firm, Presence, RelationKind, SegmentId,
    Snapshot,
};

closed_set! {
    /// By what firms are measured (footnote 1).
    pub enum SmeCriterion: "criteria of size" {
        /// Annual turnover.
        Turnover = "turnover",
        /// Capital or fixed assets.
        Assets = "assets",
        /// Persons employed.
        Employees = "employees",
    }
}

/// Whether a firm is within a threshold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Within {
    /// It is.
    Yes,
    /// It is beyond.
    No,
    /// What is known does not decide.
    Undecided,
}

/// One criterion's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct CriterionFinding {
    /// The criterion.
    pub criterion: SmeCriterion,
    /// What the firm has, at least and at most, in its unit.
    pub value: [f64; 2],
    /// The unit of the value.
    pub unit: String,
    /// The thresholds that it was compared with, each with its attribute's id and source.
    pub thresholds: Vec<(f64, String)>,
    /// Whether it is within all of them.
    pub within: Within,
}

/// Whether a threshold itself is within.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Bound {
    Excluded,
    Included,
    NotStated,
}

/// Activities that definitions tell apart.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Activity {
    /// Section C of ISIC Rev. 4.
    Manufacturing,
    /// Sections G to S.
    Services,
}

impl Activity {
    fn read(code: &str) -> Option<Self> {
        match code {
            "manufacturing" => Some(Self::Manufacturing),
            "services" => Some(Self::Services),
            _ => None,
        }
    }
}

/// One threshold of one economy.
struct Threshold<'a> {
    criterion: SmeCriterion,
    bound: Bound,
    /// `None` for all activities.
    activity: Option<Activity>,
    limit: f64,
    unit: &'a str,
    presence: Presence,
    attribute: &'a Attribute,
}

/// The thresholds of all economies.
pub(super) struct Definitions<'a> {
    snapshot: &'a Snapshot,
    by_economy: BTreeMap<Area, Vec<Threshold<'a>>>,
}

impl<'a> Definitions<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, surroundings: &Surroundings<'a>) -> Self {
        let mut by_economy = BTreeMap::new();
        for economy in surroundings.economies() {
            let read = |attribute| Threshold::read(attribute, snapshot);
            let thresholds: Vec<Threshold<'_>> =
                economy.attributes.iter().filter_map(read).collect();
            if !thresholds.is_empty() {
                by_economy.insert(economy.code.economy(), thresholds);
            }
        }
        Self { snapshot, by_economy }
    }

    /// Judges a firm by each criterion of its home of which it has a value.
    pub(super) fn judge(&self, firm: &Firm) -> Vec<CriterionFinding> {
        let of_home = firm.home.and_then(|home| self.by_economy.get(&home));
        let Some(thresholds) = of_home else { return Vec::new() };
        let is_size = |one: &&Attribute| one.id.as_str().starts_with("size.");
        if !firm.attributes.iter().any(|one| is_size(&one)) {
            return Vec::new();
        }
        let activities = self.activities(firm);
        let mut found = Vec::new();
        for criterion in SmeCriterion::ALL {
            let Some((value, unit)) = self.value_of(firm, *criterion) else { continue };
            let of_criterion: Vec<&Threshold<'_>> =
                thresholds.iter().filter(|one| one.criterion == *criterion).collect();
            let Some(applied) = applicable(&of_criterion, &activities) else { continue };
            let mut answers: Vec<Within> =
                applied.iter().map(|one| one.compare(value, &unit)).collect();
            answers.dedup();
            found.push(CriterionFinding {
                criterion: *criterion,
                value,
                unit,
                thresholds: applied.iter().map(|one| (one.limit, one.told())).collect(),
                within: match answers.as_slice() {
                    [one] => *one,
                    // No threshold for its activity, or several that do not agree.
                    [] | [..] => Within::Undecided,
                },
            });
        }
        found
    }

    /// What is recorded of a firm, at least and at most; `None` without a value or one unit.
    fn value_of(&self, firm: &Firm, criterion: SmeCriterion) -> Option<([f64; 2], String)> {
        let mut found: Option<([f64; 2], String)> = None;
        for attribute in &firm.attributes {
            let is_asked = attribute.id.as_str().strip_prefix("size.") == Some(criterion.as_str());
            let holds = attribute.presence(self.snapshot.valid()) != Presence::Absent;
            if !is_asked || !holds {
                continue;
            }
            let number = attribute.value.number()?;
            let unit = attribute.unit.clone()?;
            let ([low, high], known) = found.unwrap_or(([number, number], unit.clone()));
            if known != unit {
                return None;
            }
            found = Some(([low.min(number), high.max(number)], unit));
        }
        found
    }

    /// In which activities a firm is known to work, by the segments of its relations.
    fn activities(&self, firm: &Firm) -> BTreeSet<Activity> {
        let mut activities = BTreeSet::new();
        for relation in self.snapshot.outgoing(&EntityId::Firm(firm.id.clone())) {
            let made = match (&relation.to, relation.kind) {
                (EntityId::Segment(segment), RelationKind::Produces) => Some(segment),
                (_, _) => relation.segment.as_ref(),
            };
            activities.extend(made.and_then(|segment| self.activity_of(segment)));
        }
        activities
    }

    fn activity_of(&self, segment: &SegmentId) -> Option<Activity> {
        let mut next = Some(segment.clone());
        while let Some(id) = next {
            next = id.parent();
            let Some(Entity::Segment(found)) = self.snapshot.entity(&EntityId::Segment(id)) else {
                continue;
            };
            if let Some(isic) = found.isic {
                return match (isic.is_manufacturing(), isic.is_service()) {
                    (true, _) => Some(Activity::Manufacturing),
                    (false, true) => Some(Activity::Services),
                    (false, false) => None,
                };
            }
        }
        None
    }
}

/// The thresholds that hold for a firm, the narrowest; `None` if none is for it, and none of them if
/// its activity is not known but decides.
fn applicable<'t, 'a>(
    thresholds: &[&'t Threshold<'a>],
    activities: &BTreeSet<Activity>,
) -> Option<Vec<&'t Threshold<'a>>> {
    let is_its_own = |one: &&&Threshold<'_>| one.activity.is_some_and(|a| activities.contains(&a));
    let narrow: Vec<_> = thresholds.iter().filter(is_its_own).copied().collect();
    let general: Vec<_> = thresholds.iter().filter(|one| one.activity.is_none()).copied().collect();
    match (narrow.is_empty(), general.is_empty(), activities.is_empty(), thresholds.is_empty()) {
        (false, _, _, _) => Some(narrow),
        (true, false, _, _) => Some(general),
        (true, true, true, false) => Some(Vec::new()),
        (true, true, _, _) => None,
    }
}

impl<'a> Threshold<'a> {
    /// Reads an attribute; `None` if it is no definition of size that holds on the day.
    fn read(attribute: &'a Attribute, snapshot: &Snapshot) -> Option<Self> {
        let group = AttributeGroup::Institutions.as_str();
        let name = attribute.id.as_str().strip_prefix(group)?.strip_prefix(".sme_")?;
        let (name, activity) = match name.split_once('.') {
            Some((name, activity)) => (name, Some(Activity::read(activity)?)),
            None => (name, None),
        };
        let (name, bound) = match (name.strip_suffix("_below"), name.strip_suffix("_up_to")) {
            (Some(name), _) => (name, Bound::Excluded),
            (None, Some(name)) => (name, Bound::Included),
            (None, None) => (name, Bound::NotStated),
        };
        let criterion = SmeCriterion::parse(name).ok()?;
        let presence = attribute.presence(snapshot.valid());
        if presence == Presence::Absent {
            return None;
        }
        let limit = attribute.value.number()?;
        let unit = attribute.unit.as_deref()?;
        Some(Self { criterion, bound, activity, limit, unit, presence, attribute })
    }

    fn compare(&self, [low, high]: [f64; 2], unit: &str) -> Within {
        if unit != self.unit || self.presence != Presence::Certain {
            return Within::Undecided;
        }
        let (is_at_most, is_at_least) = match self.bound {
            Bound::Included => (high <= self.limit, low > self.limit),
            Bound::Excluded => (high < self.limit, low >= self.limit),
            Bound::NotStated => (high < self.limit, low > self.limit),
        };
        match (is_at_most, is_at_least) {
            (true, _) => Within::Yes,
            (false, true) => Within::No,
            (false, false) => Within::Undecided,
        }
    }

    fn told(&self) -> String {
        format!("{} ({})", self.attribute.id, self.attribute.source)
    }
}
