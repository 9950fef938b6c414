//! Attribute sets, made once for each distinct combination of fields.
//!
//! A release has few combinations and many rows; a combination is recognised by its bytes. The
//! cache is bounded and is emptied when it is full, which costs time but changes no result.

use std::collections::HashMap;
use std::sync::Arc;

use super::header::{Header, Labels};
use super::layout::Layout;
use super::rows::Row;
use crate::rejection::Rule;
use crate::structure::{Structure, Usage};
use crate::{AttributeSet, Attributes, Missing};

/// Distinct combinations that are remembered; at about 300 bytes each 20 MB at most.
const COMBINATIONS_MAX: usize = 65_536;
/// Bytes of remembered combinations.
const COMBINATION_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What the attribute fields of a row say.
#[derive(Clone, Debug)]
pub(super) enum Said {
    Set { attributes: Attributes, missing: Option<Missing> },
    Refused { rule: Rule, column: usize, field: String, reason: String },
}

/// Remembers combinations for one layout.
#[derive(Default)]
pub(super) struct AttributeCache {
    index_by_bytes: HashMap<Box<[u8]>, usize>,
    said: Vec<Said>,
    bytes: usize,
    scratch: Vec<u8>,
    last: Option<usize>,
}

impl AttributeCache {
    /// What the row says; `same` if its attribute fields are those of the last row asked for.
    pub(super) fn of_row(
        &mut self,
        row: &Row<'_>,
        same: bool,
        header: &Header,
        layout: &Layout,
        structure: &Structure,
    ) -> &Said {
        let index = match self.last {
            Some(last) if same => last,
            _ => self.look_up(row, header, layout, structure),
        };
        self.last = Some(index);
        &self.said[index]
    }

    /// Forgets the last row, not the combinations.
    pub(super) fn forget_last(&mut self) {
        self.last = None;
    }

    fn look_up(
        &mut self,
        row: &Row<'_>,
        header: &Header,
        layout: &Layout,
        structure: &Structure,
    ) -> usize {
        self.scratch.clear();
        for &(column, _) in &layout.attributes {
            let field = row.field(column);
            // The length keeps apart fields that would be equal when joined.
            self.scratch.extend_from_slice(&(field.len() as u32).to_le_bytes());
            self.scratch.extend_from_slice(field);
        }
        if let Some(&index) = self.index_by_bytes.get(self.scratch.as_slice()) {
            return index;
        }
        let full = self.said.len() >= COMBINATIONS_MAX
            || self.bytes + self.scratch.len() > COMBINATION_BYTES_MAX;
        if full {
            self.index_by_bytes.clear();
            self.said.clear();
            self.bytes = 0;
        }
        self.bytes += self.scratch.len();
        self.index_by_bytes.insert(self.scratch.as_slice().into(), self.said.len());
        self.said.push(read(row, header, layout, structure));
        self.said.len() - 1
    }
}

fn read(row: &Row<'_>, header: &Header, layout: &Layout, structure: &Structure) -> Said {
    let mut pairs: Vec<(Box<str>, Box<str>)> = Vec::with_capacity(layout.attributes.len());
    let mut missing = None;
    for &(column, index) in &layout.attributes {
        let attribute = &structure.attributes[index];
        let refused =
            |rule, reason| Said::Refused { rule, column, field: attribute.id.clone(), reason };
        let text = String::from_utf8_lossy(row.field(column));
        let coded = attribute.codelist.is_some();
        let value = match text.split_once(": ") {
            Some((code, _)) if header.labels == Labels::Both && coded => code,
            _ => text.as_ref(),
        };
        if value.is_empty() {
            if attribute.usage == Usage::Mandatory {
                let reason = "a mandatory attribute is empty".into();
                return refused(Rule::AttributeMandatory, reason);
            }
            continue;
        }
        if let Some(list) = &attribute.codelist {
            let separator = header.sub_delimiter.filter(|_| header.columns[column].multiple);
            let unknown = |code: &&str| !list.contains(bare(code, header.labels));
            let found = match separator {
                Some(separator) => text.split(char::from(separator)).find(unknown),
                None => Some(value).filter(unknown),
            };
            if let Some(code) = found {
                let reason = format!("code `{}` is not in {}", shown(code), list.id);
                return refused(Rule::CodeUnknown, reason);
            }
        }
        if layout.status == Some(column) {
            missing = Missing::from_code(value);
        }
        pairs.push((attribute.id.as_str().into(), value.into()));
    }
    Said::Set { attributes: Arc::new(AttributeSet::new(pairs)), missing }
}

fn bare(code: &str, labels: Labels) -> &str {
    match code.split_once(": ") {
        Some((id, _)) if labels == Labels::Both => id,
        _ => code,
    }
}

/// The first characters of a text of unknown length, for a message.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}
