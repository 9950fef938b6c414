//! The view of vintages that indicators, checks and claims read: latest, as of a moment, or with a
//! release on top that is not published.
//!
//! A view keeps what it has read, so that a thousand indicators over one series decode it once. It
//! is made for one question or one step and then dropped, which bounds its memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use jiff::civil::Date;
use statistics::{Action, AsOf, Observation, Period, SeriesBlock, SeriesKey, SeriesPattern, View};
use store::Store;

use super::catalogue::Catalogue;
use super::rows::{series_keys, vintages_of};
use crate::ApplyError;

/// The series kept by a view at most; a fresh start costs less than a policy.
const SERIES_KEPT_MAX: usize = 20_000;

/// Observations that are laid over those of the store: a release that is not published.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// The dataflow's full id.
    pub dataflow: String,
    /// Its series.
    pub blocks: BTreeMap<SeriesKey, SeriesBlock>,
}

/// A view of one domain at one moment.
pub struct VintageView {
    store: Store,
    catalogue: Catalogue,
    domain: String,
    as_of: AsOf,
    overlay: Option<Overlay>,
    kept: RefCell<HashMap<(String, SeriesKey), Rc<Series>>>,
    keys: RefCell<HashMap<String, Rc<Vec<SeriesKey>>>>,
    /// The first trouble: the trait cannot fail, so the one who asked looks here at the end.
    trouble: RefCell<Option<ApplyError>>,
}

#[derive(Default)]
struct Series {
    /// By period: the observation and the release that brought it.
    observations: BTreeMap<Period, (Observation, Rc<str>)>,
}

impl VintageView {
    /// A view of the releases that the catalogue knows and `as_of` shows.
    #[must_use]
    pub fn new(store: Store, catalogue: Catalogue, domain: &str, as_of: AsOf) -> Self {
        Self {
            store,
            catalogue,
            domain: domain.to_owned(),
            as_of,
            overlay: None,
            kept: RefCell::default(),
            keys: RefCell::default(),
            trouble: RefCell::default(),
        }
    }

    /// Lays a release on top.
    #[must_use]
    pub fn with_overlay(mut self, overlay: Overlay) -> Self {
        self.overlay = Some(overlay);
        self
    }

    /// The first error that reading met, if any: what was answered is then not to be trusted.
    ///
    /// # Errors
    /// That error.
    pub fn check(&self) -> Result<(), ApplyError> {
        self.trouble.borrow_mut().take().map_or(Ok(()), Err)
    }

    /// The catalogue that it reads by.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    fn full_id(&self, dataflow: &str) -> Option<String> {
        if dataflow.contains(':') {
            return Some(dataflow.to_owned());
        }
        let found = self.catalogue.dataflow_named(&self.domain, dataflow)?;
        Some(found.as_str().to_owned())
    }

    fn read(&self, dataflow: &str, key: &SeriesKey) -> Rc<Series> {
        let Some(dataflow) = self.full_id(dataflow) else { return Rc::default() };
        let id = (dataflow, key.clone());
        if let Some(series) = self.kept.borrow().get(&id) {
            return series.clone();
        }
        let series = match self.load(&id.0, key) {
            Ok(series) => Rc::new(series),
            Err(error) => {
                self.trouble.borrow_mut().get_or_insert(error);
                Rc::default()
            }
        };
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= SERIES_KEPT_MAX {
            kept.clear();
        }
        kept.insert(id, series.clone());
        series
    }

    fn load(&self, dataflow: &str, key: &SeriesKey) -> Result<Series, ApplyError> {
        let mut series = Series::default();
        for vintage in vintages_of(&self.store, &self.catalogue, dataflow, key)? {
            if vintage.release.is_visible(self.as_of) {
                series.lay(&vintage.block, &vintage.release.id);
            }
        }
        if let Some(overlay) = &self.overlay
            && overlay.dataflow == dataflow
            && let Some(block) = overlay.blocks.get(key)
        {
            series.lay(block, "(not published)");
        }
        Ok(series)
    }

    fn all_keys(&self, dataflow: &str) -> Rc<Vec<SeriesKey>> {
        let Some(dataflow) = self.full_id(dataflow) else { return Rc::default() };
        if let Some(keys) = self.keys.borrow().get(&dataflow) {
            return keys.clone();
        }
        let mut keys = match series_keys(&self.store, &dataflow, None, usize::MAX) {
            Ok(keys) => keys,
            Err(error) => {
                self.trouble.borrow_mut().get_or_insert(error);
                Vec::new()
            }
        };
        if let Some(overlay) = self.overlay.as_ref().filter(|one| one.dataflow == dataflow) {
            keys.extend(overlay.blocks.keys().cloned());
            keys.sort();
            keys.dedup();
        }
        let keys = Rc::new(keys);
        self.keys.borrow_mut().insert(dataflow, keys.clone());
        keys
    }
}

impl Series {
    fn lay(&mut self, block: &SeriesBlock, release: &str) {
        let release: Rc<str> = release.into();
        for entry in &block.entries {
            match entry.action {
                Action::Delete => {
                    self.observations.remove(&entry.period);
                }
                Action::Put => {
                    let attributes = block.dictionary.get(entry.attributes_index as usize);
                    let observation = Observation {
                        period: entry.period,
                        cell: entry.cell,
                        attributes: attributes.cloned().unwrap_or_default(),
                    };
                    self.observations.insert(entry.period, (observation, release.clone()));
                }
            }
        }
    }
}

impl View for VintageView {
    fn observation(&self, dataflow: &str, key: &SeriesKey, period: Period) -> Option<Observation> {
        let series = self.read(dataflow, key);
        series.observations.get(&period).map(|(observation, _)| observation.clone())
    }

    fn series(&self, dataflow: &str, key: &SeriesKey) -> Vec<Observation> {
        let series = self.read(dataflow, key);
        series.observations.values().map(|(observation, _)| observation.clone()).collect()
    }

    fn keys(&self, dataflow: &str, pattern: &SeriesPattern) -> Vec<SeriesKey> {
        let keys = self.all_keys(dataflow);
        // A key whose rows are all invisible at this moment is not there.
        keys.iter()
            .filter(|key| pattern.matches(key))
            .filter(|key| !self.read(dataflow, key).observations.is_empty())
            .cloned()
            .collect()
    }

    fn members(&self, group: &str, period: Period) -> Option<Vec<String>> {
        let last_day: Date = period.last_day()?;
        self.catalogue.structures.members(group, last_day)
    }

    fn release(&self, dataflow: &str, key: &SeriesKey, period: Period) -> Option<String> {
        let series = self.read(dataflow, key);
        series.observations.get(&period).map(|(_, release)| release.to_string())
    }
}
