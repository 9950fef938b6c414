//! The route of each case firm is the paper's, from its relations; other firms are typed likewise,
//! and an answer says on what it hangs.

use jiff::civil::date;
use production_network::{
    Area, EntityId, InvestmentBasis, RelationKind, Route, RouteFinding, Snapshot, investments,
    roles, routes,
};

use crate::{network_of, paper_on, recorded};

fn found(snapshot: &Snapshot) -> Vec<RouteFinding> {
    routes(snapshot, &roles(snapshot))
}

fn route(snapshot: &Snapshot, firm: &str, host: Option<&str>) -> Option<Route> {
    let host = host.map(|code| Area::parse(code).expect("an area"));
    let all = found(snapshot);
    let one = all.iter().find(|one| one.firm.as_str() == firm && one.host == host);
    one.unwrap_or_else(|| panic!("no finding of {firm} in {host:?}: {all:?}")).route.answer
}

#[test]
fn the_case_firms_take_the_routes_of_the_paper() {
    let in_2014 = paper_on(date(2014, 6, 1));
    for (firm, host, expected) in [
        ("cool", Some("MY"), Route::OwnRegionalNetwork),
        ("cool", Some("ID"), Route::OwnRegionalNetwork),
        ("atc", Some("MY"), Route::BesideLeadFirm),
        ("eftech", Some("SG"), Route::BesideLeadFirm),
        ("klt", None, Route::FromHome),
    ] {
        assert_eq!(route(&in_2014, firm, host), Some(expected), "{firm} {host:?}");
    }
    let in_2008 = paper_on(date(2008, 6, 1));
    assert_eq!(route(&in_2008, "atc", None), Some(Route::FromHome), "before Penang");
}

#[test]
fn a_customer_in_the_host_economy_counts_only_where_one_is() {
    let in_2014 = paper_on(date(2014, 6, 1));
    let of = |firm: &str, host: &str| {
        let host = Some(Area::parse(host).expect("an area"));
        let all = found(&in_2014);
        let one = all.into_iter().find(|one| one.firm.as_str() == firm && one.host == host);
        one.expect("a finding").route
    };
    let shows = |finding: &production_network::Ranked<Route>, signal: &str| {
        finding.scores[0].signals.iter().any(|one| one.signal == signal)
    };
    // Nobody says where in Penang ATC's customers are; Eftech's are in Singapore.
    let (atc, eftech) = (of("atc", "MY"), of("eftech", "SG"));
    assert!(!shows(&atc, "customer_there") && shows(&eftech, "customer_there"));
    assert!(atc.confidence < eftech.confidence, "{atc:?} {eftech:?}");
    assert!(atc.decisive.contains(&"supplies_to_specification"), "{:?}", atc.decisive);
}

#[test]
fn without_its_investment_a_firm_is_at_home() {
    let in_2014 = paper_on(date(2014, 6, 1));
    let penang = EntityId::parse("place:penang").expect("an id");
    let without = in_2014.without_relations(|one| {
        one.to == penang && matches!(one.kind, RelationKind::InvestsIn | RelationKind::LocatedIn)
    });
    assert_eq!(route(&without, "atc", None), Some(Route::FromHome));
}

/// Firms that the paper does not have.
fn others() -> Snapshot {
    let firm = |id: &str, home: &str, size: &str| {
        format!(
            r#"{{"kind": "firm", "id": "{id}", "name": "{id}", "home": "{home}", "size": "{size}",
                "source": "s"}}"#
        )
    };
    let entities = [
        firm("follower", "MY", "sme"),
        firm("giant", "MY", "large"),
        firm("lead", "US", "large"),
        firm("cook", "SG", "sme"),
        firm("idle", "TH", "sme"),
        firm("tenth", "VN", "sme"),
        firm("shop", "VN", "not_stated"),
        r#"{"kind": "place", "id": "vn", "name": "V", "type": "economy", "code": "VN",
            "source": "s"}"#
            .to_owned(),
        r#"{"kind": "place", "id": "kh", "name": "K", "type": "economy", "code": "KH",
            "source": "s"}"#
            .to_owned(),
        r#"{"kind": "actor", "id": "eaters", "name": "E", "type": "consumers", "source": "s"}"#
            .to_owned(),
    ];
    let relation = |id: &str, kind: &str, from: &str, to: &str, more: &str| {
        format!(
            r#"{{"id": "{id}", "kind": "{kind}", "from": "{from}", "to": "{to}", {more}
                "source": "s", "evidence": "e", "confidence": 1}}"#
        )
    };
    let ict = r#""industry": "ict", "specification": "customer","#;
    let standard = r#""industry": "ict", "specification": "standardized","#;
    let relations = [
        relation("r01", "invests_in", "firm:follower", "place:vn", r#""valid_from": "2012","#),
        relation("r02", "supplies", "firm:follower", "firm:giant", standard),
        relation("r03", "located_in", "firm:giant", "place:vn", ""),
        relation("r04", "supplies", "firm:giant", "firm:lead", ict),
        relation("r05", "supplies", "firm:follower", "firm:lead", standard),
        relation("r06", "invests_in", "firm:cook", "place:vn", ""),
        relation("r07", "located_in", "firm:cook", "place:kh", ""),
        relation("r08", "serves", "firm:cook", "actor:eaters", r#""industry": "food","#),
        relation("r09", "owns", "firm:cook", "firm:shop", r#""share": 0.05,"#),
        relation("r10", "owns", "firm:tenth", "firm:idle", r#""share": 0.1,"#),
    ];
    let text = format!(
        r#"{{"network": "n", "entities": [{}], "relations": [{}]}}"#,
        entities.join(","),
        relations.join(",")
    );
    network_of(text.as_bytes()).as_of(date(2016, 6, 1), recorded("2017-04-01T00:00:00Z"))
}

#[test]
fn other_firms_are_typed_by_the_same_rules() {
    let snapshot = others();
    assert_eq!(route(&snapshot, "follower", Some("VN")), Some(Route::BehindLargerFirm));
    assert_eq!(route(&snapshot, "cook", Some("VN")), Some(Route::OwnRegionalNetwork));
    assert_eq!(route(&snapshot, "cook", Some("KH")), Some(Route::OwnRegionalNetwork));
    assert_eq!(route(&snapshot, "idle", None), None, "nothing is known of it");
}

#[test]
fn an_investment_is_across_a_border_and_says_what_it_rests_on() {
    let found: Vec<_> = investments(&others())
        .into_iter()
        .map(|one| (one.investor.to_string(), one.host.to_string(), one.basis))
        .collect();
    let expected = [
        ("cook", "KH", InvestmentBasis::Operation),
        // A twentieth of the shop is no direct investment.
        ("cook", "VN", InvestmentBasis::Stated),
        ("follower", "VN", InvestmentBasis::Stated),
        ("giant", "VN", InvestmentBasis::Operation),
        ("tenth", "TH", InvestmentBasis::Owned),
    ];
    assert_eq!(found, expected.map(|(who, host, basis)| (who.to_owned(), host.to_owned(), basis)));
    let perth = investments(&paper_on(date(2016, 6, 1)));
    let perth = perth.iter().find(|one| one.host.as_str() == "AU").expect("Eftech in Perth");
    assert_eq!(perth.values.iter().map(|v| v.amount.as_str()).collect::<Vec<_>>(), ["5000000"]);
    assert_eq!(perth.since.map(|since| since.to_string()).as_deref(), Some("2015"));
}
