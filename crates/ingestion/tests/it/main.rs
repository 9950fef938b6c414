//! The whole service on the embedded log, over real gRPC.

mod broken_off;
mod fixture;
mod releases;
mod refusals;
mod restart;
mod watch;
