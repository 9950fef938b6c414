//! A balanced inter-country table.

use crate::Error;

/// Rows may differ from their totals by this part of the gross output: published tables are rounded
/// to at least six digits.
const BALANCE_TOLERANCE: f64 = 1e-6;

/// The numbers of a table with n = countries × sectors rows, in one currency and price base.
#[derive(Clone, Debug, PartialEq)]
pub struct Flows {
    /// n × n by rows: sales of the row to the column for production.
    pub intermediate: Vec<f64>,
    /// n × countries by rows: sales of the row to final users of each country.
    pub final_demand: Vec<f64>,
    /// n: gross output.
    pub gross_output: Vec<f64>,
}

/// A table whose rows add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    country_count: usize,
    flows: Flows,
}

impl Table {
    /// Takes numbers as a table of so many countries.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::Number`] or [`Error::Unbalanced`].
    pub fn try_new(country_count: usize, flows: Flows) -> Result<Self, Error> {
        let n = flows.gross_output.len();
        let shape = |part, found, expected| {
            if found == expected { Ok(()) } else { Err(Error::Shape { part, found, expected }) }
        };
        let sectors = n.checked_div(country_count).unwrap_or(0);
        shape("gross_output", n, (sectors * country_count).max(1))?;
        shape("intermediate", flows.intermediate.len(), n * n)?;
        shape("final_demand", flows.final_demand.len(), n * country_count)?;
        let parts = [
            ("intermediate", &flows.intermediate),
            ("final_demand", &flows.final_demand),
            ("gross_output", &flows.gross_output),
        ];
        for (part, numbers) in parts {
            let is_output = part == "gross_output";
            let wrong = |number: &f64| !number.is_finite() || (is_output && *number < 0.0);
            if let Some(index) = numbers.iter().position(wrong) {
                return Err(Error::Number { part, index, found: numbers[index] });
            }
        }
        let table = Self { country_count, flows };
        for row in 0..n {
            let (uses, output) = (table.uses(row), table.flows.gross_output[row]);
            if (uses - output).abs() > BALANCE_TOLERANCE * output.abs().max(1.0) {
                return Err(Error::Unbalanced { row, uses, output });
            }
        }
        Ok(table)
    }

    /// Rows: countries × sectors.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.flows.gross_output.len()
    }

    /// Countries.
    #[must_use]
    pub fn country_count(&self) -> usize {
        self.country_count
    }

    /// The numbers.
    #[must_use]
    pub fn flows(&self) -> &Flows {
        &self.flows
    }

    /// `A = Z diag(x)⁻¹`, n × n by rows: input of the row per unit of the column's output. A column
    /// without output needs nothing.
    #[must_use]
    pub fn technical_coefficients(&self) -> Vec<f64> {
        let n = self.row_count();
        let output = &self.flows.gross_output;
        let cells = self.flows.intermediate.iter().enumerate();
        cells
            .map(|(index, flow)| match output[index % n] {
                0.0 => 0.0,
                output => flow / output,
            })
            .collect()
    }

    fn uses(&self, row: usize) -> f64 {
        let n = self.row_count();
        let production: f64 = self.flows.intermediate[row * n..(row + 1) * n].iter().sum();
        let c = self.country_count;
        let final_use: f64 = self.flows.final_demand[row * c..(row + 1) * c].iter().sum();
        production + final_use
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows() -> Flows {
        Flows {
            intermediate: vec![10.0, 20.0, 30.0, 0.0],
            final_demand: vec![60.0, 10.0, 50.0, 20.0],
            gross_output: vec![100.0, 100.0],
        }
    }

    #[test]
    fn numbers_that_are_no_table_are_refused_with_the_reason() {
        assert!(Table::try_new(2, flows()).is_ok());
        let check = |change: fn(&mut Flows), expected: &str| {
            let mut changed = flows();
            change(&mut changed);
            let refused = Table::try_new(2, changed).expect_err(expected);
            assert!(format!("{refused:?}").contains(expected), "{refused:?}");
        };
        check(|flows| _ = flows.intermediate.pop(), "Shape");
        check(|flows| flows.gross_output.push(1.0), "Shape");
        check(|flows| flows.final_demand[1] = f64::NAN, "Number");
        check(|flows| flows.gross_output[0] = -1.0, "Number");
        check(|flows| flows.intermediate[0] = 11.0, "Unbalanced");
        assert!(Table::try_new(0, flows()).is_err());
    }

    #[test]
    fn a_sector_without_output_needs_nothing() {
        let flows = Flows {
            intermediate: vec![0.0; 4],
            final_demand: vec![5.0, 0.0],
            gross_output: vec![5.0, 0.0],
        };
        let table = Table::try_new(1, flows).expect("a table");
        assert_eq!(table.technical_coefficients(), [0.0; 4]);
    }
}
