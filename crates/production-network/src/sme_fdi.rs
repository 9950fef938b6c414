//! Statistics of foreign direct investment by small and medium enterprises.
//!
//! Guarantees exact integers in one unit and bounds where something is not known: a firm whose status
//! is open counts from nil to whole, and a value that nobody states is bounded by nothing unless its
//! record says so. Never takes a missing value for nil. What may be published is for `disclosure`.

use std::collections::BTreeMap;

use crate::closed_set::closed_set;
use crate::driver::strongest;
use crate::{
    Area, Contribution, CouplingFinding, FirmId, Investment, InvestmentBasis, RoleFinding,
    RouteFinding, SmeStatus, SmeStatuses, Snapshot, couplings, drivers, investments, routes,
};

closed_set! {
    /// By what investments are told apart.
    pub enum FdiDimension: "dimensions" {
        /// The investor's economy.
        Home = "home",
        /// The economy of the investment.
        Host = "host",
        /// The place of the investment.
        Place = "place",
        /// The segment.
        Segment = "segment",
        /// The driver (section 2.2).
        Driver = "driver",
        /// The route (sections 1 and 3.1).
        Route = "route",
        /// The coupling mechanism (section 3.2).
        Mechanism = "mechanism",
        /// The year.
        Year = "year",
    }
}

/// What is known of a value, in single units of the one currency of a set of records. Withdrawn
/// investment is below nil.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FdiValue {
    /// The value.
    Known(i64),
    /// At least, and at most.
    Between(i64, i64),
    /// Nothing.
    Unknown,
}

/// One investment across a border.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FdiRecord {
    /// Who invests.
    pub investor: FirmId,
    /// The codes of the dimensions; one that is not there is not known.
    pub codes: BTreeMap<FdiDimension, String>,
    /// How much.
    pub value: FdiValue,
    /// Whether the investor is counted.
    pub status: SmeStatus,
}

/// At least and at most, exact; `None` is without a bound.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ValueRange {
    /// At least.
    pub low: Option<i128>,
    /// At most.
    pub high: Option<i128>,
}

/// Investments of one cell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FdiCell {
    /// How many, at least and at most.
    pub count: [u64; 2],
    /// How much.
    pub value: ValueRange,
}

/// A table of investments.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FdiTable {
    /// The dimensions of the keys.
    pub dimensions: Vec<FdiDimension>,
    /// By codes; `None` is not known. A cell that is not there has no investment that may count.
    pub cells: BTreeMap<Vec<Option<String>>, FdiCell>,
    /// All together.
    pub total: FdiCell,
}

/// The part of official investment that small and medium enterprises have, as exact fractions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Coverage {
    /// At least and at most, each as numerator and denominator above nil.
    Between([i128; 2], [i128; 2]),
    /// The official value may be nil or less, or nothing bounds the investments.
    Undefined,
}

impl ValueRange {
    const NIL: Self = Self { low: Some(0), high: Some(0) };

    fn of(value: FdiValue) -> Self {
        match value {
            FdiValue::Known(value) => Self { low: Some(value.into()), high: Some(value.into()) },
            FdiValue::Between(low, high) => Self { low: Some(low.into()), high: Some(high.into()) },
            FdiValue::Unknown => Self { low: None, high: None },
        }
    }

    /// The same, if it may be left out too.
    fn or_nil(self) -> Self {
        Self { low: self.low.map(|low| low.min(0)), high: self.high.map(|high| high.max(0)) }
    }

    fn plus(self, other: Self) -> Self {
        let sum = |one: Option<i128>, other: Option<i128>| Some(one? + other?);
        Self { low: sum(self.low, other.low), high: sum(self.high, other.high) }
    }
}

impl FdiCell {
    const NONE: Self = Self { count: [0, 0], value: ValueRange::NIL };

    /// Adds a record that counts, or may.
    fn add(&mut self, record: &FdiRecord) {
        let value = ValueRange::of(record.value);
        let (surely, value) = match record.status {
            SmeStatus::Sme => (1, value),
            SmeStatus::Open => (0, value.or_nil()),
            SmeStatus::Larger => return,
        };
        self.count = [self.count[0] + surely, self.count[1] + 1];
        self.value = self.value.plus(value);
    }

    /// The part of an official value that lies between two bounds.
    ///
    /// Undefined unless the official value is surely above nil and the investments are bounded.
    #[must_use]
    pub fn coverage(&self, official: [i64; 2]) -> Coverage {
        let [least, most] = official.map(i128::from);
        let (Some(low), Some(high)) = (self.value.low, self.value.high) else {
            return Coverage::Undefined;
        };
        if least <= 0 || most < least {
            return Coverage::Undefined;
        }
        // A part of more is less, if it is above nil, and more below it.
        let low = [low, if low >= 0 { most } else { least }];
        let high = [high, if high >= 0 { least } else { most }];
        Coverage::Between(low, high)
    }
}

/// Counts and adds up investments by some dimensions.
#[must_use]
pub fn sme_fdi(records: &[FdiRecord], dimensions: &[FdiDimension]) -> FdiTable {
    let mut cells: BTreeMap<Vec<Option<String>>, FdiCell> = BTreeMap::new();
    let mut total = FdiCell::NONE;
    for record in records.iter().filter(|record| record.status != SmeStatus::Larger) {
        let key = dimensions.iter().map(|dimension| record.codes.get(dimension).cloned());
        cells.entry(key.collect()).or_insert(FdiCell::NONE).add(record);
        total.add(record);
    }
    FdiTable { dimensions: dimensions.to_vec(), cells, total }
}

/// The investments of a snapshot as records, with values in one unit.
///
/// A firm's status is that of [`SmeStatuses`], on the day of the snapshot. An investment that only
/// an operation shows may be none, so it is open too. A value in another unit, or none, is unknown; one
/// with decimals lies between whole units. `roles` are those of the snapshot.
#[must_use]
pub fn fdi_records(snapshot: &Snapshot, roles: &[RoleFinding], unit: &str) -> Vec<FdiRecord> {
    let routes = routes(snapshot, roles);
    let routes: BTreeMap<(&FirmId, Option<Area>), &RouteFinding> =
        routes.iter().map(|found| ((&found.firm, found.host), found)).collect();
    let drivers = drivers(snapshot);
    let drivers = strongest(&drivers);
    let couplings = couplings(snapshot, roles);
    let couplings: BTreeMap<&FirmId, &CouplingFinding> =
        couplings.iter().map(|found| (&found.firm, found)).collect();
    let statuses = SmeStatuses::new(snapshot);
    let mut records = Vec::new();
    for made in investments(snapshot) {
        let mut codes = BTreeMap::from([
            (FdiDimension::Home, made.home.to_string()),
            (FdiDimension::Host, made.host.to_string()),
        ]);
        let mut put = |dimension, code: Option<String>| {
            codes.extend(code.map(|code| (dimension, code)));
        };
        // Several places are not one; which share each has nobody says.
        let place = made.places.first().filter(|_| made.places.len() == 1);
        put(FdiDimension::Place, place.map(ToString::to_string));
        put(FdiDimension::Year, made.since.map(|since| since.earliest().year().to_string()));
        let route = routes.get(&(&made.investor, Some(made.host)));
        let route = route.and_then(|found| found.route.answer);
        put(FdiDimension::Route, route.map(|route| route.to_string()));
        let driver = drivers.get(&(&made.investor, made.host));
        put(FdiDimension::Driver, driver.map(ToString::to_string));
        let mechanism = couplings.get(&made.investor).and_then(|found| found.mechanism);
        put(FdiDimension::Mechanism, mechanism.map(|mechanism| mechanism.to_string()));
        let mut segments = made.evidence.iter().filter_map(|id| snapshot.relation(id));
        let segment = segments.find_map(|relation| relation.segment.clone());
        put(FdiDimension::Segment, segment.map(|segment| segment.to_string()));
        let status = snapshot.firm(&made.investor).map(|firm| statuses.of(firm).status);
        let status = match (status.unwrap_or(SmeStatus::Open), made.basis) {
            // What only an operation shows may be no investment.
            (SmeStatus::Sme, InvestmentBasis::Operation) => SmeStatus::Open,
            (status, InvestmentBasis::Stated | InvestmentBasis::Owned)
            | (status @ (SmeStatus::Larger | SmeStatus::Open), InvestmentBasis::Operation) => {
                status
            }
        };
        let value = value(&made, unit);
        records.push(FdiRecord { investor: made.investor, codes, value, status });
    }
    records
}

/// The sum of what is stated, if all of it is in the unit.
fn value(made: &Investment, unit: &str) -> FdiValue {
    let (mut low, mut high) = (0i64, 0i64);
    for value in &made.values {
        let text = value.amount.as_str();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let Ok(whole) = whole.parse::<i64>() else { return FdiValue::Unknown };
        let has_rest = fraction.bytes().any(|digit| digit != b'0');
        // Decimals lead away from nil.
        let (less, more) = match (has_rest, text.starts_with('-')) {
            (false, _) => (whole, Some(whole)),
            (true, false) => (whole, whole.checked_add(1)),
            (true, true) => (whole.saturating_sub(1), Some(whole)),
        };
        let sums = (low.checked_add(less), more.and_then(|more| high.checked_add(more)));
        let (Some(sum_low), Some(sum_high)) = sums else { return FdiValue::Unknown };
        if value.unit != unit {
            return FdiValue::Unknown;
        }
        (low, high) = (sum_low, sum_high);
    }
    match (made.values.is_empty(), low == high) {
        (true, _) => FdiValue::Unknown,
        (false, true) => FdiValue::Known(low),
        (false, false) => FdiValue::Between(low, high),
    }
}

/// What each investor that surely counts adds to a table of one or two dimensions, for publishing;
/// and how many investments are left out of it, because their value, their code or their investor's
/// status is not known, or the value is below nil.
#[must_use]
pub fn contributions(
    records: &[FdiRecord],
    row: FdiDimension,
    column: Option<FdiDimension>,
) -> (Vec<Contribution>, usize) {
    let (mut contributions, mut left_out) = (Vec::new(), 0);
    for record in records {
        let code = |dimension: FdiDimension| record.codes.get(&dimension).cloned();
        let cell = match column {
            None => code(row).map(|row| (row, None)),
            Some(column) => code(row).zip(code(column)).map(|(row, column)| (row, Some(column))),
        };
        let value = match record.value {
            FdiValue::Known(value) => u64::try_from(value).ok(),
            FdiValue::Between(..) | FdiValue::Unknown => None,
        };
        match (record.status, cell, value) {
            (SmeStatus::Larger, _, _) => {}
            (SmeStatus::Sme, Some((row, column)), Some(value)) => {
                contributions.push(Contribution {
                    by: record.investor.clone(),
                    row,
                    column,
                    value,
                });
            }
            (SmeStatus::Sme | SmeStatus::Open, _, _) => left_out += 1,
        }
    }
    (contributions, left_out)
}
