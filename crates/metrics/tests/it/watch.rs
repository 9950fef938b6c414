//! Watches: changes of one cause together, and on from a token.

use api::metrics::{WatchIndicatorsRequest, WatchIndicatorsResponse};
use tonic::Streaming;

use crate::feed::{host, series};
use crate::fixture::World;

async fn next(stream: &mut Streaming<WatchIndicatorsResponse>) -> WatchIndicatorsResponse {
    let message = tokio::time::timeout(std::time::Duration::from_secs(20), stream.message());
    message.await.expect("in time").expect("no failure").expect("no end")
}

fn value(answer: &WatchIndicatorsResponse) -> Option<&str> {
    let value = answer.values.iter().find(|value| value.area == "SG");
    value.and_then(|value| value.value.as_deref())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_goes_on_behind_its_token() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    let mut causes = Vec::new();
    for value in ["1", "2", "3"] {
        let blocks = vec![series(&host("SG"), &[("2014", value)])];
        let receipt = world.release("DF_FDI_HOST", "2016-05-26T00:00:00Z", blocks).await;
        system.caught_up(&receipt).await;
        causes.push(receipt.positions[0].clone());
    }
    let request = |from: &str| WatchIndicatorsRequest {
        indicator: "fdi.inflow".to_owned(),
        from: from.to_owned(),
        ..Default::default()
    };
    let all = system.client.watch_indicators(request("start")).await.expect("a watch");
    let mut all = all.into_inner();
    let first = next(&mut all).await;
    assert_eq!(value(&first), Some("1"));
    assert_eq!(first.cause.as_ref(), Some(&causes[0]));
    assert!(first.values.iter().all(|value| value.indicator == "fdi.inflow"));

    let rest = system.client.watch_indicators(request(&first.token)).await.expect("a watch");
    let mut rest = rest.into_inner();
    let second = next(&mut rest).await;
    assert_eq!(value(&second), Some("2"));
    assert_eq!(value(&next(&mut rest).await), Some("3"));

    let new = system.client.watch_indicators(request("")).await.expect("a watch");
    let mut new = new.into_inner();
    let blocks = vec![series(&host("SG"), &[("2014", "4")])];
    world.release("DF_FDI_HOST", "2016-05-26T00:00:00Z", blocks).await;
    assert_eq!(value(&next(&mut new).await), Some("4"));
    assert_eq!(value(&next(&mut rest).await), Some("4"));
    drop((all, rest, new));
    system.stop().await;
}
