//! Why numbers are no table, or a table has no inverse.

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The parts do not have the sizes that belong together.
    #[error("`{part}` has {found} numbers, expected {expected}")]
    Shape {
        /// Which part.
        part: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A number that is none, or an output below zero.
    #[error(
        "`{part}` number {index} is {found}: expected a finite number, and an output of at least 0"
    )]
    Number {
        /// Which part.
        part: &'static str,
        /// Its index, from 0, by rows.
        index: usize,
        /// What was found.
        found: f64,
    },
    /// A row whose uses do not add up to its output.
    #[error("row {row}: uses add up to {uses}, gross output is {output}")]
    Unbalanced {
        /// The row, from 0.
        row: usize,
        /// Intermediate use and final demand.
        uses: f64,
        /// Gross output.
        output: f64,
    },
    /// `I − A` has no inverse (to working precision).
    #[error("I − A is singular at column {column}")]
    Singular {
        /// The column at which elimination found no pivot.
        column: usize,
    },
}
