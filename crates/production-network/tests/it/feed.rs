//! The paper's feed is whole: nothing refused, all that sections 3.2 and 3.3 name, all sourced.

use production_network::{Document, Entity, EntityId, Fact, Limits};

use crate::{FEED, paper_on};

#[test]
fn nothing_of_the_feed_is_refused() {
    let document = Document::parse(FEED, &Limits::default()).expect("a document");
    assert_eq!(document.rejections, Vec::new());
    assert_eq!(document.network.as_str(), "asean");
    let operators = document.facts.iter().filter_map(|fact| match fact {
        Fact::EntityAsserted(Entity::Programme(programme)) => programme.operator.as_ref(),
        _ => None,
    });
    let snapshot = paper_on(jiff::civil::date(2016, 12, 31));
    for operator in operators {
        assert!(snapshot.entity(operator).is_some(), "{operator}");
    }
}

#[test]
fn the_named_partners_customers_and_agencies_are_there() {
    let snapshot = paper_on(jiff::civil::date(2016, 12, 31));
    for id in [
        "firm:cool",
        "firm:atc",
        "firm:eftech",
        "firm:klt",
        "firm:unilever",
        "firm:nestle",
        "firm:fraser-and-neave",
        "firm:cremo",
        "firm:haagen-dazs",
        "firm:cp-group",
        "firm:s-and-p",
        "firm:pfp",
        "firm:giant",
        "firm:citimart",
        "firm:lotte",
        "firm:hedley-purvis",
        "firm:bj-process-pipeline",
        "firm:petronas",
        "firm:hydratight",
        "firm:sparrows",
        "actor:ie-singapore",
        "actor:osmep",
        "programme:global-company-partnership",
        "programme:petronas-vendor-development",
        "place:penang",
        "place:first-cavite-industrial-estate",
    ] {
        let id = EntityId::parse(id).expect("a reference");
        assert!(snapshot.entity(&id).is_some(), "{id}");
    }
    assert!(
        snapshot.relations().all(|r| r.source.contains("section") || r.source.contains("table"))
    );
}
