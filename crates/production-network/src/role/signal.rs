//! Measures the signals of roles from the relations of one firm in one industry.
//!
//! Each signal is a question with a yes that names its relations. Never reads a given label.

use std::collections::{BTreeMap, BTreeSet};

use crate::closed_set::closed_set;
use crate::scorecard::Measured;
use crate::{
    Confidence, Entity, EntityId, IndustryId, ProductKind, Relation, RelationKind, Snapshot,
    Specification,
};

/// A supply whose specification nobody states counts half for specialized and for standardized.
const NOT_STATED_THOUSANDTHS: u32 = 500;

closed_set! {
    /// What speaks for a role.
    pub enum Signal: "role signals" {
        /// Sets specifications, is supplied to its own, or licenses out its brand.
        DefinesProduct = "defines_product",
        /// Serves consumers or a market place, or others distribute for it.
        DefinesMarket = "defines_market",
        /// Firms supply it.
        IsSupplied = "is_supplied",
        /// Firms co-design its product.
        IsCoDesignedFor = "is_co_designed_for",
        /// It co-designs another firm's product.
        CoDesigns = "co_designs",
        /// It supplies, distributes for, or serves.
        SuppliesOrDelivers = "supplies_or_delivers",
        /// It supplies to a customer's or its own specification, or licenses out technology.
        SuppliesSpecialized = "supplies_specialized",
        /// It supplies standardized things.
        SuppliesStandardized = "supplies_standardized",
        /// The group that it belongs to has specialized supplies in one industry.
        SuppliesOneIndustry = "supplies_one_industry",
        /// The group that it belongs to has specialized supplies in several industries.
        SuppliesSeveralIndustries = "supplies_several_industries",
        /// It co-designs for nobody in the industry.
        DoesNotCoDesign = "does_not_co_design",
        /// It neither co-designs, nor licenses, nor shares information in the industry.
        KeepsArmsLength = "keeps_arms_length",
        /// It is served.
        IsServed = "is_served",
        /// It supplies nobody in the industry.
        SuppliesNobody = "supplies_nobody",
    }
}

/// One firm's part in one industry.
pub(super) struct Participation<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) gives: &'a [&'a Relation],
    pub(super) receives: &'a [&'a Relation],
    /// Specialized supplies of the whole ownership group, by industry.
    pub(super) group_supplies: &'a BTreeMap<&'a IndustryId, Vec<&'a Relation>>,
}

/// What a firm gives in an industry, and what it receives, each in order.
pub(crate) type InIndustry<'a> = [Vec<&'a Relation>; 2];

/// The relations of a firm, by industry.
pub(crate) fn by_industry<'a>(
    snapshot: &'a Snapshot,
    firm: &EntityId,
) -> BTreeMap<&'a IndustryId, InIndustry<'a>> {
    let mut found: BTreeMap<&IndustryId, InIndustry<'_>> = BTreeMap::new();
    let gives = snapshot.outgoing(firm).map(|relation| (0, relation));
    for (side, relation) in gives.chain(snapshot.incoming(firm).map(|relation| (1, relation))) {
        if let Some(industry) = &relation.industry {
            found.entry(industry).or_default()[side].push(relation);
        }
    }
    found
}

/// Specialized supplies of the firm, its owners and all that they own, by industry.
pub(super) fn group_supplies<'a>(
    snapshot: &'a Snapshot,
    firm: &EntityId,
) -> BTreeMap<&'a IndustryId, Vec<&'a Relation>> {
    let mut supplies: BTreeMap<&IndustryId, Vec<&Relation>> = BTreeMap::new();
    for member in ownership_group(snapshot, firm) {
        for relation in snapshot.outgoing(&member) {
            if let (Some(industry), Some(_)) = (&relation.industry, specialized(snapshot, relation))
            {
                supplies.entry(industry).or_default().push(relation);
            }
        }
    }
    supplies
}

impl Participation<'_> {
    pub(super) fn measure(&self, signal: Signal) -> Measured {
        match signal {
            Signal::DefinesProduct => self.defines_product(),
            Signal::DefinesMarket => self.defines_market(),
            Signal::IsSupplied => Measured::by(kind(self.receives, RelationKind::Supplies)),
            Signal::IsCoDesignedFor => Measured::by(kind(self.receives, RelationKind::CoDesigns)),
            Signal::CoDesigns => Measured::by(kind(self.gives, RelationKind::CoDesigns)),
            Signal::SuppliesOrDelivers => Measured::by(
                kind(self.gives, RelationKind::Supplies)
                    .chain(kind(self.gives, RelationKind::DistributesFor))
                    .chain(kind(self.gives, RelationKind::Serves)),
            ),
            Signal::SuppliesSpecialized => Measured::by_weighted(
                self.gives.iter().filter_map(|r| Some((*r, specialized(self.snapshot, r)?))),
            ),
            Signal::SuppliesStandardized => Measured::by_weighted(
                self.gives.iter().filter_map(|r| Some((*r, standardized(r)?))),
            ),
            Signal::SuppliesOneIndustry => absent_if(self.group_supplies.len() > 1),
            Signal::SuppliesSeveralIndustries => self.supplies_several_industries(),
            Signal::DoesNotCoDesign => self.gives_nothing(&[RelationKind::CoDesigns]),
            Signal::KeepsArmsLength => self.gives_nothing(&[
                RelationKind::CoDesigns,
                RelationKind::Licenses,
                RelationKind::SharesInformation,
            ]),
            Signal::IsServed => Measured::by(kind(self.receives, RelationKind::Serves)),
            Signal::SuppliesNobody => self.gives_nothing(&[RelationKind::Supplies]),
        }
    }

    fn defines_product(&self) -> Measured {
        let sets = kind(self.gives, RelationKind::Standardizes);
        let is_supplied_to_its_own = kind(self.receives, RelationKind::Supplies)
            .filter(|relation| relation.specification == Some(Specification::Customer));
        let licenses_its_brand = kind(self.gives, RelationKind::Licenses)
            .filter(|relation| licensed(self.snapshot, relation) == Some(ProductKind::Brand));
        Measured::by(sets.chain(is_supplied_to_its_own).chain(licenses_its_brand))
    }

    fn defines_market(&self) -> Measured {
        let serves_a_market = kind(self.gives, RelationKind::Serves)
            .filter(|relation| !matches!(relation.to, EntityId::Firm(_)));
        let others_distribute = kind(self.receives, RelationKind::DistributesFor);
        Measured::by(serves_a_market.chain(others_distribute))
    }

    fn supplies_several_industries(&self) -> Measured {
        if self.group_supplies.len() < 2 {
            return Measured::Silent;
        }
        Measured::by(self.group_supplies.values().flatten().copied())
    }

    fn gives_nothing(&self, kinds: &[RelationKind]) -> Measured {
        absent_if(self.gives.iter().any(|relation| kinds.contains(&relation.kind)))
    }
}

fn absent_if(is_contradicted: bool) -> Measured {
    if is_contradicted { Measured::Silent } else { Measured::ShownByAbsence }
}

fn kind<'r, 'a>(
    relations: &'r [&'a Relation],
    kind: RelationKind,
) -> impl Iterator<Item = &'a Relation> + use<'r, 'a> {
    relations.iter().copied().filter(move |relation| relation.kind == kind)
}

fn licensed(snapshot: &Snapshot, relation: &Relation) -> Option<ProductKind> {
    let product = EntityId::Product(relation.product.clone()?);
    match snapshot.entity(&product)? {
        Entity::Product(product) => Some(product.kind),
        Entity::Firm(_)
        | Entity::Actor(_)
        | Entity::Place(_)
        | Entity::Programme(_)
        | Entity::Segment(_) => None,
    }
}

/// How much of a specialized supply a relation is, if it is one.
fn specialized(snapshot: &Snapshot, relation: &Relation) -> Option<Confidence> {
    let is_technology = relation.kind == RelationKind::Licenses
        && licensed(snapshot, relation) == Some(ProductKind::Technology);
    if is_technology {
        return Some(Confidence::FULL);
    }
    if relation.kind != RelationKind::Supplies {
        return None;
    }
    match relation.specification {
        Some(Specification::Customer | Specification::Supplier) => Some(Confidence::FULL),
        Some(Specification::Standardized) => None,
        None => Some(Confidence::from_thousandths(NOT_STATED_THOUSANDTHS)),
    }
}

/// How much of a standardized supply a relation is, if it is one.
fn standardized(relation: &Relation) -> Option<Confidence> {
    if relation.kind != RelationKind::Supplies {
        return None;
    }
    match relation.specification {
        Some(Specification::Standardized) => Some(Confidence::FULL),
        Some(Specification::Customer | Specification::Supplier) => None,
        None => Some(Confidence::from_thousandths(NOT_STATED_THOUSANDTHS)),
    }
}

/// The firm, its owners and all that they own, through any number of steps.
fn ownership_group(snapshot: &Snapshot, firm: &EntityId) -> BTreeSet<EntityId> {
    let mut group = BTreeSet::from([firm.clone()]);
    let mut open = vec![firm.clone()];
    while let Some(member) = open.pop() {
        let owners = snapshot.incoming(&member).filter(|r| r.kind == RelationKind::Owns);
        let owned = snapshot.outgoing(&member).filter(|r| r.kind == RelationKind::Owns);
        let next = owners.map(|r| &r.from).chain(owned.map(|r| &r.to));
        for neighbour in next.filter(|id| id.as_firm().is_some()) {
            if group.insert(neighbour.clone()) {
                open.push(neighbour.clone());
            }
        }
    }
    group
}
