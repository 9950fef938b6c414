//! The suppliers of the chip industry load through our mapping, all but what names no economy.
//!
//! Data: Emerging Technology Observatory, Supply Chain Explorer (CC BY-NC 4.0), read where it lies
//! and never copied. Without it nothing is checked, and that is said.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use production_network::{
    Document, EntityId, EntityKind, Fact, Limits, Mapping, Network, RelationKind, Rule, Share,
};

use crate::recorded;

const MAPPING: &[u8] = include_bytes!("../../../../feeds/mappings/eto-semiconductor.json");

pub(crate) fn load() -> Option<Document> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let shared = std::env::var_os("ENTREPOT_SHARED_DATA").map_or(default.into(), PathBuf::from);
    let folder = shared.join("network/eto_semiconductor");
    if !folder.is_dir() {
        println!("SKIPPED: {} is not there (set ENTREPOT_SHARED_DATA)", folder.display());
        return None;
    }
    let mapping = Mapping::parse(MAPPING).expect("a mapping");
    let loaded = mapping.load(&Limits::default(), |name| File::open(folder.join(name)));
    Some(loaded.expect("loads"))
}

#[test]
fn the_mapping_names_the_five_files() {
    let mapping = Mapping::parse(MAPPING).expect("a mapping");
    let files: Vec<&str> = mapping.files().collect();
    let expected = ["providers.csv", "stages.csv", "inputs.csv", "sequence.csv", "provision.csv"];
    assert_eq!(files, expected);
}

#[test]
fn all_organisations_and_their_provision_are_loaded() {
    let Some(document) = load() else { return };
    let mut entities: BTreeMap<EntityKind, usize> = BTreeMap::new();
    let mut relations: BTreeMap<(RelationKind, EntityKind), usize> = BTreeMap::new();
    let (mut with_share, mut second_names) = (0, 0);
    for fact in &document.facts {
        match fact {
            Fact::EntityAsserted(entity) => {
                *entities.entry(entity.id().kind()).or_default() += 1;
            }
            Fact::RelationAsserted(relation) => {
                let key = (relation.kind, relation.from.kind());
                *relations.entry(key).or_default() += 1;
                with_share += usize::from(relation.share_of_purchases.is_some());
            }
            Fact::EntitiesMerged(_) => second_names += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(second_names, 7, "four providers have two or three rows");
    let expected = [
        (EntityKind::Firm, 380),
        // 23 less Europe and "various countries", which are no economies.
        (EntityKind::Place, 21),
        (EntityKind::Product, 126),
        // Three stages and the root.
        (EntityKind::Segment, 4),
    ];
    assert_eq!(entities, expected.into());
    let of_countries = relations.remove(&(RelationKind::Produces, EntityKind::Place));
    let expected = [
        ((RelationKind::Produces, EntityKind::Firm), 720),
        ((RelationKind::GoesInto, EntityKind::Product), 53 + 11),
        ((RelationKind::IsTypeOf, EntityKind::Product), 86),
    ];
    assert_eq!(relations, expected.into());

    // All that is missing is refused, and says why.
    let refused = document.rejections.iter().map(|one| one.rule);
    let (unmapped, unknown): (Vec<Rule>, Vec<Rule>) =
        refused.partition(|rule| *rule == Rule::Mapping);
    assert_eq!(unmapped.len(), 2, "Europe and various countries");
    assert!(unknown.iter().all(|rule| *rule == Rule::UnknownEntity));
    assert_eq!(unknown.len(), 69, "what those two provide");
    assert_eq!(of_countries, Some(580 - 69));
    assert_eq!(with_share, 1_300 - 246 - 69, "246 rows have no share, which is not nil");
    let first = document.rejections.first().expect("a rejection");
    assert_eq!(first.position, "providers.csv line 5, column `provider_name`");
}

#[test]
fn one_firm_makes_all_tools_for_extreme_ultraviolet_lithography() {
    let Some(document) = load() else { return };
    let mut network = Network::default();
    let at = recorded("2026-01-01T00:00:00Z");
    for fact in document.facts {
        network.apply(fact, at).expect("applies");
    }
    let snapshot = network.as_of(jiff::civil::date(2025, 6, 1), at);
    assert_eq!(snapshot.firms().count(), 380 - 7, "each provider once");
    let tools = EntityId::parse("product:eto-n20").expect("a reference");
    let makers: Vec<(&str, Option<f64>)> = snapshot
        .incoming(&tools)
        .filter(|made| made.kind == RelationKind::Produces && made.from.as_firm().is_some())
        .map(|made| {
            let name = snapshot.entity(&made.from).map_or("", |entity| entity.name());
            (name, made.share_of_purchases.map(Share::as_f64))
        })
        .collect();
    assert_eq!(makers, [("ASML", Some(1.0))]);
}
