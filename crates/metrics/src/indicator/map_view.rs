//! A view of observations held in memory: for tests, examples and callers without a store.
//!
//! Later puts replace earlier ones; there are no vintages. Group members have a first day.

use std::collections::BTreeMap;

use statistics::{Observation, Period, SeriesKey, SeriesPattern, View};

/// Observations and groups in memory.
#[derive(Clone, Debug, Default)]
pub struct MapView {
    dataflows: BTreeMap<String, BTreeMap<SeriesKey, BTreeMap<Period, Observation>>>,
    groups: BTreeMap<String, Vec<(String, Period)>>,
}

impl MapView {
    /// Puts an observation.
    pub fn put(&mut self, dataflow: &str, key: SeriesKey, observation: Observation) {
        let series = self.dataflows.entry(dataflow.to_owned()).or_default().entry(key).or_default();
        series.insert(observation.period, observation);
    }

    /// Takes an observation away.
    pub fn remove(&mut self, dataflow: &str, key: &SeriesKey, period: Period) {
        let series = self.dataflows.get_mut(dataflow).and_then(|keys| keys.get_mut(key));
        if let Some(series) = series {
            series.remove(&period);
        }
    }

    /// Makes an area a member of a group from the first day of a period on.
    pub fn join(&mut self, group: &str, area: &str, from: Period) {
        let members = self.groups.entry(group.to_owned()).or_default();
        members.push((area.to_owned(), from));
        members.sort();
    }

    /// The ids of the dataflows, in ascending order.
    pub fn dataflows(&self) -> impl Iterator<Item = &str> {
        self.dataflows.keys().map(String::as_str)
    }
}

impl View for MapView {
    fn observation(&self, dataflow: &str, key: &SeriesKey, period: Period) -> Option<Observation> {
        self.dataflows.get(dataflow)?.get(key)?.get(&period).cloned()
    }

    fn series(&self, dataflow: &str, key: &SeriesKey) -> Vec<Observation> {
        let series = self.dataflows.get(dataflow).and_then(|keys| keys.get(key));
        series.map(|series| series.values().cloned().collect()).unwrap_or_default()
    }

    fn keys(&self, dataflow: &str, pattern: &SeriesPattern) -> Vec<SeriesKey> {
        let Some(keys) = self.dataflows.get(dataflow) else { return Vec::new() };
        keys.keys().filter(|key| pattern.matches(key)).cloned().collect()
    }

    fn members(&self, group: &str, period: Period) -> Option<Vec<String>> {
        let last_day = period.last_day()?;
        let members = self.groups.get(group)?.iter();
        let joined = members.filter(|(_, from)| from.first_day().is_some_and(|d| d <= last_day));
        Some(joined.map(|(area, _)| area.clone()).collect())
    }

    fn release(&self, dataflow: &str, key: &SeriesKey, period: Period) -> Option<String> {
        self.observation(dataflow, key, period).map(|_| "in memory".to_owned())
    }
}
