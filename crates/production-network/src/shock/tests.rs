//! The spreading beside a plain step over all firms, on random networks.

use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;
use crate::{Sale, SupplyFirm};

/// What the formulas say, written down as they are: all firms, all links, each step.
fn plain(
    network: &SupplyNetwork,
    essentiality: &Essentiality,
    options: ShockOptions,
    shock: &Shock,
) -> (f64, f64, f64, u32) {
    let count = network.firm_count();
    let mut w = vec![vec![0.0; count]; count];
    for sale in &network.sales {
        w[sale.supplier][sale.buyer] += sale.value;
    }
    let industry = |firm: usize| network.firms[firm].industry;
    let out: Vec<f64> = (0..count).map(|i| w[i].iter().sum()).collect();
    let into: Vec<f64> = (0..count).map(|j| (0..count).map(|i| w[i][j]).sum()).collect();
    let mut psi = vec![1.0; count];
    for (firm, remaining) in &shock.remaining {
        psi[*firm] = *remaining;
    }
    let (mut hd, mut hu, mut iterations) = (psi.clone(), psi.clone(), 0);
    loop {
        let sigma = |i: usize| {
            if options.substitution == Substitution::Off {
                return 1.0;
            }
            let of_market =
                |m: &usize| *m == i || (industry(*m).is_some() && industry(*m) == industry(i));
            let sold: f64 = (0..count).filter(of_market).map(|m| out[m] * hd[m]).sum();
            (out[i] / if sold <= 1e-10 { 1.0 } else { sold }).min(1.0)
        };
        let (mut next_d, mut next_u, mut drop) = (hd.clone(), hu.clone(), 0.0f64);
        for j in 0..count {
            let (mut worst, mut linear) = (0.0f64, 0.0);
            for k in 0..network.industry_count {
                let suppliers: Vec<usize> =
                    (0..count).filter(|i| industry(*i) == Some(k)).collect();
                let need = industry(j).map_or(Need::None, |l| essentiality.need(k, l));
                let of_kind: f64 = suppliers.iter().map(|m| w[*m][j]).sum();
                let cost = network.firms[j].cost.map_or(1.0, |cost| into[j] / cost);
                let of = |all: f64| -> f64 {
                    let lost = |i: &usize| sigma(*i) * (w[*i][j] / all * cost) * (1.0 - hd[*i]);
                    suppliers.iter().filter(|i| w[**i][j] > 0.0).map(lost).sum()
                };
                match need {
                    Need::None => {}
                    Need::Linear => linear += of(into[j]),
                    Need::Essential => worst = worst.max(of(of_kind)),
                }
            }
            next_d[j] = (1.0 - worst).min(1.0 - linear).min(psi[j]).max(0.0);
            let of_all = network.firms[j].revenue.unwrap_or(out[j]);
            let lost: f64 = (0..count)
                .filter(|buyer| w[j][*buyer] > 0.0)
                .map(|buyer| w[j][buyer] / of_all * (1.0 - hu[buyer]))
                .sum();
            next_u[j] = (1.0 - lost).min(psi[j]).max(0.0);
            drop = drop.max(hd[j] - next_d[j]).max(hu[j] - next_u[j]);
        }
        (hd, hu) = (next_d, next_u);
        iterations += 1;
        if drop <= options.eps || iterations == options.iterations_max {
            break;
        }
    }
    let all: f64 = out.iter().sum();
    let share = |left: &dyn Fn(usize) -> f64| -> f64 {
        (0..count).map(|i| out[i] * (1.0 - left(i))).sum::<f64>() / all
    };
    (share(&|i| hd[i].min(hu[i])), share(&|i| hd[i]), share(&|i| hu[i]), iterations)
}

fn networks() -> impl Strategy<Value = (SupplyNetwork, Essentiality)> {
    let firm = (
        proptest::option::weighted(0.9, 0..4usize),
        proptest::option::of(5.0..50.0),
        proptest::option::of(5.0..50.0),
    );
    let firm = firm.prop_map(|(industry, revenue, cost)| SupplyFirm { industry, revenue, cost });
    let sale = (0..12usize, 0..12usize, 0.1..20.0);
    let sale = sale.prop_map(|(supplier, buyer, value)| Sale { supplier, buyer, value });
    let sale = sale.prop_filter("no loops", |sale| sale.supplier != sale.buyer);
    let need = prop_oneof![Just(Need::None), Just(Need::Linear), Just(Need::Essential)];
    let needs = proptest::collection::vec(proptest::collection::vec(need, 4), 4);
    let sales = proptest::collection::vec(sale, 1..40);
    (proptest::collection::vec(firm, 12), sales, needs).prop_map(|(firms, sales, needs)| {
        let network = SupplyNetwork::try_new(firms, &sales).expect("makes sense");
        (network, Essentiality::try_new(needs).expect("square"))
    })
}

proptest! {
    #[test]
    fn what_is_reached_gives_what_all_would((network, essentiality) in networks(),
        shocked in proptest::collection::btree_map(0..12usize, 0.0..1.0, 1..4),
        is_closed in any::<bool>(), by_share in any::<bool>(), eps in prop_oneof![Just(0.01), Just(1e-9)]) {
        let substitution = if by_share { Substitution::ByMarketShare } else { Substitution::Off };
        let options = ShockOptions { substitution, eps, iterations_max: 200 };
        let remaining = shocked.into_iter().map(|(firm, left)| (firm, if is_closed { 0.0 } else { left }));
        let shock = Shock { remaining: remaining.collect() };
        let model = ShockModel::try_new(&network, &essentiality, options).expect("fits");
        let mut spread = model.spread();
        let first = spread.run(&shock).expect("a cascade");
        let (esri, down, up, iterations) = plain(&network, &essentiality, options, &shock);
        // Sums of the same numbers in another order.
        for (found, expected) in [(first.esri, esri), (first.downstream, down), (first.upstream, up)] {
            prop_assert!((found - expected).abs() <= 1e-12, "{found} and {expected}");
        }
        prop_assert_eq!(first.iterations, iterations);
        // What one shock did is forgotten before the next.
        let other = Shock::closing([3]);
        spread.run(&other).expect("a cascade");
        prop_assert_eq!(spread.run(&shock).expect("a cascade"), first);
    }

    #[test]
    fn many_at_a_time_are_each_alone((network, essentiality) in networks(),
        shocks in proptest::collection::vec(proptest::collection::btree_map(0..12usize, 0.0..=1.0, 0..4), 0..50),
        by_share in any::<bool>(), eps in prop_oneof![Just(0.01), Just(1e-9)], steps in prop_oneof![Just(2_u32), Just(200)]) {
        let substitution = if by_share { Substitution::ByMarketShare } else { Substitution::Off };
        let options = ShockOptions { substitution, eps, iterations_max: steps };
        let shocks: Vec<Shock> =
            shocks.into_iter().map(|remaining| Shock { remaining: remaining.into_iter().collect() }).collect();
        let model = ShockModel::try_new(&network, &essentiality, options).expect("fits");
        let mut told: Vec<Option<Cascade>> = vec![None; shocks.len()];
        model.spread_each(shocks.clone(), |index, cascade| {
            told[index] = Some(cascade);
            ControlFlow::Continue(())
        }).expect("cascades");
        let mut spread = model.spread();
        for (shock, told) in shocks.iter().zip(told) {
            prop_assert_eq!(told, Some(spread.run(shock).expect("a cascade")));
        }
    }
}
