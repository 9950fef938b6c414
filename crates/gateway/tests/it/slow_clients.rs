//! Clients that are slow, greedy or rude keep no place.

use std::time::Duration;

use api::metrics::{AuditRequest, WatchIndicatorsRequest};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use gateway::Pace;
use http::{Request, Uri};
use http_body::Frame;
use http_body_util::StreamBody;
use service::security::VisitLimits;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::ServiceExt;

use crate::doors::Guarded;
use crate::{Setting, soon};

const SHORT: Duration = Duration::from_millis(300);
/// No test waits for this; it is what a client could hold without the limit.
const LONG: Duration = Duration::from_secs(600);
const AUDIT: &str = "/entrepot.metrics.v1.MetricsService/Audit";
const INGEST: &str = "/entrepot.ingestion.v1.IngestionService/Ingest";

/// Sends these pieces, a moment apart, and then nothing for ever.
async fn dribble(setting: &Setting, path: &str, pieces: Vec<&'static [u8]>) -> Status {
    let uri: Uri = format!("http://{}{path}", setting.address).parse().expect("a URI");
    let pieces = stream::iter(pieces).then(|piece| async move {
        tokio::time::sleep(SHORT / 10).await;
        Ok::<_, Status>(Frame::data(Bytes::from_static(piece)))
    });
    let body = Body::new(StreamBody::new(pieces.chain(stream::pending())));
    let request = Request::post(uri)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(body)
        .expect("a request");
    let response = soon(setting.channel.clone().oneshot(request)).await.expect("an answer");
    let (head, body) = response.into_parts();
    if let Some(status) = Status::from_header_map(&head.headers) {
        return status;
    }
    let mut body = std::pin::pin!(body);
    loop {
        let frame =
            std::future::poll_fn(|context| http_body::Body::poll_frame(body.as_mut(), context));
        let frame = soon(frame).await.expect("ends with trailers").expect("no reset");
        if let Ok(trailers) = frame.into_trailers() {
            return Status::from_header_map(&trailers).expect("a status");
        }
    }
}

#[tokio::test]
async fn a_message_that_does_not_come_to_its_end_gives_its_place_back() {
    let pace = Pace { first_message_within: SHORT, message_within: LONG, pause_max: LONG };
    let setting = Setting::with(|options| {
        options.pace = pace;
        options.concurrent_calls_max = 1;
    })
    .await;
    // Ten bytes are announced; a byte comes now and then.
    let slow: [&[u8]; 20] = [
        &[0],
        &[0],
        &[0],
        &[0],
        &[10],
        &[1],
        &[1],
        &[1],
        &[1],
        &[1],
        &[],
        &[],
        &[],
        &[],
        &[],
        &[],
        &[],
        &[],
        &[],
        &[],
    ];
    let status = dribble(&setting, AUDIT, slow.to_vec()).await;
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert!(status.message().contains("too slowly"), "{status}");
    let status = dribble(&setting, INGEST, Vec::new()).await;
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    setting.metrics().audit(AuditRequest::default()).await.expect("the place is free");
}

#[tokio::test]
async fn a_later_message_and_a_pause_are_bounded_too() {
    // An empty message of `Ingest` is refused by its service at once, so that two go to `Preview`.
    let preview = "/entrepot.metrics.v1.MetricsService/PreviewRelease";
    let pauses = Pace { first_message_within: LONG, message_within: LONG, pause_max: SHORT };
    let stalls = Pace { first_message_within: LONG, message_within: SHORT, pause_max: LONG };
    let whole: &[u8] = &[0, 0, 0, 0, 0];
    for (pace, pieces) in
        [(pauses, vec![whole]), (stalls, vec![whole, &[0, 0]]), (stalls, vec![&[0, 0, 0, 0, 0, 0]])]
    {
        let setting = Setting::with(|options| options.pace = pace).await;
        let status = dribble(&setting, preview, pieces).await;
        assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    }
}

#[tokio::test]
async fn headers_beyond_the_limit_are_refused() {
    let setting = Setting::new().await;
    let mut request = tonic::Request::new(AuditRequest::default());
    let value = "x".repeat(20 << 10).parse().expect("ascii");
    request.metadata_mut().insert("x-large", value);
    setting.metrics().audit(request).await.expect_err("is too large");
    setting.metrics().audit(AuditRequest::default()).await.expect("others go on");
}

#[tokio::test]
async fn connections_beyond_the_limit_are_closed_at_once() {
    let setting = Setting::with(|options| options.door.connections_max = 1).await;
    setting.metrics().audit(AuditRequest::default()).await.expect("has the one place");
    let mut other = TcpStream::connect(setting.address).await.expect("the system takes it");
    let read = tokio::io::AsyncReadExt::read(&mut other, &mut [0; 1]).await;
    assert_eq!(read.unwrap_or(0), 0, "it is closed");
}

/// A connection of HTTP/2 without gRPC's manners; the task drives it and ends with it.
async fn rude(
    setting: &Setting,
    window_bytes: u32,
) -> (h2::client::SendRequest<Bytes>, JoinSet<Result<(), h2::Error>>) {
    let stream = TcpStream::connect(setting.address).await.expect("it listens");
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(window_bytes).max_concurrent_reset_streams(10_000);
    let (sender, connection) = builder.handshake(stream).await.expect("it speaks HTTP/2");
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    (sender, driver)
}

fn question(setting: &Setting, path: &str) -> Request<()> {
    let uri = format!("http://{}{path}", setting.address);
    let request = Request::post(uri).header("content-type", "application/grpc");
    request.header("te", "trailers").body(()).expect("a request")
}

#[tokio::test]
async fn a_connection_that_only_stands_there_is_closed() {
    let limits = VisitLimits { first_call_within: SHORT, ..VisitLimits::default() };
    let setting = Setting::with(|options| options.door.visits = Some(limits)).await;
    let (_sender, mut driver) = rude(&setting, 65_535).await;
    // Nothing else ends the task: the sender is still there.
    let _closed = soon(driver.join_next()).await.expect("one task").expect("it does not panic");
    // The one of the setting too; it connects again by itself.
    setting.metrics().audit(AuditRequest::default()).await.expect("is served");
}

#[tokio::test]
async fn a_health_watch_without_a_token_keeps_no_place() {
    use tonic_health::pb::HealthCheckRequest;
    use tonic_health::pb::health_client::HealthClient;
    let limits = VisitLimits { first_call_within: SHORT, ..VisitLimits::default() };
    let guarded = Guarded::with(|options| options.door.visits = Some(limits)).await;
    let mut health = HealthClient::new(guarded.setting.channel.clone());
    let question = HealthCheckRequest { service: String::new() };
    let mut watch = health.watch(question).await.expect("is open").into_inner();
    soon(async { while let Ok(Some(_)) = watch.message().await {} }).await;
    // It ended, which a watch does not by itself.
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_closed() {
    let limits = VisitLimits { stall_max: SHORT, ..VisitLimits::default() };
    let setting = Setting::with(|options| options.door.visits = Some(limits)).await;
    let watch = setting.metrics().watch_indicators(WatchIndicatorsRequest::default()).await;
    let mut watch = watch.expect("begins").into_inner();
    let _first = watch.message().await.expect("no error");
    let (sender, mut driver) = rude(&setting, 0).await;
    let mut sender = sender.ready().await.expect("a place for a stream");
    let (_answer, mut body) =
        sender.send_request(question(&setting, AUDIT), false).expect("is sent");
    body.send_data(Bytes::from_static(&[0, 0, 0, 0, 0]), true).expect("an empty message");
    // Nothing else ends the task: the sender is still there.
    let _closed = soon(driver.join_next()).await.expect("one task").expect("it does not panic");
    // A watch that reads, and waits for what comes next, stays.
    let waiting = tokio::time::timeout(SHORT * 5, watch.message()).await;
    if let Ok(message) = waiting {
        message.expect("no error").expect("it goes on");
    }
}

#[tokio::test]
async fn streams_that_are_opened_and_reset_end_the_connection() {
    let setting = Setting::new().await;
    let (sender, mut driver) = rude(&setting, 65_535).await;
    let mut sender = sender.ready().await.expect("a place for a stream");
    for _ in 0..5_000 {
        let Ok((_answer, mut body)) = sender.send_request(question(&setting, AUDIT), false) else {
            break;
        };
        body.send_reset(h2::Reason::CANCEL);
        match sender.ready().await {
            Ok(ready) => sender = ready,
            Err(_) => break,
        }
    }
    let ended = soon(driver.join_next()).await.expect("one task").expect("it does not panic");
    let error = ended.expect_err("the gateway closes it");
    assert_eq!(error.reason(), Some(h2::Reason::ENHANCE_YOUR_CALM), "{error}");
    setting.metrics().audit(AuditRequest::default()).await.expect("others go on");
}
