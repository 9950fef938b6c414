//! A ranking is a total order whose scores are exact sums; leaving an item out reorders nothing; and
//! different subjects get different answers.

use policy::{
    Criterion, Expansion, Inputs, ItemKind, Mechanism, NetworkPosition, Ranked, Role, Size,
    diagnose, rank,
};
use proptest::prelude::*;

use crate::{embedded, ranked, subject};

const PLACES: [&str; 8] = ["MY-07", "KH", "PH-CAV", "SG", "TH-40", "VN", "ID", "LA"];
const SEGMENTS: [&str; 6] = [
    "electronics.assembly",
    "electronics.semiconductors.advanced",
    "garments",
    "agriculture",
    "oil_and_gas.services",
    "automotive.parts",
];

fn order(ranked: &[Ranked]) -> Vec<String> {
    ranked.iter().map(|item| item.item.to_string()).collect()
}

fn position(ranked: &[Ranked], id: &str) -> u32 {
    ranked.iter().find(|item| item.item.as_str() == id).map_or(0, |item| item.rank)
}

#[test]
fn the_weights_add_up_to_a_hundred() {
    assert_eq!(Criterion::ALL.iter().map(|criterion| criterion.weight()).sum::<u32>(), 100);
}

#[test]
fn different_subjects_get_different_answers() {
    let penang = ranked(
        &subject(
            "MY-07",
            "electronics.semiconductors.advanced",
            Some(Role::GenericSupplier),
            Some(Size::Small),
        ),
        &Inputs { network: NetworkPosition::Coupled, ..Inputs::default() },
    );
    let garments = ranked(
        &subject("KH", "garments", Some(Role::GenericSupplier), Some(Size::Small)),
        &Inputs { mechanism: Some(Mechanism::ProductionPlatform), ..Inputs::default() },
    );
    assert_ne!(order(&penang)[..5], order(&garments)[..5]);
    // Skills weigh more in a demanding segment; rules of trade and ways out of captive relations
    // weigh more on a platform of a newer member.
    assert!(position(&penang, "I06") < position(&garments, "I06"));
    assert!(position(&garments, "P4") < position(&penang, "P4"));
    assert!(position(&garments, "I14") < position(&penang, "I14"));
}

#[test]
fn information_and_managerial_time_are_answered_beyond_table_ten() {
    let newcomer = subject("VN", "apparel", None, Some(Size::Small));
    let inputs = Inputs { network: NetworkPosition::NotCoupled, ..Inputs::default() };
    let all = ranked(&newcomer, &inputs);
    assert!(position(&all, "P2") <= 5, "{:?}", order(&all));
    assert!(all[..8].iter().any(|item| item.kind != ItemKind::Intervention));
}

#[test]
fn absence_from_a_cell_is_neutral_and_no_difference_applies_to_all() {
    let services = ranked(&subject("SG", "banking", None, None), &Inputs::default());
    let sector = |id: &str| {
        let item = services.iter().find(|item| item.item.as_str() == id).expect("an item");
        item.contributions.iter().find(|part| part.criterion == Criterion::Sector).expect("sector")
    };
    assert_eq!(sector("I01").value, 75, "no difference: applies to all");
    assert_eq!(sector("I02").value, 100, "services are named");
    assert_eq!(sector("I03").value, 50, "only primary is named");
    assert!(sector("I03").because.contains("no evidence against"));
    assert_eq!(sector("I16").value, 50, "no sector is named");
}

fn any_inputs() -> impl Strategy<Value = Inputs> {
    let mechanism = proptest::option::of(proptest::sample::select(Mechanism::ALL));
    let network = proptest::sample::select(NetworkPosition::ALL);
    let expansion = proptest::sample::select(Expansion::ALL);
    let loans = proptest::option::of(0.0..50.0_f64);
    (mechanism, network, expansion, loans).prop_map(|(mechanism, network, expansion, loans)| {
        let named = loans.map(|value| ("sme_loans_percent_of_gdp".to_owned(), value));
        Inputs { mechanism, network, expansion, indicators: named.into_iter().collect() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_ranking_is_total_exact_deterministic_and_stable_under_removal(
        place in proptest::sample::select(&PLACES[..]),
        segment in proptest::sample::select(&SEGMENTS[..]),
        role in proptest::option::of(proptest::sample::select(Role::ALL)),
        size in proptest::option::of(proptest::sample::select(Size::ALL)),
        inputs in any_inputs(),
        removed in 0_usize..28,
    ) {
        let subject = subject(place, segment, role, size);
        let all = ranked(&subject, &inputs);
        prop_assert_eq!(&all, &ranked(&subject, &inputs));
        for (expected, item) in (1..).zip(&all) {
            prop_assert_eq!(item.rank, expected);
            let points: u32 = item.contributions.iter().map(|part| part.points_hundredths).sum();
            prop_assert_eq!(points, item.score_hundredths);
            prop_assert!(item.score_hundredths <= 10_000);
            for part in &item.contributions {
                prop_assert_eq!(part.weight * part.value, part.points_hundredths);
            }
        }
        for pair in all.windows(2) {
            let is_ordered = pair[0].score_hundredths > pair[1].score_hundredths
                || (pair[0].score_hundredths == pair[1].score_hundredths
                    && pair[0].item < pair[1].item);
            prop_assert!(is_ordered);
        }

        let gone = all[removed].item.clone();
        let fewer = embedded().without_item(gone.as_str());
        let diagnosis = diagnose(&fewer, &subject, &inputs).expect("a diagnosis");
        let mut expected = order(&all);
        expected.remove(removed);
        prop_assert_eq!(order(&rank(&fewer, &subject, &diagnosis)), expected);
    }
}
