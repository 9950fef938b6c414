//! What a place can do, from what it does: complexity, relatedness, niches and the ways into them.
//!
//! Read in order: [`ActivityTable`] (actor × product, gaps kept), [`Specialization`] (revealed
//! comparative advantage), [`ProductSpace`] (proximity, density, complexity, outlook), [`niches`]
//! and [`pathway`]; a table of a network's own operations comes from [`operations`]. Guarantees
//! that what the table does not determine is absent with its reason. Never takes a gap for a zero
//! unless the caller says that it is one.

mod table;
mod specialization;
mod eigen;
mod complexity;
mod space;
mod outlook;
mod niche;
mod pathway;
mod operations;
mod rows;

pub use complexity::{Complexity, ComplexityUndefined};
pub use niche::{NearProduct, Niche, niches};
pub use operations::{Operations, operations};
pub use pathway::{Pathway, Step, pathway};
pub use rows::{
    ActivityColumns, ActivityRow, LABEL_BYTES_MAX, ROWS_MAX, activity_row, read_activity_rows,
};
pub use space::ProductSpace;
pub use specialization::{LeftOut, Specialization, WhyLeftOut};
pub use table::{AbsentRow, ActivityTable, Cell};
