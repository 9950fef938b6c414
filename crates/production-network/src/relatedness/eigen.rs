//! All eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations.
//!
//! Chosen because it is short, does not depend on a start, and keeps full accuracy where
//! eigenvalues lie close. Guarantees descending eigenvalues and orthonormal vectors. Never used
//! beyond a few hundred rows: a sweep costs about 6 n³ operations, and six to ten are needed.

use crate::Error;

/// Sweeps are quadratic in their end; more than thirty have never been needed at any size.
const SWEEPS_MAX: usize = 60;
/// The rotations end when what is off the diagonal is as small beside the whole as the rounding of
/// one row, in units of the last place.
const OFF_DIAGONAL_MAX: f64 = f64::EPSILON;

/// Eigenvalues, descending, each with its vector of unit length.
#[derive(Debug)]
pub(crate) struct Eigen {
    pub(crate) values: Vec<f64>,
    pub(crate) vectors: Vec<Vec<f64>>,
}

/// Decomposes a symmetric matrix of n rows, given by rows.
///
/// Source: Jacobi (1846), in the form of Golub and Van Loan, section 8.5.
///
/// # Errors
/// [`Error::NotConverged`] if the rotations do not end, as with a number that is not finite.
pub(crate) fn symmetric(n: usize, mut matrix: Vec<f64>) -> Result<Eigen, Error> {
    // Rows are eigenvectors in the end, so that a rotation touches two runs of memory.
    let mut vectors = vec![0.0; n * n];
    for i in 0..n {
        vectors[i * n + i] = 1.0;
    }
    let whole: f64 = matrix.iter().map(|value| value * value).sum();
    let share = OFF_DIAGONAL_MAX * n as f64;
    let enough = share * share * whole;
    let mut sweeps = 0;
    loop {
        let off = off_diagonal(n, &matrix);
        if off <= enough {
            break;
        }
        if sweeps == SWEEPS_MAX || !off.is_finite() {
            let residual = (off / whole).sqrt();
            return Err(Error::NotConverged { what: "eigenvectors", steps: sweeps, residual });
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(n, &mut matrix, &mut vectors, p, q);
            }
        }
        sweeps += 1;
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|i, j| matrix[j * n + j].total_cmp(&matrix[i * n + i]));
    Ok(Eigen {
        values: order.iter().map(|i| matrix[i * n + i]).collect(),
        vectors: order.iter().map(|i| vectors[i * n..(i + 1) * n].to_vec()).collect(),
    })
}

fn off_diagonal(n: usize, matrix: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..n {
        for j in 0..n {
            if i != j {
                sum += matrix[i * n + j] * matrix[i * n + j];
            }
        }
    }
    sum
}

/// Turns rows and columns p and q so that `a_pq` becomes zero.
fn rotate(n: usize, a: &mut [f64], vectors: &mut [f64], p: usize, q: usize) {
    let a_pq = a[p * n + q];
    if a_pq == 0.0 {
        return;
    }
    // t = tan θ is the smaller root of t² + 2 τ t − 1 = 0, with τ = (a_qq − a_pp) / 2 a_pq.
    let tau = (a[q * n + q] - a[p * n + p]) / (2.0 * a_pq);
    let t = tau.signum() / (tau.abs() + tau.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for k in 0..n {
        let (a_kp, a_kq) = (a[k * n + p], a[k * n + q]);
        a[k * n + p] = c * a_kp - s * a_kq;
        a[k * n + q] = s * a_kp + c * a_kq;
    }
    for matrix in [a, vectors] {
        for k in 0..n {
            let (a_pk, a_qk) = (matrix[p * n + k], matrix[q * n + k]);
            matrix[p * n + k] = c * a_pk - s * a_qk;
            matrix[q * n + k] = s * a_pk + c * a_qk;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_known_matrix_has_its_known_eigenvalues() {
        // [[2, 1], [1, 2]] has 3 along (1, 1) and 1 along (1, −1).
        let found = symmetric(2, vec![2.0, 1.0, 1.0, 2.0]).expect("it ends");
        assert!((found.values[0] - 3.0).abs() < 1e-15 && (found.values[1] - 1.0).abs() < 1e-15);
        let first = &found.vectors[0];
        assert!((first[0] - first[1]).abs() < 1e-15 && (first[0].abs() - 0.5_f64.sqrt()) < 1e-15);
    }

    #[test]
    fn numbers_that_are_not_finite_are_no_answer() {
        let refused = symmetric(2, vec![1.0, f64::NAN, f64::NAN, 1.0]);
        assert!(matches!(refused, Err(Error::NotConverged { .. })), "{refused:?}");
    }

    proptest! {
        /// The matrix is rebuilt from its parts: A = Σ λ v v'. Rounding of n² products bounds it.
        #[test]
        fn the_parts_make_the_matrix(n in 1_usize..9, seed in prop::collection::vec(-9.0..9.0, 81)) {
            let mut matrix = vec![0.0; n * n];
            for i in 0..n {
                for j in 0..=i {
                    matrix[i * n + j] = seed[i * 9 + j];
                    matrix[j * n + i] = seed[i * 9 + j];
                }
            }
            let found = symmetric(n, matrix.clone()).expect("it ends");
            prop_assert!(found.values.windows(2).all(|pair| pair[0] >= pair[1]));
            for i in 0..n {
                for j in 0..n {
                    let parts = found.values.iter().zip(&found.vectors);
                    let rebuilt: f64 = parts.map(|(value, v)| value * v[i] * v[j]).sum();
                    prop_assert!((rebuilt - matrix[i * n + j]).abs() < 1e-12);
                }
            }
        }
    }
}
