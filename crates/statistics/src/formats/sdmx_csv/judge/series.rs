//! The dataflow and the series that a row belongs to.
//!
//! Codes are checked here, once for each run of rows of one series; a refusal is kept and told for
//! each of its rows. A dataflow that cannot be read at all is told once and then passed over.

use std::sync::Arc;

use super::super::header::{Header, Version};
use super::super::layout::{Gap, Layout};
use super::super::rows::Row;
use super::{shown, unlabelled};
use crate::rejection::Rule;
use crate::structure::{Dataflow, Dimension, Structures};
use crate::{SeriesKey, SeriesPattern};

/// Why a row is refused; columns are counted from 0.
#[derive(Clone, Debug)]
pub(in super::super) struct Refusal {
    pub(in super::super) rule: Rule,
    pub(in super::super) reason: String,
    pub(in super::super) field: Option<String>,
    pub(in super::super) column: Option<usize>,
}

/// A dataflow that the file names.
pub(super) struct Flow {
    pub(super) dataflow: Arc<Dataflow>,
    pub(super) layout: Layout,
    gap_told: bool,
}

/// What consecutive rows with equal key fields are about.
pub(super) struct Series {
    pub(super) flow_index: usize,
    pub(super) subject: Subject,
    /// Whether all attribute columns are in the tail that rows compare whole.
    pub(super) attributes_in_tail: bool,
    /// The columns that make the series and are not in the prefix that rows compare whole.
    others: Vec<(usize, Box<[u8]>)>,
    prefix_tells: bool,
}

pub(super) enum Subject {
    Put(SeriesKey),
    Delete(SeriesKey),
    Withdrawal(SeriesPattern),
    Refused(Refusal),
    Skipped,
}

enum Code<'a> {
    Known(&'a str),
    Open,
}

impl Refusal {
    pub(super) fn new(rule: Rule, reason: impl Into<String>) -> Self {
        Self { rule, reason: reason.into(), field: None, column: None }
    }

    pub(super) fn on(mut self, column: usize, field: &str) -> Self {
        self.column = Some(column);
        self.field = Some(field.into());
        self
    }
}

impl Flow {
    /// The dataflow that the first columns name.
    pub(super) fn find(
        kind: &[u8],
        artefact: &[u8],
        artefact_column: usize,
        header: &Header,
        structures: &Structures,
    ) -> Result<Self, Refusal> {
        let name = unlabelled(artefact, header.labels);
        let kind = std::str::from_utf8(kind).unwrap_or_default().to_ascii_lowercase();
        let field = match header.version {
            Version::One => "DATAFLOW",
            Version::Two => "STRUCTURE_ID",
        };
        let unknown =
            |reason: String| Refusal::new(Rule::DataflowUnknown, reason).on(artefact_column, field);
        let found = match (header.version, kind.as_str()) {
            (Version::One, _) | (Version::Two, "dataflow") => structures.dataflow_named(name),
            (Version::Two, "datastructure") => structures.dataflow_of_structure(name),
            (Version::Two, "dataprovision") => {
                let reason = format!("`{}` is a provision agreement", shown(name));
                return Err(unknown(format!("{reason}: name the dataflow instead")));
            }
            (Version::Two, other) => {
                let reason =
                    format!("`{}` is none of dataflow, datastructure, dataprovision", shown(other));
                return Err(Refusal::new(Rule::DataflowUnknown, reason).on(0, "STRUCTURE"));
            }
        };
        let what = if kind == "datastructure" { "data structure" } else { "dataflow" };
        let dataflow = found
            .ok_or_else(|| unknown(format!("no {what} `{}` is registered", shown(name))))?
            .clone();
        let layout = Layout::new(header, &dataflow.structure);
        Ok(Self { dataflow, layout, gap_told: false })
    }

    /// The series of a row. A refusal of the series is part of it, to be told for each row.
    ///
    /// # Errors
    /// The refusal of the file's columns, which is told once.
    pub(super) fn series_of(
        &mut self,
        flow_index: usize,
        row: &Row<'_>,
        header: &Header,
        action_column: Option<usize>,
    ) -> Result<Series, Refusal> {
        let action = action_column.map_or(&b"I"[..], |column| row.field(column));
        let subject = match &self.layout.gap {
            Some(_) if action != b"D" && self.gap_told => Subject::Skipped,
            Some(Gap { rule, field, reason }) if action != b"D" => {
                self.gap_told = true;
                let refusal = Refusal::new(*rule, reason.clone());
                return Err(Refusal { field: Some(field.clone()), ..refusal });
            }
            _ => self.subject(row, header, action_column).unwrap_or_else(Subject::Refused),
        };
        let structural = (0..=2).filter(|&column| column < row.len());
        let dimensions = self.layout.dimensions.iter().flatten().copied();
        let keys = structural.chain(action_column).chain(dimensions);
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            keys.partition(|&column| column < row.prefix_columns);
        let tail_column = row.tail_column;
        let in_tail = |&(column, _): &(usize, usize)| column >= tail_column;
        Ok(Series {
            flow_index,
            subject,
            attributes_in_tail: self.layout.attributes.iter().all(in_tail),
            others: outside.into_iter().map(|column| (column, row.field(column).into())).collect(),
            prefix_tells: !inside.is_empty() && row.prefix_columns > 0,
        })
    }

    fn subject(
        &self,
        row: &Row<'_>,
        header: &Header,
        action_column: Option<usize>,
    ) -> Result<Subject, Refusal> {
        let action = action_column.map_or(&b"I"[..], |column| row.field(column));
        let deletes = match action {
            b"I" | b"A" | b"M" | b"R" | b"" => false,
            b"D" => true,
            other => {
                let reason = format!("`{}` is no action", shown(&String::from_utf8_lossy(other)));
                let column = action_column.unwrap_or(0);
                return Err(Refusal::new(Rule::ActionUnknown, reason).on(column, "ACTION"));
            }
        };
        let mut codes: Vec<&str> = Vec::with_capacity(self.layout.dimensions.len());
        let mut open = false;
        let structure = &self.dataflow.structure;
        for (dimension, &column) in structure.dimensions.iter().zip(&self.layout.dimensions) {
            let raw = column.map_or(&[][..], |column| row.field(column));
            let text = unlabelled(raw, header.labels);
            match code(dimension, text, deletes) {
                Ok(Code::Known(code)) => codes.push(code),
                Ok(Code::Open) => {
                    open = true;
                    codes.push("");
                }
                Err(refusal) => return Err(refusal.on(column.unwrap_or(0), &dimension.id)),
            }
        }
        if open {
            self.refuse_attribute_deletion(row)?;
            let pattern = codes.join(".").parse();
            let malformed = |_| Refusal::new(Rule::KeyMalformed, "the key is too long");
            return pattern.map(Subject::Withdrawal).map_err(malformed);
        }
        let key = SeriesKey::try_new(codes.iter().copied())
            .map_err(|error| Refusal::new(Rule::KeyMalformed, error.to_string()))?;
        Ok(if deletes { Subject::Delete(key) } else { Subject::Put(key) })
    }

    /// Refuses a deletion of attributes alone: an observation is withdrawn whole or not at all.
    pub(super) fn refuse_attribute_deletion(&self, row: &Row<'_>) -> Result<(), Refusal> {
        let value = self.layout.measure.map_or(&[][..], |column| row.field(column));
        if !value.is_empty() {
            return Ok(());
        }
        let filled =
            self.layout.attributes.iter().find(|&&(column, _)| !row.field(column).is_empty());
        match filled {
            None => Ok(()),
            Some(&(column, index)) => {
                let id = &self.dataflow.structure.attributes[index].id;
                let reason = "deletes an attribute and keeps the observation";
                Err(Refusal::new(Rule::ActionUnsupported, reason).on(column, id))
            }
        }
    }
}

impl Series {
    /// Whether the row is of the same series and action as the row before it.
    pub(super) fn continues(&self, row: &Row<'_>) -> bool {
        row.same_prefix
            && self.prefix_tells
            && self.others.iter().all(|(column, bytes)| row.field(*column) == bytes.as_ref())
    }

    /// Whether rows with the same prefix are of the same series, whatever follows.
    pub(super) fn prefix_tells_all(&self) -> bool {
        self.prefix_tells && self.others.is_empty() && self.key().is_some()
    }

    /// The key, if it is of one series.
    pub(super) fn key(&self) -> Option<&SeriesKey> {
        match &self.subject {
            Subject::Put(key) | Subject::Delete(key) => Some(key),
            Subject::Withdrawal(_) | Subject::Refused(_) | Subject::Skipped => None,
        }
    }
}

fn code<'a>(dimension: &Dimension, text: &'a str, deletes: bool) -> Result<Code<'a>, Refusal> {
    match text {
        "" if deletes => return Ok(Code::Open),
        "" => {
            let reason = "a dimension is empty";
            return Err(Refusal::new(Rule::DimensionMissing, reason));
        }
        "~" => {
            let reason = "the dimension is switched off (`~`): attributes of a partial key are \
                          read on the rows of their observations only";
            return Err(Refusal::new(Rule::ActionUnsupported, reason));
        }
        _ => {}
    }
    if let Some(list) = &dimension.codelist
        && !list.contains(text)
    {
        let reason = format!("code `{}` is not in {}", shown(text), list.id);
        return Err(Refusal::new(Rule::CodeUnknown, reason));
    }
    let usable = !text.bytes().any(|byte| byte.is_ascii_control() || matches!(byte, b'.' | b'+'));
    if usable && text != "*" {
        Ok(Code::Known(text))
    } else {
        let reason = format!("code `{}` cannot be part of a series key", shown(text));
        Err(Refusal::new(Rule::KeyMalformed, reason))
    }
}
