//! The whole service on the embedded log, over gRPC: one behaviour a file.

mod harness;
mod advice;
mod changes;
mod restart;
mod watch;
mod refusals;
