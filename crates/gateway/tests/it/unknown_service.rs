//! A path that no service answers is refused by the gateway itself.

use http::Request;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::ServiceExt;

use crate::Setting;

#[tokio::test]
async fn an_unknown_service_is_named_together_with_the_known_ones() {
    let setting = Setting::new().await;
    let path = "/entrepot.metrics.v9.MetricsService/Audit";
    let request = Request::post(path)
        .header("content-type", "application/grpc")
        .body(Body::empty())
        .expect("is a request");
    let response = setting.channel.clone().oneshot(request).await.expect("is answered");
    let status = Status::from_header_map(response.headers()).expect("a trailers-only answer");
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(status.message().contains("entrepot.metrics.v1.MetricsService"), "{status}");
    let details = status.get_error_details();
    assert_eq!(details.resource_info().expect("is sent").resource_name, path);
    assert!(details.error_info().expect("is sent").metadata.contains_key("remedy"));
    assert_eq!(setting.fakes.seen(), []);
}
