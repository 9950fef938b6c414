//! Which values a list is asked for, and the page that comes of it.
//!
//! Pages go by key, so that a value that appears between two pages shifts nothing. A key is
//! `domain 0 indicator 0 area 0 breakdown 0 period`, as in the store.

use std::collections::BTreeSet;

use api::metrics::ListIndicatorValuesRequest;
use api::types::IndicatorValue;
use statistics::Period;

use super::indicator_named;
use crate::Error;
use crate::indicator::{self, Definition};
use crate::options::{PAGE_ROWS, PAGE_ROWS_MAX};
use crate::store::parts_of;

/// A code of an area is short; anything longer is none.
const AREA_BYTES_MAX: usize = 64;

/// What is asked for, checked.
pub(super) struct Wanted {
    pub(super) definition: Option<&'static Definition>,
    pub(super) area: String,
    pub(super) period: Option<Period>,
    pub(super) breakdown: Breakdown,
    /// The key of the last row of the page before.
    pub(super) after: Option<Vec<u8>>,
    pub(super) size: usize,
}

/// Which parts of an indicator are asked for.
pub(super) enum Breakdown {
    /// Totals of indicators that have some, all parts of the rest.
    Totals,
    All,
    One(String),
}

pub(super) struct Page {
    pub(super) values: Vec<IndicatorValue>,
    pub(super) next_page_token: String,
}

impl Wanted {
    pub(super) fn try_new(request: &ListIndicatorValuesRequest) -> Result<Self, Error> {
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
    pub(super) fn prefix(&self, domain: &str) -> Vec<u8> {
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
    pub(super) fn fits(&self, key: &[u8], have_totals: &BTreeSet<&'static str>) -> bool {
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

    pub(super) fn definitions(&self) -> impl Iterator<Item = &'static Definition> {
        let only = self.definition.map(|definition| definition.id);
        indicator::catalogue().iter().filter(move |one| only.is_none_or(|only| only == one.id))
    }
}

/// Collects a page and knows whether there is more.
pub(super) struct Paging {
    values: Vec<IndicatorValue>,
    last: Vec<u8>,
    size: usize,
    is_cut: bool,
}

impl Paging {
    pub(super) fn new(size: usize) -> Self {
        Self { values: Vec::new(), last: Vec::new(), size, is_cut: false }
    }

    /// Takes a value; answers whether the page was full before.
    pub(super) fn take(&mut self, key: Vec<u8>, value: IndicatorValue) -> bool {
        self.is_cut = self.values.len() == self.size;
        if !self.is_cut {
            self.values.push(value);
            self.last = key;
        }
        self.is_cut
    }

    pub(super) fn finish(self) -> Page {
        let next_page_token = if self.is_cut { encode_token(&self.last) } else { String::new() };
        Page { values: self.values, next_page_token }
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
