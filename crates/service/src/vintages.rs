//! Vintages of observations in a store: how releases and their rows are kept, and read as of any
//! moment. Two services keep them, each in its own store, from the same events.
//!
//! A release's rows are written under its number and become visible when it commits, so that
//! committing is one small write and an as-of is a choice of releases. Nothing is overwritten.

mod catalogue;
mod fold;
mod rows;
mod view;
mod digest_views;

pub use catalogue::{Catalogue, Document, ReleaseRecord, ReleaseState};
pub use digest_views::VINTAGE_VIEWS;
pub use fold::{Effects, Touched, VINTAGE_TABLES, first_open, fold, forget_touched, touched};
pub use rows::{Vintage, block_of, series_keys, vintages_of};
pub use view::{Overlay, VintageView};
