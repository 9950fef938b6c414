//! The supply network of a snapshot, scenarios over it, and who loses coupling.
//!
//! Guarantees that each number rests on stated volumes of one unit, or that the answer says how many
//! were assumed. A firm's industry is that of its largest sales. Never adds unlike units.

use std::collections::{BTreeMap, BTreeSet};

use crate::closed_set::closed_set;
use crate::place::lies_in;
use crate::{
    Cascade, Entity, EntityId, Error, FirmId, IndustryId, Place, PlaceId, Relation, RelationKind,
    Sale, Shock, SmeStatus, SmeStatuses, Snapshot, SupplyFirm, SupplyNetwork,
};

closed_set! {
    /// What is done with supplies of which no volume is stated.
    pub enum MissingVolume: "ways to count a missing volume" {
        /// The network is refused.
        Refuse = "refuse",
        /// They are left out, and counted.
        LeaveOut = "leave_out",
        /// All supplies count the same, also those with a volume: only who supplies whom is used.
        CountAlike = "count_alike",
    }
}

/// The supply network of a snapshot.
#[derive(Clone, Debug)]
pub struct Supplies {
    /// By numbers.
    pub network: SupplyNetwork,
    /// The firm of each number, in order.
    pub firms: Vec<FirmId>,
    /// The industry of each number, in order.
    pub industries: Vec<IndustryId>,
    /// The unit of the volumes; `None` if all count alike.
    pub unit: Option<String>,
    /// Supplies between firms that were left out for want of a volume.
    pub left_out: usize,
    /// What each firm sells to each, by seller, then buyer.
    sales: BTreeMap<(usize, usize), f64>,
}

/// What happens to whom.
#[derive(Clone, Debug, PartialEq)]
pub enum Strike {
    /// A firm closes.
    Closes(FirmId),
    /// A firm keeps a part of its capacity, 0 to 1.
    Keeps(FirmId, f64),
    /// A lead firm leaves a place: whoever has an operation there, or within it, loses what it sells
    /// to the lead firm, and keeps the rest of its capacity. A firm with several operations is taken
    /// to sell from this one: an upper bound.
    Leaves(FirmId, PlaceId),
}

/// A firm that a shock costs more of its output than a threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Loser {
    /// The firm.
    pub firm: FirmId,
    /// What remains of its output, 0 to 1: the smaller of what suppliers and customers leave.
    pub remaining: f64,
    /// Its industry, if it sells in one.
    pub industry: Option<IndustryId>,
    /// Where it has operations, in order.
    pub places: Vec<PlaceId>,
    /// Whether it is a small or medium enterprise.
    pub status: SmeStatus,
}

impl Supplies {
    /// Reads the supplies between firms.
    ///
    /// # Errors
    /// [`Error::Volumes`] if volumes are of several units, or missing ones are refused;
    /// [`Error::NoSales`] if nothing is left; as [`SupplyNetwork::try_new`].
    pub fn of(snapshot: &Snapshot, missing: MissingVolume) -> Result<Self, Error> {
        let firms: Vec<FirmId> = snapshot.firms().map(|firm| firm.id.clone()).collect();
        let is_supply = |one: &&Relation| {
            let joins_firms = one.from.as_firm().is_some() && one.to.as_firm().is_some();
            one.kind == RelationKind::Supplies && joins_firms
        };
        let supplies: Vec<&Relation> = snapshot.relations().filter(is_supply).collect();
        let unit = unit_of(&supplies, missing)?;
        let (mut sales, mut left_out) = (BTreeMap::new(), 0);
        let mut sold_in: BTreeMap<usize, BTreeMap<&IndustryId, f64>> = BTreeMap::new();
        for relation in supplies {
            let ends = [&relation.from, &relation.to].map(|end| place(&firms, end));
            let [Some(supplier), Some(buyer)] = ends else { continue };
            let Some(value) = value(relation, missing) else {
                left_out += 1;
                continue;
            };
            *sales.entry((supplier, buyer)).or_default() += value;
            if let Some(industry) = &relation.industry {
                *sold_in.entry(supplier).or_default().entry(industry).or_default() += value;
            }
        }
        let industries: BTreeSet<&IndustryId> =
            sold_in.values().flat_map(BTreeMap::keys).copied().collect();
        let industries: Vec<IndustryId> = industries.into_iter().cloned().collect();
        let mut members = vec![SupplyFirm::default(); firms.len()];
        for (firm, sold) in &sold_in {
            // The last of the largest, in the reverse of their order: the earliest wins.
            let most = sold.iter().rev().max_by(|one, other| one.1.total_cmp(other.1));
            let number = most.and_then(|(id, _)| industries.binary_search(id).ok());
            if let Some(member) = members.get_mut(*firm) {
                member.industry = number;
            }
        }
        let all: Vec<Sale> = sales
            .iter()
            .map(|((supplier, buyer), value)| Sale {
                supplier: *supplier,
                buyer: *buyer,
                value: *value,
            })
            .collect();
        let network = SupplyNetwork::try_new(members, &all)?;
        Ok(Self { network, firms, industries, unit, left_out, sales })
    }

    /// The number of a firm.
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] if it is not in the snapshot.
    pub fn number(&self, firm: &FirmId) -> Result<usize, Error> {
        let unknown = |_| Error::UnknownEntity { id: EntityId::Firm(firm.clone()) };
        self.firms.binary_search(firm).map_err(unknown)
    }

    /// The shock of several strikes at once; of those that meet one firm, the hardest counts.
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a firm or place that is not there; [`Error::Shock`] for a part
    /// that is not from 0 to 1.
    pub fn shock(&self, snapshot: &Snapshot, strikes: &[Strike]) -> Result<Shock, Error> {
        let mut remaining: BTreeMap<usize, f64> = BTreeMap::new();
        let mut hit = |firm: usize, part: f64| {
            let kept = remaining.entry(firm).or_insert(1.0);
            *kept = kept.min(part);
        };
        for strike in strikes {
            match strike {
                Strike::Closes(firm) => hit(self.number(firm)?, 0.0),
                Strike::Keeps(firm, part) => {
                    let firm = self.number(firm)?;
                    if !(0.0..=1.0).contains(part) {
                        return Err(Error::Shock { firm, remaining: *part });
                    }
                    hit(firm, *part);
                }
                Strike::Leaves(lead, left) => {
                    let lead = self.number(lead)?;
                    let Some(left) = snapshot.place(left) else {
                        let id = EntityId::Place(left.clone());
                        return Err(Error::UnknownEntity { id });
                    };
                    for (supplier, part) in self.left_behind(snapshot, lead, left) {
                        hit(supplier, part);
                    }
                }
            }
        }
        Ok(Shock { remaining: remaining.into_iter().collect() })
    }

    /// The suppliers of a firm in a place, with what they sell to others, as a part of all.
    fn left_behind(&self, snapshot: &Snapshot, lead: usize, left: &Place) -> Vec<(usize, f64)> {
        let mut found = Vec::new();
        for ((supplier, buyer), value) in &self.sales {
            let Some(firm) = self.firms.get(*supplier).filter(|_| *buyer == lead) else { continue };
            let sold = self.network.sold().get(*supplier).copied().unwrap_or(0.0);
            let is_there =
                || operations(snapshot, firm).into_iter().any(|at| lies_in(snapshot, at, left));
            if sold > 0.0 && is_there() {
                found.push((*supplier, (1.0 - value / sold).max(0.0)));
            }
        }
        found
    }

    /// Whom a cascade costs at least a part of their output, hardest hit first, then by firm.
    #[must_use]
    pub fn losers(&self, snapshot: &Snapshot, cascade: &Cascade, lost_min: f64) -> Vec<Loser> {
        let statuses = SmeStatuses::new(snapshot);
        let mut losers = Vec::new();
        for loss in &cascade.losses {
            let remaining = loss.by_suppliers.min(loss.by_customers);
            let Some(firm) = self.firms.get(loss.firm) else { continue };
            if 1.0 - remaining < lost_min {
                continue;
            }
            let member = self.network.firms.get(loss.firm);
            let industry = member.and_then(|member| self.industries.get(member.industry?));
            losers.push(Loser {
                firm: firm.clone(),
                remaining,
                industry: industry.cloned(),
                places: operations(snapshot, firm).iter().map(|at| at.id.clone()).collect(),
                status: snapshot
                    .firm(firm)
                    .map_or(SmeStatus::Open, |firm| statuses.of(firm).status),
            });
        }
        losers.sort_by(|one, other| one.remaining.total_cmp(&other.remaining));
        losers
    }
}

/// The one unit of all volumes.
fn unit_of(supplies: &[&Relation], missing: MissingVolume) -> Result<Option<String>, Error> {
    if missing == MissingVolume::CountAlike {
        return Ok(None);
    }
    let mut unit: Option<&str> = None;
    for relation in supplies {
        match (&relation.volume, unit) {
            (Some(volume), None) => unit = Some(&volume.unit),
            (Some(volume), Some(unit)) if volume.unit != unit => {
                let problem = format!("is in {}, others are in {unit}", volume.unit);
                return Err(Error::Volumes { relation: relation.id.clone(), problem });
            }
            (Some(_), Some(_)) => {}
            (None, _) if missing == MissingVolume::LeaveOut => {}
            (None, _) => {
                let problem = "is not stated".to_owned();
                return Err(Error::Volumes { relation: relation.id.clone(), problem });
            }
        }
    }
    Ok(unit.map(str::to_owned))
}

fn value(relation: &Relation, missing: MissingVolume) -> Option<f64> {
    if missing == MissingVolume::CountAlike {
        return Some(1.0);
    }
    let value = relation.volume.as_ref()?.amount.as_str().parse().ok();
    // A supply of nothing is none.
    value.filter(|value: &f64| *value > 0.0)
}

fn place(firms: &[FirmId], id: &EntityId) -> Option<usize> {
    firms.binary_search(id.as_firm()?).ok()
}

/// Where a firm has operations, in order.
fn operations<'a>(snapshot: &'a Snapshot, firm: &FirmId) -> Vec<&'a Place> {
    let id = EntityId::Firm(firm.clone());
    let mut places: Vec<&Place> = Vec::new();
    for located in snapshot.outgoing(&id).filter(|one| one.kind == RelationKind::LocatedIn) {
        if let Some(Entity::Place(place)) = snapshot.entity(&located.to) {
            places.push(place);
        }
    }
    places.sort_by_key(|place| &place.id);
    places.dedup_by_key(|place| &place.id);
    places
}
