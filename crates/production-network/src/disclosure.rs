//! Which cells of a table may be published without telling of one firm.
//!
//! A cell is withheld if few firms are in it, or one or two have nearly all of it; others are
//! withheld so that it cannot be worked out from totals, by nobody outside and by none of the firms
//! in the table, each of which knows its own part. Guarantees that what is withheld is open by at
//! least the protection that the rules ask for: the audit is exact and part of the algorithm. Never
//! says which cells were withheld first, nor the parameters of the rules.

mod circulation;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Error, FirmId};
use circulation::{Circulation, Edge};

/// Most cells of a table: the audit looks at each pair of withheld ones.
const CELLS_MAX: usize = 1_000;

/// What one firm adds to one cell.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Contribution {
    /// The firm.
    pub by: FirmId,
    /// The code of the row.
    pub row: String,
    /// The code of the column; none in a table of one dimension.
    pub column: Option<String>,
    /// How much.
    pub value: u64,
}

/// When a cell tells of one firm. Whoever publishes does not publish these.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DisclosureRules {
    /// Firms that a cell needs at least.
    pub firms_min: u64,
    /// The percentage of a cell that its `dominant` largest firms may have at most.
    pub dominance_percent: u64,
    /// How many those are.
    pub dominant: usize,
    /// How near, in percent of it, the second largest firm may come to the largest one's value by
    /// taking its own and the rest away (the p % rule).
    pub p_percent: u64,
}

/// A table as it may be published: with codes, and totals in the last row and column.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublishedTable {
    /// The codes of the rows.
    pub rows: Vec<String>,
    /// The codes of the columns; empty in a table of one dimension.
    pub columns: Vec<String>,
    /// By row, then column; of a cell that is not there nobody has any.
    pub cells: BTreeMap<(usize, usize), PublishedCell>,
    /// By row; of a table of one dimension these are the cells.
    pub row_totals: Vec<PublishedCell>,
    /// By column.
    pub column_totals: Vec<PublishedCell>,
    /// All together.
    pub total: PublishedCell,
}

/// One number of a table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PublishedCell {
    /// So many firms, and so much.
    Shown {
        /// How many investments: a firm may have several.
        count: u64,
        /// Value.
        value: u128,
    },
    /// Too few to publish, or withheld for the sake of others.
    Withheld,
}

impl Default for DisclosureRules {
    /// Three firms; at most 85 % with the two largest; within 10 %. Usual in the handbook of Hundepool
    /// et al. (2012), Statistical Disclosure Control, chapter 4.
    fn default() -> Self {
        Self { firms_min: 3, dominance_percent: 85, dominant: 2, p_percent: 10 }
    }
}

impl PublishedTable {
    /// True if nothing at all may be said.
    #[must_use]
    pub fn is_too_few(&self) -> bool {
        self.total == PublishedCell::Withheld
            && self.row_totals.iter().all(|cell| *cell == PublishedCell::Withheld)
    }
}

/// Decides what of a table may be published.
///
/// Source: primary rules and complementary suppression as in Hundepool et al. (2012), chapter 4. The
/// number of investments and the value of a cell are withheld together.
///
/// # Errors
/// [`Error::TooMany`] for more than 1,000 cells and totals.
pub fn publishable(
    contributions: &[Contribution],
    rules: &DisclosureRules,
) -> Result<PublishedTable, Error> {
    let table = Table::new(contributions);
    let found = table.numbers.len();
    if found > CELLS_MAX {
        return Err(Error::TooMany { what: "cells", found, limit: CELLS_MAX });
    }
    let mut withheld: BTreeSet<usize> =
        (0..found).filter(|number| table.is_telling(*number, rules)).collect();
    let primaries = withheld.clone();
    while let Some(open) = table.first_open(&primaries, &withheld, rules) {
        match table.cheapest_beside(open, &withheld) {
            Some(more) => withheld.insert(more),
            // Nothing beside it is left: all that is there is withheld, which tells nothing.
            None => {
                withheld.extend(0..found);
                break;
            }
        };
    }
    Ok(table.published(&withheld))
}

/// A number of the table: a cell or a total.
#[derive(Clone, Debug)]
struct Number {
    from: usize,
    to: usize,
    /// How many contributions there are.
    count: u64,
    /// What each firm has of it.
    parts: BTreeMap<FirmId, u64>,
}

/// A table as a circulation: from the source to rows to columns to the sink, and back.
#[derive(Debug)]
struct Table {
    rows: Vec<String>,
    columns: Vec<String>,
    numbers: Vec<Number>,
    values: Circulation,
    counts: Circulation,
}

impl Table {
    fn new(contributions: &[Contribution]) -> Self {
        let rows: BTreeSet<&String> = contributions.iter().map(|one| &one.row).collect();
        let columns: BTreeSet<&String> =
            contributions.iter().filter_map(|one| one.column.as_ref()).collect();
        let rows: Vec<String> = rows.into_iter().cloned().collect();
        let columns: Vec<String> = columns.into_iter().cloned().collect();
        // Nodes: 0 is the source, 1 the sink, then rows, then columns.
        let mut numbers: BTreeMap<(usize, usize), Number> = BTreeMap::new();
        let mut add = |from: usize, to: usize, one: &Contribution| {
            let empty = Number { from, to, count: 0, parts: BTreeMap::new() };
            let number = numbers.entry((from, to)).or_insert(empty);
            number.count += 1;
            *number.parts.entry(one.by.clone()).or_default() += one.value;
        };
        for one in contributions {
            let row = rows.binary_search(&one.row).map_or(0, |row| row + 2);
            let column = one.column.as_ref().and_then(|code| columns.binary_search(code).ok());
            add(0, row, one);
            match column {
                Some(column) => {
                    let column = column + 2 + rows.len();
                    add(row, column, one);
                    add(column, 1, one);
                }
                // In one dimension a row is its only cell: what comes in goes on to the sink unseen.
                None => add(row, 1, one),
            }
            add(1, 0, one);
        }
        let nodes = 2 + rows.len() + columns.len();
        let numbers: Vec<Number> = numbers.into_values().collect();
        let edges = |measure: fn(&Number) -> u128| {
            let edge = |one: &Number| Edge { from: one.from, to: one.to, flow: measure(one) };
            Circulation { nodes, edges: numbers.iter().map(edge).collect() }
        };
        let values = edges(Number::value);
        let counts = edges(|one| u128::from(one.count));
        Self { rows, columns, numbers, values, counts }
    }

    /// Whether a number tells of one firm by itself.
    fn is_telling(&self, number: usize, rules: &DisclosureRules) -> bool {
        let Some(number) = self.numbers.get(number) else { return false };
        let mut parts: Vec<u128> = number.parts.values().map(|part| u128::from(*part)).collect();
        parts.sort_unstable_by(|one, other| other.cmp(one));
        let sum: u128 = parts.iter().sum();
        let dominant: u128 = parts.iter().take(rules.dominant).sum();
        let first_two: u128 = parts.iter().take(2).sum();
        let largest = parts.first().copied().unwrap_or(0);
        (parts.len() as u64) < rules.firms_min
            || dominant * 100 > sum * u128::from(rules.dominance_percent)
            || (sum - first_two) * 100 < largest * u128::from(rules.p_percent)
    }

    /// The first number that tells of one firm and can be worked out too nearly.
    fn first_open(
        &self,
        primaries: &BTreeSet<usize>,
        withheld: &BTreeSet<usize>,
        rules: &DisclosureRules,
    ) -> Option<usize> {
        // Outside nobody knows anything; a firm knows each withheld number that is its own alone.
        let mut known_to: BTreeMap<&FirmId, BTreeSet<usize>> = BTreeMap::new();
        for number in withheld {
            let parts = self.numbers.get(*number).map(|one| &one.parts);
            if let Some(parts) = parts.filter(|parts| parts.len() == 1) {
                for by in parts.keys() {
                    known_to.entry(by).or_default().insert(*number);
                }
            }
        }
        let nobody = BTreeSet::new();
        let outside = std::iter::once((None, &nobody));
        let firms = known_to.iter().map(|(by, known)| (Some(*by), known));
        let intruders: Vec<(Option<&FirmId>, &BTreeSet<usize>)> = outside.chain(firms).collect();
        primaries.iter().copied().find(|primary| {
            intruders.iter().any(|(by, known)| {
                let is_free = |one: usize| withheld.contains(&one) && !known.contains(&one);
                // Who knows it needs no protection from it.
                is_free(*primary) && !self.is_protected(*primary, *by, rules, is_free)
            })
        })
    }

    /// Whether a number stays open enough for the firms in it but for the one that looks.
    fn is_protected(
        &self,
        number: usize,
        by: Option<&FirmId>,
        rules: &DisclosureRules,
        is_free: impl Fn(usize) -> bool,
    ) -> bool {
        let Some(one) = self.numbers.get(number) else { return true };
        let [down, up] = self.values.slack(number, 0, &is_free);
        let others = one.parts.iter().filter(|(firm, _)| Some(*firm) != by);
        let largest = others.map(|(_, part)| u128::from(*part)).max().unwrap_or(0);
        let needed = largest * u128::from(rules.p_percent);
        // A cell of nil cannot be too high by less than nil.
        let is_value_open = (down + up) > 0 && down * 100 >= needed && up * 100 >= needed;
        // What is withheld has one at least: of cells without any it is known.
        let [fewer, more] = self.counts.slack(number, 1, &is_free);
        (is_value_open || one.value() == 0) && fewer + more > 0
    }

    /// The number of least value that shares a node with an open one and is not withheld; else any.
    fn cheapest_beside(&self, open: usize, withheld: &BTreeSet<usize>) -> Option<usize> {
        let ends = self.numbers.get(open).map(|one| [one.from, one.to])?;
        let left = |is_near: bool| {
            let left = (0..self.numbers.len()).filter(|number| !withheld.contains(number));
            let left = left.filter(|number| {
                let one = &self.numbers[*number];
                !is_near || ends.contains(&one.from) || ends.contains(&one.to)
            });
            left.min_by_key(|number| (self.numbers[*number].value(), *number))
        };
        left(true).or_else(|| left(false))
    }

    fn published(&self, withheld: &BTreeSet<usize>) -> PublishedTable {
        let mut table = PublishedTable {
            rows: self.rows.clone(),
            columns: self.columns.clone(),
            cells: BTreeMap::new(),
            row_totals: vec![PublishedCell::Withheld; self.rows.len()],
            column_totals: vec![PublishedCell::Withheld; self.columns.len()],
            total: PublishedCell::Shown { count: 0, value: 0 },
        };
        let columns_from = 2 + self.rows.len();
        for (index, number) in self.numbers.iter().enumerate() {
            let cell = if withheld.contains(&index) {
                PublishedCell::Withheld
            } else {
                PublishedCell::Shown { count: number.count, value: number.value() }
            };
            match (number.from, number.to) {
                (1, 0) => table.total = cell,
                (0, row) => table.row_totals[row - 2] = cell,
                (column, 1) if column >= columns_from => {
                    table.column_totals[column - columns_from] = cell;
                }
                // The way on of a row without columns: the row's total says it.
                (_, 1) => {}
                (row, column) => {
                    table.cells.insert((row - 2, column - columns_from), cell);
                }
            }
        }
        table
    }
}

impl Number {
    fn value(&self) -> u128 {
        self.parts.values().map(|part| u128::from(*part)).sum()
    }
}
