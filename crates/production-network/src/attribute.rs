//! What is measured or stated of an entity at a time: assets of places, capabilities of firms,
//! outcomes of programmes.
//!
//! An attribute's id begins with its group (`wage.minimum`), and each group belongs to certain
//! kinds of entities. A value keeps the digits of its source and has a unit, a source and a
//! validity. Never says that what is not stated is nil.

use jiff::civil::Date;

use crate::closed_set::closed_set;
use crate::{Amount, AttributeId, EntityKind, Error, Presence, Validity};

/// One value of an entity.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attribute {
    /// What it says: its group, a point and a name, as `infrastructure.port`.
    pub id: AttributeId,
    /// The value.
    pub value: AttributeValue,
    /// The unit of a number, for example `MYR_per_month`; `None` where there is none.
    pub unit: Option<String>,
    /// Where it comes from.
    pub source: String,
    /// When it held.
    pub validity: Validity,
}

/// A number with its digits as printed, or a word.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AttributeValue {
    /// A decimal number.
    Number(Amount),
    /// A word or sentence. `yes` and `no` answer whether there is such a thing.
    Text(String),
}

closed_set! {
    /// The groups of attributes.
    pub enum AttributeGroup: "attribute groups" {
        /// Cost of labour: an asset of a place (section 3.1, "cost").
        Wage = "wage",
        /// Ports, roads, power, networks: an asset of a place.
        Infrastructure = "infrastructure",
        /// Rules, agencies, incentives: an asset of a place.
        Institutions = "institutions",
        /// Labour, land, materials, knowledge: an asset of a place.
        Resources = "resources",
        /// What a firm can do.
        Capability = "capability",
        /// A certificate that a firm holds.
        Certificate = "certificate",
        /// A standard that a firm meets.
        Standard = "standard",
        /// What a firm asks.
        Price = "price",
        /// How fast and how reliably a firm delivers.
        Delivery = "delivery",
        /// How good its products are.
        Quality = "quality",
        /// How much it can make.
        Capacity = "capacity",
        /// How sound it is.
        Finance = "finance",
        /// How large it is: `turnover`, `assets` and `employees`, by which economies define SMEs.
        Size = "size",
        /// What an SME gains from a customer: technology, markets, finance (table 8).
        Offer = "offer",
        /// What a programme reached.
        Outcome = "outcome",
    }
}

impl AttributeGroup {
    /// The group of an attribute.
    ///
    /// # Errors
    /// [`Error::Code`] if the id has no group before its first point.
    pub fn of(id: &AttributeId) -> Result<Self, Error> {
        let unknown = || Error::Code { set: "attribute groups", found: id.to_string() };
        let (group, name) = id.as_str().split_once('.').ok_or_else(unknown)?;
        if name.is_empty() {
            return Err(unknown());
        }
        Self::parse(group).map_err(|_| unknown())
    }

    /// The kinds of entities that it belongs to.
    #[must_use]
    pub fn holders(self) -> &'static [EntityKind] {
        match self {
            Self::Wage | Self::Infrastructure | Self::Institutions | Self::Resources => {
                &[EntityKind::Place]
            }
            Self::Capability
            | Self::Certificate
            | Self::Standard
            | Self::Price
            | Self::Delivery
            | Self::Quality
            | Self::Capacity
            | Self::Finance
            | Self::Size
            | Self::Offer => &[EntityKind::Firm],
            Self::Outcome => &[EntityKind::Programme],
        }
    }
}

impl Attribute {
    /// Whether it held on the day.
    #[must_use]
    pub fn presence(&self, day: Date) -> Presence {
        self.validity.presence(day)
    }
}

impl AttributeValue {
    /// Takes a number if it is one, else a word.
    #[must_use]
    pub fn read(text: &str) -> Self {
        match Amount::parse(text) {
            Ok(amount) => Self::Number(amount),
            Err(_) => Self::Text(text.to_owned()),
        }
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Number(amount) => amount.as_str(),
            Self::Text(text) => text,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(amount) => amount.as_str().parse().ok(),
            Self::Text(_) => None,
        }
    }
}
