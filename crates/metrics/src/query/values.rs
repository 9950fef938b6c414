//! Values of indicators: as last published, or as of a moment; explained if asked.
//!
//! What is listed live is read at one snapshot; if brackets were closed meanwhile, it is read again.

use std::collections::{BTreeMap, BTreeSet};

use api::metrics::{
    IndicatorDefinition, ListIndicatorValuesRequest, ListIndicatorValuesResponse,
    ListIndicatorsResponse,
};
use api::types::IndicatorValue;
use service::ApplyError;
use statistics::{AsOf, View};

use super::page::{Page, Paging, Wanted};
use super::{Question, indicator_named};
use crate::Error;
use crate::indicator::{self, Definition, Target};
use crate::service::Shared;
use crate::store::{Seen, StoredValue, VALUES, decode, parts_of, value_key};
use crate::value::{inputs, published};

/// How often a page is read again because brackets were closed meanwhile.
const ATTEMPTS_MAX: usize = 10;

/// The indicators that there are.
pub(crate) fn definitions() -> ListIndicatorsResponse {
    let indicators = indicator::catalogue().iter().map(definition_message).collect();
    ListIndicatorsResponse { indicators }
}

impl Shared {
    pub(crate) fn values(
        &self,
        request: &ListIndicatorValuesRequest,
    ) -> Result<ListIndicatorValuesResponse, Error> {
        let wanted = Wanted::try_new(request)?;
        let mut question = self.question(&request.domain, request.as_of.as_ref())?;
        let mut page = if question.as_of == AsOf::Latest {
            self.live_page(&mut question, &wanted)?
        } else {
            question.page_as_of(&wanted)?
        };
        let mut definitions = Vec::new();
        if request.explain {
            let view = question.view()?;
            for value in &mut page.values {
                explain(value, &view)?;
            }
            view.check()?;
            let used = |one: &&Definition| page.values.iter().any(|v| v.indicator == one.id);
            definitions =
                indicator::catalogue().iter().filter(used).map(definition_message).collect();
        }
        Ok(ListIndicatorValuesResponse {
            values: page.values,
            definitions,
            frontier: Some(question.frontier),
            next_page_token: page.next_page_token,
        })
    }

    /// A page of what is published, all of it at one snapshot.
    fn live_page(&self, question: &mut Question<'_>, wanted: &Wanted) -> Result<Page, Error> {
        for _ in 0..ATTEMPTS_MAX {
            if let Some(page) = question.live_page(wanted)? {
                return Ok(page);
            }
            let (_, owner) = self.owner_of(&question.domain)?;
            question.frontier = owner.unit.frontier().to_receipt();
            question.snapshot = owner.work.snapshot();
        }
        Err(Error::Rebuilding { domain: question.domain.clone() })
    }
}

impl Question<'_> {
    /// `None` if the snapshot is too old for what is stored by now.
    fn live_page(&self, wanted: &Wanted) -> Result<Option<Page>, Error> {
        let prefix = wanted.prefix(&self.domain);
        let mut from = wanted.after.clone().map_or_else(
            || prefix.clone(),
            |mut after| {
                after.push(0);
                after
            },
        );
        if from < prefix {
            from.clone_from(&prefix);
        }
        let mut to = prefix;
        // No key holds a byte 0xff: it is text.
        to.push(0xff);
        let closed_cause = self.snapshot.effects.closed_cause;
        let have_totals = self.live_totals(wanted)?;
        let mut page = Paging::new(wanted.size);
        for row in self.store.scan_range(VALUES, &from, Some(&to)) {
            let (key, bytes) = row.map_err(service::Error::from)?;
            if !wanted.fits(&key, &have_totals) {
                continue;
            }
            let row: StoredValue = decode("value", &bytes)?;
            match row.seen_at(closed_cause) {
                Seen::Outdated => return Ok(None),
                Seen::Nothing => {}
                Seen::Value(value) => {
                    if page.take(key, *value) {
                        break;
                    }
                }
            }
        }
        Ok(Some(page.finish()))
    }

    /// The indicators that have a value without a breakdown. Such values come first in an area, so
    /// one look at each area is enough.
    fn live_totals(&self, wanted: &Wanted) -> Result<BTreeSet<&'static str>, Error> {
        let mut have_totals = BTreeSet::new();
        for definition in wanted.definitions() {
            let prefix = format!("{}\0{}\0", self.domain, definition.id);
            let mut from = format!("{prefix}{}", wanted.area).into_bytes();
            let mut end = prefix.into_bytes();
            end.push(0xff);
            while let Some(row) = self.store.scan_range(VALUES, &from, Some(&end)).next() {
                let (key, _) = row.map_err(service::Error::from)?;
                let Some([_, area, breakdown, _]) = parts_of(&key) else { break };
                if !wanted.area.is_empty() && wanted.area != area {
                    break;
                }
                if breakdown.is_empty() {
                    have_totals.insert(definition.id);
                    break;
                }
                from = format!("{}\0{}\0{area}\u{1}", self.domain, definition.id).into_bytes();
            }
        }
        Ok(have_totals)
    }

    fn page_as_of(&self, wanted: &Wanted) -> Result<Page, Error> {
        let what = wanted.definition.map_or(self.domain.as_str(), |definition| definition.id);
        let dataflows = wanted.definition.map(indicator::dataflows);
        self.check_as_of(what, dataflows.as_deref())?;
        let view = self.view()?;
        let mut targets: BTreeMap<Vec<u8>, Target> = BTreeMap::new();
        let mut have_totals = BTreeSet::new();
        for definition in wanted.definitions() {
            let area = (!wanted.area.is_empty()).then_some(wanted.area.as_str());
            for target in indicator::targets(definition, area, &view) {
                if target.breakdown.is_none() {
                    have_totals.insert(definition.id);
                }
                targets.insert(target_key(&self.domain, &target), target);
            }
        }
        let mut page = Paging::new(wanted.size);
        for (key, target) in targets {
            let is_behind = wanted.after.as_ref().is_none_or(|after| key > *after);
            if !is_behind || !wanted.fits(&key, &have_totals) {
                continue;
            }
            let definition = indicator_named(target.indicator)?;
            if let Some(evaluation) = indicator::evaluate(&target, &view)
                && page.take(key, published(definition, &evaluation))
            {
                break;
            }
        }
        view.check()?;
        Ok(page.finish())
    }
}

/// Adds the cells that a value was computed from, by computing it again at the same snapshot.
fn explain(value: &mut IndicatorValue, view: &dyn View) -> Result<(), Error> {
    let definition = indicator_named(&value.indicator)?;
    let period = value.period.parse().map_err(ApplyError::from)?;
    let target = Target {
        indicator: definition.id,
        area: value.area.clone(),
        breakdown: (!value.breakdown.is_empty()).then(|| value.breakdown.clone()),
        period,
    };
    if let Some(evaluation) = indicator::evaluate(&target, view) {
        value.inputs = inputs(&evaluation.inputs);
    }
    Ok(())
}

fn target_key(domain: &str, target: &Target) -> Vec<u8> {
    let value = IndicatorValue {
        indicator: target.indicator.to_owned(),
        area: target.area.clone(),
        breakdown: target.breakdown.clone().unwrap_or_default(),
        period: target.period.to_string(),
        ..IndicatorValue::default()
    };
    value_key(domain, &value)
}

fn definition_message(definition: &Definition) -> IndicatorDefinition {
    let input = |input: &indicator::Input| format!("{}:{}", input.dataflow, input.selector);
    IndicatorDefinition {
        id: definition.id.to_owned(),
        title: definition.title.to_owned(),
        unit: definition.unit.to_owned(),
        formula: definition.formula.to_owned(),
        source: definition.source.to_owned(),
        inputs: definition.inputs.iter().map(input).collect(),
        breakdown: definition.breakdown.unwrap_or_default().to_owned(),
    }
}
