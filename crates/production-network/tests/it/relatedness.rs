//! Complexity and relatedness equal the published values, and do not depend on order or unit.

use std::fs;

use production_network::relatedness::{
    AbsentRow, ActivityTable, Cell, ComplexityUndefined, ProductSpace, Specialization, niches,
    pathway,
};
use proptest::prelude::*;

use crate::shared::{rows, shared};

type Space = ProductSpace<String, String>;

/// Published with 15 or 16 digits, some of which an eigenvector of another library moves.
const TOLERANCE: f64 = 1e-13;
/// Published advantages were kept in single precision.
const SINGLE: f64 = 1e-7;

fn space(rows: impl IntoIterator<Item = (String, String, Cell)>) -> Space {
    let table = ActivityTable::from_rows(rows).expect("a table");
    Space::try_new(Specialization::new(&table, AbsentRow::IsZero)).expect("measured")
}

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

fn published() -> Option<(Space, std::path::PathBuf)> {
    let folder = shared("network/eci")?;
    let text = fs::read_to_string(folder.join("trade_1995.csv")).expect("reads");
    let cells = rows(&text).into_iter().map(|row| {
        let value = Cell::Value(number(row["export_val"]));
        (row["origin"].to_owned(), row["hs92"].to_owned(), value)
    });
    Some((space(cells.collect::<Vec<_>>()), folder))
}

#[track_caller]
fn check(what: &str, found: Option<f64>, expected: &str, tolerance: f64) {
    let (found, expected) = (found.expect(what), number(expected));
    let scale = expected.abs().max(1.0);
    assert!((found - expected).abs() <= tolerance * scale, "{what}: {found} {expected}");
}

#[test]
fn all_measures_equal_the_published_values() {
    let Some((space, folder)) = published() else { return };
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("reads");
    let text = read("expected_country_1995.csv");
    let countries = rows(&text);
    assert_eq!(countries.len(), 10);
    for row in countries {
        let origin = row["origin"].to_owned();
        // The index of Spain is left blank by who published them.
        if origin != "esp" {
            check("eci", space.actor_complexity(&origin), row["eci"], TOLERANCE);
        }
        check("coi", space.outlook(&origin), row["coi"], TOLERANCE);
        let diversity = space.specialization().diversity(&origin);
        assert_eq!(diversity.map(|count| count.to_string()).as_deref(), Some(row["diversity"]));
    }
    let text = read("expected_product_1995.csv");
    let products = rows(&text);
    assert_eq!(products.len(), 30);
    for row in products {
        let product = row["hs92"].to_owned();
        check("pci", space.product_complexity(&product), row["pci"], TOLERANCE);
        let ubiquity = space.specialization().ubiquity(&product);
        assert_eq!(ubiquity.map(|count| count.to_string()).as_deref(), Some(row["ubiquity"]));
    }
    let (gbr, pol) = ("gbr".to_owned(), "pol".to_owned());
    for row in rows(&read("expected_spot_1995.csv")) {
        let product = row["hs92"].to_owned();
        check("rca", space.specialization().advantage(&gbr, &product), row["rca_gbr"], SINGLE);
        check("density", space.density(&gbr, &product), row["density_gbr"], TOLERANCE);
        check("cog", space.outlook_gain(&pol, &product), row["cog_pol"], TOLERANCE);
    }
}

#[test]
fn niches_are_what_is_not_done_nearest_first_and_ways_lead_there() {
    let Some((space, _)) = published() else { return };
    let poland = "pol".to_owned();
    let found = niches(&space, &poland).expect("niches");
    let held = space.specialization().diversity(&poland).expect("kept");
    assert_eq!(found.len(), space.specialization().products().len() - held);
    assert!(found.is_sorted_by(|one, other| one.density >= other.density));
    for niche in &found {
        assert_eq!(Some(niche.density), space.density(&poland, &niche.product));
        assert_eq!(niche.gain, space.outlook_gain(&poland, &niche.product));
        assert!(!niche.near.is_empty(), "near by something: {niche:?}");
        let way = pathway(&space, &poland, &niche.product).expect("a way");
        assert_eq!(way.steps.last().map(|step| &step.product), Some(&niche.product));
        // No single step from what it has is likelier than the way.
        let likely: f64 = way.steps.iter().map(|step| step.proximity).product();
        assert!(likely >= niche.near[0].proximity, "{way:?}");
        let mut before = &way.from;
        for step in &way.steps {
            assert_eq!(space.proximity(before, &step.product), Some(step.proximity));
            assert!(step.kept >= step.proximity, "proximity is the smaller of the two shares");
            before = &step.product;
        }
    }
    assert_eq!(niches(&space, &"nobody".to_owned()), None);
}

#[test]
fn what_a_table_does_not_determine_is_said() {
    let cell = |actor: &str, product: &str, value: f64| {
        (actor.to_owned(), product.to_owned(), Cell::Value(value))
    };
    // Two worlds that share nothing.
    let apart =
        space([cell("a", "p", 1.0), cell("b", "p", 1.0), cell("c", "q", 1.0), cell("d", "q", 1.0)]);
    assert_eq!(apart.complexity().err(), Some(ComplexityUndefined::Disconnected));
    assert_eq!(apart.actor_complexity(&"a".to_owned()), None);
    let way = pathway(&apart, &"a".to_owned(), &"q".to_owned());
    assert_eq!(way, None, "no chain of near products");
    let alone = space([cell("a", "p", 1.0)]);
    assert_eq!(alone.complexity().err(), Some(ComplexityUndefined::TooFew));
}

fn tables() -> impl Strategy<Value = Vec<Vec<u32>>> {
    (3usize..7, 3usize..8).prop_flat_map(|(actors, products)| {
        proptest::collection::vec(proptest::collection::vec(0u32..50, products), actors)
    })
}

fn cells(table: &[Vec<u32>], factor: f64, is_reversed: bool) -> Vec<(String, String, Cell)> {
    let mut cells = Vec::new();
    for (actor, row) in table.iter().enumerate() {
        for (product, value) in row.iter().enumerate() {
            // Names whose order is that of the numbers, or the reverse.
            let name =
                |number: usize| format!("{:03}", if is_reversed { 900 - number } else { number });
            cells.push((name(actor), name(product), Cell::Value(f64::from(*value) * factor)));
        }
    }
    cells
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn neither_unit_nor_order_changes_anything(table in tables()) {
        // A power of two rescales without rounding.
        let plain = space(cells(&table, 1.0, false));
        let scaled = space(cells(&table, 1024.0, false));
        let reversed = space(cells(&table, 1.0, true));
        for actor in plain.specialization().actors() {
            let number: usize = actor.parse().expect("a number");
            let turned = format!("{:03}", 900 - number);
            prop_assert_eq!(plain.actor_complexity(actor), scaled.actor_complexity(actor));
            let pair = (plain.actor_complexity(actor), reversed.actor_complexity(&turned));
            // Near an open case rounding may decide whether there is an index.
            if let (Some(one), Some(other)) = pair {
                prop_assert!((one - other).abs() < 1e-6);
            }
            for product in plain.specialization().products() {
                let density = plain.density(actor, product);
                prop_assert!(density.is_none_or(|density| (0.0..=1.0 + 1e-12).contains(&density)));
            }
        }
    }
}
