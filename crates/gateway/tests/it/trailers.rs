//! What a service says with its status reaches the client: details and metadata.

use api::metrics::{AuditRequest, WatchIndicatorsRequest};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::Setting;

fn check(status: &Status) {
    assert_eq!(status.code(), Code::InvalidArgument);
    let details = status.get_error_details();
    let fields = &details.bad_request().expect("the service sent one").field_violations;
    assert_eq!(fields[0].field, "domain");
    let info = details.error_info().expect("the service sent one");
    assert_eq!(info.reason, "audit.domain");
    assert_eq!(status.metadata().get("x-fake").expect("is passed on"), "from the service");
}

#[tokio::test]
async fn details_of_a_refused_call_arrive_whole() {
    let setting = Setting::new().await;
    let question = AuditRequest { domain: "refused".to_owned(), ..AuditRequest::default() };
    check(&setting.metrics().audit(question).await.expect_err("is refused"));
}

#[tokio::test]
async fn details_at_the_end_of_a_stream_arrive_whole() {
    let setting = Setting::new().await;
    let domain = "refused".to_owned();
    let question = WatchIndicatorsRequest { domain, ..WatchIndicatorsRequest::default() };
    let answered = setting.metrics().watch_indicators(question).await;
    let mut changes = answered.expect("begins").into_inner();
    changes.message().await.expect("no error").expect("one change");
    check(&changes.message().await.expect_err("ends with the status"));
}
