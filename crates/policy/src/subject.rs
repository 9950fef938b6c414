//! Who advice is for: place × segment × role × size, never a whole country as such.
//!
//! Guarantees well-formed codes and a segment that the knowledge base can put into a sector. Role
//! and size may be left open; then nothing is assumed about them.

use std::fmt;

use crate::closed_set::closed_set;
use crate::{Error, KnowledgeBase};

/// The subject of advice.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Subject {
    place: PlaceCode,
    segment: SegmentCode,
    role: Option<Role>,
    size: Option<Size>,
}

/// A code of ISO 3166-1 alpha-2 (`MY`) or ISO 3166-2 (`MY-07`).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PlaceCode(String);

/// A segment in a dotted tree, for example `electronics.assembly`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SegmentCode(String);

closed_set! {
    /// Roles of firms in a production network (table 5).
    pub enum Role: "roles" {
        /// Coordinates and controls; defines product and market.
        LeadFirm = "lead_firm",
        /// Gives partial or complete solutions to lead firms.
        StrategicPartner = "strategic_partner",
        /// Supplies one industry with high-value modules, components, products or services.
        SpecializedSupplierIndustry = "specialized_supplier_industry",
        /// Supplies several industries with critical intermediates.
        SpecializedSupplierMulti = "specialized_supplier_multi",
        /// Supplies standardized, low-value products or services.
        GenericSupplier = "generic_supplier",
        /// Returns value to lead firms.
        KeyCustomer = "key_customer",
    }
}

closed_set! {
    /// Size classes of table 10.
    pub enum Size: "sizes" {
        /// Small.
        Small = "small",
        /// Medium to large.
        MediumLarge = "medium_large",
    }
}

closed_set! {
    /// Sectors of table 10.
    pub enum Sector: "sectors" {
        /// Primary.
        Primary = "primary",
        /// Manufacturing.
        Manufacturing = "manufacturing",
        /// Services.
        Services = "services",
    }
}

closed_set! {
    /// Coupling mechanisms of section 3.2.
    pub enum Mechanism: "coupling mechanisms" {
        /// M1.
        InternationalPartnership = "international_partnership",
        /// M2.
        IndustrialSpecialization = "industrial_specialization",
        /// M3.
        ProductionPlatform = "production_platform",
    }
}

impl Subject {
    /// Checks and makes a subject; `None` is a role or size that is not stated.
    ///
    /// # Errors
    /// [`Error::Place`], [`Error::SegmentForm`] for a wrong form; [`Error::UnknownSegment`] if the
    /// knowledge base knows neither the segment nor one above it.
    pub fn try_new(
        knowledge: &KnowledgeBase,
        place: &str,
        segment: &str,
        role: Option<Role>,
        size: Option<Size>,
    ) -> Result<Self, Error> {
        let place = PlaceCode::parse(place)?;
        let segment = SegmentCode::parse(segment)?;
        knowledge.segment(&segment)?;
        Ok(Self { place, segment, role, size })
    }

    /// The place.
    #[must_use]
    pub fn place(&self) -> &PlaceCode {
        &self.place
    }

    /// The segment.
    #[must_use]
    pub fn segment(&self) -> &SegmentCode {
        &self.segment
    }

    /// The role, if stated.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// The size, if stated.
    #[must_use]
    pub fn size(&self) -> Option<Size> {
        self.size
    }
}

impl PlaceCode {
    /// Checks and takes a code.
    ///
    /// # Errors
    /// [`Error::Place`] if it has neither form.
    pub fn parse(code: &str) -> Result<Self, Error> {
        let (economy, subdivision) = code.split_once('-').unwrap_or((code, "0"));
        let economy_fits = economy.len() == 2 && economy.bytes().all(|b| b.is_ascii_uppercase());
        let subdivision_fits = (1..=3).contains(&subdivision.len())
            && subdivision.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if economy_fits && subdivision_fits {
            Ok(Self(code.to_owned()))
        } else {
            Err(Error::Place { found: code.to_owned() })
        }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The economy's code.
    #[must_use]
    pub fn economy(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// True if the place is `code` or lies in the economy of that code.
    #[must_use]
    pub fn is_in(&self, code: &str) -> bool {
        self.0 == code || self.economy() == code
    }
}

impl SegmentCode {
    /// Checks and takes a segment.
    ///
    /// # Errors
    /// [`Error::SegmentForm`] if it is not names joined by points, or over 64 bytes.
    pub fn parse(code: &str) -> Result<Self, Error> {
        const SEGMENT_BYTES_MAX: usize = 64;
        let is_name = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if code.len() <= SEGMENT_BYTES_MAX && code.split('.').all(is_name) {
            Ok(Self(code.to_owned()))
        } else {
            Err(Error::SegmentForm { found: code.to_owned() })
        }
    }

    /// The segment as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if the segment is `code` or lies below it in the tree.
    #[must_use]
    pub fn is_in(&self, code: &str) -> bool {
        let rest = self.0.strip_prefix(code);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl fmt::Display for PlaceCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for SegmentCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Subject {
    /// `MY-07|electronics.assembly|generic_supplier|small`, with `*` for what is not stated: the
    /// key of the subject.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = self.role.map_or("*", Role::as_str);
        let size = self.size.map_or("*", Size::as_str);
        write!(formatter, "{}|{}|{role}|{size}", self.place, self.segment)
    }
}
