//! The header row: which of the three layouts it is, how fields are separated, what a column is.
//!
//! Source: the field guide, "Column headers". The separator is the character that follows
//! `DATAFLOW` or `STRUCTURE[…]`; nothing is guessed from the rows.

use std::io::BufRead;

use super::rows::Rows;
use crate::formats::Limits;
use crate::rejection::{Rejection, Rule};

const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];
/// Enough of the header to see the first term with its separator: `"STRUCTURE[;]",`.
const FIRST_TERM_BYTES: usize = 32;

/// What the header says.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) version: Version,
    pub(super) delimiter: u8,
    /// Separates the values of a field that may have several.
    pub(super) sub_delimiter: Option<u8>,
    pub(super) labels: Labels,
    pub(super) columns: Vec<Column>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Version {
    /// 1.0: the first column names the dataflow.
    One,
    /// 2.0 and 2.1: the first column says what the second one names.
    Two,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Labels {
    Id,
    /// `ID: name` in one field.
    Both,
    /// The name in a column behind that of the id.
    Name,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Column {
    /// The component's id, without label and brackets.
    pub(super) id: String,
    pub(super) role: Role,
    /// Whether a field may have several values (`ATTR[]`).
    pub(super) multiple: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// DATAFLOW of 1.0, STRUCTURE_ID of 2.0.
    Artefact,
    /// STRUCTURE: dataflow, datastructure or dataprovision.
    ArtefactKind,
    Action,
    /// A component of the structure, or a custom column.
    Component,
    /// SERIES_KEY, OBS_KEY, names: told by other columns too.
    Redundant,
}

impl Header {
    pub(super) fn read<R: BufRead>(rows: &mut Rows<R>, limits: Limits) -> Result<Self, Rejection> {
        if rows.peek(BYTE_ORDER_MARK.len()).starts_with(BYTE_ORDER_MARK) {
            rows.skip(BYTE_ORDER_MARK.len());
        }
        let first = rows.peek(FIRST_TERM_BYTES).to_vec();
        if first.starts_with(&[0xFF, 0xFE]) || first.starts_with(&[0xFE, 0xFF]) {
            let reason = "the file is UTF-16, UTF-8 is read";
            return Err(Rejection::new(Rule::CsvEncoding, rows.at(), reason).quoting(&first));
        }
        let (version, sub_delimiter, delimiter) = first_term(&first)
            .map_err(|(rule, reason)| Rejection::new(rule, rows.at(), reason).quoting(&first))?;
        rows.set_delimiter(delimiter);
        match rows.advance() {
            Some(Ok(())) => {}
            Some(Err(rejection)) => return Err(rejection),
            None => return Err(Rejection::new(Rule::CsvHeader, rows.at(), "the file is empty")),
        }
        let row = rows.row();
        if row.len() > limits.columns_max {
            return Err(rows.too_many_columns(row.len() as u64).quoting(row.raw));
        }
        let names: Vec<&str> = (0..row.len())
            .map(|column| std::str::from_utf8(row.field(column)).unwrap_or_default())
            .collect();
        let labels = labels(version, &names);
        let refused = |column: usize, reason: String| {
            let mut rejection = Rejection::new(Rule::CsvHeader, rows.at(), reason);
            rejection.position.column = u32::try_from(column + 1).ok();
            rejection.quoting(row.raw)
        };
        if version == Version::Two && names.get(1).map(|name| bare(name)) != Some("STRUCTURE_ID") {
            let found = names.get(1).copied().unwrap_or_default();
            return Err(refused(1, format!("`{found}` where `STRUCTURE_ID` is expected")));
        }
        let columns = columns(version, labels, &names);
        for (index, column) in columns.iter().enumerate() {
            let again = |other: &Column| other.role != Role::Redundant && other.id == column.id;
            if column.role != Role::Redundant && columns[..index].iter().any(again) {
                return Err(refused(index, format!("column `{}` is there twice", column.id)));
            }
        }
        if !columns.iter().any(|column| column.role == Role::Component) && version == Version::One {
            return Err(refused(0, "there is no column but `DATAFLOW`".into()));
        }
        Ok(Self { version, delimiter, sub_delimiter, labels, columns })
    }
}

type FirstTerm = (Version, Option<u8>, u8);

/// Version, sub-field separator and separator from the first bytes of the file.
fn first_term(bytes: &[u8]) -> Result<FirstTerm, (Rule, String)> {
    let shown: String = String::from_utf8_lossy(bytes).chars().take(20).collect();
    if bytes.is_empty() {
        return Err((Rule::CsvHeader, "the file is empty".into()));
    }
    let unquoted = bytes.strip_prefix(b"\"").unwrap_or(bytes);
    let quoted = unquoted.len() < bytes.len();
    let (version, rest) = if let Some(rest) = unquoted.strip_prefix(b"DATAFLOW") {
        (Version::One, rest)
    } else if let Some(rest) = unquoted.strip_prefix(b"STRUCTURE") {
        (Version::Two, rest)
    } else {
        let reason = format!("the file begins with `{shown}`, not with `DATAFLOW` or `STRUCTURE`");
        return Err((Rule::CsvHeader, reason));
    };
    let (sub_delimiter, rest) = match rest {
        [b'[', separator, b']', rest @ ..] => (Some(*separator), rest),
        _ => (None, rest),
    };
    let rest = if quoted { rest.strip_prefix(b"\"").unwrap_or(rest) } else { rest };
    match rest.first() {
        Some(&delimiter) if is_delimiter(delimiter) => Ok((version, sub_delimiter, delimiter)),
        Some(b'\r' | b'\n') | None => {
            Err((Rule::CsvHeader, format!("the header `{shown}` has a single column")))
        }
        Some(&other) => {
            let other = char::from(other);
            Err((Rule::CsvDelimiter, format!("{other:?} follows `STRUCTURE` or `DATAFLOW`")))
        }
    }
}

/// Tab and punctuation that no code, number, period or label in a header is made of.
fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b'\t' | b'|' | b'^' | b'!' | b'#' | b'&' | b'*' | b'?')
}

fn labels(version: Version, names: &[&str]) -> Labels {
    if version == Version::Two && names.get(2) == Some(&"STRUCTURE_NAME") {
        Labels::Name
    } else if names.iter().skip(1).any(|name| name.contains(": ")) {
        Labels::Both
    } else {
        Labels::Id
    }
}

fn columns(version: Version, labels: Labels, names: &[&str]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let multiple = name.split(": ").next().is_some_and(|id| id.contains('['));
        let id: String = match name.split(": ").next().unwrap_or(name) {
            plain if !plain.contains('[') => plain.into(),
            bracketed => without_brackets(bracketed),
        };
        let before = columns.last().map(|column| column.role);
        let role = match (version, id.as_str()) {
            (Version::One, _) if index == 0 => Role::Artefact,
            (Version::Two, _) if index == 0 => Role::ArtefactKind,
            (Version::Two, _) if index == 1 => Role::Artefact,
            (Version::Two, "ACTION") if before == Some(Role::Artefact) || index == 3 => {
                Role::Action
            }
            (Version::Two, "STRUCTURE_NAME" | "SERIES_KEY" | "OBS_KEY") if index <= 5 => {
                Role::Redundant
            }
            (Version::Two, _) if labels == Labels::Name && before == Some(Role::Component) => {
                Role::Redundant
            }
            (Version::One | Version::Two, _) => Role::Component,
        };
        columns.push(Column { id, role, multiple });
    }
    columns
}

/// The id before a label.
fn bare(name: &str) -> &str {
    name.split(": ").next().unwrap_or(name)
}

/// `CONTACT[].NAME[en;fr]` as `CONTACT.NAME`.
fn without_brackets(id: &str) -> String {
    let mut plain = String::with_capacity(id.len());
    let mut depth = 0;
    for character in id.chars() {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    plain
}
