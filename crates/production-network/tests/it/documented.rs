//! What `docs/networks.md` says of documents and mappings is so.

use std::io::Cursor;

use production_network::{
    ActorKind, AttributeGroup, Document, EntityKind, Format, Limits, Mapping, PlaceKind,
    ProductKind, ProgrammeKind, RelationKind, Specification, Tier,
};

const TEXT: &str = include_str!("../../../../docs/networks.md");

/// The blocks of JSON, in order.
fn examples() -> Vec<&'static str> {
    let parts = TEXT.split("```json\n").skip(1);
    parts.map(|part| part.split("```").next().expect("a block that ends")).collect()
}

#[test]
fn its_examples_are_read_without_a_refusal() {
    let [document, mapping] = examples()[..] else { panic!("two examples") };
    let document = Document::parse(document.as_bytes(), &Limits::default()).expect("a document");
    assert_eq!(document.rejections, Vec::new());
    assert_eq!(document.facts.len(), 12);
    let mapping = Mapping::parse(mapping.as_bytes()).expect("a mapping");
    let table = "number,name,country,type\nA 1, Small ,MYS,company\n2,Other,ZZZ,company\n";
    let loaded = mapping.load(&Limits::default(), |_| Ok(Cursor::new(table))).expect("loads");
    assert_eq!((loaded.facts.len(), loaded.rejections.len()), (1, 1), "{:?}", loaded.rejections);
}

#[test]
fn it_names_every_code_of_every_closed_set() {
    let check = |codes: Vec<&str>| {
        for code in codes {
            assert!(TEXT.contains(&format!("`{code}`")), "{code}");
        }
    };
    check(EntityKind::ALL.iter().map(|one| one.as_str()).collect());
    check(RelationKind::ALL.iter().map(|one| one.as_str()).collect());
    check(ActorKind::ALL.iter().map(|one| one.as_str()).collect());
    check(PlaceKind::ALL.iter().map(|one| one.as_str()).collect());
    check(ProgrammeKind::ALL.iter().map(|one| one.as_str()).collect());
    check(ProductKind::ALL.iter().map(|one| one.as_str()).collect());
    check(AttributeGroup::ALL.iter().map(|one| one.as_str()).collect());
    check(Specification::ALL.iter().map(|one| one.as_str()).collect());
    check(Tier::ALL.iter().map(|one| one.as_str()).collect());
    check(Format::ALL.iter().map(|one| one.as_str()).collect());
}
