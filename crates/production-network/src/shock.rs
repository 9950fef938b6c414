//! Shocks that spread along supply links, and how much of an economy's output they take: ESRI.
//!
//! Source: Diem, Borsos, Reisch, Kertész and Thurner (2022), "Quantifying firm-level economic systemic
//! risk from nation-wide supply networks". A firm that loses an essential input loses as much of its
//! output (Leontief); one that loses another input loses its share (linear); one that loses customers
//! loses their share. Parameters are the caller's, and the answer says which ones it was made with:
//! where no final demand leaks out of a network, it depends on `eps`. Never draws and never guesses.

mod marks;
mod prepared;
mod spread;

use crate::{Error, SupplyNetwork};

pub use prepared::ShockModel;
pub use spread::Spread;

/// How much a buyer's production needs an input.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Need {
    /// Not at all: 0.
    #[default]
    None,
    /// In part, by its share of all inputs: 1.
    Linear,
    /// Nothing goes without: 2.
    Essential,
}

/// How much each industry's production needs each industry's products.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Essentiality {
    count: usize,
    /// By supplying industry, then by buying industry.
    needs: Vec<Need>,
}

/// Whether others of the same industry step in for a supplier that fails.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Substitution {
    /// Nobody does: all that a supplier does not deliver is missing.
    Off,
    /// A supplier is as hard to replace as its share of what its industry still sells.
    ByMarketShare,
}

/// What a computation is made with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShockOptions {
    /// Whether suppliers are replaced.
    pub substitution: Substitution,
    /// The largest drop of a step that counts as rest, as a share of capacity. The authors take 0.01.
    pub eps: f64,
    /// Steps after which it is given up.
    pub iterations_max: u32,
}

/// A shock: what remains of the capacity of some firms, 0 to 1; all others are untouched.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shock {
    /// By the firm's number, with what remains.
    pub remaining: Vec<(usize, f64)>,
}

/// What a shock did.
#[derive(Clone, Debug, PartialEq)]
pub struct Cascade {
    /// The share of all sales in the network that is lost, 0 to 1.
    pub esri: f64,
    /// The part of losses of suppliers, whatever customers do.
    pub downstream: f64,
    /// The part of losses of customers, whatever suppliers do.
    pub upstream: f64,
    /// Steps that were made.
    pub iterations: u32,
    /// Whether it came to rest.
    pub is_converged: bool,
    /// The firms that lost something, in the order of their numbers.
    pub losses: Vec<Loss>,
    /// What it was computed with.
    pub options: ShockOptions,
}

/// What one firm lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// Its number.
    pub firm: usize,
    /// What remains of its output as far as its suppliers go, 0 to 1.
    pub by_suppliers: f64,
    /// What remains of its output as far as its customers go, 0 to 1.
    pub by_customers: f64,
    /// What it sold in the network and does not sell any more.
    pub sales: f64,
}

/// An answer with substitution by market share and without any: the truth is expected between.
#[derive(Clone, Debug, PartialEq)]
pub struct CascadeRange {
    /// Others step in as far as they have a market.
    pub with_substitution: Cascade,
    /// Nobody steps in.
    pub without_substitution: Cascade,
}

impl Essentiality {
    /// Takes a square matrix by supplying industry, then by buying industry.
    ///
    /// # Errors
    /// [`Error::EssentialityShape`] if it is not square.
    pub fn try_new(rows: Vec<Vec<Need>>) -> Result<Self, Error> {
        let count = rows.len();
        if let Some(row) = rows.iter().find(|row| row.len() != count) {
            return Err(Error::EssentialityShape { found: row.len(), expected: count });
        }
        Ok(Self { count, needs: rows.into_iter().flatten().collect() })
    }

    /// The same need for all pairs of so many industries.
    #[must_use]
    pub fn uniform(count: usize, need: Need) -> Self {
        Self { count, needs: vec![need; count * count] }
    }

    /// How many industries it knows.
    #[must_use]
    pub fn industry_count(&self) -> usize {
        self.count
    }

    /// How much one industry's production needs another's products.
    #[must_use]
    pub fn need(&self, supplier: usize, buyer: usize) -> Need {
        let is_known = supplier < self.count && buyer < self.count;
        let place = supplier.saturating_mul(self.count).saturating_add(buyer);
        self.needs.get(place).copied().filter(|_| is_known).unwrap_or_default()
    }
}

impl Default for ShockOptions {
    /// No substitution, eps 0.01 (the authors' default), at most 1,000 steps.
    fn default() -> Self {
        Self { substitution: Substitution::Off, eps: 0.01, iterations_max: 1_000 }
    }
}

impl Shock {
    /// Firms that close.
    pub fn closing(firms: impl IntoIterator<Item = usize>) -> Self {
        Self { remaining: firms.into_iter().map(|firm| (firm, 0.0)).collect() }
    }
}

/// Spreads a shock twice, with substitution by market share and without any.
///
/// # Errors
/// As [`ShockModel::try_new`] and [`Spread::run`].
pub fn cascade_range(
    network: &SupplyNetwork,
    essentiality: &Essentiality,
    options: ShockOptions,
    shock: &Shock,
) -> Result<CascadeRange, Error> {
    let run = |substitution| {
        let options = ShockOptions { substitution, ..options };
        ShockModel::try_new(network, essentiality, options)?.spread().run(shock)
    };
    Ok(CascadeRange {
        with_substitution: run(Substitution::ByMarketShare)?,
        without_substitution: run(Substitution::Off)?,
    })
}

#[cfg(test)]
mod tests;
