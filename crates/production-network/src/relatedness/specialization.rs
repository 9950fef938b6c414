//! Who is specialized in what: revealed comparative advantage, diversity and ubiquity.
//!
//! Guarantees that each actor and product that it keeps has at least one advantage, and names each
//! one that it leaves out, with the reason. Never sets a value for an actor whose total is unknown.

use std::collections::BTreeMap;

use super::table::{AbsentRow, ActivityTable};

/// From this advantage on an actor counts as specialized in a product (Balassa 1965).
const ADVANTAGE_MIN: f64 = 1.0;

/// Who is specialized in what.
#[derive(Clone, Debug)]
pub struct Specialization<A, P> {
    actors: Vec<A>,
    products: Vec<P>,
    /// By rows, actors × products.
    advantages: Vec<f64>,
    actor_rows: BTreeMap<A, usize>,
    product_columns: BTreeMap<P, usize>,
    left_out: Vec<LeftOut<A, P>>,
}

/// An actor or a product that nothing is said about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum LeftOut<A, P> {
    /// An actor.
    Actor(A, WhyLeftOut),
    /// A product.
    Product(P, WhyLeftOut),
}

/// Why nothing is said about an actor or a product.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum WhyLeftOut {
    /// A value of the actor is unknown, so that its total is.
    Unknown,
    /// All its values are zero.
    NothingThere,
    /// No advantage reaches one: diversity or ubiquity is zero. Only rounding brings that about.
    NoAdvantage,
}

impl<A: Clone + Ord, P: Clone + Ord> Specialization<A, P> {
    /// Measures the advantages.
    ///
    /// Source: Balassa (1965): `RCA_cp = (X_cp / Σ_p X_cp) / (Σ_c X_cp / Σ_cp X_cp)`. Totals are
    /// over the actors whose values are all known.
    #[must_use]
    pub fn new(table: &ActivityTable<A, P>, absent: AbsentRow) -> Self {
        let mut left_out = Vec::new();
        let mut rows: Vec<(A, Vec<f64>)> = Vec::new();
        for (row, actor) in table.actors().iter().enumerate() {
            match table.known_row(row, absent) {
                None => left_out.push(LeftOut::Actor(actor.clone(), WhyLeftOut::Unknown)),
                Some(values) if values.iter().all(|value| *value == 0.0) => {
                    left_out.push(LeftOut::Actor(actor.clone(), WhyLeftOut::NothingThere));
                }
                Some(values) => rows.push((actor.clone(), values)),
            }
        }
        let mut column_totals = vec![0.0; table.products().len()];
        for (_, values) in &rows {
            for (total, value) in column_totals.iter_mut().zip(values) {
                *total += value;
            }
        }
        let total: f64 = column_totals.iter().sum();
        for (_, values) in &mut rows {
            let row_total: f64 = values.iter().sum();
            for (value, column_total) in values.iter_mut().zip(&column_totals) {
                // A product that nobody has is left out below; its quotient is never read.
                *value = (*value / row_total) / (column_total / total);
            }
        }
        Self::keep_specialized(table.products(), rows, &column_totals, left_out)
    }

    /// The actors that are kept, in the order of the table.
    #[must_use]
    pub fn actors(&self) -> &[A] {
        &self.actors
    }

    /// The products that are kept, in the order of the table.
    #[must_use]
    pub fn products(&self) -> &[P] {
        &self.products
    }

    /// What is left out, and why: actors first.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut<A, P>] {
        &self.left_out
    }

    /// The revealed comparative advantage; `None` if the actor or the product is not kept.
    #[must_use]
    pub fn advantage(&self, actor: &A, product: &P) -> Option<f64> {
        let (row, column) = (self.row(actor)?, self.column(product)?);
        self.advantages.get(row * self.products.len() + column).copied()
    }

    /// Whether an actor has an advantage of one or more in a product; `false` if either is not kept.
    #[must_use]
    pub fn is_specialized(&self, actor: &A, product: &P) -> bool {
        let pair = self.row(actor).zip(self.column(product));
        pair.is_some_and(|(row, column)| self.has(row, column))
    }

    /// In how many products an actor is specialized; `None` if it is not kept.
    #[must_use]
    pub fn diversity(&self, actor: &A) -> Option<usize> {
        let row = self.row(actor)?;
        Some((0..self.products.len()).filter(|column| self.has(row, *column)).count())
    }

    /// How many actors are specialized in a product; `None` if it is not kept.
    #[must_use]
    pub fn ubiquity(&self, product: &P) -> Option<usize> {
        let column = self.column(product)?;
        Some((0..self.actors.len()).filter(|row| self.has(*row, column)).count())
    }

    pub(crate) fn row(&self, actor: &A) -> Option<usize> {
        self.actor_rows.get(actor).copied()
    }

    pub(crate) fn column(&self, product: &P) -> Option<usize> {
        self.product_columns.get(product).copied()
    }

    /// M_cp of the sources: whether the advantage reaches one.
    pub(crate) fn has(&self, row: usize, column: usize) -> bool {
        is_advantage(self.advantages[row * self.products.len() + column])
    }

    fn keep_specialized(
        products: &[P],
        mut rows: Vec<(A, Vec<f64>)>,
        column_totals: &[f64],
        mut left_out: Vec<LeftOut<A, P>>,
    ) -> Self {
        let mut kept_columns = Vec::new();
        let mut missing_products = Vec::new();
        for (column, (product, total)) in products.iter().zip(column_totals).enumerate() {
            let is_made = rows.iter().any(|(_, values)| is_advantage(values[column]));
            if *total == 0.0 {
                missing_products.push((product.clone(), WhyLeftOut::NothingThere));
            } else if is_made {
                kept_columns.push(column);
            } else {
                missing_products.push((product.clone(), WhyLeftOut::NoAdvantage));
            }
        }
        rows.retain(|(actor, values)| {
            let is_kept = kept_columns.iter().any(|column| is_advantage(values[*column]));
            if !is_kept {
                left_out.push(LeftOut::Actor(actor.clone(), WhyLeftOut::NoAdvantage));
            }
            is_kept
        });
        left_out.extend(missing_products.into_iter().map(|(p, why)| LeftOut::Product(p, why)));
        let actors: Vec<A> = rows.iter().map(|(actor, _)| actor.clone()).collect();
        let products: Vec<P> = kept_columns.iter().map(|c| products[*c].clone()).collect();
        let mut advantages = Vec::with_capacity(actors.len() * products.len());
        for (_, values) in &rows {
            advantages.extend(kept_columns.iter().map(|column| values[*column]));
        }
        let actor_rows = actors.iter().cloned().zip(0..).collect();
        let product_columns = products.iter().cloned().zip(0..).collect();
        Self { actors, products, advantages, actor_rows, product_columns, left_out }
    }
}

fn is_advantage(advantage: f64) -> bool {
    advantage >= ADVANTAGE_MIN
}
