//! One file on its way: read in chunks, sent as fast as the service takes them, shown as a bar.
//!
//! A file that cannot be read to its end is never half published: the call is dropped, so that the
//! service sees a client that left and not the end of a file.

use std::io::IsTerminal;
use std::path::Path;

use api::ingestion::{
    IngestOptions, IngestOutcome, IngestRequest, ingest_request, ingest_response,
};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::oneshot;

use crate::client::Client;
use crate::commands::register;
use crate::error::Error;

/// Large enough that framing costs nothing, small enough for a smooth bar and any message limit.
const CHUNK_BYTES: usize = 64 << 10;
const BAR: &str = "{msg} {bar:30} {bytes}/{total_bytes}";
const BAR_WITHOUT_LENGTH: &str = "{msg} {spinner} {bytes}";

/// Bytes to send, under the name that rejections show.
pub(crate) struct Source {
    pub(crate) name: String,
    reader: Box<dyn AsyncRead + Send + Unpin>,
    length_bytes: Option<u64>,
}

/// What the stream of chunks holds between two of them.
struct Reading {
    reader: Box<dyn AsyncRead + Send + Unpin>,
    failed: Option<oneshot::Sender<std::io::Error>>,
    bar: ProgressBar,
}

impl Source {
    /// A file, or standard input for `-`.
    pub(crate) async fn open(path: &Path) -> Result<Self, Error> {
        if path == Path::new("-") {
            let reader = Box::new(tokio::io::stdin());
            return Ok(Self { name: "standard input".to_owned(), reader, length_bytes: None });
        }
        let unreadable = |source| Error::File { path: path.to_owned(), source };
        let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let length_bytes = Some(file.metadata().await.map_err(unreadable)?.len());
        Ok(Self { name: register::file_name(path), reader: Box::new(file), length_bytes })
    }

    /// Bytes that this command carries.
    pub(crate) fn from_bytes(name: &str, bytes: &'static [u8]) -> Self {
        let length_bytes = Some(bytes.len() as u64);
        Self { name: name.to_owned(), reader: Box::new(bytes), length_bytes }
    }
}

/// Sends one file and waits for its outcome.
pub(crate) async fn send(
    client: &Client,
    options: IngestOptions,
    source: Source,
) -> Result<IngestOutcome, Error> {
    let doing = format!("ingesting `{}`", source.name);
    let name = source.name.clone();
    let bar = bar(&source);
    let (failed, mut reading_failed) = oneshot::channel();
    let first = IngestRequest { part: Some(ingest_request::Part::Options(options)) };
    let reading = Reading { reader: source.reader, failed: Some(failed), bar: bar.clone() };
    let requests = stream::iter([first]).chain(chunks(reading));
    let mut ingestion = client.ingestion();
    let call = receive(client, &doing, ingestion.ingest(client.stream(requests)), &bar);
    // Both are cancel safe: dropping the call is how a failed read aborts it.
    let outcome = tokio::select! {
        biased; // A failed read wins over the answer to half a file.
        Ok(source) = &mut reading_failed => Err(Error::File { path: name.into(), source }),
        outcome = call => outcome,
    };
    bar.finish_and_clear();
    outcome
}

async fn receive(
    client: &Client,
    doing: &str,
    call: impl Future<
        Output = Result<
            tonic::Response<tonic::Streaming<api::ingestion::IngestResponse>>,
            tonic::Status,
        >,
    >,
    bar: &ProgressBar,
) -> Result<IngestOutcome, Error> {
    let mut answers = client.answer(doing, call.await)?;
    loop {
        let answer = answers.message().await.map_err(|status| client.failed(doing, status))?;
        match answer.map(|answer| answer.part) {
            Some(Some(ingest_response::Part::Outcome(outcome))) => return Ok(outcome),
            Some(Some(ingest_response::Part::Progress(progress))) => {
                bar.set_message(format!("{} {} rows", progress.stage, progress.rows));
            }
            Some(None) => {}
            None => {
                let message = format!("{doing}: the answer ended without an outcome");
                return Err(Error::Answer { message });
            }
        }
    }
}

fn chunks(reading: Reading) -> impl Stream<Item = IngestRequest> + Send + 'static {
    stream::unfold(reading, |mut reading| async move {
        match read_chunk(&mut reading.reader).await {
            Ok(chunk) if chunk.is_empty() => None,
            Ok(chunk) => {
                reading.bar.inc(chunk.len() as u64);
                let part = Some(ingest_request::Part::Chunk(chunk));
                Some((IngestRequest { part }, reading))
            }
            Err(error) => {
                if let Some(failed) = reading.failed.take() {
                    // The receiver is gone only if the call has ended by itself.
                    let _ = failed.send(error);
                }
                std::future::pending().await
            }
        }
    })
}

/// The next chunk, full unless it is the last; empty at the end.
async fn read_chunk(reader: &mut (dyn AsyncRead + Send + Unpin)) -> std::io::Result<Bytes> {
    let mut chunk = BytesMut::with_capacity(CHUNK_BYTES);
    while chunk.len() < CHUNK_BYTES {
        let room = (CHUNK_BYTES - chunk.len()) as u64;
        if (&mut *reader).take(room).read_buf(&mut chunk).await? == 0 {
            break;
        }
    }
    Ok(chunk.freeze())
}

fn bar(source: &Source) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match source.length_bytes {
        Some(length) => (ProgressBar::new(length), BAR),
        None => (ProgressBar::new_spinner(), BAR_WITHOUT_LENGTH),
    };
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style).with_message(source.name.clone())
}
