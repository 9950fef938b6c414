//! A network as a file, written while it is sent.
//!
//! Guarantees bounded memory: the writer waits for the client, on a thread of its own, and ends when
//! the client leaves.

use std::io::{self, Write};

use api::network::{ExportNetworkRequest, ExportNetworkResponse, NetworkAsOf};
use api::types::Receipt;
use production_network::{
    Snapshot, write_entities_csv, write_gexf, write_graphml, write_relations_csv,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Response, Status};

use super::ask::{self, Question};
use super::{Source, Stream, decode, panicked};

/// Bytes of one message.
const CHUNK_BYTES: usize = 64 * 1024;
/// Messages that wait for a client at most.
const CHUNKS_AHEAD: usize = 8;

impl Question for ExportNetworkRequest {
    fn network(&self) -> &str {
        &self.network
    }

    fn as_of(&self) -> Option<&NetworkAsOf> {
        self.as_of.as_ref()
    }

    fn after(&mut self) -> Option<Receipt> {
        self.after.take()
    }
}

type Chunk = Result<ExportNetworkResponse, Status>;
type WriteSnapshot = fn(&Snapshot, &mut Chunks) -> io::Result<()>;

pub(super) async fn start(
    source: Source,
    question: ExportNetworkRequest,
) -> Result<Response<Stream<ExportNetworkResponse>>, Status> {
    let write: WriteSnapshot = match question.format.as_str() {
        "graphml" => |snapshot, out| write_graphml(snapshot, out),
        "gexf" => |snapshot, out| write_gexf(snapshot, out),
        "entities_csv" => |snapshot, out| write_entities_csv(snapshot, out),
        "relations_csv" => |snapshot, out| write_relations_csv(snapshot, out),
        other => {
            let problem =
                format!("`{other}` is none of graphml, gexf, entities_csv, relations_csv");
            return Err(decode::refused("format", problem));
        }
    };
    let partition = source.partition;
    let pictured = tokio::task::spawn_blocking(move || source.asked().picture(&question));
    let picture = pictured.await.map_err(|_| panicked())??;
    let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
    let moment = Some(ask::moment(&picture, partition));
    let first = ExportNetworkResponse { chunk: Vec::new(), moment };
    tokio::task::spawn_blocking(move || {
        // Whoever leaves early gets no more, and there is nobody to tell.
        if sender.blocking_send(Ok(first)).is_ok() {
            let mut out = Chunks { buffer: Vec::with_capacity(CHUNK_BYTES), sender };
            let _ = write(&picture.snapshot, &mut out).and_then(|()| out.send());
        }
    });
    Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
}

/// Collects what is written into messages.
struct Chunks {
    buffer: Vec<u8>,
    sender: mpsc::Sender<Chunk>,
}

impl Chunks {
    fn send(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK_BYTES));
        let sent = self.sender.blocking_send(Ok(ExportNetworkResponse { chunk, moment: None }));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > CHUNK_BYTES {
            self.send()?;
        }
        let taken = bytes.get(..CHUNK_BYTES).unwrap_or(bytes);
        self.buffer.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
