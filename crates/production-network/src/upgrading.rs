//! Whether a firm upgraded between two days: industrially, in four ways, and socially, apart.
//!
//! Each answer compares what the relations and dated values of the firm show on the two days. A
//! kind on which nothing is recorded on either day is undefined: nobody looked. Industrial
//! upgrading is never taken for social, and a gain never hides a loss.

use std::collections::{BTreeMap, BTreeSet};

use crate::closed_set::closed_set;
use crate::{
    AttributeGroup, CertificateId, EntityId, Firm, FirmId, IndustryId, Presence, Relation,
    RelationId, RelationKind, Snapshot, Specification,
};

/// Standards on labour; other certificates are of processes.
const LABOUR_STANDARDS: &[&str] = &["sa-8000", "iso-45001", "ohsas-18001", "wrap", "amfori-bsci"];
/// The value of a firm that says what it pays.
const WAGE: &str = "capability.wage";

/// What changed for a firm between two snapshots.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Upgrading {
    /// The firm.
    pub firm: FirmId,
    /// Industrial upgrading, in the order of the kinds.
    pub industrial: Vec<(IndustrialUpgrading, Change)>,
    /// Social upgrading, in the order of the kinds.
    pub social: Vec<(SocialUpgrading, Change)>,
}

closed_set! {
    /// Kinds of industrial upgrading (Humphrey and Schmitz, 2002).
    pub enum IndustrialUpgrading: "kinds of industrial upgrading" {
        /// Makes better: certificates and standards that are not on labour.
        Process = "process",
        /// Makes more refined things: supplies that move from standardized to specified.
        Product = "product",
        /// Takes on functions: design, distribution, licensing, service of customers.
        Functional = "functional",
        /// Sells into industries.
        Chain = "chain",
    }
}

closed_set! {
    /// Kinds of social upgrading (Barrientos, Gereffi and Rossi, 2011), as far as recorded.
    pub enum SocialUpgrading: "kinds of social upgrading" {
        /// What it pays.
        Wages = "wages",
        /// Who trains it.
        Training = "training",
        /// Standards on labour that it meets.
        LabourStandards = "labour_standards",
    }
}

/// How one kind changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Change {
    /// Nothing is recorded on either day, or the values cannot be compared.
    Undefined,
    /// The same is recorded on both days.
    Unchanged,
    /// More or higher.
    Risen(Vec<Shown>),
    /// Less or lower.
    Fallen(Vec<Shown>),
    /// Both: each is said.
    Mixed {
        /// What rose.
        risen: Vec<Shown>,
        /// What fell.
        fallen: Vec<Shown>,
    },
}

/// What shows a change.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Shown {
    /// A relation that is of one of the days only, or changed.
    Relation(RelationId),
    /// A value of the firm, by its attribute's id.
    Attribute(String),
}

/// Compares a firm on two days; `None` unless both snapshots have it.
///
/// Sources: Yeung (2017), section 4 (industrial and social upgrading); Humphrey and Schmitz (2002);
/// Barrientos, Gereffi and Rossi (2011). More of something counts as risen, whatever its weight.
#[must_use]
pub fn upgrading(earlier: &Snapshot, later: &Snapshot, firm: &FirmId) -> Option<Upgrading> {
    let before = Record::new(earlier, earlier.firm(firm)?);
    let now = Record::new(later, later.firm(firm)?);
    let industrial = IndustrialUpgrading::ALL.iter().map(|kind| {
        let change = match kind {
            IndustrialUpgrading::Process => more(&before.processes, &now.processes),
            IndustrialUpgrading::Product => higher(&before.refinement, &now.refinement),
            IndustrialUpgrading::Functional => more(&before.functions, &now.functions),
            IndustrialUpgrading::Chain => more(&before.industries, &now.industries),
        };
        (*kind, change)
    });
    let social = SocialUpgrading::ALL.iter().map(|kind| {
        let change = match kind {
            SocialUpgrading::Wages => wages(&before, &now),
            SocialUpgrading::Training => more(&before.training, &now.training),
            SocialUpgrading::LabourStandards => more(&before.labour, &now.labour),
        };
        (*kind, change)
    });
    Some(Upgrading {
        firm: firm.clone(),
        industrial: industrial.collect(),
        social: social.collect(),
    })
}

/// What is recorded of a firm on a day. Keys say what counts as the same thing on both days.
#[derive(Default)]
struct Record {
    processes: BTreeMap<String, BTreeSet<Shown>>,
    refinement: BTreeMap<(EntityId, Option<IndustryId>), (u8, BTreeSet<Shown>)>,
    functions: BTreeMap<RelationKind, BTreeSet<Shown>>,
    industries: BTreeMap<IndustryId, BTreeSet<Shown>>,
    training: BTreeMap<EntityId, BTreeSet<Shown>>,
    labour: BTreeMap<String, BTreeSet<Shown>>,
    /// Number and unit of each wage that may hold on the day.
    wages: Vec<(f64, Option<String>)>,
}

impl Record {
    fn new(snapshot: &Snapshot, firm: &Firm) -> Self {
        let mut record = Self::default();
        let id = EntityId::Firm(firm.id.clone());
        for relation in snapshot.outgoing(&id) {
            record.gives(relation);
        }
        for relation in snapshot.incoming(&id) {
            record.receives(relation);
        }
        for value in &firm.attributes {
            if value.presence(snapshot.valid()) == Presence::Absent || value.value.as_str() == "no"
            {
                continue;
            }
            let shown = Shown::Attribute(value.id.to_string());
            let name = value.id.as_str().split_once('.').map_or("", |(_, name)| name);
            match AttributeGroup::of(&value.id) {
                Ok(AttributeGroup::Certificate | AttributeGroup::Standard) => {
                    record.meets(name, shown);
                }
                _ if value.id.as_str() == WAGE => {
                    let number = value.value.number();
                    record.wages.extend(number.map(|number| (number, value.unit.clone())));
                }
                _ => {}
            }
        }
        record
    }

    fn gives(&mut self, relation: &Relation) {
        let shown = Shown::Relation(relation.id.clone());
        let is_function = matches!(
            relation.kind,
            RelationKind::CoDesigns
                | RelationKind::DistributesFor
                | RelationKind::Licenses
                | RelationKind::Serves
                | RelationKind::Supplies
        );
        if is_function {
            self.functions.entry(relation.kind).or_default().insert(shown.clone());
        }
        if !relation.kind.is_sale() {
            return;
        }
        if let Some(industry) = &relation.industry {
            self.industries.entry(industry.clone()).or_default().insert(shown.clone());
        }
        let Some(specification) = relation.specification else { return };
        let rank = match specification {
            Specification::Standardized => 0,
            Specification::Customer => 1,
            Specification::Supplier => 2,
        };
        let key = (relation.to.clone(), relation.industry.clone());
        let (highest, by) = self.refinement.entry(key).or_insert((rank, BTreeSet::new()));
        *highest = rank.max(*highest);
        by.insert(shown);
    }

    fn receives(&mut self, relation: &Relation) {
        let shown = Shown::Relation(relation.id.clone());
        if relation.kind == RelationKind::Trains {
            self.training.entry(relation.from.clone()).or_default().insert(shown);
        } else if relation.kind == RelationKind::Certifies {
            let named = relation.certificate.as_ref().map(CertificateId::as_str);
            self.meets(named.unwrap_or(relation.id.as_str()), shown);
        }
    }

    fn meets(&mut self, name: &str, shown: Shown) {
        let is_labour = LABOUR_STANDARDS.contains(&name);
        let kept = if is_labour { &mut self.labour } else { &mut self.processes };
        kept.entry(name.to_owned()).or_default().insert(shown);
    }
}

/// Risen by what is new, fallen by what is gone.
fn more<K: Ord>(
    before: &BTreeMap<K, BTreeSet<Shown>>,
    now: &BTreeMap<K, BTreeSet<Shown>>,
) -> Change {
    if before.is_empty() && now.is_empty() {
        return Change::Undefined;
    }
    let only = |one: &BTreeMap<K, BTreeSet<Shown>>, other: &BTreeMap<K, BTreeSet<Shown>>| {
        let gone = one.iter().filter(|(key, _)| !other.contains_key(key));
        gone.flat_map(|(_, shown)| shown.iter().cloned()).collect()
    };
    change(only(now, before), only(before, now))
}

/// Compares the rank of each tie that has one on both days; undefined if none has.
fn higher<K: Ord>(
    before: &BTreeMap<K, (u8, BTreeSet<Shown>)>,
    now: &BTreeMap<K, (u8, BTreeSet<Shown>)>,
) -> Change {
    let (mut risen, mut fallen, mut is_compared) = (BTreeSet::new(), BTreeSet::new(), false);
    for (key, (rank, shown)) in now {
        let Some((rank_before, _)) = before.get(key) else { continue };
        is_compared = true;
        if rank > rank_before {
            risen.extend(shown.iter().cloned());
        } else if rank < rank_before {
            fallen.extend(shown.iter().cloned());
        }
    }
    if is_compared { change(risen, fallen) } else { Change::Undefined }
}

/// Rises only if every reading of the later day is above every one of the earlier.
fn wages(before: &Record, now: &Record) -> Change {
    let mut units = before.wages.iter().chain(&now.wages).map(|(_, unit)| unit);
    let first = units.next();
    let is_unlike = units.any(|unit| Some(unit) != first) || first.is_none_or(Option::is_none);
    if is_unlike || before.wages.is_empty() || now.wages.is_empty() {
        return Change::Undefined;
    }
    let every = |is_so: fn(f64, f64) -> bool| {
        now.wages.iter().all(|(now, _)| before.wages.iter().all(|(before, _)| is_so(*now, *before)))
    };
    let shown = vec![Shown::Attribute(WAGE.to_owned())];
    if every(|now, before| now > before) {
        Change::Risen(shown)
    } else if every(|now, before| now < before) {
        Change::Fallen(shown)
    } else if every(|now, before| now.total_cmp(&before).is_eq()) {
        Change::Unchanged
    } else {
        Change::Undefined
    }
}

fn change(risen: BTreeSet<Shown>, fallen: BTreeSet<Shown>) -> Change {
    let (risen, fallen): (Vec<Shown>, Vec<Shown>) =
        (risen.into_iter().collect(), fallen.into_iter().collect());
    match (risen.is_empty(), fallen.is_empty()) {
        (true, true) => Change::Unchanged,
        (false, true) => Change::Risen(risen),
        (true, false) => Change::Fallen(fallen),
        (false, false) => Change::Mixed { risen, fallen },
    }
}
