//! The product space: how near products are to each other, and to what an actor does.
//!
//! Guarantees proximities that are symmetric, from 0 to 1, with a diagonal of 0. What an isolated
//! product has no answer for is `None`. The complexity outlook is in `outlook.rs`.

use super::complexity::{Complexity, ComplexityUndefined, complexity};
use super::specialization::Specialization;
use crate::Error;

/// Specialization, proximity and complexity of one table.
#[derive(Clone, Debug)]
pub struct ProductSpace<A, P> {
    pub(crate) specialization: Specialization<A, P>,
    /// By rows, products × products.
    proximities: Vec<f64>,
    totals: Vec<f64>,
    complexity: Result<Complexity, ComplexityUndefined>,
}

impl<A: Clone + Ord, P: Clone + Ord> ProductSpace<A, P> {
    /// Measures proximity and complexity.
    ///
    /// # Errors
    /// [`Error::TooMany`] if actors and products are both more than 400; [`Error::NotConverged`] if
    /// the eigenvectors are not found. Memory is products² × 8 bytes; time is actors × diversity²
    /// and 50 × the smaller side³.
    pub fn try_new(specialization: Specialization<A, P>) -> Result<Self, Error> {
        let complexity = complexity(&specialization)?;
        let (proximities, totals) = proximities(&specialization);
        Ok(Self { specialization, proximities, totals, complexity })
    }

    /// Who is specialized in what.
    #[must_use]
    pub fn specialization(&self) -> &Specialization<A, P> {
        &self.specialization
    }

    /// What the complexity indices rest on.
    ///
    /// # Errors
    /// Why the table determines none.
    pub fn complexity(&self) -> Result<&Complexity, ComplexityUndefined> {
        self.complexity.as_ref().map_err(|why| *why)
    }

    /// The economic complexity index of an actor; `None` if it is left out or there is no index.
    #[must_use]
    pub fn actor_complexity(&self, actor: &A) -> Option<f64> {
        let row = self.specialization.row(actor)?;
        Some(self.complexity().ok()?.actor_index(row))
    }

    /// The complexity index of a product; `None` if it is left out or there is no index.
    #[must_use]
    pub fn product_complexity(&self, product: &P) -> Option<f64> {
        let column = self.specialization.column(product)?;
        Some(self.complexity().ok()?.product_index(column))
    }

    /// How near two products are; `None` if one is left out.
    ///
    /// Source: Hidalgo et al. (2007): the smaller of the two conditional probabilities that an
    /// actor specialized in the one is so in the other. A product's proximity to itself is 0 here,
    /// so that sums leave it out.
    #[must_use]
    pub fn proximity(&self, one: &P, other: &P) -> Option<f64> {
        let (one, other) = (self.specialization.column(one)?, self.specialization.column(other)?);
        Some(self.proximity_at(one, other))
    }

    /// The share of what is near a product that an actor has; `None` if either is left out, or
    /// nothing at all is near the product.
    ///
    /// Source: Hidalgo et al. (2007): `d_cp = Σ_p' M_cp' φ_pp' / Σ_p' φ_pp'`.
    #[must_use]
    pub fn density(&self, actor: &A, product: &P) -> Option<f64> {
        let (row, column) = (self.specialization.row(actor)?, self.specialization.column(product)?);
        self.density_at(row, column)
    }

    pub(crate) fn proximity_at(&self, one: usize, other: usize) -> f64 {
        self.proximities[one * self.totals.len() + other]
    }

    pub(crate) fn proximity_total(&self, column: usize) -> f64 {
        self.totals[column]
    }

    pub(crate) fn density_at(&self, row: usize, column: usize) -> Option<f64> {
        self.density_of(column, |other| self.specialization.has(row, other))
    }

    /// The density around a product of whatever products are held.
    pub(crate) fn density_of(&self, column: usize, is_held: impl Fn(usize) -> bool) -> Option<f64> {
        let total = self.totals[column];
        if total == 0.0 {
            return None;
        }
        let held = (0..self.totals.len()).filter(|other| is_held(*other));
        Some(held.map(|other| self.proximity_at(column, other)).sum::<f64>() / total)
    }
}

fn proximities<A: Clone + Ord, P: Clone + Ord>(
    found: &Specialization<A, P>,
) -> (Vec<f64>, Vec<f64>) {
    let n = found.products().len();
    let mut together = vec![0.0; n * n];
    for row in 0..found.actors().len() {
        let held: Vec<usize> = (0..n).filter(|column| found.has(row, *column)).collect();
        for p in &held {
            for q in &held {
                together[p * n + q] += 1.0;
            }
        }
    }
    let ubiquity: Vec<f64> = (0..n).map(|p| together[p * n + p]).collect();
    for p in 0..n {
        for q in 0..n {
            let larger = ubiquity[p].max(ubiquity[q]);
            let is_same = p == q;
            together[p * n + q] = if is_same { 0.0 } else { together[p * n + q] / larger };
        }
    }
    let totals = (0..n).map(|p| together[p * n..(p + 1) * n].iter().sum()).collect();
    (together, totals)
}
