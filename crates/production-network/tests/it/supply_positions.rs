//! Upstreamness and influence solve the equations that define them.

use production_network::{Sale, SupplyFirm, SupplyNetwork};
use proptest::prelude::*;

/// Sums of some ten numbers, at rest to 1e-13 each, whose errors a ring adds up.
const TOLERANCE: f64 = 1e-9;

fn network(firms: usize, sales: &[(usize, usize, f64)]) -> SupplyNetwork {
    let sale = |(supplier, buyer, value): &(usize, usize, f64)| Sale {
        supplier: *supplier,
        buyer: *buyer,
        value: *value,
    };
    let sales: Vec<Sale> = sales.iter().map(sale).collect();
    SupplyNetwork::try_new(vec![SupplyFirm::default(); firms], &sales).expect("a network")
}

fn with_revenue(revenues: &[f64], sales: &[(usize, usize, f64)]) -> SupplyNetwork {
    let firm = |revenue: &f64| SupplyFirm { revenue: Some(*revenue), ..SupplyFirm::default() };
    let firms = revenues.iter().map(firm).collect();
    let sale = |(supplier, buyer, value): &(usize, usize, f64)| Sale {
        supplier: *supplier,
        buyer: *buyer,
        value: *value,
    };
    let sales: Vec<Sale> = sales.iter().map(sale).collect();
    SupplyNetwork::try_new(firms, &sales).expect("a network")
}

#[test]
fn a_chain_is_as_long_as_its_steps_and_a_ring_without_end_has_no_length() {
    let chain = network(3, &[(0, 1, 5.0), (1, 2, 7.0)]);
    assert_eq!(chain.upstreamness().expect("found"), [Some(3.0), Some(2.0), Some(1.0)]);
    // Half goes to final demand at once, half through another: 1 + 1/2.
    let half = with_revenue(&[2.0, 1.0], &[(0, 1, 1.0)]);
    assert_eq!(half.upstreamness().expect("found"), [Some(1.5), Some(1.0)]);
    // Firms 1 and 2 sell only to each other, and firm 0 to 1 and to 3.
    let ring = network(4, &[(0, 1, 1.0), (0, 3, 1.0), (1, 2, 1.0), (2, 1, 1.0)]);
    assert_eq!(ring.upstreamness().expect("found"), [None, None, None, Some(1.0)]);
    let more = with_revenue(&[1.0, 1.0], &[(0, 1, 2.0)]);
    assert!(more.upstreamness().is_err(), "it sells more than it makes");
}

#[test]
fn influence_is_a_share_of_labour_without_purchases_and_one_in_all_with_them() {
    // A ring of two: by symmetry one half each.
    let ring = network(2, &[(0, 1, 3.0), (1, 0, 8.0)]);
    for part in ring.influence(0.25).expect("found") {
        assert!((part - 0.5).abs() < TOLERANCE, "{part}");
    }
    // Labour alone: 1/n each. And a supplier of one: α/n, and (1 − α) of that more.
    assert_eq!(ring.influence(1.0).expect("found"), [0.5, 0.5]);
    let chain = network(2, &[(0, 1, 3.0)]);
    assert_eq!(chain.influence(0.5).expect("found"), [0.375, 0.25]);
    for share in [0.0, -0.5, 1.5, f64::NAN] {
        assert!(ring.influence(share).is_err(), "{share}");
    }
}

fn sales() -> impl Strategy<Value = (usize, Vec<(usize, usize, f64)>)> {
    (2usize..9).prop_flat_map(|firms| {
        let sale = (0..firms, 0..firms, 1u32..100)
            .prop_map(|(one, other, value)| (one, other, f64::from(value)));
        (Just(firms), proptest::collection::vec(sale, 1..24))
    })
}

proptest! {
    #[test]
    fn both_solve_their_equations((firms, sales) in sales(), spare in 1u32..50, share in 1u32..=10) {
        let sales: Vec<_> = sales.into_iter().filter(|(one, other, _)| one != other).collect();
        prop_assume!(!sales.is_empty());
        let mut revenues = vec![f64::from(spare); firms];
        for (supplier, _, value) in &sales {
            revenues[*supplier] += value;
        }
        let network = with_revenue(&revenues, &sales);
        let found = network.upstreamness().expect("each sells beyond");
        let of = |firm: usize| found[firm].expect("each sells beyond");
        for (firm, revenue) in revenues.iter().enumerate() {
            let own = sales.iter().filter(|(supplier, _, _)| *supplier == firm);
            let sum: f64 = own.map(|(_, buyer, value)| value / revenue * of(*buyer)).sum();
            prop_assert!((of(firm) - 1.0 - sum).abs() < TOLERANCE, "{firm}: {found:?}");
            prop_assert!(of(firm) >= 1.0);
        }

        let alpha = f64::from(share) / 10.0;
        let parts = network.influence(alpha).expect("found");
        let bought = network.bought();
        for firm in 0..firms {
            let own = sales.iter().filter(|(supplier, _, _)| *supplier == firm);
            let sum: f64 = own.map(|(_, buyer, value)| value / bought[*buyer] * parts[*buyer]).sum();
            let expected = alpha / firms as f64 + (1.0 - alpha) * sum;
            prop_assert!((parts[firm] - expected).abs() < TOLERANCE, "{firm}: {parts:?}");
        }
        let total: f64 = parts.iter().sum();
        let each_buys = bought.iter().all(|bought| *bought > 0.0);
        prop_assert!(total <= 1.0 + TOLERANCE);
        prop_assert!(!each_buys || (total - 1.0).abs() < TOLERANCE, "{total}");
    }

    #[test]
    fn without_revenues_a_firm_has_a_number_unless_its_sales_may_go_round_for_ever(
        (firms, sales) in sales()
    ) {
        let sales: Vec<_> = sales.into_iter().filter(|(one, other, _)| one != other).collect();
        prop_assume!(!sales.is_empty());
        let network = network(firms, &sales);
        // Chains of firms that all but close may need many steps: then the error says so.
        let Ok(found) = network.upstreamness() else { return Ok(()) };
        let sold = network.sold();
        for firm in 0..firms {
            let buyers: Vec<_> =
                sales.iter().filter(|(supplier, _, _)| *supplier == firm).collect();
            let known: Option<f64> = buyers
                .iter()
                .map(|(_, buyer, value)| Some(value / sold[firm] * found[*buyer]?))
                .sum();
            match (found[firm], known) {
                (Some(number), Some(sum)) => {
                    prop_assert!((number - 1.0 - sum).abs() < TOLERANCE * number);
                }
                (None, None) => {}
                (Some(_), None) | (None, Some(_)) => prop_assert!(false, "{firm}: {found:?}"),
            }
        }
    }
}
