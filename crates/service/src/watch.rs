//! Watches: the log is the replay buffer, so a watch is a reader with a token behind each event.
//!
//! A slow client holds back only its own reader; nothing is buffered for it beyond one batch.

use std::sync::Arc;

use event_log::{EventLog, Position, Recorded};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::{Error, TopicPartition};

/// Events that wait for a slow client.
const BUFFER_EVENTS: usize = 64;
const READ_BYTES: usize = 256 * 1024;

/// One event of a watch.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Resumes behind this event.
    pub token: String,
    /// Where it is.
    pub position: Position,
    /// What it says.
    pub event: api::Event,
}

/// Streams the events of a partition: behind the token `from`; from the start if it is `start`;
/// from now on if it is empty. Ends when the client leaves or the service stops.
///
/// # Errors
/// INVALID_ARGUMENT for a token that is none; what the log answers otherwise.
pub async fn watch(
    log: Arc<dyn EventLog>,
    source: TopicPartition,
    from: &str,
    shutdown: CancellationToken,
) -> Result<ReceiverStream<Result<Watched, Status>>, Status> {
    let start = match from {
        "" => log.end(&source.topic, source.partition).await.map_err(log_status)?,
        "start" => Position(0),
        token => {
            let token: api::PageToken =
                token.parse().map_err(|error: api::ConvertError| api::status_of(&error))?;
            if token.partition != source.partition.0 {
                let problem = "is a token of another watch; start again without it".to_owned();
                return Err(api::status_of(&api::ConvertError { field: "from", problem }));
            }
            Position(token.next)
        }
    };
    let mut reader =
        log.reader(&source.topic, source.partition, start).await.map_err(log_status)?;
    let (events, stream) = mpsc::channel(BUFFER_EVENTS);
    let partition = source.partition.0;
    // The task is owned by its client: it ends when the stream is dropped or the service stops.
    let relay = async move {
        loop {
            // All are cancel safe: `next` gives the same events again.
            let batch = tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = events.closed() => return,
                batch = reader.next(READ_BYTES) => batch,
            };
            match batch {
                Err(error) => {
                    let _ = events.send(Err(log_status(error))).await;
                    return;
                }
                Ok(batch) => {
                    for recorded in batch {
                        if events.send(watched(partition, &recorded)).await.is_err() {
                            return;
                        }
                    }
                }
            }
        }
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "owned by its stream: it ends with the receiver"
    )]
    tokio::spawn(relay);
    Ok(ReceiverStream::new(stream))
}

fn watched(partition: u32, recorded: &Recorded) -> Result<Watched, Status> {
    let event = api::decode_event(&recorded.payload)
        .map_err(|error| Status::data_loss(error.to_string()))?;
    let token = api::PageToken { partition, next: recorded.position.0 + 1 };
    Ok(Watched { token: token.to_string(), position: recorded.position, event })
}

fn log_status(error: event_log::Error) -> Status {
    match error {
        event_log::Error::OutOfRange { .. } => {
            Status::out_of_range("the token is beyond the log; start again without it")
        }
        other => api::status_of(&Error::Log(other)),
    }
}
