//! Restarts and rebuilds: the digests come back and nothing is published twice.

use crate::feed::{host, series};
use crate::fixture::{System, World, live, stores};

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_publishes_nothing_and_keeps_the_digest() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;
    let digest = system.digest(world.partition).await;
    let effects = world.effects().await.len();
    system.stop().await;

    let mut system = world.start().await;
    system.caught_up(&receipt).await;
    assert_eq!(system.digest(world.partition).await, digest);
    assert_eq!(world.effects().await.len(), effects);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_store_comes_back_from_the_log() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    world.paper().await;
    let revised = vec![series(&host("SG"), &[("2014", "73000")])];
    let receipt = world.release("DF_FDI_HOST", "2016-05-26T00:00:00Z", revised).await;
    system.caught_up(&receipt).await;
    let digest = system.digest(world.partition).await;
    let effects = world.effects().await;
    system.stop().await;

    std::fs::remove_dir_all(stores(world.directory.path())).expect("removed");
    let mut system = world.start().await;
    system.caught_up(&receipt).await;
    assert_eq!(system.digest(world.partition).await, digest);
    assert_eq!(world.effects().await, effects);
    assert_eq!(live(&mut system, "fdi.inflow", "SG", "2014").await, Some("73000".to_owned()));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_of_one_log_have_one_digest() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;
    let digest = system.digest(world.partition).await;
    let published = world.published().await;
    system.stop().await;

    let elsewhere = tempfile::tempdir().expect("a directory");
    let mut system = System::start(elsewhere.path(), world.log.clone()).await;
    system.caught_up(&receipt).await;
    assert_eq!(system.digest(world.partition).await, digest);
    assert_eq!(world.published().await, published);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_at_any_moment_it_goes_on_where_it_was() {
    let mut world = World::new().await;
    let receipt = world.paper().await;
    // Each run is stopped some time after its start, wherever it is then.
    for delay_ms in [0, 5, 20, 40, 80, 160] {
        let system = world.start().await;
        tokio::time::sleep(std::time::Duration::from_millis(delay_ms)).await;
        system.stop().await;
    }
    let mut system = world.start().await;
    system.caught_up(&receipt).await;
    let digest = system.digest(world.partition).await;
    system.stop().await;
    let names = |event: &api::Event| match &event.payload {
        api::events::envelope::Payload::IndicatorsChanged(changed) => changed.values.clone(),
        _ => Vec::new(),
    };
    let effects = world.effects().await;
    let interrupted: Vec<_> = effects.iter().flat_map(|(_, event)| names(event)).collect();

    let mut smooth = World::new().await;
    let mut system = smooth.start().await;
    let receipt = smooth.paper().await;
    system.caught_up(&receipt).await;
    system.stop().await;
    let effects = smooth.effects().await;
    let uninterrupted: Vec<_> = effects.iter().flat_map(|(_, event)| names(event)).collect();
    assert_eq!(interrupted, uninterrupted, "the same values in the same order, none twice");
    assert!(!digest.is_empty());
}
