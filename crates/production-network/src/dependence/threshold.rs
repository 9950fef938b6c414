//! From where on a dependence is told: data, with its sources, that whoever asks may replace.

use crate::Error;

/// Thresholds of alerts. Shares and indices are from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// The top-1 share of customers. Half, as in "captive" below.
    pub top_customer: f64,
    /// The top-1 share of suppliers.
    pub top_supplier: f64,
    /// The Herfindahl-Hirschman index of customers or suppliers: 0.18 is "highly concentrated" by the
    /// Merger Guidelines (US Department of Justice and Federal Trade Commission, 2023, guideline 1).
    pub hhi: f64,
    /// A share of sales to a customer's own specification. After Gereffi, Humphrey and Sturgeon
    /// (2005), as the threshold of half is ours.
    pub captive: f64,
    /// Years of a relation to somebody's own specification. Ours.
    pub lock_in_years: f64,
    /// By which part prices must have fallen. Ours.
    pub price_fall: f64,
    /// A share of sales to one lead firm with an operation in the same place. Ours.
    pub relocation: f64,
    /// How surely a firm is coupled by a production platform. Ours.
    pub platform: f64,
    /// A share of a product or segment with one firm.
    pub single_source: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            top_customer: 0.5,
            top_supplier: 0.5,
            hhi: 0.18,
            captive: 0.5,
            lock_in_years: 10.0,
            price_fall: 0.1,
            relocation: 0.3,
            platform: 0.5,
            single_source: 1.0,
        }
    }
}

impl Thresholds {
    /// Checks them.
    ///
    /// # Errors
    /// [`Error::OutsideUnitInterval`] for a share above 1 or not above 0; [`Error::Amount`] for years
    /// that are no number above 0.
    pub fn check(&self) -> Result<(), Error> {
        let shares = [
            ("top_customer", self.top_customer),
            ("top_supplier", self.top_supplier),
            ("hhi", self.hhi),
            ("captive", self.captive),
            ("price_fall", self.price_fall),
            ("relocation", self.relocation),
            ("platform", self.platform),
            ("single_source", self.single_source),
        ];
        for (what, found) in shares {
            let is_share = found > 0.0 && found <= 1.0;
            if !is_share {
                return Err(Error::OutsideUnitInterval { what, found });
            }
        }
        let years = self.lock_in_years;
        let is_length = years > 0.0 && years.is_finite();
        if is_length { Ok(()) } else { Err(Error::Amount { found: years.to_string() }) }
    }
}
