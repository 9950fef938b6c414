//! The table of three countries and three industries that the literature decomposes ("leather").

use std::path::PathBuf;

use input_output::{Flows, Table};

/// Full-precision answers: only the order of summation may differ.
const TOLERANCE: f64 = 1e-12;

fn numbers(name: &str) -> Option<Vec<f64>> {
    let shared = std::env::var_os("ENTREPOT_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = shared.join("gvc/leather").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there (set ENTREPOT_SHARED_DATA)", path.display());
        return None;
    };
    let rows = text.lines().skip(1);
    let cells = rows.flat_map(|row| row.split(',').skip(1));
    Some(cells.map(|cell| cell.parse().expect("a number")).collect())
}

#[test]
fn coefficients_and_inverse_equal_the_full_precision_answers() {
    let (Some(intermediate), Some(final_demand)) = (numbers("Z.csv"), numbers("Y.csv")) else {
        return;
    };
    let (Some(a), Some(b)) = (numbers("computed_A.csv"), numbers("computed_B.csv")) else { return };
    let n = 9;
    let gross_output = (0..n)
        .map(|row| {
            intermediate[row * n..(row + 1) * n].iter().sum::<f64>()
                + final_demand[row * 3..(row + 1) * 3].iter().sum::<f64>()
        })
        .collect();
    let table = Table::try_new(3, Flows { intermediate, final_demand, gross_output });
    let table = table.expect("it balances");
    let near = |found: &[f64], expected: &[f64]| {
        found.len() == expected.len()
            && found.iter().zip(expected).all(|(f, e)| (f - e).abs() < TOLERANCE)
    };
    assert!(near(&table.technical_coefficients(), &a));
    let inverse = table.leontief_inverse().expect("not singular");
    assert!(near(&inverse, &b));
    // Output follows from final demand: B (Y 1) = x.
    for row in 0..n {
        let output: f64 = (0..n)
            .map(|column| {
                let demand: f64 =
                    table.flows().final_demand[column * 3..(column + 1) * 3].iter().sum();
                inverse[row * n + column] * demand
            })
            .sum();
        assert!((output - table.flows().gross_output[row]).abs() < 1e-9, "row {row}: {output}");
    }
}
