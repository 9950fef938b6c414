//! What a row means: an observation of a series, a withdrawal, or a breach of a rule.
//!
//! The series of a row is worked out once for each run of rows that share their leading bytes, and
//! so is a refusal of it. Never looks at another release: whether a value is new is not its matter.

mod series;

use std::collections::HashMap;
use std::sync::Arc;

use super::attributes::{AttributeCache, Said, shown};
use super::header::{Header, Labels, Role};
use super::number;
use super::rows::{Plan, Row};
use crate::formats::{Limits, Place, Run, Withdrawal};
use crate::rejection::{At, Rejection, Rule};
use crate::structure::Structures;
use crate::{Action, Attributes, Cell, Entry, Missing, Period, SeriesPattern};
use series::{Flow, Refusal, Series, Subject};

/// What became of a row.
pub(super) enum Verdict {
    /// It belongs to the run in hand.
    Taken,
    /// It belongs to the run in hand, which is now as long as a run may be.
    TakenAndFull,
    /// It begins another run; this is the one before.
    AfterRun(Run),
    Withdrawn(Withdrawal),
    Refused(Rejection),
    /// It suffers from what was refused before.
    Skipped,
}

/// Judges rows against the structures.
pub(super) struct Judge<'s> {
    header: Header,
    structures: &'s Structures,
    limits: Limits,
    columns: KeyColumns,
    /// By the bytes of the artefact columns; `None` for one that is not known.
    flows: HashMap<Box<[u8]>, Option<usize>>,
    known: Vec<Flow>,
    caches: Vec<AttributeCache>,
    series: Option<Arc<Series>>,
    /// By the bytes of the prefix, where that tells the series.
    known_series: HashMap<Box<[u8]>, Arc<Series>>,
    /// Whether the last series had more than one row, as in files that are sorted by series.
    sorted_by_series: bool,
    run: Option<Run>,
    last_attributes: Option<(Attributes, u32)>,
    periods: Periods,
    scratch: Vec<u8>,
}

/// The last period that was not a plain year: rows of one period often follow each other.
#[derive(Default)]
struct Periods {
    last: Option<(Box<[u8]>, Period)>,
}

/// Columns that are known before any structure is.
#[derive(Clone, Copy, Debug, Default)]
struct KeyColumns {
    kind: Option<usize>,
    artefact: usize,
    action: Option<usize>,
}

/// Series that are remembered, for files that are not sorted by series; about 300 bytes each.
const SERIES_MAX: usize = 50_000;
/// Dataflows that one file may name; a file in use names one or a handful.
const FLOWS_MAX: usize = 10_000;

impl<'s> Judge<'s> {
    pub(super) fn new(header: Header, structures: &'s Structures, limits: Limits) -> Self {
        let at = |role| header.columns.iter().position(|column| column.role == role);
        let columns = KeyColumns {
            kind: at(Role::ArtefactKind),
            artefact: at(Role::Artefact).unwrap_or(0),
            action: at(Role::Action),
        };
        Self {
            header,
            structures,
            limits,
            columns,
            flows: HashMap::new(),
            known: Vec::new(),
            caches: Vec::new(),
            series: None,
            known_series: HashMap::new(),
            sorted_by_series: true,
            run: None,
            last_attributes: None,
            periods: Periods::default(),
            scratch: Vec::new(),
        }
    }

    /// Which columns are worth comparing whole: those before the first period or value, and those
    /// behind the last one.
    pub(super) fn plan(&self) -> Plan {
        let moving = |id: &str| {
            self.structures.dataflows().any(|flow| {
                flow.structure.time_dimension.as_deref() == Some(id) || flow.structure.measure == id
            })
        };
        let columns = &self.header.columns;
        let moves = |column: usize| {
            columns[column].role == Role::Component && moving(&columns[column].id)
                || columns[column].id == "OBS_KEY"
        };
        let count = columns.len();
        let first = (0..count).find(|&column| moves(column)).unwrap_or(0);
        let last = (0..count).rfind(|&column| moves(column)).map_or(0, |column| column + 1);
        Plan { prefix_columns: first, tail_column: last, columns: count }
    }

    /// Judges a row.
    pub(super) fn row(&mut self, row: &Row<'_>) -> Verdict {
        match self.try_row(row) {
            Ok(verdict) => verdict,
            Err(refusal) => {
                // Its attributes may not have been read, so the next row must not rely on them.
                if let Some(series) = &self.series {
                    self.caches[series.flow_index].forget_last();
                }
                let position = At {
                    byte: row.place.byte,
                    row: row.place.row,
                    column: refusal.column.and_then(|column| u32::try_from(column + 1).ok()),
                };
                let mut rejection = Rejection::new(refusal.rule, position, refusal.reason);
                rejection.field = refusal.field;
                Verdict::Refused(rejection.quoting(row.raw))
            }
        }
    }

    /// The run in hand, if it has entries.
    pub(super) fn take_run(&mut self) -> Option<Run> {
        self.last_attributes = None;
        self.run.take().filter(|run| !run.entries.is_empty())
    }

    fn try_row(&mut self, row: &Row<'_>) -> Result<Verdict, Refusal> {
        let same = self.series.as_ref().is_some_and(|series| series.continues(row));
        if !same {
            // If the row is refused, the next one must not count as a continuation of an older.
            self.series = None;
            self.series = self.series_of(row)?;
        }
        self.sorted_by_series = same;
        let Some(series) = &self.series else { return Ok(Verdict::Skipped) };
        let flow = &self.known[series.flow_index];
        let time = flow.layout.time.unwrap_or(0);
        let no_time = flow.layout.time.is_none_or(|column| row.field(column).is_empty());
        let pattern = match &series.subject {
            Subject::Refused(refusal) => return Err(refusal.clone()),
            Subject::Skipped => return Ok(Verdict::Skipped),
            Subject::Put(_) => {
                let (entry, attributes) = self.put(row)?;
                return Ok(self.push(entry, attributes, row.place));
            }
            Subject::Delete(_) if !no_time => {
                flow.refuse_attribute_deletion(row)?;
                let period = self.periods.of_row(row, time, &self.header)?;
                return Ok(self.push(Entry::deleted(period), Attributes::default(), row.place));
            }
            Subject::Delete(key) => SeriesPattern::of(key),
            Subject::Withdrawal(pattern) => pattern.clone(),
        };
        flow.refuse_attribute_deletion(row)?;
        let dataflow = flow.dataflow.clone();
        let period = match no_time {
            true => None,
            false => Some(self.periods.of_row(row, time, &self.header)?),
        };
        Ok(Verdict::Withdrawn(Withdrawal { dataflow, pattern, period, place: row.place }))
    }

    /// The series of the row; `None` if its dataflow was refused before.
    fn series_of(&mut self, row: &Row<'_>) -> Result<Option<Arc<Series>>, Refusal> {
        let prefix = row.prefix();
        if let Some(series) = prefix.and_then(|prefix| self.known_series.get(prefix)) {
            self.caches[series.flow_index].forget_last();
            return Ok(Some(Arc::clone(series)));
        }
        let Some(flow_index) = self.flow_of(row)? else { return Ok(None) };
        self.caches[flow_index].forget_last();
        let flow = &mut self.known[flow_index];
        let series = flow.series_of(flow_index, row, &self.header, self.columns.action)?;
        let series = Arc::new(series);
        let worth = !self.sorted_by_series && series.prefix_tells_all();
        if let Some(prefix) = prefix.filter(|_| worth) {
            if self.known_series.len() >= SERIES_MAX {
                self.known_series.clear();
            }
            self.known_series.insert(prefix.into(), Arc::clone(&series));
        }
        Ok(Some(series))
    }

    /// The dataflow of the row, worked out once for each that the file names; `None` if it was
    /// refused before.
    fn flow_of(&mut self, row: &Row<'_>) -> Result<Option<usize>, Refusal> {
        let kind = self.columns.kind.map_or(&[][..], |column| row.field(column));
        let artefact = row.field(self.columns.artefact);
        self.scratch.clear();
        self.scratch.extend_from_slice(kind);
        self.scratch.push(0);
        self.scratch.extend_from_slice(artefact);
        if let Some(&index) = self.flows.get(self.scratch.as_slice()) {
            return Ok(index);
        }
        if self.flows.len() >= FLOWS_MAX {
            let reason = format!("more than {FLOWS_MAX} dataflows in one file");
            return Err(Refusal::new(Rule::DataflowUnknown, reason));
        }
        let column = self.columns.artefact;
        let found = Flow::find(kind, artefact, column, &self.header, self.structures);
        let index = found.as_ref().ok().map(|_| self.known.len());
        self.flows.insert(self.scratch.as_slice().into(), index);
        self.known.push(found?);
        self.caches.push(AttributeCache::default());
        Ok(index)
    }

    fn put(&mut self, row: &Row<'_>) -> Result<(Entry, Attributes), Refusal> {
        let series = self.series.as_ref().expect("the caller matched on it");
        let flow = &self.known[series.flow_index];
        let time = flow.layout.time.expect("a layout without one has a gap, which is refused");
        let period = self.periods.of_row(row, time, &self.header)?;
        let cache = &mut self.caches[series.flow_index];
        let same = row.same_tail && series.attributes_in_tail;
        let said = cache.of_row(row, same, &self.header, &flow.layout, &flow.dataflow.structure);
        let (attributes, missing) = match said {
            Said::Set { attributes, missing } => (attributes.clone(), *missing),
            Said::Refused { rule, column, field, reason } => {
                return Err(Refusal::new(*rule, reason.clone()).on(*column, field));
            }
        };
        let raw = flow.layout.measure.map_or(&[][..], |column| row.field(column));
        let cell = cell(raw, missing, &self.header).map_err(|refusal| {
            let column = flow.layout.measure.unwrap_or(0);
            refusal.on(column, &flow.dataflow.structure.measure)
        })?;
        Ok((Entry { period, action: Action::Put, cell, attributes_index: 0 }, attributes))
    }

    /// Adds an entry to the run in hand, or begins another run with it.
    fn push(&mut self, mut entry: Entry, attributes: Attributes, place: Place) -> Verdict {
        let series = self.series.as_ref().expect("the caller matched on it");
        let dataflow = &self.known[series.flow_index].dataflow;
        let key = series.key().expect("the caller matched on it");
        let other = |run: &mut Run| {
            !Arc::ptr_eq(&run.dataflow, dataflow) || run.key.as_str() != key.as_str()
        };
        let before = self.run.take_if(other);
        let run = self.run.get_or_insert_with(|| {
            self.last_attributes = None;
            Run::new(Arc::clone(dataflow), key.clone())
        });
        entry.attributes_index = match &self.last_attributes {
            Some((last, index)) if Arc::ptr_eq(last, &attributes) => *index,
            _ => {
                let found = run.dictionary.iter().position(|one| one == &attributes);
                let index = found.unwrap_or(run.dictionary.len()) as u32;
                if found.is_none() {
                    run.dictionary.push(Arc::clone(&attributes));
                }
                self.last_attributes = Some((attributes, index));
                index
            }
        };
        run.entries.push(entry);
        run.places.push(place);
        match before {
            Some(run) => Verdict::AfterRun(run),
            None if run.entries.len() >= self.limits.run_entries_max => Verdict::TakenAndFull,
            None => Verdict::Taken,
        }
    }
}

impl Periods {
    fn of_row(&mut self, row: &Row<'_>, column: usize, header: &Header) -> Result<Period, Refusal> {
        let raw = row.field(column);
        if let [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', d @ b'0'..=b'9'] = raw {
            let digit = |byte: &u8| i16::from(byte - b'0');
            let year = digit(a) * 1000 + digit(b) * 100 + digit(c) * 10 + digit(d);
            return Ok(Period::year(year));
        }
        if let Some((bytes, period)) = &self.last
            && bytes.as_ref() == raw
        {
            return Ok(*period);
        }
        let text = unlabelled(raw, header.labels);
        let period: Result<Period, _> = text.parse();
        let period = period.map_err(|_| {
            let reason = match text {
                "" => "the period is empty".into(),
                _ => format!("`{}` is not an SDMX time period", shown(text)),
            };
            Refusal::new(Rule::PeriodMalformed, reason).on(column, &header.columns[column].id)
        })?;
        self.last = Some((raw.into(), period));
        Ok(period)
    }
}

/// The cell of a value field, given what the status says.
fn cell(raw: &[u8], missing: Option<Missing>, header: &Header) -> Result<Cell, Refusal> {
    match (raw, missing) {
        (b"", Some(missing)) => return Ok(Cell::Missing(missing)),
        (b"", None) => {
            let reason = "no value, and no OBS_STATUS that says why";
            return Err(Refusal::new(Rule::ValueMissing, reason));
        }
        (b"NaN" | b"#N/A" | b"#NA", _) => {
            return Ok(Cell::Missing(missing.unwrap_or(Missing::Unexplained)));
        }
        _ => {}
    }
    let text = match header.labels {
        Labels::Both => unlabelled(raw, header.labels).as_bytes(),
        Labels::Id | Labels::Name => raw,
    };
    let comma = header.delimiter != b',' && text.contains(&b',');
    let parsed = if comma { number::parse_with_comma(text) } else { number::parse(text) };
    match (parsed, missing) {
        (Some(cell), None) => Ok(cell),
        (Some(_), Some(missing)) => {
            let shown = shown(&String::from_utf8_lossy(raw));
            let reason = format!("value `{shown}` with OBS_STATUS {} ({missing})", missing.code());
            Err(Refusal::new(Rule::ValueStatus, reason))
        }
        (None, _) => {
            let shown = shown(&String::from_utf8_lossy(raw));
            let reason = format!("`{shown}` is not a decimal number of at most 28 digits");
            Err(Refusal::new(Rule::ValueMalformed, reason))
        }
    }
}

/// The id before a label, where the file has labels; the row was checked to be UTF-8.
pub(super) fn unlabelled(raw: &[u8], labels: Labels) -> &str {
    let text = std::str::from_utf8(raw).unwrap_or_default();
    match text.split_once(": ") {
        Some((id, _)) if labels == Labels::Both => id,
        _ => text,
    }
}
