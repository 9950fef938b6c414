//! A call reaches the service that its package names, and no other.

use api::advice::AdviseRequest;
use api::advice::advice_service_client::AdviceServiceClient;
use api::ingestion::ListReleasesRequest;
use api::ingestion::ingestion_service_client::IngestionServiceClient;
use api::metrics::AuditRequest;
use api::network::ListRolesRequest;
use api::network::network_service_client::NetworkServiceClient;

use crate::Setting;

#[tokio::test]
async fn the_package_leads_to_its_service() {
    let setting = Setting::new().await;
    let channel = || setting.channel.clone();
    let mut ingestion = IngestionServiceClient::new(channel());
    ingestion.list_releases(ListReleasesRequest::default()).await.expect("is relayed");
    setting.metrics().audit(AuditRequest::default()).await.expect("is relayed");
    let mut network = NetworkServiceClient::new(channel());
    network.list_roles(ListRolesRequest::default()).await.expect("is relayed");
    let mut advice = AdviceServiceClient::new(channel());
    advice.advise(AdviseRequest::default()).await.expect("is relayed");
    let seen = setting.fakes.seen();
    let seen: Vec<_> = seen.iter().map(|seen| (seen.service, seen.method)).collect();
    let expected = [
        ("ingestion", "list_releases"),
        ("metrics", "audit"),
        ("network-model", "list_roles"),
        ("policy-advice", "advise"),
    ];
    assert_eq!(seen, expected);
}
