//! What stops a whole read, or makes a value impossible to parse.
//!
//! A bad row is not an error: readers give a `Rejection` for it and go on. The closed
//! [`ErrorKind`] is what other crates match on; the enum itself may grow.

/// What stops a read or a parse.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A period that is none of the SDMX time formats.
    #[error("`{found}` is not an SDMX time period (expected e.g. 2014, 2014-Q1, 2014-01)")]
    Period {
        /// The text that was found.
        found: String,
    },
    /// A value that is no decimal number of at most 28 digits.
    #[error("`{found}` is not a decimal number of at most 28 digits")]
    Number {
        /// The text that was found.
        found: String,
    },
    /// An identifier with a character that SDMX does not allow, or of the wrong shape.
    #[error("`{found}` is not a valid {what}")]
    Identifier {
        /// What was expected, such as "series key".
        what: &'static str,
        /// The text that was found.
        found: String,
    },
    /// Bytes that are not what the block codec wrote.
    #[error("series block is damaged at byte {at}: {expected}")]
    Block {
        /// Offset of the first byte that does not fit.
        at: usize,
        /// What should have been there.
        expected: &'static str,
    },
}

/// The closed set of kinds that callers treat differently.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorKind {
    /// The input is wrong and another input would do.
    Refused,
    /// Stored bytes are damaged.
    Damaged,
}

impl Error {
    /// Says which kind of trouble this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Period { .. } | Self::Number { .. } | Self::Identifier { .. } => {
                ErrorKind::Refused
            }
            Self::Block { .. } => ErrorKind::Damaged,
        }
    }
}
