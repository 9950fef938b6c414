//! Earlier moments on both clocks, and releases that are not whole yet.

use api::metrics::ListIndicatorValuesRequest;
use api::types::{AsOf, as_of::Clock};
use tonic::Code;
use tonic_types::StatusExt;

use crate::feed::{host, series};
use crate::fixture::{System, World, live};

fn released(time: &str) -> Option<AsOf> {
    let time = api::timestamp_to(time.parse().expect("a time"));
    Some(AsOf { clock: Some(Clock::ReleasedAt(time)) })
}

fn question(as_of: Option<AsOf>) -> ListIndicatorValuesRequest {
    ListIndicatorValuesRequest {
        indicator: "fdi.inflow".to_owned(),
        area: "SG".to_owned(),
        period: "2014".to_owned(),
        as_of,
        ..Default::default()
    }
}

async fn inflow(system: &mut System, as_of: Option<AsOf>) -> Vec<Option<String>> {
    let answer = system.list(question(as_of)).await.expect("an answer");
    answer.values.into_iter().map(|value| value.value).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_moment_has_the_earlier_value_on_either_clock() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let first = vec![series(&host("SG"), &[("2014", "72098")])];
    let second = vec![series(&host("SG"), &[("2014", "73000")])];
    let receipt = world.release("DF_FDI_HOST", "2015-05-26T00:00:00Z", first).await;
    system.caught_up(&receipt).await;
    let between = api::timestamp_to(jiff::Timestamp::now());
    let receipt = world.release("DF_FDI_HOST", "2016-05-26T00:00:00Z", second).await;
    system.caught_up(&receipt).await;

    let some = |text: &str| vec![Some(text.to_owned())];
    assert_eq!(inflow(&mut system, None).await, some("73000"));
    assert_eq!(inflow(&mut system, released("2015-12-31T00:00:00Z")).await, some("72098"));
    assert_eq!(inflow(&mut system, released("2016-05-26T00:00:00Z")).await, some("73000"));
    let recorded = Some(AsOf { clock: Some(Clock::RecordedAt(between)) });
    assert_eq!(inflow(&mut system, recorded).await, some("72098"));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_before_the_first_release_is_refused_with_the_earliest() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let later = vec![series("A.SG.EST.PT", &[("2012", "99.4")])];
    world.release("DF_SME_SHARE", "2014-01-01T00:00:00Z", later).await;
    let first = vec![series(&host("SG"), &[("2014", "72098")])];
    let receipt = world.release("DF_FDI_HOST", "2015-05-26T00:00:00Z", first).await;
    system.caught_up(&receipt).await;

    let refused = system.list(question(released("2015-05-25T23:59:59Z"))).await;
    let refused = refused.expect_err("before the first release of its inputs");
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let details = refused.get_details_precondition_failure().expect("a precondition");
    let violation = &details.violations[0];
    assert_eq!(violation.subject, "fdi.inflow");
    assert!(violation.description.contains("2015-05-26T00:00:00Z"), "{}", violation.description);

    let everything = ListIndicatorValuesRequest {
        as_of: released("2014-06-01T00:00:00Z"),
        ..Default::default()
    };
    let values = system.list(everything).await.expect("shares of SMEs were there").values;
    assert!(values.iter().all(|value| value.indicator.starts_with("sme.")), "{values:?}");
    assert!(!values.is_empty());
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_read_release_is_never_seen() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let first = vec![series(&host("SG"), &[("2014", "72098")])];
    let receipt = world.release("DF_FDI_HOST", "2015-05-26T00:00:00Z", first).await;
    system.caught_up(&receipt).await;
    let half = vec![series(&host("SG"), &[("2014", "1")]), series(&host("MY"), &[("2014", "2")])];
    let release = world.begin("DF_FDI_HOST", "2016-01-01T00:00:00Z", &half).await;
    // Another release behind the open one is applied, so the batches of the open one are as well.
    let other = vec![series("A.SG.EST.PT", &[("2012", "99.4")])];
    let receipt = world.release("DF_SME_SHARE", "2016-01-02T00:00:00Z", other).await;
    system.caught_up(&receipt).await;

    let before = Some("72098".to_owned());
    assert_eq!(live(&mut system, "fdi.inflow", "SG", "2014").await, before);
    assert_eq!(live(&mut system, "fdi.inflow", "MY", "2014").await, None);
    let as_of = released("2017-01-01T00:00:00Z");
    assert_eq!(inflow(&mut system, as_of).await, vec![before]);

    let receipt = world.commit(&release).await;
    system.caught_up(&receipt).await;
    assert_eq!(live(&mut system, "fdi.inflow", "SG", "2014").await, Some("1".to_owned()));
    assert_eq!(inflow(&mut system, as_of).await, vec![Some("1".to_owned())]);
    system.stop().await;
}
