//! A firm's way through time is what is recorded of its relations, in order.

use production_network::{Chronicle, FirmId, Readable, Turn, chronicle};

use crate::{FEED, network_of, recorded};

fn way(bytes: &[u8], firm: &str) -> Chronicle {
    let firm = FirmId::try_new(firm).expect("an id");
    let at = recorded("2017-04-01T00:00:00Z");
    chronicle(&network_of(bytes), &firm, at, &Readable::public())
}

fn told(way: &Chronicle) -> Vec<(String, Turn, String)> {
    let one = |step: &production_network::ChronicleStep| {
        (step.on.to_string(), step.turn, step.with.to_string())
    };
    way.steps.iter().map(one).collect()
}

#[test]
fn atc_loses_its_semiconductor_customers_in_2009_and_goes_to_penang_in_2012() {
    let way = way(FEED, "atc");
    let steps = told(&way);
    let at = |year: &str, turn: Turn, with: &str| {
        let wanted = (year.to_owned(), turn, with.to_owned());
        steps.iter().position(|step| *step == wanted).unwrap_or_else(|| panic!("{steps:?}"))
    };
    let coupled = at("2004", Turn::Coupling, "firm:semiconductor-customers");
    let lost = at("2009", Turn::Decoupling, "firm:semiconductor-customers");
    let helped = at("2009", Turn::IsHelped, "actor:ie-singapore");
    let abroad = at("2012", Turn::GoesAbroad, "place:penang");
    assert!(coupled < helped && helped < lost && lost < abroad, "{steps:?}");
    // Nobody says since when it supplies aerospace.
    assert!(way.undated.iter().any(|id| id.as_str() == "atc-supplies-aerospace"));
    assert!(!steps.iter().any(|(_, turn, _)| *turn == Turn::Recoupling));
}

#[test]
fn a_partner_that_comes_back_is_coupled_again() {
    let sale = |id: &str, from: &str, to: &str| {
        format!(
            r#"{{"id": "{id}", "kind": "supplies", "from": "firm:f", "to": "firm:c",
                "valid_from": {from}, "valid_to": {to}, "source": "s", "evidence": "e",
                "confidence": 1}}"#
        )
    };
    let text = format!(
        r#"{{"network": "n", "entities": [
            {{"kind": "firm", "id": "f", "name": "F", "source": "s"}},
            {{"kind": "firm", "id": "c", "name": "C", "source": "s"}}],
          "relations": [{}, {}, {}]}}"#,
        sale("r1", r#""2001""#, r#""2004""#),
        sale("r2", r#""2003-05""#, r#""2006""#),
        sale("r3", r#""2010""#, "null"),
    );
    let turns: Vec<(String, Turn)> =
        told(&way(text.as_bytes(), "f")).into_iter().map(|(on, turn, _)| (on, turn)).collect();
    // The first ended while the second went on: no decoupling in 2004.
    let expected =
        [("2001", Turn::Coupling), ("2006", Turn::Decoupling), ("2010", Turn::Recoupling)];
    assert_eq!(turns, expected.map(|(on, turn)| (on.to_owned(), turn)));
}
