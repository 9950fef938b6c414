//! The things that a network is made of: firms, non-firm actors, places, programmes, products.
//!
//! Plain records; what must hold between them is checked by [`Document`](crate::Document) and
//! [`Network`](crate::Network). No persons: the network knows organisations only. A given label is
//! kept to be compared with what the relations say, and is never an input to a classification.

use crate::closed_set::closed_set;
use crate::{
    ActorId, Area, EntityId, FirmId, IndustryId, PartialDate, PlaceCode, PlaceId, ProductId,
    ProgrammeId, Role, Validity,
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
        /// A transnational community of professionals or entrepreneurs.
        TransnationalCommunity = "transnational_community",
        /// Consumers, as a group.
        Consumers = "consumers",
    }
}

/// A place at any scale.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// Identifier.
    pub id: PlaceId,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: PlaceKind,
    /// Code by ISO 3166-1 or -2; a city or an estate has that of the subdivision around it.
    pub code: PlaceCode,
    /// When it existed.
    pub validity: Validity,
    /// Where the record comes from.
    pub source: String,
    /// Anything else that a reader should know.
    pub note: String,
}

closed_set! {
    /// Kinds of places.
    pub enum PlaceKind: "place kinds" {
        /// A national economy.
        Economy = "economy",
        /// A state, province or region of one.
        Subdivision = "subdivision",
        /// A city.
        City = "city",
        /// An industrial estate or park.
        IndustrialEstate = "industrial_estate",
        /// A special economic or export processing zone.
        SpecialEconomicZone = "special_economic_zone",
    }
}

/// A programme by which an agency or a firm supports others.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Programme {
    /// Identifier.
    pub id: ProgrammeId,
    /// Name.
    pub name: String,
    /// What it does.
    pub kind: ProgrammeKind,
    /// Who runs it.
    pub operator: Option<EntityId>,
    /// When it ran.
    pub validity: Validity,
    /// Where the record comes from.
    pub source: String,
    /// Anything else that a reader should know.
    pub note: String,
}

closed_set! {
    /// Kinds of programmes.
    pub enum ProgrammeKind: "programme kinds" {
        /// A lead firm or state develops vendors.
        VendorDevelopment = "vendor_development",
        /// Help towards foreign markets and investment: information, missions, co-funding.
        Internationalization = "internationalization",
        /// Training of people.
        Training = "training",
        /// Funding, credit or subsidy.
        Funding = "funding",
        /// An award.
        Award = "award",
        /// A trade agreement.
        TradeAgreement = "trade_agreement",
        /// A state-sponsored zone or estate with its incentives.
        Zone = "zone",
        /// A fiscal or other incentive.
        Incentive = "incentive",
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
    /// The identifier.
    #[must_use]
    pub fn id(&self) -> EntityId {
        match self {
            Self::Firm(firm) => EntityId::Firm(firm.id.clone()),
            Self::Actor(actor) => EntityId::Actor(actor.id.clone()),
            Self::Place(place) => EntityId::Place(place.id.clone()),
            Self::Programme(programme) => EntityId::Programme(programme.id.clone()),
            Self::Product(product) => EntityId::Product(product.id.clone()),
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
