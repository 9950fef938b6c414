//! Deadlines: passed on, given where there is none, and told when they are over.

use std::time::Duration;

use api::metrics::{AuditRequest, WatchIndicatorsRequest};
use tonic::{Code, Request};

use crate::Setting;

fn slow() -> AuditRequest {
    AuditRequest { domain: "slow".to_owned(), ..AuditRequest::default() }
}

/// What the service was told, in microseconds.
fn told(setting: &Setting) -> Option<u64> {
    let seen = setting.fakes.seen().pop().expect("one call");
    let text = seen.grpc_timeout?;
    let (digits, unit) = text.split_at(text.len() - 1);
    let count: u64 = digits.parse().expect("digits");
    let micros = match unit {
        "u" => 1,
        "m" => 1_000,
        "S" => 1_000_000,
        other => panic!("unit {other}"),
    };
    Some(count * micros)
}

#[tokio::test]
async fn the_clients_deadline_is_passed_on() {
    let setting = Setting::new().await;
    let mut question = Request::new(AuditRequest::default());
    question.set_timeout(Duration::from_secs(7));
    setting.metrics().audit(question).await.expect("in time");
    let told = told(&setting).expect("a deadline");
    assert!((6_900_000..=7_000_000).contains(&told), "{told}");
}

#[tokio::test]
async fn a_unary_call_without_a_deadline_gets_one_and_a_watch_does_not() {
    let setting = Setting::with(|options| options.default_deadline = Duration::from_secs(3)).await;
    setting.metrics().audit(AuditRequest::default()).await.expect("in time");
    let of_audit = told(&setting).expect("a deadline");
    assert!((2_900_000..=3_000_000).contains(&of_audit), "{of_audit}");
    let question = WatchIndicatorsRequest::default();
    setting.metrics().watch_indicators(question).await.expect("begins");
    assert_eq!(told(&setting), None);
}

#[tokio::test]
async fn a_longer_wish_is_cut_to_our_own_bound() {
    let setting = Setting::with(|options| options.deadline_max = Duration::from_secs(2)).await;
    let mut question = Request::new(AuditRequest::default());
    question.set_timeout(Duration::from_secs(900));
    setting.metrics().audit(question).await.expect("in time");
    let told = told(&setting).expect("a deadline");
    assert!(told <= 2_000_000, "{told}");
}

#[tokio::test]
async fn time_that_is_up_is_told_with_a_reason() {
    let short = Duration::from_millis(200);
    let setting = Setting::with(|options| options.default_deadline = short).await;
    let status = setting.metrics().audit(slow()).await.expect_err("never answers");
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(status.message().contains("no answer within"), "{}", status.message());
}

#[tokio::test]
async fn a_stream_ends_at_the_deadline_that_its_client_gave() {
    let setting = Setting::new().await;
    let mut question = Request::new(WatchIndicatorsRequest::default());
    question.set_timeout(Duration::from_millis(300));
    let answered = setting.metrics().watch_indicators(question).await;
    let mut changes = answered.expect("begins").into_inner();
    changes.message().await.expect("no error").expect("one change");
    let status = changes.message().await.expect_err("ends");
    assert_eq!(status.code(), Code::DeadlineExceeded);
}
