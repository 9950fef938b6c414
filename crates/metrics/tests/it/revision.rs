//! A revision changes what depends on it and nothing else, in one bracket, as was previewed.

use std::collections::BTreeMap;

use api::events::DocumentKind;
use api::events::envelope::Payload;
use api::metrics::PreviewReleaseRequest;
use api::types::IndicatorValue;
use statistics::SeriesBlock;

use crate::feed::{host, series};
use crate::fixture::{World, everything};

fn changed(event: &api::Event) -> &[IndicatorValue] {
    match &event.payload {
        Payload::IndicatorsChanged(changed) => &changed.values,
        _ => &[],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_changes_only_what_depends_on_it_and_names_its_cause() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;
    let before = system.all(everything()).await;
    let published = world.effects().await.len();

    let revised = vec![series(&host("SG"), &[("2014", "80000")])];
    let receipt = world.release("DF_FDI_HOST", "2016-05-26T00:00:00Z", revised).await;
    system.caught_up(&receipt).await;
    let effects = world.effects().await.split_off(published);
    let cause = receipt.positions[0].clone();
    let mut told = Vec::new();
    for (at, (_, event)) in effects.iter().enumerate() {
        assert_eq!(event.cause.position, Some(cause.clone()));
        let is_first = matches!(event.payload, Payload::EffectsBegun(_));
        let is_last = matches!(event.payload, Payload::EffectsCommitted(_));
        assert_eq!((is_first, is_last), (at == 0, at + 1 == effects.len()), "{event:?}");
        told.extend_from_slice(changed(event));
    }
    let Payload::EffectsBegun(begun) = &effects[0].1.payload else { panic!("{effects:?}") };
    assert_eq!(begun.release, "DF_FDI_HOST#2");
    let Payload::EffectsCommitted(done) = &effects[effects.len() - 1].1.payload else {
        panic!("{effects:?}")
    };
    assert_eq!(done.changed_count, told.len() as u64);

    let has = |indicator: &str, area: &str, period: &str| {
        told.iter().any(|v| v.indicator == indicator && v.area == area && v.period == period)
    };
    assert!(has("fdi.inflow", "SG", "2014"));
    assert!(has("fdi.inflow", "ASEAN", "2014"));
    assert!(has("fdi.growth", "SG", "2014"));
    assert!(has("fdi.host_share", "MY", "2014"));
    assert!(has("fdi.hhi_host", "ASEAN", "2014"));
    assert!(!has("fdi.inflow", "MY", "2014"));
    assert!(told.iter().all(|value| value.period == "2014" && value.indicator.starts_with("fdi.")));

    let name = |value: &IndicatorValue| {
        [&value.indicator, &value.area, &value.breakdown, &value.period].map(Clone::clone)
    };
    let after = system.all(everything()).await;
    let told: BTreeMap<_, _> = told.iter().map(|value| (name(value), value)).collect();
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(&after) {
        let expected = told.get(&name(before)).copied().unwrap_or(before);
        assert_eq!(after, expected);
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bracket_is_closed_before_the_next() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;
    let mut open = None;
    let mut brackets = 0;
    for (_, event) in world.effects().await {
        match event.payload {
            Payload::EffectsBegun(begun) => {
                assert_eq!(open, None);
                open = begun.cause;
            }
            Payload::IndicatorsChanged(_) => assert_eq!(event.cause.position, open),
            Payload::EffectsCommitted(committed) => {
                assert_eq!(committed.cause, open);
                open = None;
                brackets += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(open, None);
    assert_eq!(brackets, crate::feed::paper().len(), "a bracket for each release");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_what_then_happens() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;
    let published = world.published().await.len();
    let blocks: Vec<SeriesBlock> = vec![
        series(&host("SG"), &[("2014", "80000"), ("2013", "60000")]),
        series(&host("MY"), &[("2014", "-1"), ("2015", "11000")]),
    ];
    let requests: Vec<_> = blocks
        .iter()
        .map(|block| PreviewReleaseRequest {
            domain: "asean".to_owned(),
            dataflow: "DF_FDI_HOST".to_owned(),
            series: api::series_from_block(block),
        })
        .collect();
    let preview = system.client.preview_release(tokio_stream::iter(requests)).await;
    let previewed = preview.expect("a preview").into_inner().changes;
    assert!(!previewed.is_empty());
    assert_eq!(world.published().await.len(), published, "a preview publishes nothing");

    let live = system.all(everything()).await;
    for change in &previewed {
        assert!(change.before.as_ref().is_none_or(|before| live.contains(before)), "{change:?}");
    }
    let receipt = world.release("DF_FDI_HOST", "2016-05-26T00:00:00Z", blocks).await;
    system.caught_up(&receipt).await;
    let happened = world.published().await.split_off(published);
    let happened: Vec<IndicatorValue> =
        happened.iter().flat_map(|(_, event)| changed(event).to_vec()).collect();
    let previewed: Vec<IndicatorValue> =
        previewed.into_iter().filter_map(|change| change.after).collect();
    assert_eq!(previewed, happened);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_membership_changes_the_groups_figures_and_nothing_else() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;
    let published = world.effects().await.len();

    let structures = std::fs::read_to_string(crate::feed::folder().join("structures.json"));
    let structures = structures.expect("the feed");
    let receipt =
        world.document(DocumentKind::Structures, "structures", structures.clone().into()).await;
    system.caught_up(&receipt).await;
    assert_eq!(world.effects().await.len(), published, "the same structures change nothing");

    let later = structures.replace("1984-01-07", "2020-01-07");
    assert_ne!(later, structures, "Brunei joined in 1984");
    let receipt = world.document(DocumentKind::Structures, "structures", later.into()).await;
    system.caught_up(&receipt).await;
    let effects = world.effects().await.split_off(published);
    let told: Vec<&IndicatorValue> = effects.iter().flat_map(|(_, event)| changed(event)).collect();
    assert!(
        effects.iter().all(|(_, event)| event.cause.position == receipt.positions.first().cloned())
    );
    let value = |indicator: &str, area: &str| {
        let fits = |one: &&&IndicatorValue| {
            one.indicator == indicator && one.area == area && one.period == "2014"
        };
        told.iter().find(fits).copied()
    };
    let inflow = value("fdi.inflow", "ASEAN").expect("the group's inflow");
    assert!(inflow.membership.as_deref().is_some_and(|all| all.contains("9 members")));
    let share = value("fdi.host_share", "BN").expect("no member any more");
    assert!(share.undefined_because.as_deref().is_some_and(|why| why.contains("no member")));
    assert_eq!(value("fdi.inflow", "SG"), None);

    let digest = system.digest(world.partition).await;
    system.stop().await;
    std::fs::remove_dir_all(crate::fixture::stores(world.directory.path())).expect("removed");
    let mut system = world.start().await;
    system.caught_up(&receipt).await;
    assert_eq!(system.digest(world.partition).await, digest);
    assert_eq!(world.effects().await.len(), published + effects.len());
    system.stop().await;
}
