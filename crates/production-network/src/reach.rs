//! Over which economies production is spread, and whether that makes a global production network.
//!
//! Section 3.1: a GPN is deemed to exist when firms from different national economies fulfil
//! production functions. So one economy is none, whatever its size. Serving a foreign market is
//! trade and not production; supplying an input to a buyer there is.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Area, EntityId, FirmId, IndustryId, Relation, RelationId, RelationKind, Snapshot};

/// Where the production of an industry or around a firm happens.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reach {
    /// Each area with the relations that put production there, in order.
    pub areas: BTreeMap<Area, Vec<RelationId>>,
}

impl Reach {
    /// True if production spans at least two economies (section 3.1).
    ///
    /// A region of which a source names no economy (`150`, Europe) counts as one.
    #[must_use]
    pub fn is_global_production_network(&self) -> bool {
        self.areas.len() >= 2
    }

    /// Each relation once: both its ends may be in one area, or be looked at.
    fn put_in_order(&mut self) {
        for relations in self.areas.values_mut() {
            relations.sort_unstable();
            relations.dedup();
        }
    }

    fn add(&mut self, area: Option<Area>, relation: &Relation) {
        if let Some(area) = area {
            self.areas.entry(area).or_default().push(relation.id.clone());
        }
    }
}

/// The reach of all production relations of one industry.
#[must_use]
pub fn reach_of_industry(snapshot: &Snapshot, industry: &IndustryId) -> Reach {
    let mut reach = Reach::default();
    for relation in snapshot.relations() {
        if relation.industry.as_ref() == Some(industry) {
            add_production(snapshot, relation, &mut reach);
        }
    }
    reach.put_in_order();
    reach
}

/// The reach of the production relations that one firm has, its own operations included.
#[must_use]
pub fn reach_of_firm(snapshot: &Snapshot, firm: &FirmId) -> Reach {
    let id = EntityId::Firm(firm.clone());
    let mut members = BTreeSet::from([id.clone()]);
    members.extend(
        snapshot
            .outgoing(&id)
            .filter(|relation| relation.kind == RelationKind::Owns)
            .map(|relation| relation.to.clone()),
    );
    let mut reach = Reach::default();
    for member in &members {
        for relation in snapshot.outgoing(member).chain(snapshot.incoming(member)) {
            add_production(snapshot, relation, &mut reach);
        }
    }
    reach.put_in_order();
    reach
}

fn add_production(snapshot: &Snapshot, relation: &Relation, reach: &mut Reach) {
    match relation.kind {
        RelationKind::Supplies
        | RelationKind::CoDesigns
        | RelationKind::DistributesFor
        | RelationKind::Licenses
        | RelationKind::Owns => {
            reach.add(snapshot.area_of(&relation.from), relation);
            reach.add(snapshot.area_of(&relation.to), relation);
        }
        RelationKind::InvestsIn | RelationKind::LocatedIn => {
            if relation.from.as_firm().is_some() {
                reach.add(snapshot.area_of(&relation.to), relation);
            }
        }
        RelationKind::Serves
        | RelationKind::Introduces
        | RelationKind::Mediates
        | RelationKind::Finances
        | RelationKind::Trains
        | RelationKind::SupportsByProgramme
        | RelationKind::Certifies
        | RelationKind::Standardizes
        | RelationKind::SharesInformation
        | RelationKind::Produces
        | RelationKind::GoesInto
        | RelationKind::IsTypeOf => {}
    }
}
