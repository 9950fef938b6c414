//! What must be recomputed when a series changes, and what can be asked at all.
//!
//! The dependence is declared once, per series: constant work for each changed cell, with
//! look-ups of single cells and never a scan of a dataflow. What can be asked is what the cells
//! that exist affect, so the two cannot disagree.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use statistics::{Observation, Period, SeriesKey, View};

use crate::indicator::fdi_flow::first_period;
use crate::indicator::participation::SIZES;
use crate::indicator::roles::{
    ALL_ACTIVITIES, Flow, GPN_TRADE, GROUPS, INTRA, NOT_SECTIONS, PARTICIPATION, Role, SECTIONS,
    SME_SHARE, WORLD, pattern,
};
use crate::indicator::sme::MEASURES;
use crate::indicator::{Definition, Target};

/// Collects the targets to recompute when cells of many series change.
pub struct Dependants<'a> {
    view: &'a dyn View,
    wanted: Wanted,
}

/// Targets to recompute when cells of a series change, in ascending order, each once.
#[must_use]
pub fn affected(
    dataflow: &str,
    key: &SeriesKey,
    periods: &[Period],
    view: &dyn View,
) -> Vec<Target> {
    let mut dependants = Dependants::new(view);
    dependants.add(dataflow, key, periods);
    dependants.into_targets().into_iter().collect()
}

/// All targets of an indicator that the observations of the view allow to ask, in ascending order.
#[must_use]
pub fn targets(definition: &Definition, area: Option<&str>, view: &dyn View) -> Vec<Target> {
    let mut wanted = Wanted { only: Some(definition.id), ..Wanted::default() };
    // A group's figures come from the rows of its members, wherever they stand.
    let narrow = area.filter(|area| !GROUPS.contains(area)).unwrap_or("");
    let Some(pattern) = pattern(&["", narrow]) else { return Vec::new() };
    for dataflow in dataflows(definition) {
        for key in view.keys(dataflow, &pattern) {
            let series: Vec<Observation> = view.series(dataflow, &key);
            let periods: Vec<Period> = series.iter().map(|one| one.period).collect();
            affected_by(dataflow, &key, &periods, view, &mut wanted);
        }
    }
    let fits = |target: &Target| area.is_none_or(|area| target.area == area);
    wanted.targets.into_iter().filter(fits).collect()
}

/// The dataflows that an indicator may read, by id, in ascending order.
#[must_use]
pub fn dataflows(definition: &Definition) -> Vec<&'static str> {
    let inputs = definition.inputs.iter();
    let mut dataflows: Vec<&'static str> = inputs.map(|input| input.dataflow).collect();
    for role in Role::ALL {
        if dataflows.iter().any(|dataflow| role.has(dataflow)) {
            dataflows.extend(role.dataflows());
        }
    }
    dataflows.sort_unstable();
    dataflows.dedup();
    dataflows
}

/// Collects targets, of all indicators or of one only.
#[derive(Default)]
struct Wanted {
    only: Option<&'static str>,
    targets: BTreeSet<Target>,
    /// Members of the groups that were asked for: each cell of a cube asks for them.
    members: HashMap<(&'static str, Period), Option<Rc<[String]>>>,
}

impl<'a> Dependants<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn new(view: &'a dyn View) -> Self {
        Self { view, wanted: Wanted::default() }
    }

    /// Adds what depends on the cells of a series.
    pub fn add(&mut self, dataflow: &str, key: &SeriesKey, periods: &[Period]) {
        affected_by(dataflow, key, periods, self.view, &mut self.wanted);
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.wanted.targets.len()
    }

    /// All of them, in ascending order, each once.
    #[must_use]
    pub fn into_targets(self) -> BTreeSet<Target> {
        self.wanted.targets
    }
}

impl Wanted {
    fn members(
        &mut self,
        group: &'static str,
        period: Period,
        view: &dyn View,
    ) -> Option<Rc<[String]>> {
        let members = self.members.entry((group, period));
        members.or_insert_with(|| view.members(group, period).map(Into::into)).clone()
    }

    fn wants(&self, indicator: &str) -> bool {
        self.only.is_none_or(|only| only == indicator)
    }

    fn add(&mut self, indicator: &'static str, area: &str, part: Option<&str>, period: Period) {
        if self.wants(indicator) {
            let breakdown = part.map(str::to_owned);
            self.targets.insert(Target { indicator, area: area.to_owned(), breakdown, period });
        }
    }
}

fn affected_by(
    dataflow: &str,
    key: &SeriesKey,
    periods: &[Period],
    view: &dyn View,
    wanted: &mut Wanted,
) {
    match dataflow {
        SME_SHARE => sme(key, periods, wanted),
        PARTICIPATION => participation(key, periods, wanted),
        GPN_TRADE => trade(key, periods, wanted),
        _ => {
            let Some(flow) = Flow::parse(key) else { return };
            for period in periods {
                if Role::Host.has(dataflow) {
                    host(flow, *period, view, wanted);
                }
                if Role::Industry.has(dataflow) {
                    industry(flow, *period, view, wanted);
                }
                if Role::Source.has(dataflow) {
                    source(flow, *period, view, wanted);
                }
            }
        }
    }
}

/// A row of a table by host: a host's inflow, its share, or a figure printed for a group.
fn host(flow: Flow<'_>, period: Period, view: &dyn View, wanted: &mut Wanted) {
    let plain = flow.activity == ALL_ACTIVITIES && matches!(flow.counterpart, WORLD | INTRA);
    if !plain {
        return;
    }
    let area = flow.area;
    // Where nothing is said of the part from within, nothing can be asked of it.
    let has_intra = flow.counterpart == INTRA || has_intra(area, period, view);
    if has_intra {
        wanted.add("fdi.intra_inflow", area, None, period);
        wanted.add("fdi.intra_share", area, None, period);
    }
    let inflow_changed = flow.counterpart == WORLD && flow.unit == "USD";
    if inflow_changed {
        wanted.add("fdi.inflow", area, None, period);
        growth(area, area, period, view, wanted);
    }
    for group in GROUPS {
        let Some(members) = wanted.members(group, period, view) else { continue };
        if !members.iter().any(|member| member == area) {
            continue;
        }
        if has_intra {
            wanted.add("fdi.intra_inflow", group, None, period);
            wanted.add("fdi.intra_share", group, None, period);
        }
        if inflow_changed {
            wanted.add("fdi.inflow", group, None, period);
            wanted.add("fdi.hhi_host", group, None, period);
            growth(group, area, period, view, wanted);
            for member in members.iter() {
                wanted.add("fdi.host_share", member, None, period);
            }
        }
    }
}

/// Whether a host's inflow from within the group is there, as an amount or as a share.
fn has_intra(area: &str, period: Period, view: &dyn View) -> bool {
    let flow = Flow::total(area).from(INTRA);
    stands(flow, period, view) || stands(flow.in_percent(), period, view)
}

/// Growth of `area` into the period and out of it; `row` is the series that changed.
fn growth(area: &str, row: &str, period: Period, view: &dyn View, wanted: &mut Wanted) {
    if wanted.wants("fdi.growth") && period.offset(-1).is_some() {
        wanted.add("fdi.growth", area, None, period);
        let next = period.offset(1).filter(|next| !host_series(row, *next, view).1.is_empty());
        if let Some(next) = next {
            wanted.add("fdi.growth", area, None, next);
        }
    }
    if !wanted.wants("fdi.compound_growth") || period.offset(1).is_none() {
        return;
    }
    if first_period(area, period, view).is_some() {
        wanted.add("fdi.compound_growth", area, None, period);
        return;
    }
    // The first period is the base of all later ones.
    for observation in host_series(row, period, view).0 {
        let later = observation.period.frequency() == period.frequency();
        if later && observation.period > period {
            wanted.add("fdi.compound_growth", area, None, observation.period);
        }
    }
}

/// The series of a host's inflow, and of it what stands at the period.
fn host_series(
    area: &str,
    period: Period,
    view: &dyn View,
) -> (Vec<Observation>, Vec<Observation>) {
    let Ok(key) = Flow::total(area).key(period) else { return (Vec::new(), Vec::new()) };
    for dataflow in Role::Host.dataflows() {
        let series = view.series(dataflow, &key);
        if !series.is_empty() {
            let at = series.iter().filter(|one| one.period == period).cloned().collect();
            return (series, at);
        }
    }
    (Vec::new(), Vec::new())
}

/// A row of a table by activity.
fn industry(flow: Flow<'_>, period: Period, view: &dyn View, wanted: &mut Wanted) {
    if !matches!(flow.counterpart, WORLD | INTRA) {
        return;
    }
    let (area, activity) = (flow.area, flow.activity);
    if activity == ALL_ACTIVITIES {
        total_of_activities(flow, period, view, wanted);
        return;
    }
    wanted.add("fdi.intra_share", area, Some(activity), period);
    match (flow.counterpart, flow.unit) {
        (_, "PT") => {}
        (WORLD, _) => {
            wanted.add("fdi.inflow", area, Some(activity), period);
            wanted.add("fdi.industry_share", area, Some(activity), period);
            wanted.add("fdi.hhi_industry", area, None, period);
        }
        _ => {
            wanted.add("fdi.intra_inflow", area, Some(activity), period);
            let sources = sources(area, period, view, wanted);
            specialization(area, &[activity], &sources, period, view, wanted);
        }
    }
}

/// The total row: the denominator of every share, or of every location quotient.
fn total_of_activities(flow: Flow<'_>, period: Period, view: &dyn View, wanted: &mut Wanted) {
    if flow.unit == "PT" {
        return;
    }
    if GROUPS.contains(&flow.area) {
        // The figure that is printed for a group may stand in the table by activity.
        let indicator = if flow.counterpart == INTRA { "fdi.intra_inflow" } else { "fdi.inflow" };
        wanted.add(indicator, flow.area, None, period);
    }
    if flow.counterpart == INTRA {
        let sources = sources(flow.area, period, view, wanted);
        specialization(flow.area, &activities(), &sources, period, view, wanted);
        return;
    }
    for activity in activities() {
        let row = Flow::of_activity(flow.area, activity);
        if wanted.wants("fdi.industry_share") && stands(row, period, view) {
            wanted.add("fdi.industry_share", flow.area, Some(activity), period);
        }
    }
}

/// A cell of a table by source and activity.
fn source(flow: Flow<'_>, period: Period, view: &dyn View, wanted: &mut Wanted) {
    if matches!(flow.counterpart, WORLD | INTRA) || flow.unit != "USD" {
        return;
    }
    let members = wanted.members(INTRA, period, view);
    let is_source = |member: &String| member == flow.counterpart && member != flow.area;
    if !members.is_some_and(|members| members.iter().any(is_source)) {
        return;
    }
    let part = (flow.activity != ALL_ACTIVITIES).then_some(flow.activity);
    wanted.add("fdi.hhi_source", flow.area, part, period);
    wanted.add("fdi.leading_source", flow.area, part, period);
    let own = [flow.counterpart.to_owned()];
    match part {
        Some(activity) => specialization(flow.area, &[activity], &own, period, view, wanted),
        None => specialization(flow.area, &activities(), &own, period, view, wanted),
    }
}

fn specialization(
    area: &str,
    activities: &[&str],
    sources: &[String],
    period: Period,
    view: &dyn View,
    wanted: &mut Wanted,
) {
    if !wanted.wants("fdi.specialization") {
        return;
    }
    for activity in activities {
        for source in sources {
            let cell = Flow::of_activity(area, activity).from(source);
            if stands(cell, period, view) {
                let part = format!("{activity}|{source}");
                wanted.add("fdi.specialization", area, Some(&part), period);
            }
        }
    }
}

fn sources(area: &str, period: Period, view: &dyn View, wanted: &mut Wanted) -> Vec<String> {
    let members = wanted.members(INTRA, period, view);
    let members = members.iter().flat_map(|members| members.iter());
    members.filter(|member| *member != area).cloned().collect()
}

fn activities() -> Vec<&'static str> {
    SECTIONS.iter().chain(NOT_SECTIONS).copied().collect()
}

fn stands(flow: Flow<'_>, period: Period, view: &dyn View) -> bool {
    let Ok(key) = flow.key(period) else { return false };
    let dataflows = flow.role().dataflows();
    dataflows.iter().any(|dataflow| view.observation(dataflow, &key, period).is_some())
}

fn sme(key: &SeriesKey, periods: &[Period], wanted: &mut Wanted) {
    let codes: Vec<&str> = key.codes().collect();
    let [_, area, measure, "PT"] = codes.as_slice() else { return };
    if !MEASURES.contains(measure) {
        return;
    }
    for period in periods {
        wanted.add("sme.share", area, Some(measure), *period);
        if matches!(*measure, "GDP" | "EMP") {
            wanted.add("sme.productivity_gap", area, None, *period);
        }
        if matches!(*measure, "GDP" | "EXP") {
            wanted.add("sme.export_gap", area, None, *period);
        }
    }
}

fn participation(key: &SeriesKey, periods: &[Period], wanted: &mut Wanted) {
    let Some(area) = key.code(1) else { return };
    for period in periods {
        // The number asked of each size follows from all rows of an area, so all depend on each.
        for size in SIZES {
            wanted.add("participation.share", area, Some(size), *period);
        }
        wanted.add("participation.gap", area, None, *period);
    }
}

fn trade(key: &SeriesKey, periods: &[Period], wanted: &mut Wanted) {
    let codes: Vec<&str> = key.codes().collect();
    let [_, area, measure, _] = codes.as_slice() else { return };
    for period in periods {
        match *measure {
            "RANK" => wanted.add("trade.rank", area, None, *period),
            "CAGR" => wanted.add("trade.growth", area, None, *period),
            "SHARE" => {
                wanted.add("trade.world_share", area, None, *period);
                wanted.add("trade.implied_world_total", area, None, *period);
            }
            "VALUE" => wanted.add("trade.implied_world_total", area, None, *period),
            _ => {}
        }
    }
}
