//! Sizes of messages and calls under way are bounded.

use api::metrics::{AuditRequest, PreviewReleaseRequest, WatchIndicatorsRequest};
use tonic::Code;
use tonic_types::StatusExt;

use crate::Setting;

#[tokio::test]
async fn a_message_over_the_limit_is_refused_with_both_sizes() {
    let setting = Setting::with(|options| options.message_bytes_max = 1000).await;
    let large = AuditRequest { domain: "x".repeat(2000), ..AuditRequest::default() };
    let status = setting.metrics().audit(large).await.expect_err("is too large");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert!(status.message().contains("1000"), "{status}");
    let fits = AuditRequest { domain: "x".repeat(900), ..AuditRequest::default() };
    setting.metrics().audit(fits).await.expect("is relayed");
}

#[tokio::test]
async fn a_later_message_of_a_stream_is_refused_too() {
    let setting = Setting::with(|options| options.message_bytes_max = 1000).await;
    let large = PreviewReleaseRequest { domain: "x".repeat(2000), ..Default::default() };
    let messages = vec![PreviewReleaseRequest::default(), large];
    let answered = setting.metrics().preview_release(tokio_stream::iter(messages)).await;
    let status = answered.expect_err("is too large");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
}

#[tokio::test]
async fn a_call_beyond_the_limit_is_told_to_come_back() {
    let setting = Setting::with(|options| options.concurrent_calls_max = 1).await;
    let answered = setting.metrics().watch_indicators(WatchIndicatorsRequest::default()).await;
    let watch = answered.expect("is the first");
    let status = setting.metrics().audit(AuditRequest::default()).await.expect_err("is full");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert!(status.get_details_retry_info().is_some(), "{status}");
    drop(watch);
    // The place is free as soon as the gateway has seen the watcher leave.
    while setting.metrics().audit(AuditRequest::default()).await.is_err() {
        tokio::task::yield_now().await;
    }
}
