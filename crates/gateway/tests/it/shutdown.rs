//! The end: watches are told, calls may finish within a bound.

use std::time::Duration;

use api::metrics::{AuditRequest, WatchIndicatorsRequest};
use tonic::Code;

use crate::Setting;

const LIMIT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_shutdown_ends_watches_with_a_reason_and_then_the_gateway() {
    let mut setting = Setting::new().await;
    let answered = setting.metrics().watch_indicators(WatchIndicatorsRequest::default()).await;
    let mut changes = answered.expect("begins").into_inner();
    changes.message().await.expect("no error").expect("one change");
    setting.shutdown.cancel();
    let status = changes.message().await.expect_err("ends");
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("stopping"), "{status}");
    let ended = tokio::time::timeout(LIMIT, setting.gateway.join_next()).await;
    let ended = ended.expect("within the limit").expect("one task").expect("no panic");
    ended.expect("a clean end");
    tokio::net::TcpStream::connect(setting.address).await.expect_err("it listens no more");
}

#[tokio::test]
async fn a_call_that_does_not_end_is_cut_at_the_drain_time() {
    let short = Duration::from_millis(100);
    let mut setting = Setting::with(|options| options.drain_timeout = short).await;
    let mut metrics = setting.metrics();
    let question = AuditRequest { domain: "slow".to_owned(), ..AuditRequest::default() };
    let call = metrics.audit(question);
    let shutdown = async {
        while setting.fakes.seen().is_empty() {
            tokio::task::yield_now().await;
        }
        setting.shutdown.cancel();
        tokio::time::timeout(LIMIT, setting.gateway.join_next()).await
    };
    let both = async { tokio::join!(call, shutdown) };
    let (answered, ended) = tokio::time::timeout(LIMIT, both).await.expect("within the limit");
    let status = answered.expect_err("is cut");
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    ended.expect("within the limit").expect("one task").expect("no panic").expect("a clean end");
}
