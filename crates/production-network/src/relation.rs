//! The dated relations between entities, of a closed set of kinds.
//!
//! A relation points from who gives to who receives. Which kinds of entities a kind of relation can
//! join is a table here, so that an edge that makes no sense is refused at the door. A relation
//! carries its source, its evidence and how sure it is.

use jiff::civil::Date;

use crate::closed_set::closed_set;
use crate::{
    CertificateId, Confidence, EntityId, EntityKind, IndustryId, ProductId, RelationId, SegmentId,
    Share, StatedTenure, Tenure, Tier, Validity, Volume,
};

/// One relation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Relation {
    /// Identifier.
    pub id: RelationId,
    /// What it is.
    pub kind: RelationKind,
    /// Who gives.
    pub from: EntityId,
    /// Who receives.
    pub to: EntityId,
    /// In which industry; `None` where the relation is of no particular one.
    pub industry: Option<IndustryId>,
    /// What is supplied, licensed or defined, if stated.
    pub product: Option<ProductId>,
    /// In which segment, if stated.
    pub segment: Option<SegmentId>,
    /// The certificate or standard that is given, met or asked for, if stated.
    pub certificate: Option<CertificateId>,
    /// Whose specification a supply follows, if stated.
    pub specification: Option<Specification>,
    /// Share of the giver's sales (supplies, serves) or of the receiver's equity (owns), if stated.
    /// Read it as [`Relation::share_of_sales`] or [`Relation::share_of_equity`].
    pub share: Option<Share>,
    /// Share of what the receiver buys, or of what there is of a product, if stated.
    pub share_of_purchases: Option<Share>,
    /// How much, if stated.
    pub volume: Option<Volume>,
    /// How long it had lasted at a day, as the source states it.
    pub tenure: Option<StatedTenure>,
    /// When it held.
    pub validity: Validity,
    /// Who may read it.
    pub tier: Tier,
    /// Where the record comes from: section or table.
    pub source: String,
    /// What the source says, in our words.
    pub evidence: String,
    /// How sure it is.
    pub confidence: Confidence,
}

closed_set! {
    /// Kinds of relations. "A … B": A is `from`, B is `to`.
    pub enum RelationKind: "relation kinds" {
        /// A supplies B with an input; a place as B stands for buyers there that nobody names.
        Supplies = "supplies",
        /// A designs or develops B's product with B.
        CoDesigns = "co_designs",
        /// A sells or distributes B's product.
        DistributesFor = "distributes_for",
        /// A serves B, a customer or a market, with a finished good or service.
        Serves = "serves",
        /// A owns B, wholly or in part.
        Owns = "owns",
        /// A invests in B, a firm or a place.
        InvestsIn = "invests_in",
        /// A introduces B to partners, customers or places.
        Introduces = "introduces",
        /// A mediates for B.
        Mediates = "mediates",
        /// A finances B.
        Finances = "finances",
        /// A trains B.
        Trains = "trains",
        /// A supports B by a programme.
        SupportsByProgramme = "supports_by_programme",
        /// A certifies or authorizes B.
        Certifies = "certifies",
        /// A sets the specification or standard of B.
        Standardizes = "standardizes",
        /// A licenses a technology or brand to B.
        Licenses = "licenses",
        /// A shares information or know-how with B.
        SharesInformation = "shares_information",
        /// A has an operation in B.
        LocatedIn = "located_in",
        /// A makes B, a product, or works in B, a segment; a place stands for firms there.
        Produces = "produces",
        /// A, a product, is an input of B, a product or segment.
        GoesInto = "goes_into",
        /// A, a product, is a kind of B, a product.
        IsTypeOf = "is_type_of",
    }
}

closed_set! {
    /// Whose specification a supply follows.
    pub enum Specification: "specifications" {
        /// Nobody's in particular: standardized, at arm's length.
        Standardized = "standardized",
        /// The customer's.
        Customer = "customer",
        /// The supplier's own: a proprietary high-value module or service.
        Supplier = "supplier",
    }
}

use EntityKind::{Actor, Firm, Place, Product, Programme, Segment};

impl Relation {
    /// The share of the giver's sales, if the relation is a sale and it is stated.
    #[must_use]
    pub fn share_of_sales(&self) -> Option<Share> {
        if self.kind.is_sale() { self.share } else { None }
    }

    /// The entities that it names: its ends, product and segment.
    pub(crate) fn names(&self) -> impl Iterator<Item = EntityId> {
        let product = self.product.clone().map(EntityId::Product);
        let segment = self.segment.clone().map(EntityId::Segment);
        [self.from.clone(), self.to.clone()].into_iter().chain(product).chain(segment)
    }

    /// The share of the receiver's equity, if the relation is ownership and it is stated.
    #[must_use]
    pub fn share_of_equity(&self) -> Option<Share> {
        if self.kind == RelationKind::Owns { self.share } else { None }
    }

    /// How long the relation has lasted on a day: as stated, else from its validity.
    #[must_use]
    pub fn tenure_on(&self, day: Date) -> Tenure {
        match self.tenure {
            Some(stated) => stated.on(day),
            None => Tenure::since(self.validity.from(), day),
        }
    }
}

impl RelationKind {
    /// True if the giver sells to the receiver, so that its share is one of the giver's sales.
    #[must_use]
    pub fn is_sale(self) -> bool {
        match self {
            Self::Supplies | Self::Serves => true,
            Self::CoDesigns
            | Self::DistributesFor
            | Self::Owns
            | Self::InvestsIn
            | Self::Introduces
            | Self::Mediates
            | Self::Finances
            | Self::Trains
            | Self::SupportsByProgramme
            | Self::Certifies
            | Self::Standardizes
            | Self::Licenses
            | Self::SharesInformation
            | Self::LocatedIn
            | Self::Produces
            | Self::GoesInto
            | Self::IsTypeOf => false,
        }
    }

    /// The kinds of entities that can give.
    #[must_use]
    pub fn givers(self) -> &'static [EntityKind] {
        match self {
            Self::Supplies
            | Self::CoDesigns
            | Self::DistributesFor
            | Self::Serves
            | Self::InvestsIn
            | Self::Licenses => &[Firm],
            Self::Owns
            | Self::Introduces
            | Self::Mediates
            | Self::Finances
            | Self::Trains
            | Self::Certifies
            | Self::Standardizes
            | Self::SharesInformation
            | Self::LocatedIn => &[Firm, Actor],
            Self::SupportsByProgramme => &[Programme, Actor, Firm],
            Self::Produces => &[Firm, Actor, Place],
            Self::GoesInto | Self::IsTypeOf => &[Product],
        }
    }

    /// The kinds of entities that can receive.
    #[must_use]
    pub fn receivers(self) -> &'static [EntityKind] {
        match self {
            Self::CoDesigns
            | Self::DistributesFor
            | Self::Owns
            | Self::Finances
            | Self::Trains
            | Self::Licenses => &[Firm],
            Self::Supplies => &[Firm, Actor, Place],
            Self::Serves => &[Firm, Actor, Place],
            Self::InvestsIn => &[Firm, Place],
            Self::Introduces
            | Self::Mediates
            | Self::SupportsByProgramme
            | Self::SharesInformation => &[Firm, Actor],
            Self::Certifies | Self::Standardizes => &[Firm, Product],
            Self::LocatedIn => &[Place],
            Self::Produces | Self::GoesInto => &[Product, Segment],
            Self::IsTypeOf => &[Product],
        }
    }
}
