//! What stops a whole operation of this crate.
//!
//! A bad entity or edge in a document is no error but a [`Rejection`](crate::Rejection): the rest
//! goes on. Fields carry facts; sentences are made by `Display`. `kind` maps each variant to the
//! closed set that callers match in full.

use crate::{AttributeId, EntityId, RecordedAt, RelationId};

/// Why an operation could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A document is longer than its limit.
    #[error("document has {found} bytes, at most {limit} are read")]
    DocumentBytes {
        /// Bytes found.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A document has too many records of one kind.
    #[error("document has {found} {what}, at most {limit} are read")]
    DocumentCount {
        /// `entities` or `relations`.
        what: &'static str,
        /// Records found.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A document is no JSON of the expected outer shape.
    #[error("document cannot be read at line {line}, column {column}")]
    DocumentSyntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the JSON reader says.
        #[source]
        source: serde_json::Error,
    },
    /// A mapping of columns cannot be, or does not fit its file.
    #[error("mapping of `{file}`: {problem}")]
    Mapping {
        /// The file that is mapped.
        file: String,
        /// What does not fit.
        problem: String,
    },
    /// A file of a bulk load cannot be read on.
    #[error("`{file}` line {line}: {problem}")]
    Source {
        /// The file.
        file: String,
        /// The line, from 1; 0 before the first.
        line: u64,
        /// What is wrong.
        problem: &'static str,
        /// What the reader says.
        #[source]
        source: Option<std::io::Error>,
    },
    /// A file of a bulk load that has rows and no lines cannot be read on.
    #[error("`{file}` row {row}: {problem}")]
    SourceRow {
        /// The file.
        file: String,
        /// The last row that was read, from 1; 0 before the first.
        row: u64,
        /// What is wrong.
        problem: String,
        /// What the reader says.
        #[source]
        source: Option<std::io::Error>,
    },
    /// A row of a table of activities cannot be one.
    #[error("`{file}` line {line}: {problem}")]
    ActivityRow {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// An identifier has a wrong form.
    #[error(
        "{kind} id `{found}` is not 1 to 64 of a-z, 0-9, `-`, `_`, `.` beginning with a letter or digit"
    )]
    Id {
        /// Which kind of identifier.
        kind: &'static str,
        /// What was found.
        found: String,
    },
    /// A reference to an entity has no or an unknown kind before its colon.
    #[error(
        "reference `{found}` is not a kind of entity (`firm`, `actor`, `place`, `programme`, \
         `product`, `segment`), a colon and an id"
    )]
    Reference {
        /// What was found.
        found: String,
    },
    /// A code is not in its closed set.
    #[error("code `{found}` is not in {set}")]
    Code {
        /// The set.
        set: &'static str,
        /// What was found.
        found: String,
    },
    /// An area or place code has a wrong form.
    #[error("area `{found}` is not {expected}")]
    Area {
        /// What was found.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A date has a wrong form or does not exist.
    #[error("date `{found}` is not a year, a year and month, or a day as in ISO 8601")]
    Date {
        /// What was found.
        found: String,
    },
    /// A recorded time has a wrong form.
    #[error("time `{found}` is not an instant as in RFC 3339")]
    Time {
        /// What was found.
        found: String,
    },
    /// An interval ends before it starts, however its partial dates are read.
    #[error("valid to `{to}` is before valid from `{from}`")]
    EndBeforeStart {
        /// First day, as given.
        from: String,
        /// Last day, as given.
        to: String,
    },
    /// A share or a confidence lies outside 0 to 1.
    #[error("{what} {found} is not from 0 to 1")]
    OutsideUnitInterval {
        /// `share` or `confidence`.
        what: &'static str,
        /// What was found.
        found: f64,
    },
    /// A table has not as many cells as its labels need.
    #[error("table has {found} cells, its labels need {expected}")]
    TableShape {
        /// Cells found.
        found: usize,
        /// Actors × products.
        expected: usize,
    },
    /// A label or a row of a table is given twice.
    #[error("{what} {index} of the table was given before")]
    TableRepeats {
        /// `actor`, `product` or `row`.
        what: &'static str,
        /// Position, from 0.
        index: usize,
    },
    /// A value of a table is negative or not finite.
    #[error("value {found} in row {row}, column {column} is not a number from 0 up")]
    TableCell {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// What was found.
        found: f64,
    },
    /// A parameter lies outside its range.
    #[error("{what} {found} is not {expected}")]
    Parameter {
        /// Which.
        what: &'static str,
        /// What was found.
        found: f64,
        /// What was expected.
        expected: &'static str,
    },
    /// An edge ends at a vertex that the graph does not have.
    #[error("edge {index} ends at vertex {found} of {vertices}")]
    Vertex {
        /// Position of the edge, from 0.
        index: usize,
        /// The vertex, from 0.
        found: usize,
        /// How many vertices there are.
        vertices: usize,
    },
    /// More is asked than a method is made for.
    #[error("{found} {what}, at most {limit} are handled")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// An iteration did not come to its end: the system may have no solution.
    #[error("{what} not found in {steps} steps: the residual is {residual}")]
    NotConverged {
        /// What was to be found.
        what: &'static str,
        /// Steps taken.
        steps: usize,
        /// The residual at the end.
        residual: f64,
    },
    /// A volume is no decimal number.
    #[error("amount `{found}` is not a decimal number of at most 30 digits")]
    Amount {
        /// What was found.
        found: String,
    },
    /// A fact names an entity that the network does not have.
    #[error("entity `{id}` is not in the network")]
    UnknownEntity {
        /// The entity.
        id: EntityId,
    },
    /// A fact changes or ends a relation that the network does not have.
    #[error("relation `{id}` is not in the network")]
    UnknownRelation {
        /// The relation.
        id: RelationId,
    },
    /// Two entities that are to be one are one already, or of two kinds.
    #[error("`{merged}` cannot be merged into `{survivor}`: two entities of one kind are needed")]
    Merge {
        /// The duplicate.
        merged: EntityId,
        /// What it is to become.
        survivor: EntityId,
    },
    /// A measure is asked for between anchors that are no two different numbers.
    #[error("`{attribute}` needs two different numbers as worst and best")]
    Anchors {
        /// The measure.
        attribute: AttributeId,
    },
    /// A fact is recorded before one that the network already has.
    #[error("recorded time {found} is before {last}, the last one applied")]
    RecordedBackwards {
        /// The fact's time.
        found: RecordedAt,
        /// The last time applied.
        last: RecordedAt,
    },
    /// A sale of a supply network makes no sense.
    #[error("sale {index}: {problem}")]
    Sale {
        /// Its place in what was given, from 0.
        index: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A firm's revenue or cost is not above 0 and finite.
    #[error("firm {firm}: revenue and cost must be above 0 and finite")]
    SupplyFirm {
        /// Its number, from 0.
        firm: usize,
    },
    /// Volumes that cannot be added up.
    #[error("the volume of `{relation}` {problem}")]
    Volumes {
        /// The first relation that it was seen at.
        relation: RelationId,
        /// What is wrong.
        problem: String,
    },
    /// A supply network in which nobody sells anything: a share of it is undefined.
    #[error("the supply network has no sales")]
    NoSales,
    /// A matrix of needs does not fit.
    #[error("essentiality is known for {found} industries, expected {expected}")]
    EssentialityShape {
        /// Industries found.
        found: usize,
        /// Industries expected.
        expected: usize,
    },
    /// Options of a shock that cannot be met.
    #[error("eps is {eps}: expected 0 or more and finite, and at least one step")]
    ShockOptions {
        /// What was given.
        eps: f64,
    },
    /// A shock to an unknown firm, or out of its range.
    #[error("firm {firm} keeps {remaining} of its capacity: expected a known firm, and 0 to 1")]
    Shock {
        /// The firm's number, from 0.
        firm: usize,
        /// What was said to remain.
        remaining: f64,
    },
}

/// The closed set of reasons that callers tell apart.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ErrorKind {
    /// The input has a wrong form or value.
    Refused,
    /// Something named does not exist.
    Absent,
    /// A limit is passed.
    OverLimit,
    /// The network has moved on.
    Stale,
}

impl Error {
    /// The kind of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::DocumentBytes { .. } | Self::DocumentCount { .. } | Self::TooMany { .. } => {
                ErrorKind::OverLimit
            }
            Self::UnknownEntity { .. } | Self::UnknownRelation { .. } => ErrorKind::Absent,
            Self::RecordedBackwards { .. } => ErrorKind::Stale,
            Self::DocumentSyntax { .. }
            | Self::Mapping { .. }
            | Self::Source { .. }
            | Self::SourceRow { .. }
            | Self::ActivityRow { .. }
            | Self::Id { .. }
            | Self::Reference { .. }
            | Self::Code { .. }
            | Self::Area { .. }
            | Self::Date { .. }
            | Self::Time { .. }
            | Self::EndBeforeStart { .. }
            | Self::TableShape { .. }
            | Self::TableRepeats { .. }
            | Self::TableCell { .. }
            | Self::Parameter { .. }
            | Self::Vertex { .. }
            | Self::NotConverged { .. }
            | Self::OutsideUnitInterval { .. }
            | Self::Amount { .. }
            | Self::Merge { .. }
            | Self::Anchors { .. }
            | Self::Sale { .. }
            | Self::SupplyFirm { .. }
            | Self::Volumes { .. }
            | Self::NoSales
            | Self::EssentialityShape { .. }
            | Self::ShockOptions { .. }
            | Self::Shock { .. } => ErrorKind::Refused,
        }
    }
}
