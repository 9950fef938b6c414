//! A table of actors by products: who exports, makes or employs how much of what.
//!
//! Guarantees its shape, distinct labels, and values that are finite and not negative. Keeps apart
//! a value, a row that the source does not have and a value that the source withholds; what the
//! second means is the caller's to say, by [`AbsentRow`].

use std::collections::{BTreeMap, BTreeSet};

use crate::Error;

/// Most products: the proximities of 2,000 take 32 MB.
pub(crate) const PRODUCTS_MAX: usize = 2_000;
/// Most actors: all economies with their subdivisions, or the firms of a survey.
pub(crate) const ACTORS_MAX: usize = 10_000;

/// One cell of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell {
    /// How much, in the one unit of the table.
    Value(f64),
    /// The source has no row for it.
    Absent,
    /// The source has a row without a value: withheld, or not collected.
    Withheld,
}

/// What it means that a source has no row for an actor and a product.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AbsentRow {
    /// There was none. So it is in the customs records of an economy that reports: they list what
    /// crossed the border, and nothing else.
    IsZero,
    /// Nobody knows. So it is in surveys, and where an economy does not report. The actor's total
    /// is then unknown, and with it each of its advantages: the actor is left out.
    IsUnknown,
}

/// A table of actors by products.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityTable<A, P> {
    actors: Vec<A>,
    products: Vec<P>,
    /// By rows: an actor's cells stand together.
    cells: Vec<Cell>,
}

impl<A: Clone + Ord, P: Clone + Ord> ActivityTable<A, P> {
    /// Takes a table by rows: `cells` has one cell for each actor and product.
    ///
    /// # Errors
    /// [`Error::TableShape`] if the cells are not actors × products; [`Error::TableRepeats`] if a
    /// label stands twice; [`Error::TableCell`] if a value is negative or not finite;
    /// [`Error::TooMany`] over 10,000 actors or 2,000 products.
    pub fn try_new(actors: Vec<A>, products: Vec<P>, cells: Vec<Cell>) -> Result<Self, Error> {
        check_count("actors", actors.len(), ACTORS_MAX)?;
        check_count("products", products.len(), PRODUCTS_MAX)?;
        let expected = actors.len() * products.len();
        if cells.len() != expected {
            return Err(Error::TableShape { found: cells.len(), expected });
        }
        check_distinct("actor", &actors)?;
        check_distinct("product", &products)?;
        for (index, cell) in cells.iter().enumerate() {
            if let Cell::Value(value) = cell
                && !(value.is_finite() && *value >= 0.0)
            {
                let (row, column) = (index / products.len(), index % products.len());
                return Err(Error::TableCell { row, column, found: *value });
            }
        }
        Ok(Self { actors, products, cells })
    }

    /// Makes a table of rows of actor, product and value; what has no row is [`Cell::Absent`].
    ///
    /// Actors and products are put in order.
    ///
    /// # Errors
    /// [`Error::TableRepeats`] if two rows have one actor and product, else as
    /// [`ActivityTable::try_new`].
    pub fn from_rows(rows: impl IntoIterator<Item = (A, P, Cell)>) -> Result<Self, Error> {
        let mut found = BTreeMap::new();
        for (index, (actor, product, cell)) in rows.into_iter().enumerate() {
            if found.insert((actor, product), cell).is_some() {
                return Err(Error::TableRepeats { what: "row", index });
            }
        }
        let actors: BTreeSet<A> = found.keys().map(|(actor, _)| actor.clone()).collect();
        let products: BTreeSet<P> = found.keys().map(|(_, product)| product.clone()).collect();
        check_count("actors", actors.len(), ACTORS_MAX)?;
        check_count("products", products.len(), PRODUCTS_MAX)?;
        let mut cells = Vec::with_capacity(actors.len() * products.len());
        for actor in &actors {
            for product in &products {
                let cell = found.get(&(actor.clone(), product.clone()));
                cells.push(cell.copied().unwrap_or(Cell::Absent));
            }
        }
        Self::try_new(actors.into_iter().collect(), products.into_iter().collect(), cells)
    }

    /// The actors, in the order of the rows.
    #[must_use]
    pub fn actors(&self) -> &[A] {
        &self.actors
    }

    /// The products, in the order of the columns.
    #[must_use]
    pub fn products(&self) -> &[P] {
        &self.products
    }

    /// One row of values, or `None` if a value that it needs is unknown.
    pub(crate) fn known_row(&self, row: usize, absent: AbsentRow) -> Option<Vec<f64>> {
        let columns = self.products.len();
        let cells = self.cells.get(row * columns..(row + 1) * columns)?;
        let mut values = Vec::with_capacity(columns);
        for cell in cells {
            values.push(match (cell, absent) {
                (Cell::Value(value), _) => *value,
                (Cell::Absent, AbsentRow::IsZero) => 0.0,
                (Cell::Absent, AbsentRow::IsUnknown) | (Cell::Withheld, _) => return None,
            });
        }
        Some(values)
    }
}

pub(crate) fn check_count(what: &'static str, found: usize, limit: usize) -> Result<(), Error> {
    if found > limit { Err(Error::TooMany { what, found, limit }) } else { Ok(()) }
}

fn check_distinct<T: Ord>(what: &'static str, labels: &[T]) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for (index, label) in labels.iter().enumerate() {
        if !seen.insert(label) {
            return Err(Error::TableRepeats { what, index });
        }
    }
    Ok(())
}
