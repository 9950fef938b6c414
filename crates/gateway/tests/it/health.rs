//! The joined-up health of the services.

use std::time::Duration;

use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::Setting;

const LIMIT: Duration = Duration::from_secs(10);

/// Watches a name until it has the status.
async fn becomes(setting: &Setting, service: &str, expected: ServingStatus) {
    let mut client = HealthClient::new(setting.channel.clone());
    let question = HealthCheckRequest { service: service.to_owned() };
    let mut answers = client.watch(question).await.expect("is served").into_inner();
    let waiting = async {
        while let Some(answer) = answers.message().await.expect("no error") {
            if answer.status() == expected {
                return;
            }
        }
    };
    tokio::time::timeout(LIMIT, waiting).await.unwrap_or_else(|_| panic!("{service}: never"));
}

#[tokio::test]
async fn health_follows_the_services() {
    let mut setting = Setting::new().await;
    for name in ["", "entrepot.metrics.v1", "entrepot.advice.v1.AdviceService"] {
        becomes(&setting, name, ServingStatus::Serving).await;
    }
    setting.fakes.crash();
    becomes(&setting, "entrepot.network.v1", ServingStatus::NotServing).await;
    becomes(&setting, "", ServingStatus::NotServing).await;
}

#[tokio::test]
async fn an_unknown_name_is_not_found() {
    let setting = Setting::new().await;
    let mut client = HealthClient::new(setting.channel.clone());
    let question = HealthCheckRequest { service: "entrepot.nothing.v1".to_owned() };
    let status = client.check(question).await.expect_err("is unknown");
    assert_eq!(status.code(), tonic::Code::NotFound);
}
