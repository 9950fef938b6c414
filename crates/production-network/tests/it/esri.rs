//! ESRI beside the values that the authors' own code gives, to 1e-12, with its numbers of steps; and
//! what is refused.

use std::path::PathBuf;

use production_network::{
    Error, Essentiality, InputNeed, Sale, Shock, ShockModel, ShockOptions, Substitution,
    SupplyFirm, SupplyNetwork, cascade_range,
};

fn data() -> Option<PathBuf> {
    let data = std::env::var_os("ENTREPOT_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let data = data.join("network/esri");
    if !data.is_dir() {
        println!("SKIPPED: ESRI's known answers are not at {}", data.display());
        return None;
    }
    Some(data)
}

fn rows(path: PathBuf) -> Vec<Vec<f64>> {
    let text = std::fs::read_to_string(&path).expect("a file");
    let lines = text.lines().skip(1).filter(|line| !line.is_empty());
    lines
        .map(|line| line.split(',').map(|cell| cell.trim().parse().expect("a number")).collect())
        .collect()
}

fn network(edges: PathBuf, nodes: PathBuf) -> SupplyNetwork {
    let mut firms = Vec::new();
    for row in rows(nodes) {
        assert_eq!(row[0] as usize, firms.len() + 1);
        firms.push(SupplyFirm { industry: Some(row[1] as usize - 1), ..SupplyFirm::default() });
    }
    let mut sales = Vec::new();
    for row in rows(edges) {
        let (supplier, buyer) = (row[0] as usize - 1, row[1] as usize - 1);
        sales.push(Sale { supplier, buyer, value: row[2] });
    }
    SupplyNetwork::try_new(firms, &sales).expect("a network")
}

fn essentiality(path: PathBuf) -> Essentiality {
    let need = |cell: &f64| match cell {
        0.0 => InputNeed::None,
        1.0 => InputNeed::Linear,
        2.0 => InputNeed::Essential,
        other => panic!("{other} is no need"),
    };
    let matrix = rows(path).iter().map(|row| row[1..].iter().map(need).collect()).collect();
    Essentiality::try_new(matrix).expect("square")
}

#[test]
fn the_authors_values_and_steps_come_out() {
    let Some(data) = data() else { return };
    let sf101 = network(data.join("sf101_edges.csv"), data.join("net101_nodes.csv"));
    let toy11 = network(data.join("toy11_edges.csv"), data.join("toy11_nodes.csv"));
    let of_sf101 = |kind: &str| essentiality(data.join(format!("ess4_{kind}.csv")));
    let cases = [
        ("sf101_leontief_nosub_eps1e-2", &sf101, of_sf101("leontief"), 1e-2),
        ("sf101_linear_nosub_eps1e-2", &sf101, of_sf101("linear"), 1e-2),
        ("sf101_mixed_nosub_eps1e-2", &sf101, of_sf101("mixed"), 1e-2),
        (
            "toy11_leontief_nosub_eps1e-2",
            &toy11,
            Essentiality::uniform(5, InputNeed::Essential),
            1e-2,
        ),
        (
            "toy11_leontief_nosub_eps1e-12",
            &toy11,
            Essentiality::uniform(5, InputNeed::Essential),
            1e-12,
        ),
        ("toy11_linear_nosub_eps1e-2", &toy11, Essentiality::uniform(5, InputNeed::Linear), 1e-2),
        ("toy11_linear_nosub_eps1e-12", &toy11, Essentiality::uniform(5, InputNeed::Linear), 1e-12),
    ];
    for (name, network, essentiality, eps) in cases {
        let options = ShockOptions { eps, ..ShockOptions::default() };
        let model = ShockModel::try_new(network, &essentiality, options).expect("a model");
        let mut spread = model.spread();
        let expected = rows(data.join(format!("expected_{name}.csv")));
        assert_eq!(expected.len(), network.firm_count(), "{name}");
        for row in expected {
            let firm = row[0] as usize;
            let found = spread.run(&Shock::closing([firm - 1])).expect("a cascade");
            let values = [found.esri, found.downstream, found.upstream];
            for (found, expected) in values.into_iter().zip(&row[1..]) {
                assert!(
                    (found - expected).abs() <= 1e-12,
                    "{name}, {firm}: {found}, not {expected}"
                );
            }
            assert_eq!(f64::from(found.iterations), row[4], "{name}, {firm}");
            assert!(found.is_converged);
        }
    }
}

/// Two makers of chips and a buyer: what one of them cannot deliver, the other may.
fn two_makers() -> SupplyNetwork {
    let of = |industry| SupplyFirm { industry: Some(industry), ..SupplyFirm::default() };
    let sale = |supplier, buyer, value| Sale { supplier, buyer, value };
    let sales = [sale(0, 2, 3.0), sale(1, 2, 1.0), sale(2, 3, 8.0)];
    SupplyNetwork::try_new(vec![of(0), of(0), of(1), of(1)], &sales).expect("a network")
}

#[test]
fn substitution_gives_a_range() {
    let essentiality = Essentiality::uniform(2, InputNeed::Essential);
    let shock = Shock::closing([1]);
    let range = cascade_range(&two_makers(), &essentiality, ShockOptions::default(), &shock);
    let range = range.expect("a range");
    // The buyer loses a quarter of its chips, or, as the other has 3 of the 3 still sold, 1/3 of it.
    let share = |lost: f64| (1.0 + 8.0 * lost) / 12.0;
    assert!((range.without_substitution.downstream - share(0.25)).abs() < 1e-15);
    assert!((range.with_substitution.downstream - share(0.25 / 3.0)).abs() < 1e-15);
    assert_eq!(range.with_substitution.options.substitution, Substitution::ByMarketShare);
    assert_eq!(range.with_substitution.losses.iter().filter(|loss| loss.sales > 0.0).count(), 2);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let firms = vec![SupplyFirm::default(); 2];
    let sale = |supplier, buyer, value| Sale { supplier, buyer, value };
    for bad in
        [sale(0, 2, 1.0), sale(0, 0, 1.0), sale(0, 1, 0.0), sale(0, 1, f64::NAN), sale(0, 1, -1.0)]
    {
        let refused = SupplyNetwork::try_new(firms.clone(), &[sale(0, 1, 1.0), bad]);
        assert!(matches!(refused, Err(Error::Sale { index: 1, .. })), "{bad:?}: {refused:?}");
    }
    assert!(matches!(SupplyNetwork::try_new(firms, &[]), Err(Error::NoSales)));
    let broke = vec![SupplyFirm { revenue: Some(-1.0), ..SupplyFirm::default() }; 2];
    let refused = SupplyNetwork::try_new(broke, &[sale(0, 1, 1.0)]);
    assert!(matches!(refused, Err(Error::SupplyFirm { firm: 0 })), "{refused:?}");
    let (network, options) = (two_makers(), ShockOptions::default());
    let small = Essentiality::uniform(1, InputNeed::Linear);
    let refused = ShockModel::try_new(&network, &small, options);
    assert!(matches!(refused, Err(Error::EssentialityShape { found: 1, expected: 2 })));
    let essentiality = Essentiality::uniform(2, InputNeed::Linear);
    for bad in
        [ShockOptions { eps: -0.1, ..options }, ShockOptions { iterations_max: 0, ..options }]
    {
        let refused = ShockModel::try_new(&network, &essentiality, bad);
        assert!(matches!(refused, Err(Error::ShockOptions { .. })), "{refused:?}");
    }
    let model = ShockModel::try_new(&network, &essentiality, options).expect("a model");
    for bad in [(9, 0.0), (0, 1.5), (0, -0.1), (0, f64::NAN)] {
        let refused = model.spread().run(&Shock { remaining: vec![bad] });
        assert!(matches!(refused, Err(Error::Shock { .. })), "{bad:?}: {refused:?}");
    }
}
