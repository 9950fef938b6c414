//! Which dataflow plays which role, and where the codes of an FDI series stand: the one place.
//!
//! Any dataflow with the structure `DSD_FDI` can be added to a role; the first that has an
//! observation is read. Dimensions: FREQ, REF_AREA, COUNTERPART_AREA, DIRECTION, MEASURE,
//! COMPONENT, PRINCIPLE, COUNTERPART_KIND, ACTIVITY, VALUATION, UNIT_MEASURE.

use statistics::{Frequency, Period, SeriesKey, SeriesPattern};

use crate::indicator::Undefined;

/// What a dataflow of FDI flows is asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Role {
    /// Inflows by host country, all activities; shares of intra-group flows.
    Host,
    /// Inflows by activity, from the world and from the group.
    Industry,
    /// Inflows by activity and source country.
    Source,
}

/// Dataflows by role. `DF_FDI_GENERATED` is a generated cube that plays all three.
const HOST: &[&str] = &["DF_FDI_HOST", "DF_FDI_GENERATED"];
const INDUSTRY: &[&str] = &["DF_FDI_INDUSTRY", "DF_FDI_GENERATED"];
const SOURCE: &[&str] = &["DF_FDI_SOURCE", "DF_FDI_GENERATED"];

pub(crate) const SME_SHARE: &str = "DF_SME_SHARE";
pub(crate) const SME_DEFINITION: &str = "DF_SME_DEFINITION";
pub(crate) const EXCHANGE_RATE: &str = "DF_EXCHANGE_RATE";
pub(crate) const PARTICIPATION: &str = "DF_PARTICIPATION";
pub(crate) const GPN_TRADE: &str = "DF_GPN_TRADE";

/// Groups whose figures are recomputed from their members.
pub(crate) const GROUPS: &[&str] = &["ASEAN"];
/// The counterpart of a group's internal flows.
pub(crate) const INTRA: &str = "ASEAN";
pub(crate) const WORLD: &str = "W";
pub(crate) const ALL_ACTIVITIES: &str = "_T";

/// Sections of ISIC Rev. 4.
pub(crate) const SECTIONS: &[&str] = &[
    "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S",
    "T", "U",
];
/// Rows of a table by activity that name no activity: unspecified, and suppressed.
pub(crate) const NOT_SECTIONS: &[&str] = &["_U", "_Q"];

/// The codes of an FDI series that vary: inward flows, all components, directional, immediate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Flow<'a> {
    pub(crate) area: &'a str,
    pub(crate) counterpart: &'a str,
    pub(crate) activity: &'a str,
    pub(crate) unit: &'a str,
}

impl Role {
    pub(crate) const ALL: [Self; 3] = [Self::Host, Self::Industry, Self::Source];

    pub(crate) fn dataflows(self) -> &'static [&'static str] {
        match self {
            Self::Host => HOST,
            Self::Industry => INDUSTRY,
            Self::Source => SOURCE,
        }
    }

    pub(crate) fn has(self, dataflow: &str) -> bool {
        self.dataflows().contains(&dataflow)
    }
}

impl<'a> Flow<'a> {
    pub(crate) fn total(area: &'a str) -> Self {
        Self { area, counterpart: WORLD, activity: ALL_ACTIVITIES, unit: "USD" }
    }

    pub(crate) fn of_activity(area: &'a str, activity: &'a str) -> Self {
        Self { area, counterpart: WORLD, activity, unit: "USD" }
    }

    pub(crate) fn from(self, counterpart: &'a str) -> Self {
        Self { counterpart, ..self }
    }

    pub(crate) fn in_percent(self) -> Self {
        Self { unit: "PT", ..self }
    }

    /// The role that holds it.
    pub(crate) fn role(self) -> Role {
        match (self.activity, self.counterpart) {
            (ALL_ACTIVITIES, WORLD | INTRA) => Role::Host,
            (_, WORLD | INTRA) => Role::Industry,
            _ => Role::Source,
        }
    }

    pub(crate) fn key(self, period: Period) -> Result<SeriesKey, Undefined> {
        let frequency = frequency_code(period);
        let codes = [
            frequency,
            self.area,
            self.counterpart,
            "I",
            "F",
            "T",
            "D",
            "IMM",
            self.activity,
            "C",
            self.unit,
        ];
        key(&codes)
    }

    /// Reads the codes of a key; `None` if it is not an inward flow of the plain kind.
    pub(crate) fn parse(key: &'a SeriesKey) -> Option<Self> {
        let codes: Vec<&str> = key.codes().collect();
        match codes.as_slice() {
            [_, area, counterpart, "I", "F", "T", "D", "IMM", activity, "C", unit] => {
                Some(Self { area, counterpart, activity, unit })
            }
            _ => None,
        }
    }
}

/// Units in which a number is a count or a rank: exact as printed, unless a multiplier rounds it.
const COUNTED: &[&str] = &["COUNT", "COUNTRIES", "FIRMS", "PERSONS", "RANK"];
/// Dataflows whose numbers are all exact: ticks of a table.
const EXACT: &[&str] = &["DF_TICK"];

/// Whether a number printed in units of `10^multiplier` is exact, not rounded.
pub(crate) fn is_exact(dataflow: &str, key: &SeriesKey, multiplier: i32) -> bool {
    let unit = key.codes().last().unwrap_or_default();
    multiplier == 0 && (COUNTED.contains(&unit) || EXACT.contains(&dataflow))
}

/// A key of these codes; an area or breakdown that is no code makes the target not applicable.
pub(crate) fn key(codes: &[&str]) -> Result<SeriesKey, Undefined> {
    SeriesKey::try_new(codes.iter().copied())
        .map_err(|_| Undefined::NotApplicable { what: format!("the codes {}", codes.join(" ")) })
}

/// A pattern of these codes, an empty code for any.
pub(crate) fn pattern(codes: &[&str]) -> Option<SeriesPattern> {
    codes.join(".").parse().ok()
}

/// The code of CL_FREQ for a period; a range of years belongs to an annual series.
pub(crate) fn frequency_code(period: Period) -> &'static str {
    match period.frequency() {
        Frequency::Annual | Frequency::RangeOfYears => "A",
        Frequency::HalfYear => "S",
        Frequency::Trimester => "T",
        Frequency::Quarterly => "Q",
        Frequency::Monthly | Frequency::RangeOfMonths => "M",
        Frequency::Weekly => "W",
        Frequency::Daily | Frequency::RangeOfDays => "D",
        Frequency::DateTime => "N",
    }
}
