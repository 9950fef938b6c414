//! The economic complexity of actors and the complexity of products.
//!
//! Guarantees that an index is given only where the table determines it: a disconnected, a
//! rank-deficient or an ambiguous table gives a reason instead of numbers. Never iterates
//! reflections: the indices are read off one symmetric decomposition, and its residual is told.

use super::eigen;
use super::specialization::Specialization;
use super::table::check_count;
use crate::Error;

/// Largest number of actors or products, whichever is smaller: some seconds of rotations.
const SMALLER_SIDE_MAX: usize = 400;
/// Eigenvalues of the chain lie from 0 to 1. Closer than this, rounding decides between them.
const APART_MIN: f64 = 1e-9;

/// The complexity indices and what they rest on.
#[derive(Clone, Debug, PartialEq)]
pub struct Complexity {
    /// e of the sources, by actor, before it is standardized.
    pub(crate) actor_scores: Vec<f64>,
    /// q of the sources, by product, before it is standardized.
    pub(crate) product_scores: Vec<f64>,
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
    /// The second largest eigenvalue; the largest is 1.
    pub eigenvalue: f64,
    /// The distance to the next eigenvalue. The error of the indices is about 1e-16 over it.
    pub gap: f64,
    /// The largest entry of `M_pp' q − λ q`, where the largest of q is 1.
    pub residual: f64,
}

/// Why a table determines no complexity.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ComplexityUndefined {
    /// There are not two actors and two products.
    TooFew,
    /// Actors and products fall into parts that share nothing: nothing orders the parts.
    Disconnected,
    /// All actors are specialized alike: the second eigenvalue is zero.
    NoVariation,
    /// The second eigenvalue has more than one direction.
    NotUnique,
    /// Complexity does not go along with diversity, so that its sign is open.
    SignOpen,
}

impl Complexity {
    /// ECI of the actor in a row.
    pub(crate) fn actor_index(&self, row: usize) -> f64 {
        (self.actor_scores[row] - self.mean) / self.deviation
    }

    /// PCI of the product in a column, in the units of ECI.
    pub(crate) fn product_index(&self, column: usize) -> f64 {
        (self.product_scores[column] - self.mean) / self.deviation
    }
}

/// Finds the complexity of actors and products.
///
/// Source: Hausmann, Hidalgo et al. (2014), Atlas of Economic Complexity, technical box 2.2.2:
/// q is the eigenvector of the second largest eigenvalue of
/// `M_pp' = Σ_c M_cp M_cp' / (k_p k_c)`, `e = M q / k_c`, signed to go along with diversity k_c;
/// both are standardized by mean and sample deviation of e over all actor × product rows.
///
/// # Errors
/// [`Error::TooMany`] if actors and products are both more than 400; [`Error::NotConverged`] if the
/// rotations do not end. Cost: about 50 n³ for the smaller n of the two.
pub(crate) fn complexity<A: Clone + Ord, P: Clone + Ord>(
    found: &Specialization<A, P>,
) -> Result<Result<Complexity, ComplexityUndefined>, Error> {
    let links = Links::new(found);
    let (actors, products) = (links.diversity.len(), links.ubiquity.len());
    if actors < 2 || products < 2 {
        return Ok(Err(ComplexityUndefined::TooFew));
    }
    check_count("actors and products", actors.min(products), SMALLER_SIDE_MAX)?;
    // N = M / √(k_c k_p): N'N is similar to M_pp', and N N' has the same eigenvalues. The smaller
    // is decomposed; its vectors times 1/√k are those of the chain.
    let is_by_actor = actors <= products;
    let parts = eigen::symmetric(actors.min(products), links.chain(is_by_actor))?;
    let value = parts.values[1];
    let next = parts.values.get(2).copied().unwrap_or(0.0);
    if 1.0 - value < APART_MIN {
        return Ok(Err(ComplexityUndefined::Disconnected));
    }
    if value < APART_MIN {
        return Ok(Err(ComplexityUndefined::NoVariation));
    }
    if value - next < APART_MIN {
        return Ok(Err(ComplexityUndefined::NotUnique));
    }
    let product_scores = if is_by_actor {
        let scaled = parts.vectors[1].iter().zip(&links.diversity);
        links.mean_by_product(&scaled.map(|(u, k)| u / k.sqrt()).collect::<Vec<_>>())
    } else {
        let scaled = parts.vectors[1].iter().zip(&links.ubiquity);
        scaled.map(|(u, k)| u / k.sqrt()).collect()
    };
    Ok(standardized(&links, product_scores, value, value - next))
}

/// M as lists, with the sums of its rows and columns.
struct Links {
    /// The columns of each actor.
    columns: Vec<Vec<usize>>,
    diversity: Vec<f64>,
    ubiquity: Vec<f64>,
}

impl Links {
    fn new<A: Clone + Ord, P: Clone + Ord>(found: &Specialization<A, P>) -> Self {
        let mut ubiquity = vec![0.0; found.products().len()];
        let mut columns = Vec::new();
        for row in 0..found.actors().len() {
            let held: Vec<usize> =
                (0..found.products().len()).filter(|column| found.has(row, *column)).collect();
            for column in &held {
                ubiquity[*column] += 1.0;
            }
            columns.push(held);
        }
        let diversity = columns.iter().map(|held| held.len() as f64).collect();
        Self { columns, diversity, ubiquity }
    }

    /// N N' (by actor) or N'N (by product), by rows.
    fn chain(&self, is_by_actor: bool) -> Vec<f64> {
        let (actors, products) = (self.columns.len(), self.ubiquity.len());
        if !is_by_actor {
            let mut chain = vec![0.0; products * products];
            for (held, diversity) in self.columns.iter().zip(&self.diversity) {
                for p in held {
                    for q in held {
                        let scale = (self.ubiquity[*p] * self.ubiquity[*q]).sqrt();
                        chain[p * products + q] += 1.0 / (diversity * scale);
                    }
                }
            }
            return chain;
        }
        let mut holders = vec![Vec::new(); products];
        for (row, held) in self.columns.iter().enumerate() {
            for column in held {
                holders[*column].push(row);
            }
        }
        let mut chain = vec![0.0; actors * actors];
        for (rows, ubiquity) in holders.iter().zip(&self.ubiquity) {
            for c in rows {
                for d in rows {
                    let scale = (self.diversity[*c] * self.diversity[*d]).sqrt();
                    chain[c * actors + d] += 1.0 / (ubiquity * scale);
                }
            }
        }
        chain
    }

    /// The mean over each product's holders: M' e / k_p.
    fn mean_by_product(&self, actor_scores: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.ubiquity.len()];
        for (held, score) in self.columns.iter().zip(actor_scores) {
            for column in held {
                sums[*column] += score;
            }
        }
        sums.iter().zip(&self.ubiquity).map(|(sum, k)| sum / k).collect()
    }

    /// The mean over each actor's products: M q / k_c.
    fn mean_by_actor(&self, product_scores: &[f64]) -> Vec<f64> {
        let sum =
            |held: &Vec<usize>| held.iter().map(|column| product_scores[*column]).sum::<f64>();
        self.columns.iter().zip(&self.diversity).map(|(held, k)| sum(held) / k).collect()
    }
}

fn standardized(
    links: &Links,
    mut product_scores: Vec<f64>,
    eigenvalue: f64,
    gap: f64,
) -> Result<Complexity, ComplexityUndefined> {
    let largest = product_scores.iter().fold(0.0_f64, |most, score| most.max(score.abs()));
    let mut actor_scores = links.mean_by_actor(&product_scores);
    let along = correlation(&links.diversity, &actor_scores);
    if along.abs() < APART_MIN {
        return Err(ComplexityUndefined::SignOpen);
    }
    let scale = along.signum() / largest;
    for score in actor_scores.iter_mut().chain(&mut product_scores) {
        *score *= scale;
    }
    let moved = links.mean_by_product(&actor_scores);
    let residual = moved
        .iter()
        .zip(&product_scores)
        .fold(0.0_f64, |most, (moved, q)| most.max((moved - eigenvalue * q).abs()));
    let actors = actor_scores.len() as f64;
    let mean = actor_scores.iter().sum::<f64>() / actors;
    let squares: f64 = actor_scores.iter().map(|e| (e - mean) * (e - mean)).sum();
    // Each actor stands once for each product in the stacked rows.
    let products = product_scores.len() as f64;
    let deviation = (squares * products / (actors * products - 1.0)).sqrt();
    Ok(Complexity { actor_scores, product_scores, mean, deviation, eigenvalue, gap, residual })
}

/// Pearson's correlation; zero where one side does not vary.
fn correlation(left: &[f64], right: &[f64]) -> f64 {
    let n = left.len() as f64;
    let (mean_left, mean_right) = (left.iter().sum::<f64>() / n, right.iter().sum::<f64>() / n);
    let (mut product, mut left_squares, mut right_squares) = (0.0, 0.0, 0.0);
    for (l, r) in left.iter().zip(right) {
        product += (l - mean_left) * (r - mean_right);
        left_squares += (l - mean_left) * (l - mean_left);
        right_squares += (r - mean_right) * (r - mean_right);
    }
    let scale = f64::sqrt(left_squares * right_squares);
    if scale == 0.0 { 0.0 } else { product / scale }
}
