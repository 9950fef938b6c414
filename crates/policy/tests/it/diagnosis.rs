//! A diagnosis follows from role, mechanism, size, place and indicators, and says why; what is not
//! known raises nothing.

use std::collections::BTreeMap;

use policy::{
    Diagnosis, Error, Inputs, Mechanism, NetworkPosition, PlaceCode, Role, SegmentCode, Size,
    Subject, diagnose,
};

use crate::{embedded, subject};

fn diagnosis(subject: &Subject, inputs: &Inputs) -> Diagnosis {
    diagnose(&embedded(), subject, inputs).expect("a diagnosis")
}

fn severity(diagnosis: &Diagnosis, id: &str) -> Option<u32> {
    let active = diagnosis.obstacles.get(id).or_else(|| diagnosis.risks.get(id));
    active.or_else(|| diagnosis.challenges.get(id)).map(|active| active.severity)
}

fn loans(value: f64) -> Inputs {
    let indicators = BTreeMap::from([("sme_loans_percent_of_gdp".to_owned(), value)]);
    Inputs { indicators, ..Inputs::default() }
}

#[test]
fn a_missing_indicator_is_no_low_indicator() {
    let indonesia = subject("ID", "apparel", None, None);
    let unknown = severity(&diagnosis(&indonesia, &Inputs::default()), "O08");
    assert_eq!(unknown, severity(&diagnosis(&indonesia, &loans(30.7)), "O08"));
    assert!(unknown < severity(&diagnosis(&indonesia, &loans(0.7)), "O08"));
    assert_eq!(unknown, severity(&diagnosis(&indonesia, &loans(15.0)), "O08"));
}

#[test]
fn a_platform_of_generic_suppliers_is_guarded() {
    let garments = subject("KH", "garments", Some(Role::GenericSupplier), Some(Size::Small));
    let platform = Inputs { mechanism: Some(Mechanism::ProductionPlatform), ..Inputs::default() };
    let found = diagnosis(&garments, &platform);
    let hit = found.guards.first().expect("a guard");
    let risks: Vec<&str> = hit.risks.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(risks, ["X6", "X3"]);
    let items: Vec<&str> = hit.guard.items.iter().map(|id| id.as_str()).collect();
    assert_eq!(items, ["P1", "Q3"]);
    assert!(severity(&found, "X6").is_some());
    assert!(diagnosis(&garments, &Inputs::default()).guards.is_empty());
}

#[test]
fn the_other_mechanisms_have_their_guards_too() {
    let supplier = subject("SG", "aerospace", Some(Role::SpecializedSupplierMulti), None);
    let guards = |mechanism| {
        let inputs = Inputs { mechanism: Some(mechanism), ..Inputs::default() };
        diagnosis(&supplier, &inputs).guards
    };
    let specialist = guards(Mechanism::IndustrialSpecialization);
    assert_eq!(specialist[0].risks[0].0.as_str(), "X5");
    let partner = guards(Mechanism::InternationalPartnership);
    let questions: Vec<&str> = partner[0].questions.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(questions, ["S3", "S5", "L2", "L5"]);
    assert!(guards(Mechanism::ProductionPlatform).is_empty(), "the guard is for generic suppliers");
}

#[test]
fn newcomers_and_incumbents_lack_different_information() {
    let firm = subject("PH", "agro_food", None, None);
    let at = |network| diagnosis(&firm, &Inputs { network, ..Inputs::default() });
    let newcomer = at(NetworkPosition::NotCoupled);
    let incumbent = at(NetworkPosition::Coupled);
    assert!(severity(&newcomer, "O17") > severity(&incumbent, "O17"));
    assert!(severity(&incumbent, "O09") > severity(&newcomer, "O09"));
    assert!(severity(&newcomer, "CH2a").is_some());
}

#[test]
fn each_obstacle_has_a_reason_with_its_origin() {
    let firm = subject("MY-07", "electronics.assembly", Some(Role::GenericSupplier), None);
    let found = diagnosis(&firm, &Inputs::default());
    let all = found.obstacles.values().chain(found.risks.values()).chain(found.challenges.values());
    for active in all {
        assert!(!active.title.is_empty());
        let worst = active.reasons.iter().map(|reason| reason.severity).max();
        assert_eq!(worst, Some(active.severity));
        for reason in &active.reasons {
            assert!(!reason.because.is_empty() && !reason.origin.stands_in.is_empty());
        }
    }
}

#[test]
fn places_and_segments_hold_what_lies_in_them() {
    let penang = PlaceCode::parse("MY-07").expect("a place");
    assert!(penang.is_in("MY") && penang.is_in("MY-07") && !penang.is_in("MY-11"));
    assert!(!PlaceCode::parse("MY").expect("a place").is_in("MY-07"));
    let segment = SegmentCode::parse("agro_food.growing").expect("a segment");
    assert!(segment.is_in("agro_food") && !segment.is_in("agro"));
}

#[test]
fn wrong_questions_are_refused() {
    let knowledge = embedded();
    let make = |place, segment| Subject::try_new(&knowledge, place, segment, None, None);
    assert!(matches!(make("Penang", "apparel"), Err(Error::Place { .. })));
    assert!(matches!(make("MY", "Apparel!"), Err(Error::SegmentForm { .. })));
    assert!(matches!(make("MY", "watches.luxury"), Err(Error::UnknownSegment { .. })));
    assert!(make("MY", "apparel.knitwear.socks").is_ok(), "the nearest above is known");
    let firm = subject("MY", "apparel", None, None);
    let of = |id: &str, value| {
        let indicators = BTreeMap::from([(id.to_owned(), value)]);
        diagnose(&knowledge, &firm, &Inputs { indicators, ..Inputs::default() })
    };
    assert!(matches!(of("rainfall", 1.0), Err(Error::UnknownIndicator { .. })));
    let not_a_number = of("intra_asean_fdi_percent", f64::NAN);
    assert!(matches!(not_a_number, Err(Error::IndicatorValue { .. })));
}
