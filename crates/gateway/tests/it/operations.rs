//! The joined-up status of the services.

use api::operations::operations_service_client::OperationsServiceClient;
use api::operations::{GetStatusRequest, ServiceStatus};

use crate::Setting;

async fn services(setting: &Setting) -> Vec<ServiceStatus> {
    let mut client = OperationsServiceClient::new(setting.channel.clone());
    let answered = client.get_status(GetStatusRequest::default()).await;
    answered.expect("always answers").into_inner().services
}

#[tokio::test]
async fn the_status_joins_all_services_and_the_gateway() {
    let setting = Setting::new().await;
    let services = services(&setting).await;
    let names: Vec<_> = services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["ingestion", "metrics", "network-model", "policy-advice", "gateway"]);
    assert!(services.iter().all(|service| service.health == "serving"), "{services:?}");
    assert_eq!(services[1].units[0].unit, "metrics-0");
}

#[tokio::test]
async fn a_service_that_is_away_is_listed_with_the_reason() {
    let mut setting = Setting::new().await;
    setting.fakes.crash();
    let services = services(&setting).await;
    assert_eq!(services.len(), 5);
    for service in &services[..4] {
        let reason = service.health.strip_prefix("unreachable: ");
        assert!(reason.is_some_and(|reason| !reason.is_empty()), "{service:?}");
    }
}
