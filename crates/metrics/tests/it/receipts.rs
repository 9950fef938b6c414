//! Reading one's own writes: a query with a receipt waits, within its deadline.

use std::time::Duration;

use api::metrics::ListIndicatorValuesRequest;
use api::types::{LogPosition, Receipt};
use tonic::{Code, Request};

use crate::feed::{host, series};
use crate::fixture::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_query_with_a_receipt_sees_what_the_receipt_is_for() {
    let mut world = World::new().await;
    let mut system = world.start().await;
    for value in 1..20 {
        let value = value.to_string();
        let blocks = vec![series(&host("SG"), &[("2014", &value)])];
        let receipt = world.release("DF_FDI_HOST", "2016-05-26T00:00:00Z", blocks).await;
        let request = ListIndicatorValuesRequest {
            indicator: "fdi.inflow".to_owned(),
            area: "SG".to_owned(),
            after: Some(receipt),
            ..Default::default()
        };
        let values = system.list(request).await.expect("waited for").values;
        assert_eq!(values[0].value, Some(value));
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_with_the_deadline() {
    let world = World::new().await;
    let mut system = world.start().await;
    let never = LogPosition::new("entrepot.observations.v1", world.partition.0, 1_000_000);
    let mut request = Request::new(ListIndicatorValuesRequest {
        after: Some(Receipt { positions: vec![never] }),
        ..Default::default()
    });
    // The header alone: a deadline of the client library would end the call by itself.
    request.metadata_mut().insert("grpc-timeout", "300m".parse().expect("ascii"));
    let asked =
        tokio::time::timeout(Duration::from_secs(20), system.client.list_indicator_values(request));
    let status = asked.await.expect("an answer in time").expect_err("never applied");
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    system.stop().await;
}
