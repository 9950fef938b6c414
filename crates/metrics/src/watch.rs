//! Changed values as they are published, one answer an event.
//!
//! A watcher sees all that follows from a release or nothing: the events of a bracket are held
//! back, in the log and not in memory, until the bracket is closed.

use api::events::envelope::Payload;
use api::metrics::WatchIndicatorsResponse;
use service::Watched;
use tokio::sync::{mpsc, watch};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::Status;

/// Answers that wait for a slow client, each at most about 350 KB; it holds back its own reader.
const BUFFER_ANSWERS: usize = 4;

type Answer = Result<WatchIndicatorsResponse, Status>;

/// Which values a client wants to see.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) domain: String,
    /// All if empty.
    pub(crate) indicator: String,
}

/// The changed values among the events of a partition, behind the last closed bracket at most.
pub(crate) fn changes_of(
    filter: Filter,
    mut closed_next: watch::Receiver<u64>,
    mut events: ReceiverStream<Result<Watched, Status>>,
    shutdown: CancellationToken,
) -> ReceiverStream<Answer> {
    let (answers, stream) = mpsc::channel(BUFFER_ANSWERS);
    let relay = async move {
        while let Some(watched) = events.next().await {
            let answer = match watched {
                Err(status) => Err(status),
                Ok(watched) => {
                    let position = watched.position.0;
                    let Some(answer) = filter.answer(watched) else { continue };
                    // All are cancel safe: they only look.
                    let closed = tokio::select! {
                        biased;
                        () = shutdown.cancelled() => return,
                        () = answers.closed() => return,
                        closed = closed_next.wait_for(|next| *next > position) => closed.is_ok(),
                    };
                    if !closed {
                        return; // The unit has ended.
                    }
                    Ok(answer)
                }
            };
            if answers.send(answer).await.is_err() {
                return;
            }
        }
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "owned by its stream: it ends with the receiver"
    )]
    tokio::spawn(relay);
    ReceiverStream::new(stream)
}

impl Filter {
    fn answer(&self, watched: Watched) -> Option<WatchIndicatorsResponse> {
        let Payload::IndicatorsChanged(changed) = watched.event.payload else { return None };
        if changed.domain != self.domain {
            return None;
        }
        let mut values = changed.values;
        values.retain(|value| self.indicator.is_empty() || value.indicator == self.indicator);
        if values.is_empty() {
            return None;
        }
        let cause = watched.event.cause.position;
        Some(WatchIndicatorsResponse { token: watched.token, values, cause })
    }
}
