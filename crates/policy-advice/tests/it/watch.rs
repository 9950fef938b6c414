//! A watch of all partitions goes on behind the token of what was last seen.

use std::collections::BTreeSet;

use api::advice::{WatchAdviceRequest, WatchAdviceResponse};
use api::types::Receipt;
use tokio_stream::StreamExt;
use tonic::Code;

use crate::harness::{Started, Upstream, open_log, participation};

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_resumes_behind_its_token() {
    let directory = tempfile::tempdir().expect("a directory");
    let log = open_log(directory.path());
    let mut service = Started::new(directory.path(), &log).await;
    service.settled(&Receipt::default()).await;
    let request = |from: &str| WatchAdviceRequest { from: from.to_owned() };
    let subject = |seen: &WatchAdviceResponse| {
        seen.advice.as_ref().map(|advice| advice.subject.clone()).unwrap_or_default()
    };

    let mut all =
        service.client.watch_advice(request("start")).await.expect("a watch").into_inner();
    let mut seen = BTreeSet::new();
    let mut token = String::new();
    for _ in 0..6 {
        let one = all.next().await.expect("an event").expect("advice");
        token = one.token.clone();
        assert!(seen.insert(subject(&one)), "twice: {one:?}");
    }
    drop(all);
    let mut rest =
        service.client.watch_advice(request(&token)).await.expect("a watch").into_inner();
    for _ in 6..14 {
        let one = rest.next().await.expect("an event").expect("advice");
        assert!(seen.insert(subject(&one)), "twice: {one:?}");
    }
    drop(rest);

    let mut news = service.client.watch_advice(request("")).await.expect("a watch").into_inner();
    Upstream::metrics(&log).await.bracket(participation("KH", "10.0")).await;
    let one = news.next().await.expect("an event").expect("advice");
    assert_eq!(subject(&one), "KH|apparel|generic-supplier|small");
    assert_eq!(one.cause.expect("a cause").topic, "entrepot.indicators.v1");
    drop(news);

    let refused = service.client.watch_advice(request("v1.0.1")).await.expect_err("half a token");
    assert_eq!(refused.code(), Code::InvalidArgument);
    service.stop().await;
}
