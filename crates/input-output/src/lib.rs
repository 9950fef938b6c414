//! Inter-country input-output tables as values: a balanced table, its technical coefficients and
//! its Leontief inverse.
//!
//! A table is taken whole or refused: one whose rows do not add up to its gross output is not
//! guessed at. Never reads a file, never knows a country. Decompositions build on [`Table`].
//!
//! ```
//! use input_output::{Flows, Table};
//! // One country, one sector: of 100 produced, 20 go back into production.
//! let flows = Flows { intermediate: vec![20.0], final_demand: vec![80.0], gross_output: vec![100.0] };
//! let table = Table::try_new(1, flows)?;
//! assert_eq!(table.technical_coefficients(), [0.2]);
//! assert_eq!(table.leontief_inverse()?, [1.25]);
//! # Ok::<(), input_output::Error>(())
//! ```
#![warn(missing_docs)]

mod table;
mod leontief;
mod error;

pub use error::Error;
pub use table::{Flows, Table};
