//! The whole service on the embedded log, over real gRPC.

mod broken_off;
mod feeds;
mod fixture;
mod networks;
mod releases;
mod refusals;
mod restart;
mod watch;
