//! A firm's way is told by the dates of its relations, with the precision that they have.

use jiff::civil::date;
use production_network::{
    DecouplingCause, Event, EventKind, FirmId, Mechanism, Moment, Readable, Stage, Trajectory,
    trajectory,
};

use super::stages::document;
use super::{FEED, network_of, recorded};

fn way(bytes: &[u8], firm: &str) -> Trajectory {
    let firm = FirmId::try_new(firm).expect("an id");
    trajectory(&network_of(bytes), &firm, recorded("2017-04-01T00:00:00Z"), &Readable::public())
}

/// Kind and year or day of each event.
fn told(way: &Trajectory) -> Vec<(EventKind, String)> {
    let moment = |event: &Event| match event.moment {
        Moment::Stated(at) => at.to_string(),
        Moment::Shown(day) => format!("by {day}"),
    };
    way.events.iter().map(|event| (event.kind, moment(event))).collect()
}

#[test]
fn atc_is_decoupled_by_relocation_in_2009_and_recoupled_through_penang_in_2012() {
    let atc = way(FEED, "atc");
    let of = |kind| atc.events.iter().filter(move |event| event.kind == kind);
    let lost: Vec<&Event> = of(EventKind::Decoupling).collect();
    let [lost] = lost.as_slice() else { panic!("one decoupling: {lost:?}") };
    assert!(matches!(lost.moment, Moment::Stated(at) if at.to_string() == "2009"));
    assert_eq!(lost.partner.as_ref().map(FirmId::as_str), Some("semiconductor-customers"));
    let Some(DecouplingCause::Relocation(left)) = &lost.cause else { panic!("{lost:?}") };
    assert_eq!(left.first().map(|id| id.as_str()), Some("semiconductor-customers-located-sg"));
    let back: Vec<&Event> = of(EventKind::Recoupling).collect();
    let [back] = back.as_slice() else { panic!("one recoupling: {back:?}") };
    assert!(matches!(back.moment, Moment::Stated(at) if at.to_string() == "2012"));
    let began: Vec<&str> = back.began.iter().map(|id| id.as_str()).collect();
    assert_eq!(began, ["atc-invests-penang", "atc-located-penang"]);
    // During 2009 the tie may be over already: that is the risk, and it is said.
    let during = atc.points.iter().find(|p| p.day == date(2009, 1, 2)).expect("a point in 2009");
    assert!(during.uncertain.iter().any(|id| id.as_str() == "atc-supplies-semiconductor"));
    let last = atc.points.last().expect("a last point");
    assert_eq!(last.mechanism, Some(Mechanism::IndustrialSpecialization));
}

#[test]
fn without_the_relocation_penang_is_no_recoupling() {
    let text = String::from_utf8(FEED.to_vec()).expect("text");
    let stayed =
        text.replace(r#""valid_from": "2004", "valid_to": "2009""#, r#""valid_from": "2004""#);
    assert_ne!(stayed, text);
    let atc = way(stayed.as_bytes(), "atc");
    assert!(told(&atc).iter().all(|(kind, _)| *kind == EventKind::Coupling), "{:?}", told(&atc));
}

const SUPPLY: &str = r#""id": "s", "kind": "supplies", "from": "firm:a", "to": "firm:b",
    "industry": "i", "specification": "customer", "valid_from": "2001", "valid_to": "2007-03""#;
const JOINT: &str = r#""id": "j", "kind": "co_designs", "from": "firm:a", "to": "firm:b",
    "industry": "i", "valid_from": "2003-05-02", "valid_to": "2005""#;
const NEXT: &str = r#""id": "n", "kind": "supplies", "from": "firm:a", "to": "firm:c",
    "industry": "i", "specification": "customer", "valid_from": "2009""#;

#[test]
fn an_invented_firm_rises_falls_is_left_and_comes_back() {
    let a = way(document(&[SUPPLY, JOINT, NEXT]).as_bytes(), "a");
    let expected = [
        (EventKind::Coupling, "2001"),
        (EventKind::Upgrading, "2003-05-02"),
        (EventKind::Downgrading, "2005"),
        (EventKind::Decoupling, "2007-03"),
        (EventKind::Recoupling, "2009"),
    ];
    assert_eq!(told(&a), expected.map(|(kind, at)| (kind, at.to_owned())));
    let lost = a.events.iter().find(|event| event.kind == EventKind::Decoupling);
    let lost = lost.expect("a decoupling");
    assert_eq!(lost.cause, Some(DecouplingCause::NotRecorded));
    assert_eq!(lost.ended.iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["s"]);
    let stages: Vec<Option<Stage>> = a.points.iter().map(|point| point.stage).collect();
    assert_eq!((stages.first(), stages.last()), (Some(&None), Some(&Some(Stage::LocalSupplier))));
}

#[test]
fn what_is_not_dated_is_no_event_and_what_was_not_yet_recorded_is_not_told() {
    let undated = SUPPLY.replace(r#", "valid_from": "2001", "valid_to": "2007-03""#, "");
    let a = way(document(&[&undated, JOINT]).as_bytes(), "a");
    assert!(a.points.first().is_some_and(|point| !point.coupled.is_empty()));
    assert_eq!(told(&a).first().map(|(kind, _)| *kind), Some(EventKind::Upgrading));
    assert_eq!(way(document(&[&undated]).as_bytes(), "a").points, Vec::new());
    let firm = FirmId::try_new("a").expect("an id");
    let network = network_of(document(&[SUPPLY]).as_bytes());
    let early = trajectory(&network, &firm, recorded("2017-03-31T00:00:00Z"), &Readable::public());
    assert_eq!((early.points, early.events), (Vec::new(), Vec::new()));
}
