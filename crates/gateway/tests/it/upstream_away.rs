//! A service that is away, or goes away, is told as unavailable with a time to retry.

use api::metrics::{AuditRequest, WatchIndicatorsRequest};
use tonic::Code;
use tonic_types::StatusExt;

use crate::Setting;

fn check(status: &tonic::Status) {
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    assert!(status.message().contains("`metrics`"), "{status}");
    let delay = status.get_details_retry_info().and_then(|info| info.retry_delay);
    assert!(delay.is_some(), "{status}");
}

#[tokio::test]
async fn a_service_that_is_away_is_named_with_a_time_to_come_back() {
    let mut setting = Setting::new().await;
    setting.fakes.crash();
    let status = setting.metrics().audit(AuditRequest::default()).await;
    check(&status.expect_err("nobody is there"));
}

#[tokio::test]
async fn a_service_that_goes_away_ends_its_streams_with_a_reason() {
    let mut setting = Setting::new().await;
    let answered = setting.metrics().watch_indicators(WatchIndicatorsRequest::default()).await;
    let mut changes = answered.expect("begins").into_inner();
    changes.message().await.expect("no error").expect("one change");
    setting.fakes.crash();
    check(&changes.message().await.expect_err("breaks off"));
}
