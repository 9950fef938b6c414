//! What a reader or a check refuses: where it stands, which rule it breaks and what to do.
//!
//! A rejection is data, not an error: a reader yields it in place of a row and goes on. Every rule
//! has a stable id, which programs match on, and a remedy, which a statistician can act on. It
//! never quotes more than [`ROW_BYTES_MAX`] of the input.

use std::fmt;

/// How much of a refused row is kept: enough for any honest row, too little to fill a memory.
pub const ROW_BYTES_MAX: usize = 4096;

/// Where a row stands in its input.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct At {
    /// Offset of the first byte of the row, from 0.
    pub byte: u64,
    /// Line on which the row begins, from 1, as an editor counts; 0 where there are no lines.
    pub row: u64,
    /// Column, from 1, if one is to blame.
    pub column: Option<u32>,
}

/// Something that was refused.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rejection {
    /// Where it stands.
    pub position: At,
    /// The component or member to blame, such as `REF_AREA`.
    pub field: Option<String>,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What was found and what was expected, in one line.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// The original bytes of the row, at most [`ROW_BYTES_MAX`]; empty where the row was refused
    /// only after it was read, such as a duplicate (its position finds it in the input).
    pub row_bytes: Vec<u8>,
}

/// The rejections of one read: the first ones whole, and the count of all.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rejections {
    /// The first ones, in the order of the input.
    pub kept: Vec<Rejection>,
    /// How many there were, kept or not.
    pub total: u64,
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])* $variant:ident $id:literal $remedy:literal,)*) => {
        /// The rules that input can break.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Rule {
            /// All rules, in the order in which a release meets them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The id that programs match on; it never changes.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)*
                }
            }

            /// What a statistician can do about it.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self {
                    $(Self::$variant => $remedy,)*
                }
            }
        }
    };
}

rules! {
    /// The first row is no SDMX-CSV header.
    CsvHeader "csv.header"
        "start the file with the header row of SDMX-CSV: `DATAFLOW,…` (1.0) or \
         `STRUCTURE,STRUCTURE_ID,ACTION,…` (2.0), each column once",
    /// Header and rows are separated by different characters, or by none that is usable.
    CsvDelimiter "csv.delimiter"
        "export the file again with one separator for header and rows: comma, semicolon or tab",
    /// Bytes that are not UTF-8.
    CsvEncoding "csv.encoding"
        "save the file as UTF-8 (in a spreadsheet: `CSV UTF-8`), not as Latin-1 or Windows-1252",
    /// A field or row that is longer than the limit.
    CsvFieldTooLong "csv.field-too-long"
        "look for a quotation mark that is opened and not closed; shorten the text, or raise the \
         limit if it is meant",
    /// More columns than the limit.
    CsvTooManyColumns "csv.too-many-columns"
        "send one row an observation: periods and areas go down the rows, not across the columns",
    /// A row with more or fewer fields than the header.
    CsvRowLength "csv.row-length"
        "put text that holds the separator between double quotes, and give each row as many \
         fields as the header has",
    /// The input ends in the middle of a row.
    Truncated "truncated"
        "the transfer was cut off: send the whole file again",
    /// A structure message or check file that is no JSON of the right shape.
    DocumentJson "document.json"
        "send the document as JSON of the expected layout, as the message says",
    /// A document that is larger than the limit.
    DocumentTooLarge "document.too-large"
        "split the document; send code lists that are not used separately or not at all",
    /// An id, date or list in a document that cannot be used.
    DocumentMember "document.member"
        "correct the named member of the document",
    /// A dataflow that is not registered.
    DataflowUnknown "dataflow.unknown"
        "register the structure of the dataflow first, or correct its agency, id and version",
    /// An action that SDMX does not know.
    ActionUnknown "action.unknown"
        "use one of I, A, M, R (put) and D (delete) in ACTION, or leave the column out",
    /// A row that asks for something that is not carried out, such as deleting one attribute.
    ActionUnsupported "action.unsupported"
        "send the observation whole (value and all attributes) with action R, or delete it with D",
    /// A dimension without a code.
    DimensionMissing "dimension.missing"
        "fill every dimension of the structure; use its code for `total` or `not applicable`",
    /// A code that is not in the code list.
    CodeUnknown "code.unknown"
        "use a code of the named code list, in its exact spelling, or register a list that has it",
    /// A code or key that no series key can hold.
    KeyMalformed "key.malformed"
        "use codes of letters, digits, `_`, `-`, `@` and `$`; a key has at most 1024 characters",
    /// A period in no SDMX form.
    PeriodMalformed "period.malformed"
        "write periods as 2014, 2014-S1, 2014-Q3, 2014-07, 2014-W05, 2014-07-01 or \
         2000-01-01/P15Y",
    /// A value that is no number.
    ValueMalformed "value.malformed"
        "write numbers as 1234.5: no thousands separator, no footnote mark, at most 28 digits",
    /// No value and no reason for that.
    ValueMissing "value.missing"
        "give the value, or say why there is none: OBS_STATUS M (cannot exist), L (not \
         collected), Q (suppressed) or O (no reason)",
    /// A value together with a status that says that there is none.
    ValueStatus "value.status"
        "empty OBS_VALUE, or give the status of a value that is there (A, P, E, …)",
    /// A mandatory attribute without a value.
    AttributeMandatory "attribute.mandatory"
        "fill the attribute in every row: the structure makes it mandatory",
    /// The same observation twice with different contents.
    Duplicate "duplicate"
        "remove one of the two rows; if both are right, a dimension is missing that tells them \
         apart",
    /// A sum that does not come out, beyond rounding.
    Sum "sum"
        "compare parent and members with the source; if a part is left out on purpose, add it to \
         the check or mark it as a memo item",
    /// Two tables that disagree on one quantity, beyond rounding.
    Agreement "agreement"
        "correct the older table, or record why the two differ",
    /// A value far away from its own history.
    Outlier "outlier"
        "look for a slipped decimal point, a changed unit or a swapped code; if the value is \
         right, nothing needs to be done",
}

impl Rejection {
    /// A rejection with the rule's own remedy.
    #[must_use]
    pub fn new(rule: Rule, position: At, reason: impl Into<String>) -> Self {
        Self {
            position,
            field: None,
            rule,
            reason: reason.into(),
            remedy: rule.remedy().into(),
            row_bytes: Vec::new(),
        }
    }

    /// The same, with the component to blame and its column, counted from 1.
    #[must_use]
    pub fn on(mut self, field: &str, column: Option<u32>) -> Self {
        self.field = Some(field.into());
        self.position.column = column;
        self
    }

    /// The same, with the first bytes of the row.
    #[must_use]
    pub fn quoting(mut self, row_bytes: &[u8]) -> Self {
        self.row_bytes = row_bytes[..row_bytes.len().min(ROW_BYTES_MAX)].to_vec();
        self
    }
}

impl Rejections {
    /// Counts one, and keeps it if fewer than `kept_max` are kept.
    pub fn push(&mut self, rejection: Rejection, kept_max: usize) {
        self.total += 1;
        if self.kept.len() < kept_max {
            self.kept.push(rejection);
        }
    }

    /// Whether nothing was refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.position.row > 0 {
            write!(f, "row {}: ", self.position.row)?;
        }
        if let Some(field) = &self.field {
            write!(f, "`{field}`: ")?;
        }
        write!(f, "{} [{}]", self.reason, self.rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_remedies_are_sentences() {
        let mut ids: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(rule.remedy().split(' ').count() > 3, "{rule} says too little");
        }
    }

    #[test]
    fn a_rejection_quotes_four_kibibytes_and_no_more() {
        let rejection = Rejection::new(Rule::Sum, At::default(), "x").quoting(&[b'x'; 10_000]);
        assert_eq!(rejection.row_bytes.len(), ROW_BYTES_MAX);
    }

    #[test]
    fn all_are_counted_and_the_first_are_kept() {
        let mut rejections = Rejections::default();
        for row in 1..=5 {
            let position = At { byte: 0, row, column: None };
            rejections.push(Rejection::new(Rule::Duplicate, position, "twice"), 2);
        }
        assert_eq!((rejections.total, rejections.kept.len()), (5, 2));
        assert_eq!(rejections.kept[1].to_string(), "row 2: twice [duplicate]");
    }
}
