//! The whole service on the embedded log, over real gRPC.

mod fixture;
mod releases;
mod refusals;
mod restart;
mod watch;
