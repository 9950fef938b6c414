//! Streams run in both directions at once and are not gathered on the way.

use api::ingestion::ingestion_service_client::IngestionServiceClient;
use api::ingestion::{IngestOptions, IngestRequest, ingest_request, ingest_response};
use api::metrics::{PreviewReleaseRequest, WatchIndicatorsRequest};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::Setting;

const CHUNK_BYTES: usize = 64 << 10;

#[tokio::test]
async fn both_ways_flow_at_the_same_time() {
    let setting = Setting::new().await;
    let (parts, receiver) = mpsc::channel(1);
    let part = |part| IngestRequest { part: Some(part) };
    let options = part(ingest_request::Part::Options(IngestOptions::default()));
    parts.send(options).await.expect("the call listens");
    let mut ingestion = IngestionServiceClient::new(setting.channel.clone());
    let answered = ingestion.ingest(ReceiverStream::new(receiver)).await;
    let mut answers = answered.expect("is relayed").into_inner();
    // The next chunk is sent only after the answer to the one before has come back.
    for sent in 1..=4u64 {
        let chunk = ingest_request::Part::Chunk(vec![b'x'; CHUNK_BYTES].into());
        parts.send(part(chunk)).await.expect("the call listens");
        let answer = answers.message().await.expect("no error").expect("not the end");
        let Some(ingest_response::Part::Progress(progress)) = answer.part else {
            panic!("progress was expected, not {answer:?}");
        };
        assert_eq!(progress.bytes, sent * CHUNK_BYTES as u64);
    }
    drop(parts);
    let last = answers.message().await.expect("no error").expect("the outcome");
    assert!(matches!(last.part, Some(ingest_response::Part::Outcome(_))), "{last:?}");
    assert_eq!(answers.message().await.expect("no error"), None);
}

#[tokio::test]
async fn a_client_stream_arrives_whole() {
    let setting = Setting::new().await;
    let messages = vec![PreviewReleaseRequest::default(); 25];
    let answered = setting.metrics().preview_release(tokio_stream::iter(messages)).await;
    assert_eq!(answered.expect("is relayed").into_inner().changes.len(), 25);
}

#[tokio::test]
async fn a_watch_delivers_while_it_stays_open() {
    let setting = Setting::new().await;
    let answered = setting.metrics().watch_indicators(WatchIndicatorsRequest::default()).await;
    let mut changes = answered.expect("is relayed").into_inner();
    let change = changes.message().await.expect("no error").expect("not the end");
    assert_eq!(change.token, "v1.0.1");
}
