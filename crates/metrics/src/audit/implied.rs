//! Every number of a table that other numbers imply, recomputed: totals, shares, ranks, growth.
//!
//! Nothing is declared for this: what a total adds up and what a share divides is in the code
//! lists of the dataflows. Each entry says which table, what was printed, what the others imply,
//! and whether the two meet within all roundings.

mod fdi;
mod other;
mod trade;

use rust_decimal::Decimal;
use statistics::{Period, SeriesKey, SeriesPattern, View};

use crate::audit::value::Truth;
use crate::audit::verdict::{Shown, Verdict, equals};
use crate::indicator::interval::Interval;
use crate::indicator::{Reading, Undefined, multiplier};

/// A printed number and what the numbers around it imply.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Implied {
    /// The table, by the observation's `SOURCE_TABLE`, else the dataflow.
    pub table: String,
    /// Id of the dataflow.
    pub dataflow: String,
    /// Series key of the number.
    pub key: SeriesKey,
    /// Area, or the code of the first dimension behind the frequency.
    pub area: String,
    /// What tells the number apart within the area, such as an activity.
    pub breakdown: Option<String>,
    /// The period.
    pub period: Period,
    /// What is recomputed, such as `total of the hosts`.
    pub quantity: String,
    /// The number as printed, in the unit that it was printed in.
    pub printed: String,
    /// What the others imply, in the same unit, with its range.
    pub computed: Option<String>,
    /// Whether the two meet.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub reason: String,
}

/// Recomputes all that the tables of the view imply, table by table.
#[must_use]
pub fn implied(view: &dyn View) -> Vec<Implied> {
    let mut recount = Recount { reading: Reading::new(view), view, found: Vec::new() };
    fdi::hosts(&mut recount);
    fdi::industries(&mut recount);
    fdi::sources(&mut recount);
    fdi::partners(&mut recount);
    trade::trade(&mut recount);
    trade::participation(&mut recount);
    other::scores(&mut recount);
    other::surveys(&mut recount);
    other::ranks(&mut recount);
    other::text(&mut recount);
    recount.found
}

/// The recount under way.
struct Recount<'a> {
    reading: Reading<'a>,
    view: &'a dyn View,
    found: Vec<Implied>,
}

/// A printed number that is to be compared.
struct Cell<'a> {
    dataflow: &'a str,
    key: &'a SeriesKey,
    period: Period,
    breakdown: Option<&'a str>,
}

/// A printed number with the multiplier and the table that it was printed in.
struct PrintedCell {
    number: Decimal,
    multiplier: i32,
    table: String,
}

impl Recount<'_> {
    /// The number of a cell in units, with its rounding.
    fn number(
        &mut self,
        dataflow: &str,
        key: &SeriesKey,
        period: Period,
    ) -> Result<Interval, Undefined> {
        Ok(self.reading.number(&[dataflow], key, period, 0)?.interval)
    }

    /// Adds up the cells of the keys; a gap makes the sum undefined, an absent cell is skipped.
    fn sum(
        &mut self,
        dataflow: &str,
        keys: &[SeriesKey],
        period: Period,
    ) -> Result<Interval, Undefined> {
        let mut total = Interval::exact(Decimal::ZERO);
        for key in keys {
            if self.view.observation(dataflow, key, period).is_some() {
                total = total.plus(self.number(dataflow, key, period)?)?;
            }
        }
        Ok(total)
    }

    fn printed(&self, cell: &Cell<'_>) -> Option<PrintedCell> {
        let observation = self.view.observation(cell.dataflow, cell.key, cell.period)?;
        let number = observation.cell.number()?;
        let table = observation.attributes.get("SOURCE_TABLE").unwrap_or(cell.dataflow).to_owned();
        Some(PrintedCell { number, multiplier: multiplier(&observation.attributes), table })
    }

    /// Compares a printed number with what others imply (in units), if it was printed at all.
    fn compare(&mut self, cell: &Cell<'_>, quantity: &str, implied: Result<Interval, Undefined>) {
        let Some(printed) = self.printed(cell) else { return };
        let shown = Shown { places: printed.number.scale(), scale: printed.multiplier };
        let down = implied.and_then(|number| shown.down(number).ok_or(Undefined::OutOfRange));
        let (verdict, computed, reason) = match down {
            Ok(number) => {
                let truth = equals(number, printed.number).unwrap_or(Truth::Fails);
                let text = Shown { scale: 0, ..shown }.number(number);
                let says = match truth {
                    Truth::Holds => "the others round to what is printed",
                    Truth::WithinRounding => "the difference is within the roundings",
                    Truth::Fails => "the difference is beyond all roundings",
                };
                let reason = format!("printed {}, implied {text}: {says}", printed.number);
                (Verdict::from(truth), Some(text), reason)
            }
            Err(undefined) => (Verdict::CannotBeChecked, None, undefined.to_string()),
        };
        self.add(cell, quantity, printed, computed, verdict, reason);
    }

    /// Records a verdict that was reached in another way than by comparing two numbers.
    fn add(
        &mut self,
        cell: &Cell<'_>,
        quantity: &str,
        printed: PrintedCell,
        computed: Option<String>,
        verdict: Verdict,
        reason: String,
    ) {
        self.found.push(Implied {
            table: printed.table,
            dataflow: cell.dataflow.to_owned(),
            key: cell.key.clone(),
            area: cell.key.code(1).unwrap_or_default().to_owned(),
            breakdown: cell.breakdown.map(str::to_owned),
            period: cell.period,
            quantity: quantity.to_owned(),
            printed: printed.number.to_string(),
            computed,
            verdict,
            reason,
        });
    }

    fn keys(&self, dataflow: &str, pattern: &str) -> Vec<SeriesKey> {
        let pattern: Option<SeriesPattern> = pattern.parse().ok();
        pattern.map(|pattern| self.view.keys(dataflow, &pattern)).unwrap_or_default()
    }

    fn periods(&self, dataflow: &str, key: &SeriesKey) -> Vec<Period> {
        self.view.series(dataflow, key).iter().map(|observation| observation.period).collect()
    }
}

/// A key of codes that come from another key.
fn key(codes: &[&str]) -> Option<SeriesKey> {
    SeriesKey::try_new(codes.iter().copied()).ok()
}
