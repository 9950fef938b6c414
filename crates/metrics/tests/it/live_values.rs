//! Values of the paper's own tables: live, as of now, explained, paged.

use api::metrics::{ListIndicatorValuesRequest, ListIndicatorsRequest};
use api::types::{AsOf, IndicatorValue, as_of};

use crate::fixture::{World, everything, live};

fn now() -> Option<AsOf> {
    let now = api::timestamp_to(jiff::Timestamp::now());
    Some(AsOf { clock: Some(as_of::Clock::RecordedAt(now)) })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_live_is_what_an_as_of_now_computes() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;

    let live_values = system.all(everything()).await;
    let as_of = ListIndicatorValuesRequest { as_of: now(), ..everything() };
    let as_of_now = system.all(as_of).await;
    assert!(live_values.len() > 1_000, "{} values", live_values.len());
    let names = |values: &[IndicatorValue]| -> Vec<[String; 4]> {
        let name = |value: &IndicatorValue| {
            [&value.indicator, &value.area, &value.breakdown, &value.period].map(Clone::clone)
        };
        values.iter().map(name).collect()
    };
    assert_eq!(names(&live_values), names(&as_of_now));
    for (live, computed) in live_values.iter().zip(&as_of_now) {
        assert_eq!(live, computed);
    }
    let share = live(&mut system, "fdi.intra_share", "SG", "2014").await;
    assert!(share.is_some());
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_names_cells_releases_and_sources() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    let request = ListIndicatorValuesRequest {
        domain: "asean".to_owned(),
        indicator: "fdi.intra_share".to_owned(),
        area: "ASEAN".to_owned(),
        period: "2014".to_owned(),
        explain: true,
        after: Some(receipt.clone()),
        ..Default::default()
    };
    let answer = system.list(request).await.expect("an answer");
    let definition = answer.definitions.first().expect("the definition");
    assert_eq!(definition.id, "fdi.intra_share");
    assert!(definition.formula.contains("inflow"));
    let whole = answer.values.iter().find(|value| value.breakdown.is_empty()).expect("a value");
    assert!(whole.membership.as_deref().is_some_and(|members| members.contains("10 members")));
    let input = whole.inputs.iter().find(|input| input.key.starts_with("A.SG.W")).expect("SG");
    assert_eq!(input.release, "DF_FDI_HOST#1");
    assert!(input.source.contains("ASEAN Secretariat"), "{}", input.source);
    assert_eq!(input.value.as_deref(), Some("72098"));
    let frontier = answer.frontier.expect("a frontier").positions;
    let applied = receipt.positions[0].clone();
    let here =
        frontier.iter().find(|at| at.topic == applied.topic && at.partition == applied.partition);
    assert!(here.is_some_and(|here| here.position >= applied.position), "{frontier:?}");
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_add_up_to_the_whole_list() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;
    for as_of in [None, now()] {
        let whole = ListIndicatorValuesRequest {
            indicator: "fdi.inflow".to_owned(),
            as_of,
            page_size: 10_000,
            ..everything()
        };
        let paged = ListIndicatorValuesRequest { page_size: 7, ..whole.clone() };
        let whole = system.list(whole).await.expect("a page");
        assert_eq!(whole.next_page_token, "");
        assert!(whole.values.len() > 7);
        assert_eq!(system.all(paged).await, whole.values);
    }
    let indicators =
        system.client.list_indicators(ListIndicatorsRequest::default()).await.expect("a list");
    assert!(indicators.into_inner().indicators.iter().any(|one| one.id == "fdi.inflow"));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_stand_for_their_parts_unless_parts_are_asked_for() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let receipt = world.paper().await;
    system.caught_up(&receipt).await;
    for as_of in [None, now()] {
        let request = |indicator: &str, breakdown: &str| ListIndicatorValuesRequest {
            indicator: indicator.to_owned(),
            breakdown: breakdown.to_owned(),
            as_of,
            ..Default::default()
        };
        let totals = system.all(request("fdi.intra_share", "")).await;
        assert!(!totals.is_empty() && totals.iter().all(|value| value.breakdown.is_empty()));
        let parts = system.all(request("fdi.intra_share", "C")).await;
        assert!(!parts.is_empty() && parts.iter().all(|value| value.breakdown == "C"));
        let all = system.all(request("fdi.intra_share", "*")).await;
        assert!(all.len() > totals.len() + parts.len());
        // Location quotients have no total, so all of them are shown.
        let quotients = system.all(request("fdi.specialization", "")).await;
        assert!(quotients.len() > 10, "{} quotients", quotients.len());
    }
    system.stop().await;
}
