//! What an indicator, a check or a claim may ask of observations: the latest, an as-of, or a
//! preview of a release that is not published. One trait serves all three, so that a value and
//! its explanation, today's and yesterday's, come from the same code.

use crate::{Observation, Period, SeriesKey, SeriesPattern};

/// A reading of dataflows at one moment.
///
/// Dataflows are named by their id alone (`DF_FDI_HOST`): a view belongs to one domain, in which
/// an id is unique.
pub trait View {
    /// The observation of a series at a period; `None` where there is none (or it was deleted).
    fn observation(&self, dataflow: &str, key: &SeriesKey, period: Period) -> Option<Observation>;

    /// All observations of a series, by period.
    fn series(&self, dataflow: &str, key: &SeriesKey) -> Vec<Observation>;

    /// The keys of the series that match, in ascending order.
    fn keys(&self, dataflow: &str, pattern: &SeriesPattern) -> Vec<SeriesKey>;

    /// The members of a group (such as `ASEAN`) on the last day of the period, in ascending order;
    /// `None` where the group is not known.
    fn members(&self, group: &str, period: Period) -> Option<Vec<String>>;

    /// The release that brought the observation, for explanations: its id.
    fn release(&self, dataflow: &str, key: &SeriesKey, period: Period) -> Option<String>;
}
