//! A watch goes on behind the token of what was last seen.

use api::network::WatchFindingsRequest;
use tokio_stream::StreamExt;
use tonic::Code;

use crate::harness::{Ingestion, Started, open_log, partition, small, supplies};

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_resumes_behind_its_token() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut ingestion = Ingestion::new(&log).await;
    ingestion.publish(&small(&supplies("standardized", "null"))).await;
    let mut service = Started::new(directory.path(), &log).await;
    let watch =
        |from: &str| WatchFindingsRequest { network: "asean".to_owned(), from: from.to_owned() };

    let mut all =
        service.client.watch_findings(watch("start")).await.expect("a watch").into_inner();
    let first = all.next().await.expect("an event").expect("findings");
    assert!(first.findings.iter().any(|one| one.value == "generic-supplier"));
    assert_eq!(first.cause.expect("a cause").topic, "entrepot.network.v1");
    drop(all);

    ingestion.publish(&small(&supplies("customer", "null"))).await;
    let resumed = service.client.watch_findings(watch(&first.token)).await;
    let mut resumed = resumed.expect("a watch").into_inner();
    let second = resumed.next().await.expect("an event").expect("findings");
    let is_role = |one: &&api::events::Finding| one.kind == "role" && one.subject == "firm:maker";
    let role = second.findings.iter().find(is_role).expect("a role");
    assert_eq!(role.value, "specialized-supplier-industry");
    drop(resumed);

    let other = format!("v1.{:x}.0", partition().0 + 1);
    for token in ["nonsense", other.as_str()] {
        let refused = service.client.watch_findings(watch(token)).await;
        assert_eq!(refused.expect_err("no token").code(), Code::InvalidArgument, "{token}");
    }
    service.stop().await;
}
