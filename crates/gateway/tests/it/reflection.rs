//! Clients that know nothing but reflection find everything.

use tonic_reflection::pb::{v1, v1alpha};

use crate::Setting;

const SERVICES: [&str; 6] = [
    "entrepot.advice.v1.AdviceService",
    "entrepot.ingestion.v1.IngestionService",
    "entrepot.metrics.v1.MetricsService",
    "entrepot.network.v1.NetworkService",
    "entrepot.operations.v1.OperationsService",
    "grpc.health.v1.Health",
];

#[tokio::test]
async fn reflection_lists_every_service_and_gives_its_file() {
    use v1::server_reflection_client::ServerReflectionClient;
    use v1::server_reflection_request::MessageRequest;
    use v1::server_reflection_response::MessageResponse;

    let setting = Setting::new().await;
    let ask = |question| v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(question),
    };
    let questions = [
        ask(MessageRequest::ListServices(String::new())),
        ask(MessageRequest::FileContainingSymbol(SERVICES[2].to_owned())),
    ];
    let mut client = ServerReflectionClient::new(setting.channel.clone());
    let answered = client.server_reflection_info(tokio_stream::iter(questions)).await;
    let mut answers = answered.expect("is served").into_inner();
    let listed = answers.message().await.expect("no error").expect("an answer");
    let Some(MessageResponse::ListServicesResponse(listed)) = listed.message_response else {
        panic!("a list was expected");
    };
    let listed: Vec<_> = listed.service.into_iter().map(|service| service.name).collect();
    for service in SERVICES {
        assert!(listed.iter().any(|name| name == service), "{service} of {listed:?}");
    }
    let file = answers.message().await.expect("no error").expect("an answer");
    let Some(MessageResponse::FileDescriptorResponse(file)) = file.message_response else {
        panic!("a file was expected");
    };
    assert!(!file.file_descriptor_proto.is_empty());
}

#[tokio::test]
async fn clients_of_the_older_reflection_are_served() {
    use v1alpha::server_reflection_client::ServerReflectionClient;
    use v1alpha::server_reflection_request::MessageRequest;
    use v1alpha::server_reflection_response::MessageResponse;

    let setting = Setting::new().await;
    let question = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut client = ServerReflectionClient::new(setting.channel.clone());
    let answered = client.server_reflection_info(tokio_stream::iter([question])).await;
    let answer = answered.expect("is served").into_inner().message().await;
    let answer = answer.expect("no error").expect("an answer").message_response;
    let Some(MessageResponse::ListServicesResponse(listed)) = answer else {
        panic!("a list was expected");
    };
    assert!(listed.service.iter().any(|service| service.name == SERVICES[0]));
}
