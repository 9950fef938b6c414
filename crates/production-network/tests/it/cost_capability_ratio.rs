//! The cost-capability ratio is cost over capability, with bounds, units and reasons for none.

use jiff::civil::{Date, date};
use production_network::{
    AttributeId, CostCapabilityMeasure, FirmId, NoRatio, PlaceId, Ratio, RatioSide, Snapshot,
    cost_capability, move_effect,
};

use super::{network_of, recorded};

const NETWORK: &str = r#"{"network": "n", "entities": [
  {"kind": "place", "id": "sg", "name": "S", "type": "economy", "code": "SG", "source": "s",
   "attributes": [{"id": "wage.hour", "value": "12", "unit": "USD", "source": "s"}]},
  {"kind": "place", "id": "my", "name": "M", "type": "economy", "code": "MY", "source": "s",
   "attributes": [
     {"id": "wage.hour", "value": "3", "unit": "USD", "source": "s", "valid_to": "2010"},
     {"id": "wage.hour", "value": "4", "unit": "USD", "source": "s", "valid_from": "2010"}]},
  {"kind": "place", "id": "penang", "name": "P", "type": "subdivision", "code": "MY-07",
   "within": "my", "source": "s"},
  {"kind": "place", "id": "th", "name": "T", "type": "economy", "code": "TH", "source": "s"},
  {"kind": "place", "id": "vn", "name": "V", "type": "economy", "code": "VN", "source": "s",
   "attributes": [{"id": "wage.hour", "value": "50000", "unit": "VND", "source": "s"}]},
  {"kind": "firm", "id": "a", "name": "A", "home": "SG", "source": "s",
   "attributes": [{"id": "capability.output", "value": "6", "unit": "parts", "source": "s"}]},
  {"kind": "firm", "id": "b", "name": "B", "home": "SG", "source": "s"}
 ], "relations": [
  {"id": "a-sg", "kind": "located_in", "from": "firm:a", "to": "place:sg", "source": "s",
   "evidence": "e", "confidence": 1.0},
  {"id": "a-penang", "kind": "located_in", "from": "firm:a", "to": "place:penang", "source": "s",
   "evidence": "e", "confidence": 1.0},
  {"id": "b-sg", "kind": "located_in", "from": "firm:b", "to": "place:sg", "source": "s",
   "evidence": "e", "confidence": 1.0}
 ]}"#;

fn on(day: Date) -> Snapshot {
    network_of(NETWORK.as_bytes()).as_of(day, recorded("2017-04-01T00:00:00Z"))
}

fn measure() -> CostCapabilityMeasure {
    let id = |text| AttributeId::try_new(text).expect("an id");
    CostCapabilityMeasure { cost: id("wage.hour"), capability: id("capability.output") }
}

fn firm(id: &str) -> FirmId {
    FirmId::try_new(id).expect("an id")
}

fn within(low: f64, high: f64, unit: &str) -> Ratio {
    Ratio::Within { low, high, unit: unit.to_owned() }
}

#[test]
fn home_and_abroad_stand_apart_and_a_value_that_may_hold_widens_the_bounds() {
    // All quotients here are exact in binary: halves and quarters, or 4/6 computed the same way.
    for (day, low, high) in [
        (date(2009, 6, 1), 3.0 / 6.0, 3.0 / 6.0),
        (date(2010, 6, 1), 3.0 / 6.0, 4.0 / 6.0),
        (date(2011, 6, 1), 4.0 / 6.0, 4.0 / 6.0),
    ] {
        let found = cost_capability(&on(day), &firm("a"), &measure()).expect("a firm");
        let [penang, home] = found.places.as_slice() else { panic!("{found:?}") };
        assert_eq!((penang.side, home.side), (RatioSide::Abroad, RatioSide::Home));
        assert_eq!(penang.ratio, within(low, high, "USD/parts"), "{day}");
        assert_eq!(penang.cost_of.as_ref().map(PlaceId::as_str), Some("my"));
        assert_eq!(home.ratio, within(2.0, 2.0, "USD/parts"));
    }
}

#[test]
fn a_move_is_a_part_of_home_and_undefined_where_either_side_is() {
    let to = |firm_id: &str, place: &str| {
        let place = PlaceId::try_new(place).expect("an id");
        move_effect(&on(date(2010, 6, 1)), &firm(firm_id), &measure(), &place).expect("both")
    };
    assert_eq!(to("a", "my").of_home, within(0.25, 4.0 / 12.0, "1"));
    assert_eq!(to("a", "sg").of_home, within(1.0, 1.0, "1"));
    for (firm_id, place, reason) in [
        ("a", "th", NoRatio::NoCost),
        ("a", "vn", NoRatio::UnlikeUnits),
        ("b", "my", NoRatio::NoCapability),
    ] {
        assert_eq!(to(firm_id, place).of_home, Ratio::Undefined(reason), "{firm_id} to {place}");
    }
}
