//! The dated relations between entities, of a closed set of kinds.
//!
//! A relation points from who gives to who receives. Which kinds of entities a kind of relation can
//! join is a table here, so that an edge that makes no sense is refused at the door. A relation
//! carries its source, its evidence and how sure it is.

use crate::closed_set::closed_set;
use crate::{
    Confidence, EntityId, EntityKind, IndustryId, ProductId, RelationId, Share, Validity, Volume,
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
    /// Whose specification a supply follows, if stated.
    pub specification: Option<Specification>,
    /// Share of the giver's sales (supplies, serves) or of the receiver's equity (owns), if stated.
    pub share: Option<Share>,
    /// How much, if stated.
    pub volume: Option<Volume>,
    /// When it held.
    pub validity: Validity,
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

use EntityKind::{Actor, Firm, Place, Product, Programme};

impl RelationKind {
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
        }
    }
}
