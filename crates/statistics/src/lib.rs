//! Official statistics as values: observations, structures, vintages, checks, and the formats
//! that they come in.
//!
//! A series key names a series; a period and a [`Cell`] make an observation of it; a release
//! brings observations under two clocks. Nothing here does I/O beyond a reader that it is given,
//! and nothing here reads a clock.
//!
//! ```
//! use statistics::{Cell, Period};
//! let period: Period = "2014-Q3".parse()?;
//! assert_eq!(period.to_string(), "2014-Q3");
//! assert_eq!(Cell::parse("82.0")?.to_string(), "82.0"); // Printed digits are kept.
//! # Ok::<(), statistics::Error>(())
//! ```
#![warn(missing_docs)]

mod period;
mod observation;
mod series_key;
mod attributes;
mod series_block;
mod structure;
mod vintage;
mod view;
mod formats;
mod contents;
mod classify;
mod check;
mod rejection;
mod error;

pub use attributes::{AttributeSet, Attributes};
pub use check::outliers::{Outlier, outliers};
pub use check::{Agreement, Checks, Finding, Outcome, Severity, Side, SumCheck};
pub use classify::{Counts, classify};
pub use contents::{ReadRelease, ReleaseContents, read_release};
pub use error::{Error, ErrorKind};
pub use formats::{Limits, Part, Place, Progress, Run, SdmxCsvReader, SdmxCsvWriter, Withdrawal};
pub use observation::{Cell, Missing, Observation};
pub use period::{Frequency, Period};
pub use rejection::{At, ROW_BYTES_MAX, Rejection, Rejections, Rule};
pub use rust_decimal::Decimal;
pub use series_block::{Action, Entry, SeriesBlock};
pub use series_key::{DataflowId, SeriesKey, SeriesPattern};
pub use structure::{
    Attachment, Attribute, Code, CodeList, Dataflow, Dimension, Hierarchy, HierarchyNode,
    Structure, Structures, Unresolved, Usage,
};
pub use view::View;
pub use vintage::{AsOf, RecordKind, RecordedAt, ReleasedAt};
