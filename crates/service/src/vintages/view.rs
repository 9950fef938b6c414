//! The view of vintages that indicators, checks and claims read: latest, as of a moment, or with a
//! release on top that is not published.
//!
//! A view keeps what it has read, so that a thousand indicators over one series decode it once. It
//! is made for one question or one step and then dropped, which bounds its memory.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use jiff::civil::Date;
use statistics::{Action, AsOf, Observation, Period, SeriesBlock, SeriesKey, SeriesPattern, View};
use store::Store;

use super::catalogue::Catalogue;
use super::rows::{series_keys, vintages_of};
use crate::ApplyError;

/// The series of a dataflow kept by a view at most; a fresh start costs less than a policy.
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
    /// By the name that they are asked by.
    flows: RefCell<BTreeMap<String, Rc<Flow>>>,
    groups: RefCell<HashMap<String, Group>>,
    /// The first trouble: the trait cannot fail, so the one who asked looks here at the end.
    trouble: RefCell<Option<ApplyError>>,
}

/// The members of a group by period, as they were asked for.
type Group = HashMap<Period, Option<Vec<String>>>;

/// What was read of a dataflow.
#[derive(Default)]
struct Flow {
    /// Its full id.
    id: String,
    /// Whether any release of it is to be seen; if not, the store is not asked at all.
    is_visible: bool,
    series: RefCell<HashMap<SeriesKey, Rc<Series>>>,
    keys: OnceCell<Vec<SeriesKey>>,
}

/// What is to be seen of a series, by period, with the release that brought it.
#[derive(Default)]
struct Series(Vec<(Observation, Rc<str>)>);

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
            flows: RefCell::default(),
            groups: RefCell::default(),
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

    fn flow(&self, dataflow: &str) -> Rc<Flow> {
        if let Some(flow) = self.flows.borrow().get(dataflow) {
            return flow.clone();
        }
        let full = if dataflow.contains(':') {
            Some(dataflow.to_owned())
        } else {
            let found = self.catalogue.dataflow_named(&self.domain, dataflow);
            found.map(|id| id.as_str().to_owned())
        };
        let flow = full.map_or_else(Flow::default, |id| {
            let mut releases = self.catalogue.releases_of(&id).iter();
            let is_visible = releases.any(|release| release.is_visible(self.as_of))
                || self.overlay_of(&id).is_some();
            Flow { id, is_visible, ..Flow::default() }
        });
        let flow = Rc::new(flow);
        self.flows.borrow_mut().insert(dataflow.to_owned(), flow.clone());
        flow
    }

    fn overlay_of(&self, dataflow: &str) -> Option<&Overlay> {
        self.overlay.as_ref().filter(|overlay| overlay.dataflow == dataflow)
    }

    fn read(&self, flow: &Flow, key: &SeriesKey) -> Rc<Series> {
        if !flow.is_visible {
            return Rc::default();
        }
        if let Some(series) = flow.series.borrow().get(key) {
            return series.clone();
        }
        let series = Rc::new(self.or_empty(self.load(flow, key)));
        let mut kept = flow.series.borrow_mut();
        if kept.len() >= SERIES_KEPT_MAX {
            kept.clear();
        }
        kept.insert(key.clone(), series.clone());
        series
    }

    fn load(&self, flow: &Flow, key: &SeriesKey) -> Result<Series, ApplyError> {
        let mut series = Series::default();
        for vintage in vintages_of(&self.store, &self.catalogue, &flow.id, key)? {
            if vintage.release.is_visible(self.as_of) {
                series.lay(&vintage.block, &vintage.release.id);
            }
        }
        let overlay = self.overlay_of(&flow.id);
        if let Some(block) = overlay.and_then(|overlay| overlay.blocks.get(key)) {
            series.lay(block, "(not published)");
        }
        Ok(series)
    }

    fn all_keys<'a>(&self, flow: &'a Flow) -> &'a [SeriesKey] {
        flow.keys.get_or_init(|| {
            let mut keys = self.or_empty(series_keys(&self.store, &flow.id, None, usize::MAX));
            if let Some(overlay) = self.overlay_of(&flow.id) {
                keys.extend(overlay.blocks.keys().cloned());
                keys.sort();
                keys.dedup();
            }
            keys
        })
    }

    /// What was read; nothing if it could not be, and the trouble is kept.
    fn or_empty<T: Default>(&self, read: Result<T, ApplyError>) -> T {
        read.unwrap_or_else(|error| {
            self.trouble.borrow_mut().get_or_insert(error);
            T::default()
        })
    }
}

impl Series {
    fn find(&self, period: Period) -> Result<usize, usize> {
        self.0.binary_search_by_key(&period, |(observation, _)| observation.period)
    }

    fn at(&self, period: Period) -> Option<&(Observation, Rc<str>)> {
        self.0.get(self.find(period).ok()?)
    }

    fn lay(&mut self, block: &SeriesBlock, release: &str) {
        let release: Rc<str> = release.into();
        for entry in &block.entries {
            let place = self.find(entry.period);
            if entry.action == Action::Delete {
                if let Ok(at) = place {
                    self.0.remove(at);
                }
                continue;
            }
            let attributes = block.dictionary.get(entry.attributes_index as usize);
            let observation = Observation {
                period: entry.period,
                cell: entry.cell,
                attributes: attributes.cloned().unwrap_or_default(),
            };
            match place {
                Ok(at) => self.0[at] = (observation, release.clone()),
                // Entries come by period, so of the first release this is the end.
                Err(at) => self.0.insert(at, (observation, release.clone())),
            }
        }
    }
}

impl View for VintageView {
    fn observation(&self, dataflow: &str, key: &SeriesKey, period: Period) -> Option<Observation> {
        let series = self.read(&self.flow(dataflow), key);
        series.at(period).map(|(observation, _)| observation.clone())
    }

    fn series(&self, dataflow: &str, key: &SeriesKey) -> Vec<Observation> {
        let series = self.read(&self.flow(dataflow), key);
        series.0.iter().map(|(observation, _)| observation.clone()).collect()
    }

    fn keys(&self, dataflow: &str, pattern: &SeriesPattern) -> Vec<SeriesKey> {
        let flow = self.flow(dataflow);
        if !flow.is_visible {
            return Vec::new();
        }
        // A key whose rows are all invisible at this moment is not there.
        self.all_keys(&flow)
            .iter()
            .filter(|key| pattern.matches(key))
            .filter(|key| !self.read(&flow, key).0.is_empty())
            .cloned()
            .collect()
    }

    fn members(&self, group: &str, period: Period) -> Option<Vec<String>> {
        let known = self.groups.borrow().get(group).and_then(|of| of.get(&period).cloned());
        if let Some(members) = known {
            return members;
        }
        let last_day: Option<Date> = period.last_day();
        let members = last_day.and_then(|day| self.catalogue.structures.members(group, day));
        let mut groups = self.groups.borrow_mut();
        groups.entry(group.to_owned()).or_default().insert(period, members.clone());
        members
    }

    fn release(&self, dataflow: &str, key: &SeriesKey, period: Period) -> Option<String> {
        let series = self.read(&self.flow(dataflow), key);
        series.at(period).map(|(_, release)| release.to_string())
    }
}
