//! The Leontief inverse `B = (I − A)⁻¹`, by elimination with partial pivoting.
//!
//! Plain and exact enough for tables of some hundred rows; the larger ones of statistics offices
//! want a blocked factorisation, which goes behind the same function.

use crate::{Error, Table};

/// A pivot below this, relative to entries of about 1, means that the matrix is singular.
const PIVOT_MIN: f64 = 1e-12;

impl Table {
    /// `B = (I − A)⁻¹`, n × n by rows: output of the row that one unit of final demand for the
    /// column needs, directly and indirectly. Source: Leontief (1936); Miller and Blair (2009), 2.3.
    ///
    /// Cost: n³.
    ///
    /// # Errors
    /// [`Error::Singular`] if some sectors feed each other without end.
    pub fn leontief_inverse(&self) -> Result<Vec<f64>, Error> {
        let n = self.row_count();
        let mut left: Vec<f64> = self.technical_coefficients().iter().map(|a| -a).collect();
        let mut right = vec![0.0; n * n];
        for diagonal in 0..n {
            left[diagonal * n + diagonal] += 1.0;
            right[diagonal * n + diagonal] = 1.0;
        }
        for column in 0..n {
            let pivot = largest_below(&left, n, column).ok_or(Error::Singular { column })?;
            swap_rows(&mut left, n, column, pivot);
            swap_rows(&mut right, n, column, pivot);
            let scale = 1.0 / left[column * n + column];
            for at in column * n..(column + 1) * n {
                left[at] *= scale;
                right[at] *= scale;
            }
            for row in (0..n).filter(|row| *row != column) {
                let factor = left[row * n + column];
                if factor != 0.0 {
                    for at in 0..n {
                        left[row * n + at] -= factor * left[column * n + at];
                        right[row * n + at] -= factor * right[column * n + at];
                    }
                }
            }
        }
        Ok(right)
    }
}

fn largest_below(matrix: &[f64], n: usize, column: usize) -> Option<usize> {
    let size = |row: &usize| matrix[row * n + column].abs();
    let largest = (column..n).max_by(|a, b| size(a).total_cmp(&size(b)))?;
    (size(&largest) > PIVOT_MIN).then_some(largest)
}

fn swap_rows(matrix: &mut [f64], n: usize, a: usize, b: usize) {
    for at in 0..n {
        matrix.swap(a * n + at, b * n + at);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Error, Flows, Table};

    #[test]
    fn sectors_that_only_feed_each_other_have_no_inverse() {
        let flows = Flows {
            intermediate: vec![0.0, 1.0, 1.0, 0.0],
            final_demand: vec![0.0, 0.0],
            gross_output: vec![1.0, 1.0],
        };
        let table = Table::try_new(1, flows).expect("a table");
        assert_eq!(table.leontief_inverse(), Err(Error::Singular { column: 1 }));
    }
}
