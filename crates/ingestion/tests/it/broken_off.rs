//! A file that does not come to its end publishes nothing, however it ends.

use std::time::Duration;

use api::ingestion::{IngestOptions, IngestRequest, ingest_request};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::fixture::{System, file, row};

fn message(part: ingest_request::Part) -> IngestRequest {
    IngestRequest { part: Some(part) }
}

fn options() -> IngestRequest {
    message(ingest_request::Part::Options(IngestOptions::default()))
}

fn chunk(rows: &[String]) -> IngestRequest {
    message(ingest_request::Part::Chunk(file(rows).into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_its_client_cancels_publishes_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    // The sender stays, so that only the cancelled call tells that no more comes.
    let (requests, stream) = mpsc::channel(4);
    requests.send(options()).await.expect("the call takes it");
    requests.send(chunk(&[row("SG", 2014, "1")])).await.expect("the call takes it");
    let answers = system.client.ingest(ReceiverStream::new(stream)).await.expect("a call");
    let mut answers = answers.into_inner();
    let progress = tokio::time::timeout(Duration::from_millis(300), answers.message()).await;
    assert!(!matches!(progress, Ok(Err(_))), "{progress:?}");
    drop(answers);
    for _ in 0..40 {
        assert!(system.values("SG").await.is_empty(), "half a file was published");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    drop(requests);
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_without_content_is_not_the_end_of_a_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    for odd in [IngestRequest { part: None }, options()] {
        let messages = [options(), chunk(&[row("SG", 2014, "1")]), odd];
        let answers = system.client.ingest(tokio_stream::iter(messages)).await.expect("a call");
        let mut answers = answers.into_inner();
        let refused = loop {
            match answers.message().await {
                Ok(Some(answer)) => {
                    let outcome = api::ingestion::ingest_response::Part::Outcome;
                    assert!(
                        !matches!(&answer.part, Some(part) if std::mem::discriminant(part)
                            == std::mem::discriminant(&outcome(Default::default()))),
                        "{answer:?}"
                    );
                }
                Ok(None) => panic!("the stream ended without an answer"),
                Err(status) => break status,
            }
        };
        assert_eq!(refused.code(), tonic::Code::InvalidArgument, "{refused:?}");
        assert!(system.values("SG").await.is_empty(), "half a file was published");
    }
    system.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_stands_still_does_not_hold_up_a_stop() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut system = System::start(directory.path()).await;
    let (requests, stream) = mpsc::channel(4);
    requests.send(options()).await.expect("the call takes it");
    let answers = system.client.ingest(ReceiverStream::new(stream)).await.expect("a call");
    let stopped = tokio::time::timeout(Duration::from_secs(30), system.stop()).await;
    assert!(stopped.is_ok(), "a client that sends nothing kept the service from stopping");
    drop((requests, answers));
}
