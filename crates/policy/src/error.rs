//! What stops a whole operation of this crate.
//!
//! Fields carry facts; sentences are made by `Display`. `kind` maps each variant to the closed set
//! that callers match in full.

/// Why an operation could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A knowledge file is no JSON of its schema.
    #[error("knowledge file `{file}` cannot be read at line {line}, column {column}")]
    KnowledgeSyntax {
        /// The file, without its ending.
        file: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the JSON reader says.
        #[source]
        source: serde_json::Error,
    },
    /// A record refers to one that does not exist.
    #[error("`{from}` refers to `{to}`, which is not in `{file}`")]
    UnknownReference {
        /// The record that refers.
        from: String,
        /// What it refers to.
        to: String,
        /// Where it should be.
        file: &'static str,
    },
    /// Two records have one id.
    #[error("`{id}` is given twice")]
    Duplicate {
        /// The id.
        id: String,
    },
    /// A record contradicts itself or its file.
    #[error("`{id}`: {field} is {found}, expected {expected}")]
    Inconsistent {
        /// The record.
        id: String,
        /// The field.
        field: &'static str,
        /// What was found.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A code is not in its closed set.
    #[error("code `{found}` is not in {set}")]
    Code {
        /// The set.
        set: &'static str,
        /// What was found.
        found: String,
    },
    /// A place has a wrong form.
    #[error("place `{found}` is not a code of ISO 3166-1 (`MY`) or ISO 3166-2 (`MY-07`)")]
    Place {
        /// What was found.
        found: String,
    },
    /// A segment has a wrong form.
    #[error("segment `{found}` is not names of a-z, 0-9 and `_` joined by points")]
    SegmentForm {
        /// What was found.
        found: String,
    },
    /// The knowledge base has no such segment and none above it.
    #[error("segment `{found}` is not known; known are {known}")]
    UnknownSegment {
        /// What was found.
        found: String,
        /// The top segments.
        known: String,
    },
    /// The diagnosis has no such indicator.
    #[error("indicator `{found}` is not known; known are {known}")]
    UnknownIndicator {
        /// What was found.
        found: String,
        /// The indicators.
        known: String,
    },
    /// An indicator's value is no number.
    #[error("indicator `{id}` is {found}, expected a finite number")]
    IndicatorValue {
        /// The indicator.
        id: String,
        /// What was found.
        found: f64,
    },
}

/// The closed set of reasons that callers tell apart.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ErrorKind {
    /// The question has a wrong form or value.
    Refused,
    /// Something named in the question does not exist.
    Absent,
    /// The knowledge base is broken: a fault of ours or of who edited it.
    Knowledge,
}

impl Error {
    /// The kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::KnowledgeSyntax { .. }
            | Self::UnknownReference { .. }
            | Self::Duplicate { .. }
            | Self::Inconsistent { .. } => ErrorKind::Knowledge,
            Self::UnknownSegment { .. } | Self::UnknownIndicator { .. } => ErrorKind::Absent,
            Self::Code { .. }
            | Self::Place { .. }
            | Self::SegmentForm { .. }
            | Self::IndicatorValue { .. } => ErrorKind::Refused,
        }
    }
}
