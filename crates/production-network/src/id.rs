//! Identifiers, one type for each kind of thing, so that a firm cannot stand where a place must.
//!
//! Guarantees that each identifier has a form that is safe in keys, files and addresses, and is
//! cheap to copy. An
//! [`EntityId`] knows its kind and is written `firm:atc`. Never resolves an identifier: that is
//! for [`Snapshot`](crate::Snapshot).

use std::fmt;
use std::sync::Arc;

use crate::{EntityKind, Error};

/// The longest identifier: long enough for a code with a prefix, short enough for a log key.
const ID_BYTES_MAX: usize = 64;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $kind:literal) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and takes an identifier.
            ///
            /// # Errors
            /// [`Error::Id`] if the form is wrong.
            pub fn try_new(id: impl Into<String>) -> Result<Self, Error> {
                let id = id.into();
                if is_well_formed(&id) {
                    Ok(Self(id.into()))
                } else {
                    Err(Error::Id { kind: $kind, found: id })
                }
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A network of facts that are kept together, for example `asean`.
    NetworkId,
    "network"
);
id!(
    /// A firm.
    FirmId,
    "firm"
);
id!(
    /// A non-firm actor.
    ActorId,
    "actor"
);
id!(
    /// A place.
    PlaceId,
    "place"
);
id!(
    /// A programme of support.
    ProgrammeId,
    "programme"
);
id!(
    /// A product, service, technology, brand or segment.
    ProductId,
    "product"
);
id!(
    /// A segment: its path from the root, as `electronics.assembly`.
    SegmentId,
    "segment"
);
id!(
    /// An attribute, as `wage.minimum`.
    AttributeId,
    "attribute"
);
id!(
    /// A certificate or standard, as `iso-9001`.
    CertificateId,
    "certificate"
);
id!(
    /// A relation.
    RelationId,
    "relation"
);
id!(
    /// An industry within a network, for example `oil_and_gas`.
    IndustryId,
    "industry"
);

/// An entity of any kind; the text form has the kind before a colon. Firms come first in order.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum EntityId {
    /// A firm.
    Firm(FirmId),
    /// A non-firm actor.
    Actor(ActorId),
    /// A place.
    Place(PlaceId),
    /// A programme.
    Programme(ProgrammeId),
    /// A product, service, technology, brand or segment.
    Product(ProductId),
    /// A segment.
    Segment(SegmentId),
}

impl EntityId {
    /// Reads `kind:id`.
    ///
    /// # Errors
    /// [`Error::Reference`] without a known kind, [`Error::Id`] if the rest is no identifier.
    pub fn parse(reference: &str) -> Result<Self, Error> {
        let unknown = || Error::Reference { found: reference.to_owned() };
        let (kind, id) = reference.split_once(':').ok_or_else(unknown)?;
        let kind = EntityKind::parse(kind).map_err(|_| unknown())?;
        Self::try_new(kind, id)
    }

    /// Makes the identifier of an entity of a given kind.
    ///
    /// # Errors
    /// [`Error::Id`] if the form is wrong.
    pub fn try_new(kind: EntityKind, id: &str) -> Result<Self, Error> {
        Ok(match kind {
            EntityKind::Firm => Self::Firm(FirmId::try_new(id)?),
            EntityKind::Actor => Self::Actor(ActorId::try_new(id)?),
            EntityKind::Place => Self::Place(PlaceId::try_new(id)?),
            EntityKind::Programme => Self::Programme(ProgrammeId::try_new(id)?),
            EntityKind::Product => Self::Product(ProductId::try_new(id)?),
            EntityKind::Segment => Self::Segment(SegmentId::try_new(id)?),
        })
    }

    /// The kind of the entity.
    #[must_use]
    pub fn kind(&self) -> EntityKind {
        match self {
            Self::Firm(_) => EntityKind::Firm,
            Self::Actor(_) => EntityKind::Actor,
            Self::Place(_) => EntityKind::Place,
            Self::Programme(_) => EntityKind::Programme,
            Self::Product(_) => EntityKind::Product,
            Self::Segment(_) => EntityKind::Segment,
        }
    }

    /// The identifier without its kind.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Firm(id) => id.as_str(),
            Self::Actor(id) => id.as_str(),
            Self::Place(id) => id.as_str(),
            Self::Programme(id) => id.as_str(),
            Self::Product(id) => id.as_str(),
            Self::Segment(id) => id.as_str(),
        }
    }

    /// The firm, if the entity is one.
    #[must_use]
    pub fn as_firm(&self) -> Option<&FirmId> {
        match self {
            Self::Firm(id) => Some(id),
            Self::Actor(_)
            | Self::Place(_)
            | Self::Programme(_)
            | Self::Product(_)
            | Self::Segment(_) => None,
        }
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.kind(), self.as_str())
    }
}

fn is_well_formed(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let first_is_allowed = id.bytes().next().is_some_and(allowed);
    let rest_is_allowed = id.bytes().all(|byte| allowed(byte) || b"-_.".contains(&byte));
    first_is_allowed && rest_is_allowed && id.len() <= ID_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_lower_case_and_plain() {
        for good in ["atc", "x1", "a.b-c_d", "0"] {
            assert!(FirmId::try_new(good).is_ok(), "{good}");
        }
        for bad in ["", "ATC", "-a", "a b", "a:b", "é", &"a".repeat(65)] {
            assert!(matches!(FirmId::try_new(bad), Err(Error::Id { kind: "firm", .. })), "{bad}");
        }
    }

    #[test]
    fn a_reference_names_its_kind() {
        let id = EntityId::parse("firm:atc").expect("well formed");
        assert_eq!(id.to_string(), "firm:atc");
        for bad in ["atc", "person:x", ":atc"] {
            assert!(matches!(EntityId::parse(bad), Err(Error::Reference { .. })), "{bad}");
        }
    }
}
