//! From a stream of chunks to something that a parser can read, in bounded memory.
//!
//! The parser runs on a thread that may block; chunks reach it through a short channel, so a client
//! that sends faster than the parser reads is held back by HTTP/2's flow control.

use std::io::{BufRead, Error, ErrorKind, Read};

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;

/// What comes through the channel; a channel that closes without `End` was broken off.
pub(crate) enum Piece {
    Chunk(Bytes),
    End,
}

/// Reads pieces as they come.
pub(crate) struct PieceReader {
    pieces: mpsc::Receiver<Piece>,
    current: Bytes,
    bytes: u64,
    state: State,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
    Reading,
    Ended,
    BrokenOff,
}

impl PieceReader {
    pub(crate) fn new(pieces: mpsc::Receiver<Piece>) -> Self {
        Self { pieces, current: Bytes::new(), bytes: 0, state: State::Reading }
    }

    /// Reads what the parser left, so that the client is not stopped in the middle of its file.
    pub(crate) fn drain(&mut self) {
        self.current.clear();
        while let Ok(buffer) = self.fill_buf() {
            let length = buffer.len();
            if length == 0 {
                return;
            }
            self.consume(length);
        }
    }

    /// Whether the client ended its stream properly.
    pub(crate) fn is_whole(&self) -> bool {
        self.state == State::Ended
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl BufRead for PieceReader {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        while self.current.is_empty() && self.state == State::Reading {
            match self.pieces.blocking_recv() {
                Some(Piece::Chunk(chunk)) => {
                    self.bytes += chunk.len() as u64;
                    self.current = chunk;
                }
                Some(Piece::End) => self.state = State::Ended,
                None => self.state = State::BrokenOff,
            }
        }
        if self.state == State::BrokenOff {
            return Err(Error::new(ErrorKind::UnexpectedEof, "the file broke off"));
        }
        Ok(&self.current)
    }

    fn consume(&mut self, amount: usize) {
        self.current.advance(amount.min(self.current.len()));
    }
}

impl Read for PieceReader {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(into.len());
        into[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}
