//! What drives each investment across a border (section 2.2), from relations and the dated assets of
//! places; what contradicts a driver takes it away.

use jiff::civil::date;
use production_network::{Driver, DriverFinding, Snapshot, drivers};

use crate::{network_of, paper_on, recorded};

fn found(snapshot: &Snapshot, firm: &str, host: &str) -> DriverFinding {
    let all = drivers(snapshot);
    let is_asked = |one: &&DriverFinding| {
        one.investment.investor.as_str() == firm && one.investment.host.as_str() == host
    };
    let one = all.iter().find(is_asked);
    one.unwrap_or_else(|| panic!("no investment of {firm} in {host}: {all:?}")).clone()
}

#[test]
fn the_case_firms_are_driven_as_the_paper_tells() {
    let in_2016 = paper_on(date(2016, 6, 1));
    for (firm, host, expected) in [
        // Mature coating goes to Penang, the advanced stays at home.
        ("atc", "MY", Driver::CostCapability),
        // Market presence, customization and service for customers around the region.
        ("cool", "MY", Driver::Markets),
        ("cool", "VN", Driver::Markets),
        // Lead-firm customers in Singapore; the first contract for gas in Australia.
        ("eftech", "SG", Driver::Markets),
        ("eftech", "AU", Driver::Markets),
    ] {
        let driver = found(&in_2016, firm, host).driver;
        assert_eq!(driver.answer, Some(expected), "{firm} in {host}: {driver:?}");
    }
    let all = drivers(&in_2016);
    assert!(all.iter().all(|one| one.investment.investor.as_str() != "klt"), "KLT is at home");
}

/// A document of one firm of Singapore with an operation in Malaysia, and more.
fn invested(more_places: &str, more: &str) -> Snapshot {
    let text = format!(
        r#"{{"network": "n", "entities": [
        {{"kind": "firm", "id": "maker", "name": "M", "home": "SG", "size": "sme", "source": "s"}},
        {{"kind": "firm", "id": "giant", "name": "G", "home": "US", "size": "large", "source": "s"}},
        {{"kind": "firm", "id": "mine", "name": "Mi", "home": "MY", "source": "s"}},
        {{"kind": "actor", "id": "board", "name": "B", "type": "state_agency", "home": "MY",
          "source": "s"}},
        {{"kind": "programme", "id": "pact", "name": "P", "type": "trade_agreement", "source": "s"}},
        {{"kind": "segment", "id": "ores", "name": "O", "isic": "07", "source": "s"}},
        {more_places}
        {{"kind": "place", "id": "jurong", "name": "J", "type": "industrial_estate", "code": "SG",
          "source": "s"}},
        {{"kind": "place", "id": "ipoh", "name": "I", "type": "city", "code": "MY-08",
          "source": "s"}}],
        "relations": [
        {{"id": "r1", "kind": "located_in", "from": "firm:maker", "to": "place:jurong",
          "source": "s", "evidence": "e", "confidence": 1}},
        {{"id": "r2", "kind": "invests_in", "from": "firm:maker", "to": "place:ipoh",
          "valid_from": "2012", "source": "s", "evidence": "e", "confidence": 1}}{more}]}}"#
    );
    network_of(text.as_bytes()).as_of(date(2016, 6, 1), recorded("2017-04-01T00:00:00Z"))
}

fn relation(id: &str, kind: &str, from: &str, to: &str, more: &str) -> String {
    format!(
        r#", {{"id": "{id}", "kind": "{kind}", "from": "{from}", "to": "{to}", {more}
            "source": "s", "evidence": "e", "confidence": 1}}"#
    )
}

fn economies(sg: &str, my: &str) -> String {
    let economy = |id: &str, code: &str, wage: &str| {
        format!(
            r#"{{"kind": "place", "id": "{id}", "name": "{id}", "type": "economy",
                "code": "{code}", "source": "s", "attributes": [{{"id": "wage.operator",
                "value": "{wage}", "unit": "USD_per_month", "source": "s"}}]}},"#
        )
    };
    economy("sg", "SG", sg) + &economy("my", "MY", my)
}

#[test]
fn wages_of_the_economies_around_decide_whether_cost_drives() {
    let supplies = relation("r3", "supplies", "firm:maker", "firm:giant", "");
    let score = |snapshot: &Snapshot| {
        let driver = found(snapshot, "maker", "MY").driver;
        let scored = driver.scores.iter().find(|one| one.answer == Driver::CostCapability);
        scored.map(|one| one.score.thousandths())
    };
    let unknown = score(&invested("", &supplies));
    let cheaper = score(&invested(&economies("1700", "400"), &supplies));
    let dearer = score(&invested(&economies("400", "1700"), &supplies));
    let equal = score(&invested(&economies("400", "400.0"), &supplies));
    assert_eq!(unknown, Some(500), "an operation on both sides and supplies");
    assert_eq!(cheaper, Some(800));
    assert_eq!((dearer, equal), (None, None), "nobody moves there for the cost of labour");
}

#[test]
fn a_sale_there_is_a_market_and_a_customer_at_home_is_none() {
    let there = relation("r3", "supplies", "firm:maker", "firm:mine", "");
    let driver = found(&invested("", &there), "maker", "MY").driver;
    let markets = driver.scores.iter().find(|one| one.answer == Driver::Markets);
    assert_eq!(markets.map(|one| one.score.thousandths()), Some(600), "{driver:?}");
    let elsewhere = relation("r3", "supplies", "firm:maker", "firm:giant", "");
    let driver = found(&invested("", &elsewhere), "maker", "MY").driver;
    assert!(driver.scores.iter().all(|one| one.answer != Driver::Markets), "{driver:?}");
}

#[test]
fn what_is_bought_there_or_is_primary_there_is_a_resource() {
    let bought = relation("r3", "supplies", "firm:mine", "firm:maker", "");
    let works = relation("r3", "located_in", "firm:maker", "place:ipoh", r#""segment": "ores","#);
    for more in [bought, works] {
        let driver = found(&invested("", &more), "maker", "MY").driver;
        assert_eq!(driver.answer, Some(Driver::LocalResources), "{driver:?}");
        assert!(driver.decisive.contains(&"takes_from_there"), "{:?}", driver.decisive);
    }
}

#[test]
fn an_agreement_drives_and_the_hosts_own_agency_adds() {
    let pact = relation("r3", "supports_by_programme", "programme:pact", "firm:maker", "");
    let driver = found(&invested("", &pact), "maker", "MY").driver;
    assert_eq!(driver.answer, Some(Driver::RegionalIntegration), "{driver:?}");
    let helped = pact + &relation("r4", "introduces", "actor:board", "firm:maker", "");
    let more = found(&invested("", &helped), "maker", "MY").driver;
    assert!(more.confidence > driver.confidence, "{more:?}");
}

#[test]
fn an_investment_alone_has_no_driver() {
    let driver = found(&invested("", ""), "maker", "MY").driver;
    assert_eq!(driver.answer, None, "{driver:?}");
    assert_eq!(driver.scores, Vec::new());
}
