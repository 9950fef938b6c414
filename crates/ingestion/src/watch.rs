//! Releases as they are committed: first their series, then the release itself.
//!
//! A watcher sees all of a release or none: its batches are read again from the log once its commit
//! is there. All series carry the token of the release's beginning, so that one who resumes in the
//! middle gets the whole release again.

use std::sync::Arc;

use api::PageToken;
use api::events::envelope::Payload;
use api::ingestion::WatchObservationsResponse;
use api::ingestion::watch_observations_response::Change;
use event_log::{Position, topics};
use service::Watched;
use service::vintages::ReleaseRecord;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::query::release_message;
use crate::service::Shared;

/// Series that wait for a slow client; it holds back its own reader only.
const BUFFER_SERIES: usize = 256;
const READ_BYTES: usize = 1024 * 1024;

type Answer = Result<WatchObservationsResponse, Status>;

/// The committed releases of a dataflow among the events of its partition.
pub(crate) fn releases_of(
    shared: Arc<Shared>,
    dataflow: String,
    mut events: ReceiverStream<Result<Watched, Status>>,
) -> ReceiverStream<Answer> {
    let (answers, stream) = mpsc::channel(BUFFER_SERIES);
    let relay = async move {
        while let Some(watched) = events.next().await {
            let sent = match watched {
                Err(status) => answers.send(Err(status)).await.map_err(|_| Gone),
                Ok(watched) => relay_commit(&shared, &dataflow, &watched, &answers).await,
            };
            if sent.is_err() {
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

/// The client has left.
struct Gone;

async fn relay_commit(
    shared: &Shared,
    dataflow: &str,
    watched: &Watched,
    answers: &mpsc::Sender<Answer>,
) -> Result<(), Gone> {
    let Payload::ReleaseCommitted(committed) = &watched.event.payload else { return Ok(()) };
    let Ok((owner, _)) = shared.owner_of_dataflow(dataflow) else { return Ok(()) };
    // The commit is in the log, and the unit may be about to fold it.
    let partition = owner.unit.partition();
    let here = api::types::LogPosition::new(
        topics::OBSERVATIONS.as_str(),
        partition.0,
        watched.position.0,
    );
    let receipt = api::types::Receipt { positions: vec![here] };
    let limit = std::time::Duration::from_secs(10);
    if let Err(error) = owner.unit.wait_for(&receipt, limit).await {
        return answers.send(Err(api::status_of(&error))).await.map_err(|_| Gone);
    }
    let catalogue = owner.work.catalogue();
    let releases = catalogue.releases_of(dataflow);
    let Some(release) = releases.iter().find(|one| one.id == committed.release) else {
        return Ok(()); // Of another dataflow of the partition.
    };
    if let Err(status) = send_series(shared, partition, release, watched.position, answers).await? {
        return answers.send(Err(status)).await.map_err(|_| Gone);
    }
    let change = Some(Change::Release(release_message(release)));
    let answer = WatchObservationsResponse { token: watched.token.clone(), change };
    answers.send(Ok(answer)).await.map_err(|_| Gone)
}

async fn send_series(
    shared: &Shared,
    partition: event_log::Partition,
    release: &ReleaseRecord,
    commit: Position,
    answers: &mpsc::Sender<Answer>,
) -> Result<Result<(), Status>, Gone> {
    let token = PageToken { partition: partition.0, next: release.begun_position }.to_string();
    let log_status = |error| api::status_of(&service::Error::Log(error));
    let from = Position(release.begun_position);
    let mut reader = match shared.log.reader(&topics::OBSERVATIONS, partition, from).await {
        Ok(reader) => reader,
        Err(error) => return Ok(Err(log_status(error))),
    };
    loop {
        let batch = match reader.try_next(READ_BYTES).await {
            Ok(batch) => batch,
            Err(error) => return Ok(Err(log_status(error))),
        };
        if batch.is_empty() {
            return Ok(Ok(()));
        }
        for recorded in batch {
            if recorded.position >= commit {
                return Ok(Ok(()));
            }
            let event = match api::decode_event(&recorded.payload) {
                Ok(event) => event,
                Err(error) => return Ok(Err(Status::data_loss(error.to_string()))),
            };
            let Payload::ObservationBatch(batch) = event.payload else { continue };
            if batch.release != release.id {
                continue;
            }
            for series in batch.series {
                let change = Some(Change::Series(series));
                let answer = WatchObservationsResponse { token: token.clone(), change };
                answers.send(Ok(answer)).await.map_err(|_| Gone)?;
            }
        }
    }
}
