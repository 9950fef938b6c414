//! The whole service on the embedded log, over real gRPC.

mod feed;
mod fixture;
mod live_values;
mod as_of;
mod refusals;
mod restart;
mod revision;
mod receipts;
mod watch;
mod audit;
