//! Values of indicators: as last published, or as of a moment; explained if asked.
//!
//! Pages go by key, so that a value that appears between two pages shifts nothing.

use std::collections::{BTreeMap, BTreeSet};

use api::metrics::{
    IndicatorDefinition, ListIndicatorValuesRequest, ListIndicatorValuesResponse,
    ListIndicatorsResponse,
};
use api::types::IndicatorValue;
use service::ApplyError;
use statistics::{AsOf, Period, View};

use super::{Question, indicator_named};
use crate::Error;
use crate::indicator::{self, Definition, Target};
use crate::options::{PAGE_ROWS, PAGE_ROWS_MAX};
use crate::service::Shared;
use crate::store::{Seen, StoredValue, VALUES, decode, value_key};
use crate::value::{inputs, published};

/// How often a page is read again because brackets were closed meanwhile.
const ATTEMPTS_MAX: usize = 10;
/// A code of an area is short; anything longer is none.
const AREA_BYTES_MAX: usize = 64;

/// What is asked for, checked.
struct Wanted {
    definition: Option<&'static Definition>,
    area: String,
    period: Option<Period>,
    breakdown: Breakdown,
    /// The key of the last row of the page before.
    after: Option<Vec<u8>>,
    size: usize,
}

/// Which parts of an indicator are asked for.
enum Breakdown {
    /// Totals of indicators that have some, all parts of the rest.
    Totals,
    All,
    One(String),
}

struct Page {
    values: Vec<IndicatorValue>,
    next_page_token: String,
}

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

impl Wanted {
    fn try_new(request: &ListIndicatorValuesRequest) -> Result<Self, Error> {
        let definition = match request.indicator.as_str() {
            "" => None,
            id => Some(indicator_named(id)?),
        };
        let is_code = |text: &str| {
            let mut bytes = text.bytes();
            bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'@' | b'$'))
        };
        if request.area.len() > AREA_BYTES_MAX || !is_code(&request.area) {
            let found: String = request.area.chars().take(AREA_BYTES_MAX).collect();
            return Err(Error::field("area", format!("`{found}` is no code, such as SG or ASEAN")));
        }
        if request.breakdown.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(Error::field("breakdown", "holds a control character"));
        }
        let period = match request.period.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|error| Error::field("period", error))?),
        };
        let after = match request.page_token.as_str() {
            "" => None,
            token => Some(decode_token(token)?),
        };
        let size = request.page_size as usize;
        let size = if size == 0 { PAGE_ROWS } else { size.min(PAGE_ROWS_MAX) };
        let breakdown = match request.breakdown.as_str() {
            "" => Breakdown::Totals,
            "*" => Breakdown::All,
            one => Breakdown::One(one.to_owned()),
        };
        Ok(Self { definition, area: request.area.clone(), period, breakdown, after, size })
    }

    /// What all keys begin with.
    fn prefix(&self, domain: &str) -> Vec<u8> {
        let mut prefix = format!("{domain}\0");
        if let Some(definition) = self.definition {
            prefix = format!("{prefix}{}\0", definition.id);
            if !self.area.is_empty() {
                prefix = format!("{prefix}{}\0", self.area);
            }
        }
        prefix.into_bytes()
    }

    /// Whether a row is asked for; `have_totals` are the indicators that have values without a
    /// breakdown.
    fn fits(&self, key: &[u8], have_totals: &BTreeSet<&'static str>) -> bool {
        let Some([indicator, area, breakdown, period]) = parts_of(key) else { return false };
        let part_fits = match &self.breakdown {
            Breakdown::Totals => breakdown.is_empty() || !have_totals.contains(indicator),
            Breakdown::All => true,
            Breakdown::One(asked) => breakdown == asked,
        };
        part_fits
            && self.definition.is_none_or(|definition| indicator == definition.id)
            && (self.area.is_empty() || area == self.area)
            && self.period.is_none_or(|asked| period == asked.to_string())
    }

    fn definitions(&self) -> impl Iterator<Item = &'static Definition> {
        let only = self.definition.map(|definition| definition.id);
        indicator::catalogue().iter().filter(move |one| only.is_none_or(|only| only == one.id))
    }
}

/// Collects a page and knows whether there is more.
struct Paging {
    values: Vec<IndicatorValue>,
    last: Vec<u8>,
    size: usize,
    is_cut: bool,
}

impl Paging {
    fn new(size: usize) -> Self {
        Self { values: Vec::new(), last: Vec::new(), size, is_cut: false }
    }

    /// Takes a value; answers whether the page was full before.
    fn take(&mut self, key: Vec<u8>, value: IndicatorValue) -> bool {
        self.is_cut = self.values.len() == self.size;
        if !self.is_cut {
            self.values.push(value);
            self.last = key;
        }
        self.is_cut
    }

    fn finish(self) -> Page {
        let next_page_token = if self.is_cut { encode_token(&self.last) } else { String::new() };
        Page { values: self.values, next_page_token }
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

/// Indicator, area, breakdown and period of a key.
fn parts_of(key: &[u8]) -> Option<[&str; 4]> {
    let text = std::str::from_utf8(key).ok()?;
    let mut parts = text.split('\0').skip(1);
    Some([parts.next()?, parts.next()?, parts.next()?, parts.next()?])
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

fn encode_token(key: &[u8]) -> String {
    let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("k1.{digits}")
}

fn decode_token(token: &str) -> Result<Vec<u8>, Error> {
    let refused =
        || Error::field("page_token", "is none that this service gave; start again without it");
    let digits = token.strip_prefix("k1.").filter(|digits| digits.is_ascii());
    let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or_else(refused)?;
    let byte = |at: usize| digits.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    (0..digits.len()).step_by(2).map(|at| byte(at).ok_or_else(refused)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_the_key_and_nothing_else_is_one() {
        let key = b"asean\0fdi.growth\0SG\0C\0Y";
        assert_eq!(decode_token(&encode_token(key)).expect("a token"), key);
        for wrong in ["k1.0", "k1.zz", "k2.00", "", "k1.é0"] {
            assert!(decode_token(wrong).is_err(), "{wrong}");
        }
    }
}
