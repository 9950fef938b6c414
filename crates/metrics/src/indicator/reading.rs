//! A reading of a view that remembers what it read, so that an explanation is the computation.
//!
//! Every cell that a formula asks for goes through here and into the evaluation's inputs, found or
//! not. Multipliers are applied here, once. Never fills a gap.

use statistics::{AttributeSet, Cell, Period, SeriesKey, View};

use crate::indicator::interval::{Interval, power_of_ten};
use crate::indicator::roles::is_exact;
use crate::indicator::{InputUsed, Undefined};

/// A view, and what was read of it so far.
pub(crate) struct Reading<'a> {
    view: &'a dyn View,
    inputs: Vec<InputUsed>,
    membership: Option<String>,
    notes: Vec<String>,
}

/// A number that was read: the printed digits, and what they stand for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printed {
    pub(crate) number: rust_decimal::Decimal,
    pub(crate) interval: Interval,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(view: &'a dyn View) -> Self {
        Self { view, inputs: Vec::new(), membership: None, notes: Vec::new() }
    }

    pub(crate) fn view(&self) -> &'a dyn View {
        self.view
    }

    /// Reads a number from the first of the dataflows that has the observation, in units of
    /// `10^unit_multiplier`.
    pub(crate) fn number(
        &mut self,
        dataflows: &[&str],
        key: &SeriesKey,
        period: Period,
        unit_multiplier: i32,
    ) -> Result<Printed, Undefined> {
        let missing =
            |reason| Undefined::MissingInput { what: format!("{key} in {period}"), reason };
        for dataflow in dataflows {
            let Some(observation) = self.view.observation(dataflow, key, period) else { continue };
            self.remember(dataflow, key, period, Some((observation.cell, &observation.attributes)));
            let number = match observation.cell {
                Cell::Number(number) => number,
                Cell::Missing(reason) => return Err(missing(Some(reason))),
            };
            let own_multiplier = multiplier(&observation.attributes);
            let shift = own_multiplier - unit_multiplier;
            let interval = if is_exact(dataflow, key, own_multiplier) {
                Interval::exact(number).scaled(power_of_ten(shift)?)?
            } else {
                Interval::printed(number, shift)?
            };
            let number = if shift == 0 { number } else { interval.point };
            return Ok(Printed { number, interval });
        }
        if let Some(first) = dataflows.first() {
            self.remember(first, key, period, None);
        }
        Err(missing(None))
    }

    /// The members of a group, which the evaluation then names.
    pub(crate) fn members(
        &mut self,
        group: &str,
        period: Period,
    ) -> Result<Vec<String>, Undefined> {
        let members = self.view.members(group, period).filter(|members| !members.is_empty());
        let Some(members) = members else {
            return Err(Undefined::NoMembership { group: group.to_owned() });
        };
        self.membership =
            Some(format!("{group}, {} members: {}", members.len(), members.join(" ")));
        Ok(members)
    }

    pub(crate) fn is_group(&self, area: &str, period: Period) -> bool {
        self.view.members(area, period).is_some()
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    pub(crate) fn into_parts(self) -> (Vec<InputUsed>, Option<String>, Option<String>) {
        let note = (!self.notes.is_empty()).then(|| self.notes.join("; "));
        (self.inputs, self.membership, note)
    }

    /// Takes over the inputs of an evaluation, each once.
    pub(crate) fn take(&mut self, inputs: Vec<InputUsed>) {
        for input in inputs {
            if !self.inputs.contains(&input) {
                self.inputs.push(input);
            }
        }
    }

    pub(crate) fn remember(
        &mut self,
        dataflow: &str,
        key: &SeriesKey,
        period: Period,
        found: Option<(Cell, &AttributeSet)>,
    ) {
        let known = self
            .inputs
            .iter()
            .any(|input| input.period == period && input.key == *key && input.dataflow == dataflow);
        if known {
            return;
        }
        let release = found.and_then(|_| self.view.release(dataflow, key, period));
        let source = found.and_then(|(_, attributes)| attributes.get("SOURCE").map(str::to_owned));
        self.inputs.push(InputUsed {
            dataflow: dataflow.to_owned(),
            key: key.clone(),
            period,
            cell: found.map(|(cell, _)| cell),
            release,
            source,
        });
    }
}

/// The power of ten that the publisher printed the number in, by its `UNIT_MULT` attribute.
pub(crate) fn multiplier(attributes: &AttributeSet) -> i32 {
    attributes.get("UNIT_MULT").and_then(|text| text.parse().ok()).unwrap_or(0)
}
