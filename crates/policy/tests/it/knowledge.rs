//! The embedded knowledge is whole and as printed; a broken one is refused with the record's name.

use policy::{Differences, Error, Item, KnowledgeBase, Sources, Status};

use crate::embedded;

#[test]
fn each_list_of_the_paper_is_complete() {
    let knowledge = embedded();
    assert_eq!(knowledge.items().count(), 19 + 6 + 3);
    for (found, expected) in [
        (knowledge.obstacles().count(), 19),
        (knowledge.challenges().count(), 10),
        (knowledge.unctad().count(), 5),
        (knowledge.risks().count(), 6),
        (knowledge.factors().count(), 22),
        (knowledge.rationales().count(), 13),
        (knowledge.drivers().count(), 4),
        (knowledge.routes().count(), 4),
        (knowledge.mechanisms().count(), 3),
        (knowledge.crosswalk().len(), 19 + 6),
        (knowledge.guards().len(), 3),
    ] {
        assert_eq!(found, expected);
    }
    let survey = &knowledge.manifest().survey;
    assert_eq!(survey.by_country.values().sum::<u32>(), survey.respondents);
}

#[test]
fn table_ten_says_no_difference_in_five_rows() {
    let knowledge = embedded();
    let rows: Vec<u8> = knowledge
        .items()
        .filter_map(|item| match item {
            Item::Intervention(row) if row.differences == Differences::None => Some(row.rank),
            _ => None,
        })
        .collect();
    assert_eq!(rows, [1, 6, 7, 10, 17]);
}

#[test]
fn the_crosswalk_and_the_guards_say_that_they_are_ours() {
    let knowledge = embedded();
    assert!(knowledge.crosswalk().iter().all(|row| row.origin.status == Status::Inferred));
    assert!(knowledge.guards().iter().all(|guard| guard.origin.status == Status::Inferred));
    assert!(knowledge.items().all(|item| item.origin().status == Status::Given));
}

#[test]
fn the_ranks_of_obstacles_are_held_twice_where_they_conflict() {
    let knowledge = embedded();
    let capital = knowledge.obstacles().find(|o| o.id.as_str() == "O08").expect("O08");
    assert_eq!((capital.rank, capital.witness_rank), (8, Some(1)));
}

#[test]
fn a_broken_knowledge_base_is_refused_with_its_reason() {
    let whole = Sources::embedded();
    let parse = |sources: Sources<'_>| KnowledgeBase::parse(&sources).expect_err("refused");

    let crosswalk = whole.crosswalk.replacen("\"I02\"", "\"I99\"", 1);
    let error = parse(Sources { crosswalk: &crosswalk, ..whole });
    assert!(
        matches!(&error, Error::UnknownReference { from, to, .. } if from == "O01" && to == "I99")
    );

    let obstacles = whole.obstacles.replacen("\"O02\"", "\"O01\"", 1);
    let error = parse(Sources { obstacles: &obstacles, ..whole });
    assert!(matches!(&error, Error::Duplicate { id } if id == "O01"));

    let interventions = whole.interventions.replacen("\"rank\": 3", "\"rank\": 4", 1);
    let error = parse(Sources { interventions: &interventions, ..whole });
    assert!(matches!(&error, Error::Inconsistent { id, .. } if id == "I03"), "{error}");

    let factors = whole.factors.replacen("\"UNCTAD\", ", "", 1);
    let error = parse(Sources { factors: &factors, ..whole });
    assert!(matches!(&error, Error::Inconsistent { id, .. } if id == "UNCTAD"), "{error}");

    let guards = whole.guards.replacen("production_platform", "platform", 1);
    let error = parse(Sources { guards: &guards, ..whole });
    assert!(matches!(error, Error::KnowledgeSyntax { file: "guards", .. }));

    let diagnosis = whole.diagnosis.replacen("\"severity\": 45", "\"severity\": 145", 1);
    let error = parse(Sources { diagnosis: &diagnosis, ..whole });
    assert!(matches!(&error, Error::Inconsistent { field: "severity", .. }), "{error}");
}
