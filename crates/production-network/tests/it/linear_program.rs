//! A plain simplex that knows nothing of tables: what an attacker would use.

/// Below this a number is nil.
const NIL: f64 = 1e-7;

/// The least value of `costs · x` where `rows · x = right` and `x ≥ 0`; `None` without a bound.
///
/// Two phases, Bland's rule. Panics where nothing fits.
pub(crate) fn least(rows: &[Vec<f64>], right: &[f64], costs: &[f64]) -> Option<f64> {
    let (count, variables) = (rows.len(), costs.len());
    let width = variables + count + 1;
    let mut table: Vec<Vec<f64>> = Vec::new();
    for (index, (row, right)) in rows.iter().zip(right).enumerate() {
        let sign = if *right < 0.0 { -1.0 } else { 1.0 };
        let mut line: Vec<f64> = row.iter().map(|value| sign * value).collect();
        line.extend((0..count).map(|other| f64::from(u8::from(other == index))));
        line.push(sign * right);
        table.push(line);
    }
    let mut basis: Vec<usize> = (variables..variables + count).collect();
    let mut first: Vec<f64> = vec![0.0; width];
    for column in 0..width {
        if !(variables..variables + count).contains(&column) {
            first[column] = -table.iter().map(|line| line[column]).sum::<f64>();
        }
    }
    assert!(improve(&mut table, &mut basis, &mut first, variables + count), "bounded by nil");
    assert!(first[width - 1].abs() < 1e-4, "the published table fits together: {first:?}");
    // What was only there to begin with leaves; a line that says nothing new goes.
    let mut line = 0;
    while line < table.len() {
        if basis[line] >= variables {
            let way = (0..variables).find(|column| table[line][*column].abs() > NIL);
            let Some(column) = way else {
                table.remove(line);
                basis.remove(line);
                continue;
            };
            pivot(&mut table, &mut basis, &mut first, line, column);
        }
        line += 1;
    }
    let mut second: Vec<f64> = costs.to_vec();
    second.resize(width, 0.0);
    for (line, basic) in basis.iter().enumerate() {
        let factor = second[*basic];
        for column in 0..width {
            second[column] -= factor * table[line][column];
        }
    }
    improve(&mut table, &mut basis, &mut second, variables).then(|| -second[width - 1])
}

/// Pivots until nothing improves; false if nothing bounds it.
fn improve(table: &mut [Vec<f64>], basis: &mut [usize], costs: &mut [f64], columns: usize) -> bool {
    let last = costs.len() - 1;
    loop {
        let Some(column) = (0..columns).find(|column| costs[*column] < -NIL) else { return true };
        let mut leaving: Option<(usize, f64)> = None;
        for (line, row) in table.iter().enumerate() {
            if row[column] > NIL {
                let ratio = row[last] / row[column];
                let is_better = leaving.is_none_or(|(other, least)| {
                    ratio < least - NIL || (ratio < least + NIL && basis[line] < basis[other])
                });
                if is_better {
                    leaving = Some((line, ratio));
                }
            }
        }
        let Some((line, _)) = leaving else { return false };
        pivot(table, basis, costs, line, column);
    }
}

fn pivot(
    table: &mut [Vec<f64>],
    basis: &mut [usize],
    costs: &mut [f64],
    line: usize,
    column: usize,
) {
    let scale = table[line][column];
    for value in &mut table[line] {
        *value /= scale;
    }
    let chosen = table[line].clone();
    let others = table.iter_mut().enumerate().filter(|(other, _)| *other != line);
    for (_, row) in others {
        let factor = row[column];
        for (value, by) in row.iter_mut().zip(&chosen) {
            *value -= factor * by;
        }
    }
    let factor = costs[column];
    for (value, by) in costs.iter_mut().zip(&chosen) {
        *value -= factor * by;
    }
    basis[line] = column;
}

#[test]
fn it_finds_what_is_found_by_hand() {
    // x + y = 4, x − y + z = 1: the least x is 0 (y = 4, z = 5), the most 4 (y = 0) needs z = −3:
    // so x = 2.5 with z = 0.
    let rows = [vec![1.0, 1.0, 0.0], vec![1.0, -1.0, 1.0]];
    let right = [4.0, 1.0];
    let close = |found: Option<f64>, expected: f64| {
        found.is_some_and(|found| (found - expected).abs() < 1e-9)
    };
    assert!(close(least(&rows, &right, &[1.0, 0.0, 0.0]), 0.0));
    assert!(close(least(&rows, &right, &[-1.0, 0.0, 0.0]), -2.5));
    assert_eq!(least(&[vec![1.0, -1.0]], &[1.0], &[-1.0, 0.0]), None, "no bound");
}
