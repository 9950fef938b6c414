//! Every item says what its evidence cannot show; only the survey's own country escapes the step
//! down for indirectness.

use policy::{DowngradeDomain, Grade, Inputs, ItemKind};

use crate::{ranked, subject};

#[test]
fn every_item_has_reasons_limits_and_sources() {
    for place in ["MY-07", "KH", "PH-CAV", "SG"] {
        for item in ranked(&subject(place, "electronics", None, None), &Inputs::default()) {
            assert!(item.contributions.iter().all(|part| !part.because.is_empty()));
            assert!(!item.evidence.limits.is_empty() && !item.evidence.sources.is_empty());
            assert!(!item.origin.stands_in.is_empty());
        }
    }
}

#[test]
fn the_survey_is_indirect_outside_its_countries() {
    let grades = |place: &str| -> Vec<(Grade, usize)> {
        ranked(&subject(place, "apparel", None, None), &Inputs::default())
            .into_iter()
            .filter(|item| item.kind == ItemKind::Intervention)
            .map(|item| {
                let is_indirect =
                    |d: &&policy::Downgrade| d.domain == DowngradeDomain::Indirectness;
                (item.evidence.grade, item.evidence.downgrades.iter().filter(is_indirect).count())
            })
            .collect()
    };
    assert!(grades("PH").iter().all(|found| *found == (Grade::Low, 0)));
    assert!(grades("VN").iter().all(|found| *found == (Grade::VeryLow, 1)));
}

#[test]
fn the_contradiction_about_infrastructure_goes_with_the_item() {
    let all = ranked(&subject("PH", "agriculture", None, None), &Inputs::default());
    let infrastructure = all.iter().find(|item| item.item.as_str() == "I04").expect("I04");
    assert!(infrastructure.cautions.iter().any(|caution| caution.contains("Section 4")));
}
