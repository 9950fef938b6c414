//! The gRPC face: decode, call, encode.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use api::ingestion::ingestion_service_server::IngestionService;
use api::ingestion::{
    AssertNetworkRequest, AssertNetworkResponse, IngestRequest, IngestResponse,
    ListObservationsRequest, ListObservationsResponse, ListRejectionsRequest,
    ListRejectionsResponse, ListReleasesRequest, ListReleasesResponse, RegisterDocumentRequest,
    RegisterDocumentResponse, WatchObservationsRequest, WatchObservationsResponse, ingest_request,
    ingest_response,
};
use event_log::topics;
use service::{TopicPartition, deadline_of, watch};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use crate::Error;
use crate::options::{CHUNKS_AHEAD, FILE_BYTES_MAX, PAUSE_MAX, UPLOADS_MAX};
use crate::receive::{Piece, PieceReader};
use crate::release::Incoming;
use crate::service::Shared;
use crate::watch::releases_of;

/// Answers that wait for a slow client; progress is dropped when it is full.
const ANSWERS_AHEAD: usize = 16;

/// Serves the package `entrepot.ingestion.v1`.
pub(crate) struct Grpc(pub(crate) Arc<Shared>);

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl IngestionService for Grpc {
    type IngestStream = Answers<IngestResponse>;
    type WatchObservationsStream = Answers<WatchObservationsResponse>;

    async fn ingest(
        &self,
        request: Request<Streaming<IngestRequest>>,
    ) -> Result<Response<Self::IngestStream>, Status> {
        self.caught_up(None, deadline_of(request.metadata())).await?;
        let mut requests = request.into_inner();
        let first = requests.message().await?.and_then(|one| one.part);
        let Some(ingest_request::Part::Options(options)) = first else {
            return Err(Status::invalid_argument("the first message carries the options"));
        };
        let place = self
            .0
            .uploads
            .clone()
            .try_acquire_owned()
            .map_err(|_| api::status_of(&Error::UploadsBusy { max: UPLOADS_MAX }))?;
        let incoming = Incoming::try_new(options).map_err(|error| api::status_of(&error))?;
        let (answers, stream) = mpsc::channel(ANSWERS_AHEAD);
        let shared = self.0.clone();
        // The write is a task of its own: a client that leaves does not stop a release half-way.
        self.0.writes.spawn(service::trace::carry(async move {
            let outcome = take(&shared, &incoming, requests, &answers).await;
            let answer = outcome.map_err(|error| api::status_of(&error)).map(|outcome| {
                IngestResponse { part: Some(ingest_response::Part::Outcome(outcome)) }
            });
            drop(place);
            let _ = answers.send(answer).await;
        }));
        Ok(Response::new(Box::pin(ReceiverStream::new(stream))))
    }

    async fn register_document(
        &self,
        request: Request<RegisterDocumentRequest>,
    ) -> Result<Response<RegisterDocumentResponse>, Status> {
        self.caught_up(None, deadline_of(request.metadata())).await?;
        let request = request.into_inner();
        self.write(move |shared| async move { shared.register(request).await }).await
    }

    async fn assert_network(
        &self,
        request: Request<AssertNetworkRequest>,
    ) -> Result<Response<AssertNetworkResponse>, Status> {
        self.caught_up(None, deadline_of(request.metadata())).await?;
        let request = request.into_inner();
        self.write(move |shared| async move { shared.assert_network(request).await }).await
    }

    async fn list_releases(
        &self,
        request: Request<ListReleasesRequest>,
    ) -> Result<Response<ListReleasesResponse>, Status> {
        let limit = deadline_of(request.metadata());
        let request = request.into_inner();
        self.caught_up(request.after.as_ref(), limit).await?;
        self.answer(move |shared| shared.releases(&request)).await
    }

    async fn list_rejections(
        &self,
        request: Request<ListRejectionsRequest>,
    ) -> Result<Response<ListRejectionsResponse>, Status> {
        self.caught_up(None, deadline_of(request.metadata())).await?;
        let request = request.into_inner();
        self.answer(move |shared| shared.rejections(&request)).await
    }

    async fn list_observations(
        &self,
        request: Request<ListObservationsRequest>,
    ) -> Result<Response<ListObservationsResponse>, Status> {
        let limit = deadline_of(request.metadata());
        let request = request.into_inner();
        self.caught_up(request.after.as_ref(), limit).await?;
        self.answer(move |shared| shared.observations(&request)).await
    }

    async fn watch_observations(
        &self,
        request: Request<WatchObservationsRequest>,
    ) -> Result<Response<Self::WatchObservationsStream>, Status> {
        self.caught_up(None, deadline_of(request.metadata())).await?;
        let request = request.into_inner();
        let found = self.0.owner_of_dataflow(&request.dataflow);
        let (owner, dataflow) = found.map_err(|error| api::status_of(&error))?;
        let source = TopicPartition::new(topics::OBSERVATIONS, owner.unit.partition());
        let shutdown = self.0.shutdown.clone();
        let events = watch(self.0.log.clone(), source, &request.from, shutdown).await?;
        let changes = releases_of(self.0.clone(), dataflow, events);
        Ok(Response::new(Box::pin(changes)))
    }
}

impl Grpc {
    /// Runs a question on a thread that may block.
    async fn answer<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Shared) -> Result<T, Error> + Send + 'static,
    ) -> Result<Response<T>, Status> {
        let shared = self.0.clone();
        let answer = tokio::task::spawn_blocking(move || question(&shared)).await;
        let answer = answer.unwrap_or(Err(Error::Panicked));
        answer.map(Response::new).map_err(|error| api::status_of(&error))
    }

    /// Runs a write as a task of its own: a client that leaves does not end the turn that it holds.
    async fn write<T, W>(&self, write: impl FnOnce(Arc<Shared>) -> W) -> Result<Response<T>, Status>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let answer = self.0.writes.spawn(service::trace::carry(write(self.0.clone()))).await;
        let answer = answer.unwrap_or(Err(Error::Panicked));
        answer.map(Response::new).map_err(|error| api::status_of(&error))
    }

    /// Waits until the stores have come back from the log, and the receipt is applied.
    async fn caught_up(
        &self,
        receipt: Option<&api::types::Receipt>,
        limit: std::time::Duration,
    ) -> Result<(), Status> {
        let waited = match receipt {
            None => self.0.units.started(limit).await,
            Some(receipt) => self.0.units.wait_for(receipt, limit).await,
        };
        waited.map_err(|error| api::status_of(&error))
    }
}

/// Feeds the parser from the client's stream, and tells the client how far it is.
async fn take(
    shared: &Shared,
    incoming: &Incoming,
    mut requests: Streaming<IngestRequest>,
    answers: &mpsc::Sender<Result<IngestResponse, Status>>,
) -> Result<api::ingestion::IngestOutcome, Error> {
    let (pieces, reader) = mpsc::channel(CHUNKS_AHEAD);
    let (progress, mut told) = mpsc::channel(ANSWERS_AHEAD);
    let feed = async move {
        let mut bytes = 0u64;
        loop {
            // All are cancel safe: the one that is dropped ends the upload.
            let message = tokio::select! {
                biased;
                () = shared.shutdown.cancelled() => {
                    return Err(Error::Service(service::Error::Stopping));
                }
                message = tokio::time::timeout(PAUSE_MAX, requests.message()) => message,
            };
            let message = message.map_err(|_| Error::StoodStill { limit: PAUSE_MAX })?;
            let piece = match message {
                // Broken off: the parser is told by the end of the channel.
                Err(_) => break,
                Ok(None) => Piece::End,
                Ok(Some(IngestRequest { part: Some(ingest_request::Part::Chunk(chunk)) })) => {
                    bytes += chunk.len() as u64;
                    Piece::Chunk(chunk)
                }
                Ok(Some(_)) => return Err(Error::NoChunk),
            };
            let is_end = matches!(piece, Piece::End);
            if bytes > FILE_BYTES_MAX {
                return Err(Error::FileTooLarge { max: FILE_BYTES_MAX });
            }
            if pieces.send(piece).await.is_err() || is_end {
                break;
            }
        }
        Ok(())
    };
    let tell = async {
        while let Some(progress) = told.recv().await {
            let part = Some(ingest_response::Part::Progress(progress));
            let _ = answers.try_send(Ok(IngestResponse { part }));
        }
    };
    let work = shared.ingest(incoming, PieceReader::new(reader), progress);
    let (fed, (), outcome) = tokio::join!(feed, tell, work);
    fed?;
    outcome
}
