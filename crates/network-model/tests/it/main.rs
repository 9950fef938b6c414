//! The whole service on the embedded log, over gRPC: one behaviour a file.

mod harness;
mod case_firms;
mod as_of;
mod restart;
mod effects;
mod watch;
mod questions;
mod refusals;
mod upgrading;
mod cost_capability;
mod coordination;
mod centrality;
mod large;
mod niches;
