//! The things that a network is made of: firms, non-firm actors, products and, in files of their
//! own, places, programmes and segments.
//!
//! Plain records; what must hold between them is checked by [`Document`](crate::Document) and
//! [`Network`](crate::Network). No persons: the network knows organisations only. A given label is
//! kept to be compared with what the relations say, and is never an input to a classification.

use crate::closed_set::closed_set;
use crate::{
    ActorId, Area, Attribute, EntityId, FirmId, IndustryId, PartialDate, Place, ProductId,
    Programme, Role, Segment, Tier, Validity,
};

/// One thing of a network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Entity {
    /// A firm.
    Firm(Firm),
    /// A non-firm actor.
    Actor(Actor),
    /// A place.
    Place(Place),
    /// A programme.
    Programme(Programme),
    /// A product, service, technology, brand or segment.
    Product(Product),
    /// A segment of the tree below ISIC.
    Segment(Segment),
}

closed_set! {
    /// The kinds of entities.
    pub enum EntityKind: "entity kinds" {
        /// A firm.
        Firm = "firm",
        /// A non-firm actor.
        Actor = "actor",
        /// A place.
        Place = "place",
        /// A programme of support.
        Programme = "programme",
        /// A product, service, technology, brand or segment.
        Product = "product",
        /// A segment of the tree below ISIC.
        Segment = "segment",
    }
}

/// A firm, or firms that a source names together only.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Firm {
    /// Identifier.
    pub id: FirmId,
    /// Name.
    pub name: String,
    /// Home economy or, where the source says no more, world region. `None` is not stated.
    pub home: Option<Area>,
    /// Size class.
    pub size: FirmSize,
    /// Whether the source names the firm.
    pub identity: Identity,
    /// When it was founded and, if so, closed.
    pub validity: Validity,
    /// Roles that a source gives to the firm. Compared, never used.
    pub labels: Vec<GivenLabel>,
    /// What it can do, asks, holds and offers, each with its time.
    pub attributes: Vec<Attribute>,
    /// Who may read it.
    pub tier: Tier,
    /// Where the record comes from.
    pub source: String,
    /// Anything else that a reader should know.
    pub note: String,
}

closed_set! {
    /// Size class of a firm, by the definition that its source uses.
    pub enum FirmSize: "firm sizes" {
        /// Small or medium.
        Sme = "sme",
        /// Large.
        Large = "large",
        /// The source does not say.
        NotStated = "not_stated",
    }
}

closed_set! {
    /// Whether a source names a firm.
    pub enum Identity: "identities" {
        /// It has a name.
        Named = "named",
        /// The source speaks of it without a name, or of several as one.
        Unnamed = "unnamed",
    }
}

/// A role that a source gives to a firm in an industry.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GivenLabel {
    /// The industry.
    pub industry: IndustryId,
    /// The role.
    pub role: Role,
    /// The source.
    pub source: String,
}

/// An actor that is no firm.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Actor {
    /// Identifier.
    pub id: ActorId,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: ActorKind,
    /// Home economy, if it has one.
    pub home: Option<Area>,
    /// When it existed.
    pub validity: Validity,
    /// Who may read it.
    pub tier: Tier,
    /// Where the record comes from.
    pub source: String,
    /// Anything else that a reader should know.
    pub note: String,
}

closed_set! {
    /// Kinds of non-firm actors (section 3.1 and figure 1), and consumers (table 5, last row).
    pub enum ActorKind: "actor kinds" {
        /// A ministry, board, agency or other body of a state.
        StateAgency = "state_agency",
        /// An industry association.
        IndustryAssociation = "industry_association",
        /// A non-governmental organisation.
        Ngo = "ngo",
        /// An international organisation.
        InternationalOrganisation = "international_organisation",
        /// A transnational community of professionals or entrepreneurs: the group, never a person.
        TransnationalCommunity = "transnational_community",
        /// Consumers, as a group.
        Consumers = "consumers",
    }
}

/// What is made, done, licensed or defined.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Product {
    /// Identifier.
    pub id: ProductId,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: ProductKind,
    /// When it existed.
    pub validity: Validity,
    /// Who may read it.
    pub tier: Tier,
    /// Where the record comes from.
    pub source: String,
    /// Anything else that a reader should know.
    pub note: String,
}

closed_set! {
    /// Kinds of products.
    pub enum ProductKind: "product kinds" {
        /// A good.
        Good = "good",
        /// A service.
        Service = "service",
        /// A technology.
        Technology = "technology",
        /// A brand.
        Brand = "brand",
        /// A segment of a production network.
        Segment = "segment",
    }
}

impl Entity {
    /// The economy or region of a firm, an actor or a place; others have none.
    #[must_use]
    pub fn area(&self) -> Option<Area> {
        match self {
            Self::Firm(firm) => firm.home,
            Self::Actor(actor) => actor.home,
            Self::Place(place) => Some(place.code.economy()),
            Self::Programme(_) | Self::Product(_) | Self::Segment(_) => None,
        }
    }

    /// The firm, if it is one.
    #[must_use]
    pub fn as_firm(&self) -> Option<&Firm> {
        match self {
            Self::Firm(firm) => Some(firm),
            Self::Actor(_)
            | Self::Place(_)
            | Self::Programme(_)
            | Self::Product(_)
            | Self::Segment(_) => None,
        }
    }

    /// The place, if it is one.
    #[must_use]
    pub fn as_place(&self) -> Option<&Place> {
        match self {
            Self::Place(place) => Some(place),
            Self::Firm(_)
            | Self::Actor(_)
            | Self::Programme(_)
            | Self::Product(_)
            | Self::Segment(_) => None,
        }
    }

    /// The identifier.
    #[must_use]
    pub fn id(&self) -> EntityId {
        match self {
            Self::Firm(firm) => EntityId::Firm(firm.id.clone()),
            Self::Actor(actor) => EntityId::Actor(actor.id.clone()),
            Self::Place(place) => EntityId::Place(place.id.clone()),
            Self::Programme(programme) => EntityId::Programme(programme.id.clone()),
            Self::Product(product) => EntityId::Product(product.id.clone()),
            Self::Segment(segment) => EntityId::Segment(segment.id.clone()),
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Firm(firm) => &firm.name,
            Self::Actor(actor) => &actor.name,
            Self::Place(place) => &place.name,
            Self::Programme(programme) => &programme.name,
            Self::Product(product) => &product.name,
            Self::Segment(segment) => &segment.name,
        }
    }

    /// Who may read the record.
    #[must_use]
    pub fn tier(&self) -> Tier {
        match self {
            Self::Firm(firm) => firm.tier,
            Self::Actor(actor) => actor.tier,
            Self::Place(place) => place.tier,
            Self::Programme(programme) => programme.tier,
            Self::Product(product) => product.tier,
            Self::Segment(segment) => segment.tier,
        }
    }

    /// Its dated values; actors, products and segments have none.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        match self {
            Self::Firm(firm) => &firm.attributes,
            Self::Place(place) => &place.attributes,
            Self::Programme(programme) => &programme.attributes,
            Self::Actor(_) | Self::Product(_) | Self::Segment(_) => &[],
        }
    }

    /// Who runs it, if it is a programme of which that is told.
    pub(crate) fn operator(&self) -> Option<&EntityId> {
        match self {
            Self::Programme(programme) => programme.operator.as_ref(),
            Self::Firm(_)
            | Self::Actor(_)
            | Self::Place(_)
            | Self::Product(_)
            | Self::Segment(_) => None,
        }
    }

    /// When the entity existed.
    #[must_use]
    pub fn validity(&self) -> Validity {
        match self {
            Self::Firm(firm) => firm.validity,
            Self::Actor(actor) => actor.validity,
            Self::Place(place) => place.validity,
            Self::Programme(programme) => programme.validity,
            Self::Product(product) => product.validity,
            Self::Segment(segment) => segment.validity,
        }
    }
}

impl Firm {
    /// When the firm was founded, if stated.
    #[must_use]
    pub fn founded(&self) -> Option<PartialDate> {
        self.validity.from()
    }
}
