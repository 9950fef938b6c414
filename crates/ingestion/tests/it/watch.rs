//! A watcher sees all of a release or none, and resumes where it was.

use api::ingestion::WatchObservationsRequest;
use api::ingestion::watch_observations_response::Change;

use crate::fixture::{System, file, row};

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_gives_whole_releases_and_resumes_behind_a_token() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let watch = |from: &str| WatchObservationsRequest {
        dataflow: "DF_FDI_HOST".to_owned(),
        from: from.to_owned(),
    };
    system.ingest(&file(&[row("SG", 2014, "1"), row("MY", 2014, "2")])).await;
    let answer = system.client.watch_observations(watch("start")).await;
    let mut changes = answer.expect("a watch").into_inner();
    let mut series = 0;
    let token = loop {
        let message = changes.message().await.expect("a message").expect("not the end");
        match message.change.expect("a change") {
            Change::Series(_) => series += 1,
            Change::Release(release) => {
                assert_eq!(release.state, "committed");
                break message.token;
            }
        }
    };
    assert_eq!(series, 2, "all series of the release came before it");
    system.ingest(&file(&[row("TH", 2014, "3")])).await;
    let answer = system.client.watch_observations(watch(&token)).await;
    let mut resumed = answer.expect("a watch").into_inner();
    let first = resumed.message().await.expect("a message").expect("not the end");
    let Some(Change::Series(series)) = first.change else { panic!("series come first") };
    assert!(series.key.starts_with("A.TH."), "only what came behind the token: {}", series.key);
    drop((changes, resumed));
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_partition_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let mut refused = 0;
    for partition in 0..2 {
        let request = WatchObservationsRequest {
            dataflow: "DF_FDI_HOST".to_owned(),
            from: format!("v1.{partition}.0"),
        };
        match system.client.watch_observations(request).await {
            Ok(_) => {}
            Err(status) => {
                assert_eq!(status.code(), tonic::Code::InvalidArgument);
                refused += 1;
            }
        }
    }
    assert!(refused >= 1, "a dataflow is in one partition, and a token is of one");
    system.stop().await;
}
